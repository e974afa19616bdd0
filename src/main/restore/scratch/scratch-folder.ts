/**
 * A new folder that a drill extracts into and removes again. Only its owner may enter it: nobody else puts anything
 * there, or reads what was backed up.
 */
import { randomBytes } from 'node:crypto';
import { access, constants, lstat, mkdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { failure, isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { isMissing } from '../../journal/kept-file.ts';
import { writeTrouble } from '../../journal/journal.ts';
import type { Platform } from '../../site/site-schema.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { mountLook } from '../../procedure/model/look-commands.ts';
import { removeTreeCommand } from '../../procedure/model/extract-commands.ts';
import { parseMountTable } from '../../procedure/model/world.ts';
import { commandOn, holds, requireFolder, requireSpaceOn, restoreStep } from '../target/host-place.ts';
import { requireDumpTool } from '../target/host-dump.ts';
import { requireSpace } from '../target/local-place.ts';
import { deviceOf, targetWords, type RestoreTarget } from '../target/restore-target.ts';
import type { RestoredFile } from '../restored-file.ts';
import { removeWritten } from './remove-written.ts';

/** What a backup needs of the place. */
export interface ScratchNeeds {
  readonly bytes: number;
  /** The only program that reads a dump; undefined for archives and images. */
  readonly restoreTool: string | undefined;
}

const unusable = (place: RestoreTarget, reason: string, cause?: unknown) =>
  failure('RESTORE_TARGET_UNUSABLE', { target: targetWords(place), reason }, {}, cause);

const noFolder = (place: RestoreTarget) =>
  unusable(place, phrase('{path} is not a folder', { path: place.path }));

async function requireFolderHere(place: RestoreTarget): Promise<void> {
  try {
    if (!(await stat(place.path)).isDirectory()) throw noFolder(place);
    await access(place.path, constants.W_OK | constants.X_OK);
  } catch (error) {
    if (isFailure(error)) throw error;
    if (isMissing(error)) throw noFolder(place);
    throw unusable(place, writeTrouble(error), error);
  }
}

/**
 * Checks whether a scratch folder can be made below an existing folder, and take a backup. Changes nothing.
 * @throws RESTORE_TARGET_UNUSABLE, RESTORE_NO_SPACE, RESTORE_SPACE_UNKNOWN, DRILL_NEEDS_HOST, and errors of commands
 */
export async function requireScratchPlace(
  runner: CommandRunner,
  place: RestoreTarget,
  { bytes, restoreTool }: ScratchNeeds,
): Promise<void> {
  if (deviceOf(place)) throw unusable(place, phrase('a drill extracts into a folder, not to a device'));
  if (place.kind === 'here') {
    if (restoreTool !== undefined)
      throw failure('DRILL_NEEDS_HOST', { target: place.path, tool: restoreTool });
    await requireFolderHere(place);
    return requireSpace(place.path, bytes);
  }
  await requireFolder(runner, place);
  if (restoreTool !== undefined) await requireDumpTool(runner, place, restoreTool);
  return requireSpaceOn(runner, place, bytes);
}

/** Below a folder: a name that no other drill has. */
export function scratchBelow(place: RestoreTarget): RestoreTarget {
  const name = `shadowtape-drill-${randomBytes(6).toString('hex')}`;
  const path = place.kind === 'here' ? join(place.path, name) : posix.join(place.path, name);
  return { ...place, path };
}

type HostTarget = Extract<RestoreTarget, { readonly kind: 'host' }>;

export interface ScratchOptions {
  /** Sends commands that a cancel does not end. */
  readonly afterwards: CommandRunner;
  readonly platform: Platform;
}

export class ScratchFolder {
  readonly #place: RestoreTarget;
  readonly #options: ScratchOptions;
  #mayExist = false;

  /** @param place its own path */
  constructor(place: RestoreTarget, options: ScratchOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** What is extracted goes there: a folder of files, or the file of an image. */
  target(kind: 'files' | 'image'): RestoreTarget {
    return { ...this.#place, path: posix.join(this.#place.path, kind) };
  }

  /** Makes it. @throws RESTORE_TARGET_UNUSABLE if something has its name or it cannot be made, and errors of commands */
  async make(runner: CommandRunner): Promise<void> {
    const place = this.#place;
    if (place.kind === 'host') {
      // If the answer is lost, it may have been made; if mkdir fails, what has its name is not the drill's.
      this.#mayExist = true;
      try {
        await runner.send(restoreStep, commandOn(place, ['mkdir', '-m', '700', place.path], true));
      } catch (error) {
        this.#mayExist = !isFailure(error, 'COMMAND_FAILED');
        throw error;
      }
      return;
    }
    try {
      await mkdir(place.path, { mode: 0o700 });
      this.#mayExist = true;
    } catch (error) {
      throw unusable(place, writeTrouble(error), error);
    }
  }

  /**
   * Removes it with what was extracted into it; anything else in it stays.
   * @param files that were extracted
   * @param others that it holds besides, by their paths
   * @returns why it may still exist; undefined if it is gone
   */
  async remove(files: readonly RestoredFile[], others: readonly string[]): Promise<string | undefined> {
    if (!this.#mayExist) return undefined;
    try {
      const place = this.#place;
      const [other] =
        place.kind === 'here' ? await this.#removeHere(files) : await this.#removeOnHost(place, others);
      if (other !== undefined) return foreign(other);
    } catch (error) {
      return isFailure(error) ? error.message : writeTrouble(error);
    }
    this.#mayExist = false;
    return undefined;
  }

  async #removeHere(files: readonly RestoredFile[]): Promise<string[]> {
    const { path } = this.#place;
    // The path of an image is its own; those of files are below their folder.
    const inside = files.map(({ path: own, what }) => ({
      what,
      path: own === this.target('image').path ? 'image' : `files/${own}`,
    }));
    return removeWritten(path, inside);
  }

  /** Nothing is removed if it holds anything else, or if somebody has mounted a file system there. */
  async #removeOnHost(place: HostTarget, others: readonly string[]): Promise<readonly string[]> {
    const { afterwards, platform } = this.#options;
    const { host, path } = place;
    if (!(await holds(afterwards, host, '-d', path))) return [];
    const listed = await afterwards.send(restoreStep, commandOn(place, ['ls', '-a', path], false));
    const names = listed.stdout.toString('latin1').split('\n');
    const found = [...names.filter((name) => !isOwn(name)), ...others];
    if (found.length > 0) return found;
    const { stdout } = await afterwards.send(restoreStep, mountLook(host, platform));
    const mounted = parseMountTable(stdout.toString('utf8')).find(
      ({ mountPoint }) => mountPoint === path || mountPoint.startsWith(`${path}/`),
    );
    if (mounted) throw unusable(place, phrase('{device} is mounted there', { device: mounted.device }));
    await afterwards.send(restoreStep, commandOn(place, removeTreeCommand(path), true));
    return [];
  }
}

/** Of what `ls -a` prints of it: an image has a name of its own until it is compared. */
const isOwn = (name: string): boolean => /^(|\.|\.\.|files|image|image\.[0-9a-f]+\.tmp)$/.test(name);

const foreign = (path: string): string => phrase('it holds {path}, which the drill did not write', { path });

/** True if the scratch folder of an earlier drill still exists. @throws errors of commands */
export async function isLeft(runner: CommandRunner, place: RestoreTarget): Promise<boolean> {
  if (place.kind === 'host') return holds(runner, place.host, '-d', place.path);
  return lstat(place.path).then(
    () => true,
    () => false,
  );
}
