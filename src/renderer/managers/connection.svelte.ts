/** Whether the console can be heard. */
import { bridge, type Connection } from '../bridge.ts';

export class ConnectionManager {
  #state = $state<Connection>('connecting');
  /** How often the connection was made again. */
  #returns = $state(0);

  get state(): Connection {
    return this.#state;
  }

  /** Rises by one each time that a lost connection stands again. */
  get returns(): number {
    return this.#returns;
  }

  /** @returns ends the following */
  follow(): () => void {
    return bridge.onConnection((state) => {
      if (state === 'connected' && this.#state === 'lost') this.#returns += 1;
      this.#state = state;
    });
  }
}

export const connection = new ConnectionManager();
