/** The site that the console works on. */
import type { ErrorInfo } from '../../contract/errors.ts';
import type { JobInfo, SiteInfo } from '../../contract/screens.ts';
import { bridge } from '../bridge.ts';

class SiteManager {
  #info = $state.raw<SiteInfo>();
  #error = $state.raw<ErrorInfo>();
  /** How often a site was opened since the page was loaded: earlier plans are no longer valid. */
  #openings = $state(0);
  /** Counts the sites that were opened: answers for an earlier one are discarded. */
  #age = 0;

  /** Undefined until it is known. */
  get info(): SiteInfo | undefined {
    return this.#info;
  }

  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  get jobs(): readonly JobInfo[] {
    return this.#info?.jobs ?? [];
  }

  get openings(): number {
    return this.#openings;
  }

  get firstJob(): JobInfo | undefined {
    return this.jobs[0];
  }

  async load(): Promise<void> {
    await this.#take(() => bridge.request('site', {}));
  }

  /** Switches to another site. @param file of the site; undefined: the embedded lab. @returns true if it did */
  async open(file: string | undefined): Promise<boolean> {
    const opened = await this.#take(() => bridge.request('openSite', file === undefined ? {} : { file }));
    if (opened) this.#openings += 1;
    return opened;
  }

  async #take(
    ask: () => Promise<{ readonly result: SiteInfo } | { readonly error: ErrorInfo }>,
  ): Promise<boolean> {
    this.#age += 1;
    const age = this.#age;
    const reply = await ask();
    if (age !== this.#age) return false;
    this.#error = 'error' in reply ? reply.error : undefined;
    if ('result' in reply) this.#info = reply.result;
    return 'result' in reply;
  }
}

export const site = new SiteManager();
