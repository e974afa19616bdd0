import type { ParsedKey } from 'ssh2';
import { NamedTurns } from '../named-turns.ts';

/**
 * Keys that were opened before, by path: neither a lost connection nor another host that takes the same key asks for its passphrase again.
 * Hosts that want a key at the same time wait for the one answer.
 */
export class OpenedKeys {
  readonly #keys = new Map<string, ParsedKey>();
  readonly #turns = new NamedTurns();

  /**
   * @param load reads the file, and asks for the passphrase
   * @returns undefined if `load` finds no key
   * @throws what `load` throws; the next host tries again
   */
  open(path: string, load: () => Promise<ParsedKey | undefined>): Promise<ParsedKey | undefined> {
    return this.#turns.take(path, async () => {
      const key = this.#keys.get(path) ?? (await load());
      if (key) this.#keys.set(path, key);
      return key;
    });
  }
}
