/** Questions on a terminal: choices, host keys, secrets. */
import { createInterface } from 'node:readline/promises';
import type { Ask, AskSecret, ConfirmHostKey, SecretQuestion } from '../application/console.ts';
import type { ProgressLine } from './progress-line.ts';
import { printable } from './text.ts';

/** True where a person can be asked. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function askLine(question: string, abort?: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C belongs to the run, not to the question.
  lines.on('SIGINT', () => process.emit('SIGINT'));
  try {
    return (await lines.question(question, abort ? { signal: abort } : {})).trim();
  } finally {
    lines.close();
  }
}

/** @returns what is typed, without blanks around it */
export const typedOnTerminal = (question: string): Promise<string> => askLine(question);

/** Asks until one of the choices is typed, by its number or its word. */
export function terminalAsk(progress: ProgressLine, user: string): Ask {
  return async (question, abort) => {
    const choices = question.choices.map(({ id, label }, index) => `  ${index + 1}  ${label} (${id})`);
    progress.print(['', `? ${printable(question.text)}`, ...choices]);
    for (;;) {
      const typed = await askLine(`  your choice [1-${question.choices.length}]: `, abort);
      const chosen = question.choices.find(({ id }, index) => typed === id || typed === String(index + 1));
      if (!chosen) continue;
      const reason = chosen.asksReason ? await askLine('  why: ', abort) : undefined;
      return { choice: chosen.id, by: user, reason };
    }
  };
}

/** @param trust accepts keys that nobody has seen before, and shows them */
export function terminalHostKeys(trust: boolean, print: (line: string) => void): ConfirmHostKey {
  return async ({ host, address, port, keyType, fingerprint }) => {
    const words = `${host} (${address}, port ${port}) shows a new ${keyType} host key: ${fingerprint}`;
    if (trust) {
      print(`${words} - accepted (--trust)`);
      return true;
    }
    if (!hasTerminal()) return false;
    print(words);
    return (await askLine('Is it the right one? Compare it on the host itself. [yes/no] ')) === 'yes';
  };
}

/** Reads a line without showing it. */
function readHidden(question: SecretQuestion): Promise<string | undefined> {
  const { stdin, stderr } = process;
  stderr.write(`${printable(question.text)} `);
  return new Promise((resolve) => {
    let typed = '';
    const finish = (answer: string | undefined) => {
      stdin.off('data', read);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
      resolve(answer);
    };
    const read = (bytes: Buffer) => {
      for (const sign of bytes.toString('utf8')) {
        if (sign === '\r' || sign === '\n') return finish(typed);
        if (sign === '\x04') return finish(undefined);
        if (sign === '\x03') {
          finish(undefined);
          process.emit('SIGINT');
          return undefined;
        }
        typed = sign === '\x7f' || sign === '\b' ? typed.slice(0, -1) : typed + sign;
      }
      return undefined;
    };
    stdin.setRawMode(true);
    stdin.on('data', read);
    stdin.resume();
  });
}

/** Nobody is asked where there is no terminal. */
export const terminalSecret: AskSecret = async (question) =>
  hasTerminal() ? readHidden(question) : undefined;
