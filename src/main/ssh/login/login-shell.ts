/**
 * What the login shell of a host does to commands and data. Asked before the first command of a session: a shell whose start-up files print,
 * or a command that sshd forces, spoils everything that is read from the host.
 */
import { randomBytes } from 'node:crypto';
import { failure } from '../../../contract/errors.ts';
import type { Evidence, ShadowtapeError } from '../../../contract/errors.ts';
import { shortened } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { CommandResult } from '../channels/ssh-command.ts';
import { howItEnded } from '../channels/remote-process.ts';

/** A login shell that passes on commands and data as they are. */
export interface LoginShell {
  /** Its path, as the host reports it; '' if it does not. */
  readonly path: string;
  /** What each command prints on its standard error first; '' where that is nothing. */
  readonly says: string;
}

/** Who logs in where. */
export interface LoginPlace {
  readonly host: string;
  readonly user: string;
}

/** Seconds that start-up files may take. */
export const shellLimitSeconds = 60;

/** Other than 0: any program between sshd and the command must pass it on. */
const probeStatus = 47;

/** Every character that means something to a shell. */
const oddArgument = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ ';

const script = `: shadowtape-login-shell; printf "%s\\n" "$1" "$SHELL" "$2"; cat; exit ${probeStatus}`;

/** The command that shows how a login shell passes on arguments and data. @param mark what its answer begins with */
export const probeArguments = (mark: string): readonly string[] => [
  'sh',
  '-c',
  script,
  'sh',
  mark,
  oddArgument,
];

/** Characters of a text that a sentence quotes. */
const quotedCharacters = 120;

const quoted = (text: string): string =>
  `"${shortened(text.trim().replaceAll(/\s+/g, ' '), quotedCharacters)}"`;

/** How start-up files that print are kept from it, by the name of the shell. */
const remedies: Readonly<Record<string, string>> = {
  csh: phrase('in ~/.cshrc and /etc/csh.cshrc, put "if (! $?prompt) exit" before the line that prints'),
  tcsh: phrase(
    'in ~/.tcshrc, ~/.cshrc and /etc/csh.cshrc, put "if (! $?prompt) exit" before the line that prints',
  ),
  bash: phrase('in ~/.bashrc, put "case $- in *i*) ;; *) return ;; esac" before the line that prints'),
  zsh: phrase('move the line that prints from ~/.zshenv to ~/.zshrc'),
};
const otherRemedy = phrase(
  'in ~/.ssh/rc, /etc/ssh/sshrc or what ForceCommand names, print only where "test -t 1" succeeds',
);

function remedyOf(path: string): string {
  const remedy = remedies[path.replace(/^.*\//, '').replace(/^bsd-/, '')];
  return remedy === undefined ? otherRemedy : `${remedy}; ${otherRemedy}`;
}

/** Every byte but two that would stop a terminal in between, so that its answer never came: Ctrl-S and Ctrl-Z. */
const bytes = Buffer.from(
  Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => ![0x13, 0x1a].includes(byte)),
);

/** The first difference, in words. */
function differenceOf(arrived: Buffer, expected: Buffer): string {
  const at = expected.findIndex((byte, index) => arrived[index] !== byte);
  const seen = arrived[at];
  const hex = (byte: number | undefined) => `0x${(byte ?? 0).toString(16).padStart(2, '0')}`;
  return seen === undefined
    ? phrase('{at} of {expected} bytes come back', { at, expected: expected.length })
    : phrase('byte {at} of {bytes} comes back as {seen} instead of {sent}', {
        at: at + 1,
        bytes: expected.length,
        seen: hex(seen),
        sent: hex(expected[at]),
      });
}

/** One question to a login shell: a command with an odd argument, which returns its input. */
export class ShellProbe {
  readonly argv: readonly string[];
  readonly input: Buffer;
  readonly #mark = `shadowtape-${randomBytes(8).toString('hex')}`;
  readonly #place: LoginPlace;

  constructor(place: LoginPlace) {
    this.#place = place;
    this.argv = probeArguments(this.#mark);
    this.input = Buffer.concat([bytes, Buffer.from(this.#mark)]);
  }

  /**
   * Judges what came back.
   * @throws LOGIN_SHELL_UNUSABLE, LOGIN_SHELL_CHANGES, LOGIN_SHELL_PRINTS
   */
  judge(result: CommandResult): LoginShell {
    const { status, stdout, stderr } = result;
    const begin = stdout.indexOf(this.#mark);
    if (begin < 0)
      throw this.#unusable(
        result,
        phrase('it ended {howItEnded} and printed {whatItPrinted}', {
          howItEnded: howItEnded(result),
          whatItPrinted: whatItPrinted(result),
        }),
      );
    const told = stdout.subarray(stdout.indexOf('\n', begin) + 1);
    const endOfPath = told.indexOf('\n');
    const path = told.toString('utf8', 0, Math.max(endOfPath, 0)).trim();
    const arrived = told.subarray(endOfPath + 1);
    const expected = Buffer.concat([Buffer.from(`${oddArgument}\n`), this.input]);
    if (!arrived.subarray(0, expected.length).equals(expected)) throw this.#changes(path, arrived, expected);
    if (status !== probeStatus)
      throw this.#unusable(
        result,
        phrase('a command that ends with exit status {probeStatus} seems to end {howItEnded}', {
          probeStatus,
          howItEnded: howItEnded(result),
        }),
      );
    const extra = [stdout.subarray(0, begin), arrived.subarray(expected.length)] as const;
    if (extra.some(({ length }) => length > 0)) throw this.#prints(path, ...extra);
    return { path, says: stderr.trim() };
  }

  #evidence(more: Evidence): Evidence {
    return { host: this.#place.host, ...more };
  }

  #unusable({ status, stdout, stderr }: CommandResult, reason: string): ShadowtapeError {
    const seen = {
      ...(status === undefined ? {} : { exitStatus: status }),
      stdout: stdout.toString('utf8'),
      stderr,
    };
    return failure('LOGIN_SHELL_UNUSABLE', { ...this.#place, reason }, this.#evidence(seen));
  }

  #changes(shell: string, arrived: Buffer, expected: Buffer): ShadowtapeError {
    const what = differenceOf(arrived, expected);
    const seen = { expected: expected.toString('hex'), actual: arrived.toString('hex') };
    return failure('LOGIN_SHELL_CHANGES', { ...this.#place, shell, what }, this.#evidence(seen));
  }

  #prints(shell: string, before: Buffer, after: Buffer): ShadowtapeError {
    const extra = Buffer.concat([before, after]);
    const where = after.length === 0 ? 'before' : before.length === 0 ? 'after' : phrase('before and after');
    const text = quoted(extra.toString('utf8'));
    const values = { ...this.#place, shell, where, bytes: extra.length, text, remedy: remedyOf(shell) };
    return failure('LOGIN_SHELL_PRINTS', values, this.#evidence({ stdout: extra.toString('utf8') }));
  }
}

function whatItPrinted({ stdout, stderr }: CommandResult): string {
  const text = `${stdout.toString('utf8')} ${stderr}`.trim();
  return text === '' ? 'nothing' : quoted(text);
}

/** What was found last, and the call that finds it out now: several commands that wait for it ask once. */
export class ShellMemory {
  #last: { readonly found: LoginShell; readonly at: number } | undefined;
  #asking: Promise<LoginShell> | undefined;

  /**
   * @param maxAgeSeconds an older answer does not count
   * @throws what `ask` throws; the next one asks again
   */
  async known(maxAgeSeconds: number, ask: () => Promise<LoginShell>): Promise<LoginShell> {
    const last = this.#last;
    if (last && performance.now() - last.at < maxAgeSeconds * 1000) return last.found;
    this.#asking ??= ask().finally(() => (this.#asking = undefined));
    const found = await this.#asking;
    this.#last = { found, at: performance.now() };
    return found;
  }
}
