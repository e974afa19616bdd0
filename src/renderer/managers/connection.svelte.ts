/** Whether the console can be heard. */
export type ConnectionState = 'connected' | 'connecting' | 'lost';

export class ConnectionManager {
  #state = $state<ConnectionState>('connected');

  get state(): ConnectionState {
    return this.#state;
  }
}

export const connection = new ConnectionManager();
