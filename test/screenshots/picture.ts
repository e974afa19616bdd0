/** A picture of a screen, and how its state is made. */
import type { Page } from 'playwright-core';
import { failure } from '../../src/contract/errors.ts';
import type { RunView } from '../../src/contract/screens.ts';
import type { Play, PlayedConsole } from '../support/ui/played-console.ts';

export interface Picture {
  readonly name: string;
  readonly play: Play;
  readonly hash: string;
  /** Sets the screen to the state, and waits until it is. */
  readonly act?: (page: Page, console: PlayedConsole) => Promise<unknown>;
}

/** An answer that does not come. */
export const never = () => new Promise<never>(() => undefined);
/** An answer that is an error of the table. */
export const refuse = (...[code, values, evidence]: Parameters<typeof failure>): never => {
  throw failure(code, values, evidence);
};

export const press =
  (name: string | RegExp) =>
  async (page: Page): Promise<void> =>
    page.getByRole('button', { name, exact: true }).first().click();

/** Presses a key that opens a dialog with a field, and types into it. */
export const typed =
  (key: string, text: string) =>
  async (page: Page): Promise<void> => {
    await page.keyboard.press(key);
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type(text);
  };

/** The name of a run of a console, the first where none is said. */
export const runOf = ({ opened }: { readonly opened: readonly RunView[] }, at = 0): string =>
  opened[at]?.line.run ?? '';

/** Where a host of the guide's example is, and why it does not answer. */
export const unreachable = (host: string) => ({
  host,
  address: `10.0.4.1${host.slice(-1)}`,
  port: 22,
  reason: 'no answer',
});
