/** Size and place of the window, remembered in the state folder. */
import { screen, type BrowserWindow, type Rectangle } from 'electron';
import { z } from 'zod';
import { readSmallFile, writeSmallFile } from '../application/small-file.ts';
import { placeOnScreens, type WindowPlace } from './placing.ts';

const placeSchema = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximized: z.boolean().default(false),
});

/** Where the window was last, as far as that is still on a screen. */
export function rememberedPlace(file: string): WindowPlace {
  const areas: Rectangle[] = screen.getAllDisplays().map(({ workArea }) => workArea);
  return placeOnScreens(readSmallFile(file, placeSchema), areas);
}

/** Writes it down whenever the window is closed or hidden; what cannot be written is forgotten. */
export function rememberPlace(window: BrowserWindow, file: string): void {
  const write = () => {
    const place = { ...window.getNormalBounds(), maximized: window.isMaximized() };
    try {
      writeSmallFile(file, place);
    } catch {
      // The next window opens where the system puts it.
    }
  };
  window.on('close', write);
  window.on('hide', write);
}
