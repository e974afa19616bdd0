/** What the console does now: its active runs, the questions of logins, and how far the first run is. */
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

  /** Rises with each host that was late for a look, and is there now. */
  get arrivals(): number {
    return this.#now.arrivals ?? 0;
  }

  /** How far the index of the history is behind the journals; undefined if it is not. */
  get indexing(): IndexProgress | undefined {
    return this.#now.indexing;
  }

  /** The run that goes on; where there are several, the first. */
  get active(): ActiveRun | undefined {
    return this.#now.runs[0];
  }

  get error(): ErrorInfo | undefined {
    return this.#error;
  }

  /** @returns ends the following */
  follow(): () => void {
    return bridge.follow('activity', {}, (message) => {
      this.#error = 'error' in message ? message.error : undefined;
      if ('push' in message) this.#now = message.push;
    });
  }
}

export const activity = new ActivityManager();
