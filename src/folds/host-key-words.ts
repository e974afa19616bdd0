/** What a host key that has changed tells, read out of the sentence that refuses it. */
import { say } from '../contract/text/say.ts';

/** What a refused host key says: which one is shown, which one is known, and where. */
export interface ChangedHostKey {
  readonly shown: string;
  readonly known: string;
  /** File and line of the known one. */
  readonly place: string;
}

/** Reads the sentence of HOST_KEY_CHANGED (error-table.ts); undefined if it is another. */
export function changedHostKey(sentence: string): ChangedHostKey | undefined {
  const [, shown, known, file, line] =
    /shows the \S+ host key (\S+), but (\S+) is known \((.+), line (\d+)\)$/.exec(sentence) ?? [];
  if (shown === undefined || known === undefined) return undefined;
  return { shown, known, place: say('{file}, line {line}', { file: file ?? '', line: line ?? '' }) };
}
