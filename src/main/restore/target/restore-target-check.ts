/** Checks whether a target, wherever it is, can take the restore. Changes nothing. */
import { posix } from 'node:path';
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { requireFreeDevice, type GdsHosts } from '../device/device-place.ts';
import { requireDumpTool } from './host-dump.ts';
import { requireEmptyFolder, requireImagePlaceOn, requireSpaceOn } from './host-place.ts';
import type { Overwrite } from './local-folder.ts';
import { requireLocalFolder, requireLocalImage } from './local-place.ts';
import { deviceOf, targetWords, type RestoreTarget } from './restore-target.ts';

export interface TargetNeeds {
  readonly target: RestoreTarget;
  readonly kind: 'files' | 'image';
  /** Room that is needed. */
  readonly bytes: number;
  readonly overwrite: Overwrite;
  /** The program that a dump needs; undefined for archives and images. */
  readonly restoreTool?: string | undefined;
  /** Where the disks of GDS are: a device of a host must be none of them. */
  readonly gds: GdsHosts;
}

/** @throws RESTORE_OVERWRITE_UNSUPPORTED */
function requireOverwriteKnown({ target, kind, overwrite }: TargetNeeds): void {
  const isDevice = deviceOf(target) !== undefined;
  const isKnown =
    kind === 'image' && !isDevice ? overwrite !== 'older' : target.kind === 'here' || overwrite === 'never';
  if (isKnown) return;
  const what = isDevice
    ? phrase('a device')
    : kind === 'image'
      ? phrase('an image')
      : phrase('files on a host');
  throw failure('RESTORE_OVERWRITE_UNSUPPORTED', { overwrite, what });
}

/**
 * @throws RESTORE_OVERWRITE_UNSUPPORTED, RESTORE_TARGET_UNUSABLE, RESTORE_TARGET_EXISTS, RESTORE_FOLDER_NOT_EMPTY,
 *   RESTORE_DUMP_NEEDS_HOST, RESTORE_DEVICE_…, RESTORE_NO_SPACE, RESTORE_SPACE_UNKNOWN, and errors of commands
 */
export async function requireTarget(runner: CommandRunner, needs: TargetNeeds): Promise<void> {
  requireOverwriteKnown(needs);
  const { target, kind, bytes, overwrite, restoreTool } = needs;
  const mayReplace = overwrite === 'always';
  if (restoreTool !== undefined && target.kind === 'here')
    throw failure('RESTORE_DUMP_NEEDS_HOST', { target: targetWords(target), tool: restoreTool });
  if (target.kind === 'here')
    return kind === 'files'
      ? requireLocalFolder(target.path, bytes)
      : requireLocalImage(target.path, bytes, mayReplace);
  const device = deviceOf(target);
  if (device) {
    const reason = phrase('files go to a folder');
    if (kind === 'files') throw failure('RESTORE_DEVICE_REFUSED', { target: targetWords(target), reason });
    return requireFreeDevice(runner, device, bytes, needs.gds);
  }
  const { host, path } = target;
  if (kind === 'image') await requireImagePlaceOn(runner, target, mayReplace);
  if (restoreTool !== undefined) await requireDumpTool(runner, target, restoreTool);
  const isMissing = kind === 'image' || (await requireEmptyFolder(runner, target));
  return requireSpaceOn(runner, { host, path: isMissing ? posix.dirname(path) : path }, bytes);
}
