/** Whether the console can be reached. */
import { say } from '../../contract/text/say.ts';
import { bridge, type Connection, type Refused } from '../bridge.ts';

export type { Refused };

class ConnectionManager {
  #state = $state<Connection>('connecting');
  /** How often the connection was made again. */
  #returns = $state(0);

  get state(): Connection {
    return this.#state;
  }

  /** Incremented each time that a lost connection is restored. */
  get returns(): number {
    return this.#returns;
  }

  /** Why this tab has no access; undefined if it has. */
  get refused(): Refused | undefined {
    return this.#state === 'refused' ? bridge.refused : undefined;
  }

  /** True in a browser, where another tab needs an address of its own. */
  get hasTabs(): boolean {
    return bridge.hasTabs;
  }

  /** Opens another tab on a screen. @returns what failed, in a sentence */
  async openTab(hash?: string): Promise<string | undefined> {
    try {
      await bridge.openTab(hash);
      return undefined;
    } catch (error) {
      return say('cannot open another tab: {message}', {
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** @returns ends the subscription */
  follow(): () => void {
    return bridge.onConnection((state) => {
      if (state === 'connected' && this.#state === 'lost') this.#returns += 1;
      this.#state = state;
    });
  }
}

export const connection = new ConnectionManager();
