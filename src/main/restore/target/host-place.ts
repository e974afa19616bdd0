/** A place on a host of the site: what is checked before anything is written there, and how. */
import { posix } from 'node:path';
import { failure } from '../../../contract/errors.ts';
import { bytesText } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { troubleOf, wordsOf, type CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { StepCommand } from '../../procedure/model/step.ts';

export interface HostPlace {
  readonly host: string;
  /** Absolute. */
  readonly path: string;
}

export const placeWords = ({ host, path }: HostPlace): string => `${host}:${path}`;

/** A command at the place, not one of the guide's. */
export const commandOn = ({ host }: HostPlace, argv: readonly string[], changes: boolean): StepCommand => ({
  host,
  argv,
  guide: false,
  changes,
});

/** For the journal. */
export const restoreStep = 'restore';

/**
 * test(1) exits 0 or 1; anything else is no answer.
 * @throws COMMAND_FAILED, and errors of commands
 */
export async function holds(
  runner: CommandRunner,
  host: string,
  test: string,
  path: string,
): Promise<boolean> {
  const command = { host, argv: ['test', test, path], changes: false };
  const result = await runner.send(restoreStep, command, { anyStatus: true });
  if (result.status === 0) return true;
  if (result.status === 1) return false;
  throw troubleOf(command, result) ?? new Error(phrase('a status other than 0 is trouble'));
}

const unusable = (place: HostPlace, reason: string) =>
  failure('RESTORE_TARGET_UNUSABLE', { target: placeWords(place), reason });

/** @throws RESTORE_TARGET_UNUSABLE */
export async function requireFolder(runner: CommandRunner, place: HostPlace): Promise<void> {
  const { host, path } = place;
  if (!(await holds(runner, host, '-d', path)))
    throw unusable(place, phrase('{path} is not a folder', { path }));
  if (!(await holds(runner, host, '-w', path)))
    throw unusable(place, phrase('{path} cannot be written', { path }));
}

/**
 * A target folder must be new or empty: the tar of a host would overwrite its contents.
 * @returns true if it must be made
 * @throws RESTORE_TARGET_UNUSABLE, RESTORE_FOLDER_NOT_EMPTY
 */
export async function requireEmptyFolder(runner: CommandRunner, place: HostPlace): Promise<boolean> {
  const { host, path } = place;
  if (!(await holds(runner, host, '-d', path))) {
    const isTaken = (await holds(runner, host, '-f', path)) || (await holds(runner, host, '-h', path));
    if (isTaken) throw unusable(place, phrase('{path} is not a folder', { path }));
    await requireFolder(runner, { host, path: posix.dirname(path) });
    return true;
  }
  await requireFolder(runner, place);
  const { stdout } = await runner.send(restoreStep, { host, argv: ['ls', '-a', path], changes: false });
  const names = stdout.toString('latin1').split('\n');
  if (names.some((name) => !['', '.', '..'].includes(name)))
    throw failure('RESTORE_FOLDER_NOT_EMPTY', { target: `${host}:${path}` });
  return false;
}

/**
 * Checks a folder right before files are written into it, and creates it if it is missing.
 * @param onWrite called right before it changes
 * @throws RESTORE_TARGET_UNUSABLE, RESTORE_FOLDER_NOT_EMPTY, COMMAND_FAILED
 */
export async function makeEmptyFolder(
  runner: CommandRunner,
  place: HostPlace,
  onWrite: () => void,
): Promise<void> {
  const isNew = await requireEmptyFolder(runner, place);
  onWrite();
  if (isNew) await runner.send(restoreStep, commandOn(place, ['mkdir', place.path], true));
}

/**
 * What exists stays unless it may be lost.
 * @throws RESTORE_TARGET_EXISTS, RESTORE_TARGET_UNUSABLE
 */
export async function requireImagePlaceOn(
  runner: CommandRunner,
  place: HostPlace,
  mayReplace: boolean,
): Promise<void> {
  const { host, path } = place;
  await requireFolder(runner, { host, path: posix.dirname(path) });
  const isFile = await holds(runner, host, '-f', path);
  if (isFile && !mayReplace) throw failure('RESTORE_TARGET_EXISTS', { target: `${host}:${path}` });
  if (isFile) return;
  for (const test of ['-d', '-h', '-b', '-c', '-p'])
    if (await holds(runner, host, test, path)) throw unusable(place, phrase('it is not a regular file'));
}

/** Sizes in df -k: all, used, free; the name of a device may be on a separate line. */
const freeKilobytes = /\s\d+\s+-?\d+\s+(-?\d+)\s+\d+%\s/;

/** @throws RESTORE_NO_SPACE, RESTORE_SPACE_UNKNOWN */
export async function requireSpaceOn(
  runner: CommandRunner,
  { host, path }: HostPlace,
  bytes: number,
): Promise<void> {
  const { stdout } = await runner.send(restoreStep, { host, argv: ['df', '-k', path], changes: false });
  const text = stdout.toString('utf8');
  const free = freeKilobytes.exec(text)?.[1];
  const target = `${host}:${path}`;
  if (free === undefined)
    throw failure(
      'RESTORE_SPACE_UNKNOWN',
      { target, said: wordsOf({ stdout: text }) },
      { host, stdout: text },
    );
  const freeBytes = Math.max(0, Number(free)) * 1024;
  if (freeBytes < bytes)
    throw failure('RESTORE_NO_SPACE', { target, needed: bytesText(bytes), free: bytesText(freeBytes) });
}

/** The command that gives a file its name: an existing one is lost. */
export const renameCommand = (from: string, to: string): string[] => ['mv', '-f', from, to];

export const writeFileCommand = (file: string, recordBytes: number): string[] => [
  'dd',
  `of=${file}`,
  `bs=${recordBytes}`,
];

/** Reads what cksum(1) prints. @returns undefined if it is something else */
export function parseCksum(printed: string): { readonly cksum: number; readonly bytes: number } | undefined {
  const [, cksum, bytes] = /^(\d+)\s+(\d+)(?:\s|$)/.exec(printed) ?? [];
  return cksum === undefined || bytes === undefined
    ? undefined
    : { cksum: Number(cksum), bytes: Number(bytes) };
}
