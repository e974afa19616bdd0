/** The current work of the console: its active runs, the questions of logins, and the progress of the first run. */
import type { ErrorInfo } from '../../contract/errors.ts';
import type {
  ActiveRestore,
  ActiveRun,
  ActivityPush,
  IndexProgress,
  LoginQuestion,
} from '../../contract/screens.ts';
import { bridge } from '../bridge.ts';

export class ActivityManager {
  #now = $state.raw<ActivityPush>({ runs: [], logins: [] });
  #error = $state.raw<ErrorInfo>();

  get runs(): readonly ActiveRun[] {
    return this.#now.runs;
  }

  /** Restores of files and drills that this console performs. */
  get restores(): readonly ActiveRestore[] {
    return this.#now.restores ?? [];
  }

  get logins(): readonly LoginQuestion[] {
    return this.#now.logins;
  }

  /** Incremented for each host that was late for a query, and has answered now. */
  get arrivals(): number {
    return this.#now.arrivals ?? 0;
  }

  /** How far the index of the history lags behind the journals; undefined if it does not. */
  get indexing(): IndexProgress | undefined {
    return this.#now.indexing;
  }

  /** The run in progress; if there are several, the first. */
  get active(): ActiveRun | undefined {
    return this.#now.runs[0];
  }

  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  /** @returns ends the subscription */
  follow(): () => void {
    return bridge.follow('activity', {}, (message) => {
      this.#error = 'error' in message ? message.error : undefined;
      if ('push' in message) this.#now = message.push;
    });
  }
}

export const activity = new ActivityManager();
