/** Questions on a terminal: choices, host keys, secrets. */
import { createInterface } from 'node:readline';
import { isatty } from 'node:tty';
import { failure } from '../../../contract/errors.ts';
import { phrase, say, told } from '../../../contract/text/say.ts';
import type { Ask, AskSecret, ConfirmHostKey, SecretQuestion } from '../../application/console.ts';
import type { Line } from './lines.ts';
import { standardError } from './output.ts';
import type { ProgressLine } from './progress-line.ts';
import type { StopSwitch } from './stop-signals.ts';
import { printable } from './text.ts';

/** True if a person can be asked. */
export function hasTerminal(): boolean {
  return isatty(0) && isatty(2);
}

/** The answer to a question: a line; Ctrl-D, or a Ctrl-C that nothing else handles; or a closed terminal. */
type Typed = { readonly line: string } | { readonly end: 'key' | 'gone' };

let isWatched = false;

/** A closed terminal is noticed on reading; leaving its raw mode fails as well, and needs no report. */
function watchInput(): void {
  if (!isWatched) process.stdin.on('error', () => undefined);
  isWatched = true;
}

/** True if standard input has ended. Node reads the input of a closed terminal as an error, or as its end. */
function isInputOver(): boolean {
  const { stdin } = process;
  watchInput();
  return stdin.readableEnded || stdin.destroyed || stdin.errored !== null || standardError.isGone;
}

/** @throws the reason of the signal, if it aborts before there is an answer */
function askLine(question: string, abort?: AbortSignal, gone?: AbortSignal): Promise<Typed> {
  abort?.throwIfAborted();
  if (isInputOver() || gone?.aborted) return Promise.resolve({ end: 'gone' });
  const lines = createInterface({ input: process.stdin, output: standardError });
  const over = new AbortController();
  return new Promise<Typed>((resolve, reject) => {
    const goneNow = () => resolve({ end: 'gone' });
    lines.on('error', goneNow);
    process.stdin.on('error', goneNow);
    over.signal.addEventListener('abort', () => process.stdin.off('error', goneNow));
    lines.once('line', (line) => resolve({ line: line.trim() }));
    lines.once('close', () => resolve({ end: isInputOver() ? 'gone' : 'key' }));
    lines.on('SIGINT', () => {
      process.emit('SIGINT');
      // Ctrl-C belongs to the run, which ends its question. Where none does, this key ends it: the terminal sends no signal meanwhile.
      if (!abort) resolve({ end: 'key' });
    });
    gone?.addEventListener('abort', goneNow, { signal: over.signal });
    abort?.addEventListener('abort', () => reject(abort.reason as Error), { signal: over.signal });
    lines.setPrompt(question);
    lines.prompt();
  }).finally(() => {
    over.abort();
    lines.close();
  });
}

/** @returns what is typed, without blanks around it; undefined at the end of the input, and on Ctrl-C */
export async function typedOnTerminal(question: string): Promise<string | undefined> {
  const typed = await askLine(question);
  if ('line' in typed) return typed.line;
  standardError.write('\n');
  return undefined;
}

/** Asks until there is a line. @throws OPERATOR_NEEDED if the terminal is closed */
async function askUntilTyped(
  question: { readonly id: string; readonly words: string },
  abort: AbortSignal,
  stop: StopSwitch | undefined,
): Promise<string> {
  for (;;) {
    const typed = await askLine(question.words, abort, stop?.terminalGone);
    if ('line' in typed) return typed.line;
    if (typed.end === 'gone') {
      stop?.rollBack(`nobody can answer "${question.id}": the terminal is closed`);
      throw failure('OPERATOR_NEEDED', { question: question.id, remedy: phrase('run it on a terminal') });
    }
    standardError.write(`\n  ${say('Ctrl-D gives no answer; Ctrl-C cancels')}\n`);
  }
}

interface AskOptions {
  /** Used to roll back if nobody can answer any more. */
  readonly stop?: StopSwitch;
  /** Lines above a question, by its id. */
  readonly about?: (question: string) => readonly Line[];
}

/** Asks until one of the choices is typed, by its number or its word. */
export function terminalAsk(
  progress: ProgressLine,
  user: string,
  { stop, about = () => [] }: AskOptions = {},
): Ask {
  return async (question, abort) => {
    const choices = question.choices.map(({ id, label, byWord }, index) =>
      byWord ? `  ${say('-  {label} (type {id})', { label, id })}` : `  ${index + 1}  ${told(label)} (${id})`,
    );
    progress.print(['', ...about(question.id), `? ${told(question.text)}`, ...choices]);
    const ask = (words: string) => askUntilTyped({ id: question.id, words }, abort, stop);
    const keys = question.choices.map(({ id, byWord }, index) => (byWord ? id : String(index + 1)));
    for (;;) {
      const typed = await ask(`  ${say('your choice [{keys}]:', { keys: keys.join(', ') })} `);
      const chosen = question.choices.find(({ id }, index) => typed === id || typed === keys[index]);
      if (!chosen) {
        standardError.write(`  ${say('"{typed}" is none of the choices', { typed })}\n`);
        continue;
      }
      const reason = chosen.asksReason ? await ask(`  ${say('why:')} `) : undefined;
      return { choice: chosen.id, by: user, reason };
    }
  };
}

/** @param trust accepts unknown keys, and shows them */
export function terminalHostKeys(trust: boolean, print: (line: string) => void): ConfirmHostKey {
  return async ({ host, address, port, keyType, fingerprint }) => {
    const words = say('{host} ({address}, port {port}) shows a new {keyType} host key: {fingerprint}', {
      host,
      address,
      port,
      keyType,
      fingerprint,
    });
    if (trust) {
      print(say('{words} - accepted (--trust)', { words }));
      return true;
    }
    if (!hasTerminal()) return false;
    print(words);
    const typed = await typedOnTerminal(
      `${say('Accept it? Compare it with the key on the host itself. [yes/no]')} `,
    );
    return typed === 'yes';
  };
}

/** Reads a line without showing it. @returns undefined at the end of the input, and on Ctrl-C */
function readHidden(question: SecretQuestion): Promise<string | undefined> {
  const { stdin } = process;
  if (isInputOver()) return Promise.resolve(undefined);
  // Before the question is shown, so that a typed answer is never visible, and Ctrl-D arrives as a key.
  stdin.setRawMode(true);
  standardError.write(`${printable(told(question.text))} `);
  return new Promise((resolve) => {
    let typed = '';
    const finish = (answer: string | undefined) => {
      stdin.off('data', read);
      for (const event of ['end', 'error'] as const) stdin.off(event, end);
      stdin.setRawMode(false);
      stdin.pause();
      standardError.write('\n');
      resolve(answer);
    };
    const end = () => finish(undefined);
    const read = (bytes: Buffer) => {
      for (const sign of bytes.toString('utf8')) {
        if (sign === '\r' || sign === '\n') return finish(typed);
        // Ctrl-D. Linux turns one that was typed too early, before raw mode, into a NUL.
        if (sign === '\x04' || sign === '\0') return finish(undefined);
        if (sign === '\x03') {
          finish(undefined);
          process.emit('SIGINT');
          return undefined;
        }
        typed = sign === '\x7f' || sign === '\b' ? typed.slice(0, -1) : typed + sign;
      }
      return undefined;
    };
    for (const event of ['end', 'error'] as const) stdin.on(event, end);
    stdin.on('data', read);
    stdin.resume();
  });
}

/** There is no question without a terminal. */
export const terminalSecret: AskSecret = async (question) =>
  hasTerminal() ? readHidden(question) : undefined;
