/**
 * Photographs every screen in every state, light and dark, in two sizes: node test/screenshots/take-screenshots.ts [FOLDER] [NAME…]
 *
 * Without names all pictures are taken. Needs the built pages (npm run build) and Chromium.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { chromiumBrowser } from '../support/browser.ts';
import { playConsole } from '../support/ui/played-console.ts';
import { capturePlays, forPictures } from './plays.ts';
import { mayComplain, picturesOf, type Picture } from './pictures.ts';

const sizes = [
  { width: 900, height: 700 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

/** Milliseconds until what was asked is drawn, and carets and transitions are at rest. */
const settles = 350;

/** @returns what went wrong, in words */
async function take(browser: Browser, folder: string, picture: Picture): Promise<string[]> {
  const troubles: string[] = [];
  const console = await playConsole(picture.play);
  const context = await browser.newContext({ viewport: sizes[0], reducedMotion: 'reduce' });
  try {
    const page = await context.newPage();
    page.on('console', (message) => {
      const text = message.text();
      if (!mayComplain(picture).some((expected) => expected.test(text)))
        troubles.push(`${picture.name}: ${text}`);
    });
    page.on('pageerror', (error) => troubles.push(`${picture.name}: ${error.message}`));
    page.setDefaultTimeout(20_000);
    await page.goto(`${console.served.url}${picture.hash}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
    await picture.act?.(page, console);
    for (const viewport of sizes)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(settles);
        const path = join(folder, `${picture.name}-${viewport.width}-${colorScheme}.png`);
        await page.screenshot({ path });
      }
  } catch (error) {
    troubles.push(`${picture.name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await context.close();
    await console.close();
  }
  return troubles;
}

const [folder = 'screenshots', ...names] = process.argv.slice(2);
const { executable, missing, args } = chromiumBrowser();
if (missing !== undefined) throw new Error(missing);
await mkdir(folder, { recursive: true });
const pictures = picturesOf(await capturePlays(forPictures)).filter(
  ({ name }) => names.length === 0 || names.some((wanted) => name.startsWith(wanted)),
);
const browser = await chromium.launch({ executablePath: executable, args: [...args] });
const troubles: string[] = [];
for (const picture of pictures) troubles.push(...(await take(browser, folder, picture)));
await browser.close();
process.stdout.write(`${pictures.length * 4} pictures in ${folder}\n`);
if (troubles.length > 0) {
  process.stderr.write(`${troubles.join('\n')}\n`);
  process.exitCode = 1;
}
