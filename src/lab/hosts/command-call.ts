import type { ByteReader, ByteWriter } from './open-file.ts';
import type { Machine } from './machine.ts';

/** One command as a process of a lab host sees it. */
export interface CommandCall {
  /** [0] is the command's name. */
  readonly argv: readonly string[];
  readonly machine: Machine;
  readonly directory: string;
  readonly input: ByteReader;
  readonly output: ByteWriter;
  readonly errors: ByteWriter;
  /** Aborted by a signal, a reboot, or the end of the lab. */
  readonly killed: AbortSignal;
}

/** Does its work and resolves with the exit status. */
export type Command = (call: CommandCall) => Promise<number>;

/** Resolves when a process is to end. */
export function whenKilled(killed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (killed.aborted) resolve();
    killed.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Writes a line to the standard error and gives the exit status back. */
export async function complain(call: CommandCall, line: string, status = 1): Promise<number> {
  await call.errors.write(`${line}\n`);
  return status;
}

/** Options of a command line in getopt's manner: `-c Class1 -p Volume2 -FX`. */
export interface Options {
  /** Letter -> argument; '' for a letter that takes none. */
  readonly given: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/**
 * Splits the words after a command's name.
 * @param letters as for getopt(3): a letter followed by ':' takes an argument
 * @returns a sentence if a word is invalid
 */
export function parseOptions(words: readonly string[], letters: string): Options | string {
  const given = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return { given, operands: words.slice(index + 1) };
    if (!word.startsWith('-') || word === '-') return { given, operands: words.slice(index) };
    for (let place = 1; place < word.length; place += 1) {
      const letter = word.charAt(place);
      const known = letters.indexOf(letter);
      if (known < 0 || letter === ':') return `illegal option -- ${letter}`;
      if (letters[known + 1] !== ':') {
        given.set(letter, '');
        continue;
      }
      const rest = word.slice(place + 1);
      if (rest === '') index += 1;
      const argument = rest === '' ? words[index] : rest;
      if (argument === undefined) return `option requires an argument -- ${letter}`;
      given.set(letter, argument);
      break;
    }
  }
  return { given, operands: [] };
}
