/** The contents of the folder of detached work, parsed strictly; and which running processes are the work's. Pure. */
import { failure } from '../../../contract/errors.ts';
import { shortened } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { errorsAtMost, lookedAt, runScriptName, scriptName } from './detached-script.ts';
import type { ProcessFile } from './detached-script.ts';
import { withRights, type Become } from '../../ssh/rights.ts';
import { workFile, type DetachedProcess, type DetachedWork } from '../model/detached-work.ts';

/** What is known of one process of the work. */
export interface ProcessLook {
  readonly name: string;
  /** Its number; undefined before it starts. */
  readonly pid: number | undefined;
  /** The number of the subshell that waits for it and writes its exit status. */
  readonly guard: number | undefined;
  /** Exit status, or 128 plus the signal's number if it was killed; undefined while it runs. */
  readonly status: number | undefined;
  /** Its error messages so far, at most the first 262,144 bytes. */
  readonly errors: string;
  /** True if there are more. */
  readonly errorsCut: boolean;
  /** Its output so far, if that is kept. */
  readonly output: string;
}

export interface FolderLook {
  /** The number of the process that runs the work; undefined before it starts. */
  readonly pid: number | undefined;
  /** True if each process has an exit status. */
  readonly ended: boolean;
  /** Error messages of the shell that runs the work. */
  readonly words: string;
  readonly processes: readonly ProcessLook[];
}

/** One line of the process list. */
export interface LivingProcess {
  readonly pid: number;
  readonly parent: number;
  /** Its arguments, as ps shows them. */
  readonly words: string;
}

type Unreadable = (reason: string) => Error;

const unreadableFolder =
  ({ folder }: DetachedWork, host: string): Unreadable =>
  (reason) =>
    failure('DETACHED_LOOK_UNREADABLE', { host, folder, reason }, { host });

/** The files between the boundaries, by name; undefined if there is no folder. */
function readFiles(
  text: string,
  boundary: string,
  names: readonly string[],
  unreadable: Unreadable,
): Map<string, string> | undefined {
  const [before, ...parts] = `\n${text}`.split(`\n=${boundary}= `);
  if (before !== '') throw unreadable(phrase('it begins with unexpected text'));
  if (parts.length === 1 && parts[0] === 'absent\n') return undefined;
  if (parts.pop() !== 'end\n') throw unreadable(phrase('its end is missing'));
  const files = new Map<string, string>();
  for (const part of parts) {
    const [name = '', ...lines] = part.split('\n');
    if (!names.includes(name) || files.has(name) || lines.length === 0)
      throw unreadable(phrase('it shows a file "{name}"', { name }));
    files.set(name, lines.join('\n'));
  }
  return files;
}

/** A number alone in a file. The shell creates the file before it writes to it: an empty one has no number yet. */
function readNumber(text: string | undefined, file: string, unreadable: Unreadable): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (!/^\d{1,9}\n$/.test(text))
    throw unreadable(phrase('{file} holds "{text}"', { file, text: text.slice(0, 40) }));
  return Number(text);
}

/**
 * Reads what `lookCommand` printed.
 * @returns undefined if there is no folder
 * @throws DETACHED_LOOK_UNREADABLE
 */
export function parseLook(
  text: string,
  boundary: string,
  work: DetachedWork,
  host: string,
): FolderLook | undefined {
  const unreadable = unreadableFolder(work, host);
  const files = readFiles(text, boundary, lookedAt(work), unreadable);
  if (!files) return undefined;
  const number = (file: string) => readNumber(files.get(file), file, unreadable);
  const processes = work.processes.map(({ name }): ProcessLook => {
    const file = (kind: ProcessFile) => `${name}.${kind}`;
    const errors = files.get(file('errors')) ?? '';
    return {
      name,
      pid: number(file('pid')),
      guard: number(file('guard')),
      status: number(file('status')),
      errors,
      errorsCut: Buffer.byteLength(errors) >= errorsAtMost,
      output: files.get(file('output')) ?? '',
    };
  });
  const ended = processes.every(({ status }) => status !== undefined);
  return { pid: number('run.pid'), ended, words: files.get('run.output') ?? '', processes };
}

/**
 * Reads what `processListCommand` printed.
 * @param isWhole true for the list of all processes: one that is not the work's may have arguments of several lines, or
 *   none
 * @throws DETACHED_LOOK_UNREADABLE
 */
export function parseProcessList(
  text: string,
  work: DetachedWork,
  host: string,
  isWhole = false,
): LivingProcess[] {
  const unreadable = unreadableFolder(work, host);
  const [head = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '');
  if (!/^\s*PID\s+PPID\s+\S+\s*$/.test(head))
    throw unreadable(phrase('ps prints "{head}"', { head: shortened(head, 80) }));
  return lines.flatMap((line) => {
    const [, pid, parent, words] = /^\s*(\d{1,9})\s+(\d{1,9})\s+(\S.*)$/.exec(line) ?? [];
    if (pid !== undefined && parent !== undefined && words !== undefined)
      return [{ pid: Number(pid), parent: Number(parent), words: words.trimEnd() }];
    if (isWhole) return [];
    throw unreadable(phrase('ps prints "{line}"', { line: shortened(line, 80) }));
  });
}

/** Characters of a command line that ps shows on Solaris: PRARGSZ, less the NUL (proc(5)). */
const shownOnSolaris = 79;

function isShownAs(shown: string, argv: readonly string[]): boolean {
  const whole = argv.join(' ').replace(/\s+/g, ' ').trim();
  const seen = shown.replace(/\s+/g, ' ');
  return seen === whole || (seen.length >= shownOnSolaris - 1 && whole.startsWith(seen));
}

const scriptArguments = (work: DetachedWork, script: string) => ['sh', workFile(work, script)];

/** A process that is certainly the work's, and is running. */
export interface OwnProcess {
  readonly pid: number;
  /** The process's name, or `run` for what runs and guards them. */
  readonly name: string;
}

function isOwn(
  work: DetachedWork,
  process: DetachedProcess,
  seen: LivingProcess,
  guards: readonly number[],
  become: Become | undefined,
): boolean {
  if (guards.includes(seen.parent)) return true;
  return [withRights(process.argv, become), scriptArguments(work, scriptName(process))].some((argv) =>
    isShownAs(seen.words, argv),
  );
}

/**
 * The process that sudo runs and waits for, or sudo itself if it has not started it yet. A monitor may be between them
 * (sudo(8)).
 */
function behindSudo(seen: LivingProcess, living: readonly LivingProcess[]): LivingProcess {
  const child = living.find(({ parent }) => parent === seen.pid);
  return child && /^(\S*\/)?sudo\s/.test(seen.words) ? behindSudo(child, living) : seen;
}

/**
 * The running processes of the work. A number may have been reused since, at the latest after a reboot. So each must
 * also show the arguments that it was started with, or have its guard as parent. The guards and what runs them have the
 * folder's name in their arguments, which no other process has.
 * @param list what the process list shows of the numbers in `look`
 * @param become how the host's commands get their rights; a process under sudo is listed with its own number, because
 *   sudo does not forward KILL
 */
export function ownProcesses(
  work: DetachedWork,
  look: FolderLook,
  list: readonly LivingProcess[],
  become?: Become,
): OwnProcess[] {
  // A process that has ended, but was not waited for yet, is shown as `<defunct>`.
  const living = list.filter(({ words }) => !/(^|\s)<defunct>$/.test(words));
  const byNumber = (pid: number | undefined) => living.find((seen) => seen.pid === pid);
  const shells = [look.pid, ...look.processes.map(({ guard }) => guard)].flatMap((pid) => {
    const seen = byNumber(pid);
    return seen && isShownAs(seen.words, scriptArguments(work, runScriptName)) ? [seen.pid] : [];
  });
  const own = work.processes.flatMap((process): OwnProcess[] => {
    const known = look.processes.find(({ name }) => name === process.name);
    const seen = byNumber(known?.pid);
    if (!seen || !isOwn(work, process, seen, shells, become)) return [];
    return [{ pid: behindSudo(seen, living).pid, name: process.name }];
  });
  return [...own, ...shells.map((pid) => ({ pid, name: 'run' }))];
}

/** The numbers to query in the process list. */
export function numbersOf(look: FolderLook): number[] {
  const running = look.processes.filter(({ status }) => status === undefined);
  const numbers = [look.pid, ...running.flatMap(({ pid, guard }) => [pid, guard])];
  return numbers.filter((pid) => pid !== undefined);
}

/**
 * `absent`: no folder. `unbegun`: a folder, but nothing has run. `failed`: ended, with an exit status other than 0.
 * `died`: its end was not recorded.
 */
export type WorkState = 'absent' | 'unbegun' | 'running' | 'ended' | 'failed' | 'died';

/** @param lives true if a process of the work was seen running before the folder was read */
export function stateOf(look: FolderLook | undefined, lives: boolean): WorkState {
  if (!look) return 'absent';
  if (look.ended) return look.processes.every(({ status }) => status === 0) ? 'ended' : 'failed';
  if (lives) return 'running';
  return look.pid === undefined ? 'unbegun' : 'died';
}

/** Bytes written according to /proc/PID/io (proc(5)); undefined if it does not say. */
export function writtenBytes(text: string): number | undefined {
  const written = /^wchar: (\d{1,16})$/m.exec(text)?.[1];
  return written === undefined ? undefined : Number(written);
}
