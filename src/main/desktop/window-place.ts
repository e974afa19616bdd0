/** Size and place of the window, remembered in the state folder. */
import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { placeOnScreens, type WindowPlace } from './placing.ts';

const placeSchema = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean().default(false),
});

function read(file: string): WindowPlace | undefined {
  try {
    const parsed = placeSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Where the window was last, as far as that is still on a screen. */
export function rememberedPlace(file: string): WindowPlace {
  const areas: Rectangle[] = screen.getAllDisplays().map(({ workArea }) => workArea);
  return placeOnScreens(read(file), areas);
}

/** Writes it down whenever the window is closed or hidden; what cannot be written is forgotten. */
export function rememberPlace(window: BrowserWindow, file: string): void {
  const write = () => {
    const place = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeFileSync(file, JSON.stringify(place), { mode: 0o600 });
    } catch {
      // The next window opens where the system puts it.
    }
  };
  window.on('close', write);
  window.on('hide', write);
}
