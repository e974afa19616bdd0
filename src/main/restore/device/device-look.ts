/** How a device of a host is checked before it is overwritten: a failed query is no answer, and the device is then refused. */
import { failure, isFailure } from '../../../contract/errors.ts';
import { bytesText } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { placeWords, restoreStep, type HostPlace } from '../target/host-place.ts';

/** A device that has blocks of the target, from its first byte on. */
interface Beginning {
  readonly name: string;
  readonly path: string;
  /** Size of the device. */
  readonly bytes: number;
}

/** What is known of a device without any user. */
export interface UnusedDevice {
  /** The disk that it is on, as the host names it. */
  readonly disk: string;
  /** Every device file of its blocks. */
  readonly paths: readonly string[];
  /** What must be read to find an owner; empty where a program of the host has searched for one. */
  readonly beginnings: readonly Beginning[];
}

export const refusedDevice = (place: HostPlace, reason: string) =>
  failure('RESTORE_DEVICE_REFUSED', { target: placeWords(place), reason });

export const notFree = (place: HostPlace, reason: string) =>
  failure('RESTORE_DEVICE_NOT_FREE', { target: placeWords(place), reason });

export const notKnown = (place: HostPlace, reason: string, cause?: unknown) =>
  failure('RESTORE_DEVICE_UNKNOWN', { target: placeWords(place), host: place.host, reason }, {}, cause);

/**
 * What a host reports of the device.
 * @throws RESTORE_DEVICE_UNKNOWN if it does not answer, or the command fails
 */
export async function told(
  runner: CommandRunner,
  place: HostPlace,
  argv: readonly string[],
  host = place.host,
): Promise<string> {
  try {
    return (await runner.send(restoreStep, { host, argv, changes: false })).stdout.toString('utf8');
  } catch (error) {
    if (!isFailure(error) || error.code === 'COMMAND_CANCELLED') throw error;
    throw notKnown(place, error.message, error);
  }
}

/** @param kind the operator of test(1) for such a device file, and its name. @throws RESTORE_DEVICE_REFUSED */
export async function requireDeviceFile(
  runner: CommandRunner,
  place: HostPlace,
  kind: { readonly test: '-b' | '-c'; readonly words: string },
): Promise<void> {
  const { host, path } = place;
  const test = { host, argv: ['test', kind.test, path], changes: false };
  const { status } = await runner.send(restoreStep, test, { anyStatus: true });
  if (status !== 0)
    throw refusedDevice(place, phrase('{host} has no such {what}', { host, what: kind.words }));
}

/** @throws RESTORE_DEVICE_SMALL. @param size bytes of the device. @param bytes of the image */
export function requireRoom(place: HostPlace, size: number, bytes: number): void {
  if (size < bytes)
    throw failure('RESTORE_DEVICE_SMALL', {
      target: placeWords(place),
      ...{ size: bytesText(size), needed: bytesText(bytes) },
    });
}

export async function isInstalled(runner: CommandRunner, host: string, program: string): Promise<boolean> {
  const command = { host, argv: ['command', '-v', program], changes: false };
  return (await runner.send(restoreStep, command, { anyStatus: true })).status === 0;
}
