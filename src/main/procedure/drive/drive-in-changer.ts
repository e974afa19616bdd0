/**
 * Which drive of a changer is the site's: the one in the site file, the only one, or the one with the serial number of
 * `tape.device`.
 */
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { ChangerStatus } from '../../tape/changer.ts';
import {
  driveIdentifiers,
  driveIdentifiersArguments,
  driveWithSerial,
  unitSerialArguments,
  unitSerialIn,
} from '../../tape/element-status.ts';
import { withoutRewind } from '../../tape/tape-device.ts';
import { anyAnswer, wordsOf, type CommandRunner } from '../hosts/command-runner.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Drive } from '../model/tape/tape-commands.ts';

/** What operating a changer needs from its caller. */
export interface ChangerRoom {
  readonly runner: CommandRunner;
  readonly step: string;
  readonly drive: Drive;
  readonly change: Pick<Assignment['tapeChange'], 'changerDrive' | 'library'>;
}

const secondsOfQuery = 120;

async function ask({ runner, step, drive }: ChangerRoom, argv: readonly string[], binary = false) {
  const command = { host: drive.tapeHost, argv, changes: false };
  return runner.send(step, command, { ...anyAnswer, binary, timeLimitSeconds: secondsOfQuery });
}

/** @returns the number, or why it cannot be found, in words */
async function numberBySerial(room: ChangerRoom, changer: string): Promise<number | string> {
  const device = withoutRewind(room.drive.tapeDevice);
  const asked = await ask(room, unitSerialArguments(device));
  const said = (result: typeof asked) =>
    wordsOf({ stdout: result.stdout.toString('utf8'), stderr: result.stderr });
  const serial = asked.status === 0 ? unitSerialIn(asked.stdout.toString('utf8')) : undefined;
  if (serial === undefined)
    return phrase('sg_inq shows no serial number of {device}: {said}', { device, said: said(asked) });
  const answer = await ask(room, driveIdentifiersArguments(changer), true);
  const identifiers = answer.status === 0 ? driveIdentifiers(answer.stdout) : undefined;
  if (!identifiers)
    return phrase('sg_raw shows no serial numbers of the drives of {changer}: {stderr}', {
      changer,
      stderr: answer.stderr,
    });
  const number = driveWithSerial(identifiers, serial);
  return (
    number ??
    phrase('{changer} names the drives {identifiers}, and {device} is {serial}', {
      changer,
      identifiers: identifiers.join(', '),
      device,
      serial,
    })
  );
}

/** @throws CHANGER_DRIVE_UNNAMED, CHANGER_DRIVE_MISSING */
export async function driveInChanger(
  room: ChangerRoom,
  changer: string,
  { drives }: ChangerStatus,
): Promise<number> {
  const { tapeHost: host, tapeDevice: device } = room.drive;
  const numbers = [...drives.keys()];
  const [only] = numbers;
  const given = room.change.changerDrive ?? (numbers.length === 1 ? only : undefined);
  const chosen = given ?? (await numberBySerial(room, changer));
  if (typeof chosen === 'string') {
    const values = { changer, host, device, count: String(numbers.length) };
    throw failure('CHANGER_DRIVE_UNNAMED', values, { host, stderr: chosen });
  }
  if (drives.has(chosen)) return chosen;
  const known = numbers.join(', ');
  throw failure('CHANGER_DRIVE_MISSING', { changer, host, drive: String(chosen), drives: known });
}
