/** Work of one name, one after the other. */
export class NamedTurns {
  readonly #queues = new Map<string, Promise<unknown>>();

  /** Begins the work when all that was given before under this name has ended, well or not. */
  take<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    const before = this.#queues.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => undefined);
    this.#queues.set(name, settled);
    void settled.then(() => {
      if (this.#queues.get(name) === settled) this.#queues.delete(name);
    });
    return mine;
  }
}
