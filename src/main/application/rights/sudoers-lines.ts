/**
 * What a host must allow, as lines of sudoers(5) or of RBAC (exec_attr(4)). Wildcards of sudoers also match spaces, so
 * `skip=*` would let dd write anywhere: a number is written digit by digit, with one line for each length. Pure.
 */
import type { AllowedCommand, AllowedWord, WordPart } from '../../procedure/plan/rights-needed.ts';

/** Characters with a meaning in the arguments of a command in sudoers(5). */
const escaped = (text: string): string => {
  if (text.includes('\n')) throw new Error('a line of sudoers has no line feed');
  return text
    .replaceAll('\\', '\\\\\\\\')
    .replaceAll(/[*?[\]!^]/g, '\\$&')
    .replaceAll(/[,:=# \t]/g, '\\$&');
};

const digits = (count: number): string => '[0-9]'.repeat(count);

/** A name of a run: date, time and volume. */
const runPattern = (volume: string): string => `${digits(8)}-${digits(6)}-${escaped(volume)}`;

/** Patterns for a part, all of which are allowed, each with an example. */
interface Form {
  readonly pattern: string;
  readonly sample: string;
}

const formsOf = (part: WordPart, volume: string): Form[] => {
  if (typeof part === 'string') return [{ pattern: escaped(part), sample: part }];
  if ('varies' in part)
    return part.varies === 'run'
      ? [{ pattern: runPattern(volume), sample: `20261128-171000-${volume}` }]
      : [{ pattern: '*', sample: '1' }];
  return Array.from({ length: part.digits }, (_, index) => ({
    pattern: digits(index + 1),
    sample: '1'.repeat(index + 1),
  }));
};

const isRun = (part: WordPart): boolean =>
  typeof part !== 'string' && 'varies' in part && part.varies === 'run';

/** Every combination, the first parts first. */
const joined = (all: readonly (readonly Form[])[], between: string): Form[] =>
  all.reduce<Form[]>(
    (known, forms, index) =>
      known.flatMap(({ pattern, sample }) =>
        forms.map((form) => ({
          pattern: index === 0 ? form.pattern : `${pattern}${between}${form.pattern}`,
          sample: index === 0 ? form.sample : `${sample}\0${form.sample}`,
        })),
      ),
    [{ pattern: '', sample: '' }],
  );

function formsOfWord(word: AllowedWord, volume: string): Form[] {
  const parts = word.map((part) => formsOf(part, volume));
  return joined(parts, '').map(({ pattern, sample }) => ({
    pattern: pattern === '' ? '""' : pattern,
    sample: sample.replaceAll('\0', ''),
  }));
}

/** One line, and a command that it must allow. */
export interface AllowedLine {
  readonly line: string;
  readonly argv: readonly string[];
}

export interface AllowedBy {
  /** The login of the host. */
  readonly user: string;
  /** Where the program is on the host. */
  readonly path: string;
  /** The part of run names after date and time. */
  readonly volumes: readonly string[];
}

/** The lines of sudoers for one command. Without arguments a line would allow any: `""` means none. */
export function sudoersLines(command: AllowedCommand, { user, path, volumes }: AllowedBy): AllowedLine[] {
  const names = command.words.flat().some(isRun) ? volumes : volumes.slice(0, 1);
  return names.flatMap((volume) => {
    const forms = joined(
      command.words.map((word) => formsOfWord(word, volume)),
      ' ',
    );
    return forms.map(({ pattern, sample }) => ({
      line: `${escaped(user)} ALL=(root) NOPASSWD: ${escaped(path)} ${pattern === '' ? '""' : pattern}`,
      argv: [command.program, ...(command.words.length === 0 ? [] : sample.split('\0'))],
    }));
  });
}

/** The name of the rights profile. */
const profile = 'Shadowtape';

/** The profile of RBAC (prof_attr(4), user_attr(4)), which has the command below. */
export const profileLines = (user: string): string[] => [
  `prof_attr: ${profile}:::Backup of GDS volumes:`,
  `user_attr: ${user}::::type=normal;profiles=${profile}`,
];

/** A profile allows a program with any arguments (exec_attr(4)). */
export const profileLine = (path: string): string => `exec_attr: ${profile}:suser:cmd:::${path}:uid=0`;
