/** A picture of a screen, and how its state is made. */
import type { Page } from 'playwright-core';
import type { RunView } from '../../src/contract/screens.ts';
import { Refusal } from '../support/ui/fake-bridge.ts';
import type { Play, PlayedConsole } from '../support/ui/played-console.ts';

export interface Picture {
  readonly name: string;
  readonly play: Play;
  readonly hash: string;
  /** Brings the screen into the state, and waits until it is. */
  readonly act?: (page: Page, console: PlayedConsole) => Promise<unknown>;
}

/** An answer that does not come. */
export const never = () => new Promise<never>(() => undefined);
export const refuse = (sentence: string, hint: string, evidence = {}) => {
  throw new Refusal({ sentence, hint, evidence });
};

export const press =
  (name: string | RegExp) =>
  async (page: Page): Promise<void> =>
    page.getByRole('button', { name, exact: true }).first().click();

/** The name of a run of a console, the first where none is said. */
export const runOf = ({ opened }: { readonly opened: readonly RunView[] }, at = 0): string =>
  opened[at]?.line.run ?? '';
