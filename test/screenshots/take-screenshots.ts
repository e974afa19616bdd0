/**
 * Photographs every screen in every state, light and dark, in three sizes:
 * node test/screenshots/take-screenshots.ts [FOLDER] [--compare DIR] [--name NAME]… [--width PIXELS]… [--scheme light]
 *
 * With --compare the consoles that DIR was taken of are played again, and each picture is compared with the one there. What differs is
 * named, and drawn in FOLDER as PICTURE.difference.png; the exit status is then 1.
 * With --name only pictures whose names begin so are taken, with --width and --scheme those of one size and one theme. Needs the built pages (npm run build) and Chromium.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import { chromiumBrowser } from '../support/browser.ts';
import { playConsole } from '../support/ui/played-console.ts';
import { differenceOf, differenceWords } from './compare-pictures.ts';
import { capturePlays, forPictures, lastMomentOf, playedAt, type Plays } from './plays.ts';
import { mayComplain, picturesOf, type Picture } from './pictures.ts';
import { pictureAtRest, stillPage } from './still-page.ts';

const sizes = [
  { width: 900, height: 700 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

/** Pages that are photographed side by side: most of the time a page waits until it is at rest. */
const atOnce = 6;

/** What was played, kept next to the pictures: without it no picture is ever the same again. */
const playedFile = 'played.json';

interface Taking {
  readonly browser: Browser;
  readonly now: number;
  readonly folder: string;
  readonly before: string | undefined;
  readonly sizes: readonly { readonly width: number; readonly height: number }[];
  readonly schemes: readonly ('light' | 'dark')[];
}

/** @returns how it differs from the one that was taken before, in words */
async function keep(page: Page, { folder, before }: Taking, name: string): Promise<string[]> {
  const expected =
    before === undefined ? undefined : await readFile(join(before, `${name}.png`)).catch(() => undefined);
  const picture = await pictureAtRest(page, expected);
  await writeFile(join(folder, `${name}.png`), picture);
  if (before === undefined) return [];
  if (!expected) return [`${name}: ${before} has no such picture`];
  const difference = differenceOf(expected, picture);
  if (!difference) return [];
  await writeFile(join(folder, `${name}.difference.png`), difference.picture);
  return [`${name}: ${differenceWords(difference)}`];
}

/** @returns what went wrong, in words */
async function take(taking: Taking, picture: Picture): Promise<string[]> {
  const troubles: string[] = [];
  const console = await playConsole(picture.play);
  const page = await stillPage(taking.browser, taking.now, sizes[1]);
  try {
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
    for (const viewport of taking.sizes)
      for (const colorScheme of taking.schemes) {
        await page.setViewportSize(viewport);
        await page.emulateMedia({ colorScheme });
        troubles.push(...(await keep(page, taking, `${picture.name}-${viewport.width}-${colorScheme}`)));
      }
  } catch (error) {
    troubles.push(`${picture.name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await page.context().close();
    await console.close();
  }
  return troubles;
}

/** Times that this process shows are those of the pages. */
process.env['TZ'] = 'UTC';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    compare: { type: 'string' },
    name: { type: 'string', multiple: true },
    width: { type: 'string', multiple: true },
    scheme: { type: 'string' },
  },
});
const [folder = 'screenshots'] = positionals;
const { compare: before, name: names = [], width: widths = [], scheme } = values;
const ofSizes = sizes.filter(({ width }) => widths.length === 0 || widths.includes(String(width)));
const schemes = (['light', 'dark'] as const).filter((each) => scheme === undefined || scheme === each);
const { executable, missing, args } = chromiumBrowser();
if (missing !== undefined) throw new Error(missing);
await mkdir(folder, { recursive: true });
const played =
  before === undefined
    ? JSON.stringify(await capturePlays(forPictures))
    : await readFile(join(before, playedFile), 'utf8');
await writeFile(join(folder, playedFile), played);
const plays = JSON.parse(played) as Plays;
const now = lastMomentOf(plays);
const pictures = picturesOf(playedAt(plays, now)).filter(
  ({ name }) => names.length === 0 || names.some((wanted) => name.startsWith(wanted)),
);
/** Without a graphics processor, and each picture as a whole: what is drawn does not depend on what was drawn before. */
const steady = ['--disable-gpu', '--disable-partial-raster', '--force-color-profile=srgb'];
const browser = await chromium.launch({ executablePath: executable, args: [...args, ...steady] });
const troubles: string[] = [];
const taking: Taking = { browser, now, folder, before, sizes: ofSizes, schemes };
const left = [...pictures];
const takeNext = async (): Promise<void> => {
  for (let picture = left.shift(); picture; picture = left.shift())
    troubles.push(...(await take(taking, picture)));
};
await Promise.all(Array.from({ length: atOnce }, takeNext));
await browser.close();
const compared = before === undefined ? '' : `, compared with ${before}`;
process.stdout.write(
  `${pictures.length * schemes.length * ofSizes.length} pictures in ${folder}${compared}\n`,
);
if (troubles.length > 0) {
  process.stderr.write(`${troubles.join('\n')}\n`);
  process.exitCode = 1;
}
