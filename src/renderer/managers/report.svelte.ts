/** The report of a run: the document, its exports, and whether it opens automatically when a run has ended. */
import type { Bridge, RequestOf } from '../../contract/channels.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';
import { saveFile } from './save-file.ts';

const key = 'shadowtape.report.opens';

export type Export = Omit<RequestOf<'exportRun'>, 'run'>;

export class ReportManager {
  readonly asked: Asked<'report'>;
  /** Busy while a file is made. */
  readonly exported: Asked<'exportRun'>;
  readonly #save: typeof saveFile;
  #run = $state.raw<string>();
  #opensAtEnd = $state(false);

  constructor(to: Bridge, save = saveFile) {
    this.asked = new Asked(to, 'report');
    this.exported = new Asked(to, 'exportRun');
    this.#save = save;
  }

  /** True if the report opens automatically once a run has ended. */
  get opensAtEnd(): boolean {
    return this.#opensAtEnd;
  }

  set opensAtEnd(opens: boolean) {
    this.#opensAtEnd = opens;
    localStorage.setItem(key, opens ? 'yes' : 'no');
  }

  /** Restores the saved choice. */
  restore(): void {
    this.#opensAtEnd = localStorage.getItem(key) === 'yes';
  }

  /** Reads a report again; that of another run is cleared meanwhile. */
  show(run: string): void {
    if (run !== this.#run) {
      this.asked.clear();
      this.exported.clear();
    }
    this.#run = run;
    void this.asked.ask({ run });
  }

  /** Requests a file, and saves it as the browser or the window does. @returns its name; undefined if that failed */
  async export(what: Export): Promise<string | undefined> {
    if (this.#run === undefined) return undefined;
    const file = await this.exported.ask({ run: this.#run, ...what });
    if (file) this.#save(file);
    return file?.name;
  }
}

export const report = new ReportManager(bridge);
