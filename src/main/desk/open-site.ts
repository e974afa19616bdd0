/** The one site that is open: its console, and going over to another one. */
import { openConsole, type ConsoleOptions, type ShadowtapeConsole } from '../application/console.ts';

/** How a console is opened; tests replace it by their own. */
export type OpenConsole = (options: ConsoleOptions) => Promise<ShadowtapeConsole>;

export interface OpenedSite {
  readonly console: ShadowtapeConsole;
  /** Undefined for the embedded lab. */
  readonly file: string | undefined;
}

export class OpenSite {
  readonly #options: Omit<ConsoleOptions, 'siteFile'>;
  readonly #open: OpenConsole;
  #opened: Promise<OpenedSite>;
  #wanted: string | undefined;

  /** Begins to open the first site; what keeps it from being opened is reported by the call that needs it. */
  constructor(
    options: Omit<ConsoleOptions, 'siteFile'>,
    file: string | undefined,
    open: OpenConsole = openConsole,
  ) {
    this.#options = options;
    this.#open = open;
    this.#wanted = file;
    this.#opened = this.#start(file, options.lab);
    this.#opened.catch(() => undefined);
  }

  async #start(siteFile: string | undefined, lab: ConsoleOptions['lab']): Promise<OpenedSite> {
    return { console: await this.#open({ ...this.#options, lab, siteFile }), file: siteFile };
  }

  /** The file of the site that was wanted last, even where it cannot be opened. */
  get wanted(): string | undefined {
    return this.#wanted;
  }

  /** @throws what opening it has ended with */
  get current(): Promise<OpenedSite> {
    return this.#opened;
  }

  /**
   * Goes over to another site; where that cannot be opened, the one before stays. Who needs the site meanwhile waits.
   * @param file undefined: the embedded lab
   * @throws what opening it has ended with
   */
  goTo(file: string | undefined): Promise<OpenedSite> {
    const before = this.#opened;
    const going = this.#goOver(before, file);
    this.#opened = going.catch(() => before);
    this.#opened.catch(() => undefined);
    return going;
  }

  async #goOver(opened: Promise<OpenedSite>, file: string | undefined): Promise<OpenedSite> {
    const before = await opened.catch(() => undefined);
    // The embedded lab is one process's: it is not begun a second time while it runs.
    if (before && file === undefined && before.file === undefined) return before;
    const next = await this.#start(file, { fresh: false, faults: [] });
    this.#wanted = file;
    await before?.console.close();
    return next;
  }

  async close(): Promise<void> {
    const opened = await this.#opened.catch(() => undefined);
    await opened?.console.close();
  }
}
