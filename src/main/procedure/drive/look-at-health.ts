/** Queries the health of a drive. What cannot be read is reported as unknown, with the reason: it never counts as healthy. */
import type { DriveHealth, UnknownHealth } from '../../../contract/tape/drive-health.ts';
import { isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import {
  compressionState,
  encryptionArguments,
  encryptionState,
  logPageArguments,
  mediaLoads,
} from '../../tape/drive-health.ts';
import { asksForCleaning, raisedAlerts } from '../../tape/tape-alerts.ts';
import { wordsOf, type CommandRunner } from '../hosts/command-runner.ts';
import type { Drive } from '../model/tape/tape-commands.ts';
import { driveStatus } from './drive-ready.ts';

const secondsOfQuery = 60;

/** Ends the work that queries. */
const endings = ['COMMAND_CANCELLED', 'JOURNAL_UNWRITABLE', 'LOCK_LOST'] as const;

class Asker {
  readonly #runner: CommandRunner;
  readonly #step: string;
  readonly #drive: Drive;
  readonly #missing = new Set<string>();
  readonly unavailable: UnknownHealth[] = [];

  constructor(runner: CommandRunner, step: string, drive: Drive) {
    this.#runner = runner;
    this.#step = step;
    this.#drive = drive;
  }

  /** @returns what `read` finds in the output; undefined, and a reason, if it finds nothing */
  async ask<Value>(
    what: string,
    argv: readonly string[],
    read: (text: string) => Value | undefined,
  ): Promise<Value | undefined> {
    const [program = ''] = argv;
    const none = (reason: string) => void this.unavailable.push({ what, reason });
    const isMissing = phrase('{program} is not installed on {tapeHost}', {
      program,
      tapeHost: this.#drive.tapeHost,
    });
    if (this.#missing.has(program)) return none(isMissing) as undefined;
    try {
      const command = { host: this.#drive.tapeHost, argv, changes: false };
      // A program that is not there, or a drive that does not know a query, is a reason, and no failure.
      const options = { anyStatus: true, isAnswer: () => true, timeLimitSeconds: secondsOfQuery };
      const result = await this.#runner.send(this.#step, command, options);
      if (result.status === 127) {
        this.#missing.add(program);
        return none(isMissing) as undefined;
      }
      const stdout = result.stdout.toString('utf8');
      const value = result.status === 0 ? read(stdout) : undefined;
      if (value === undefined)
        none(wordsOf({ stdout, stderr: result.stderr }) || phrase('{program} printed nothing', { program }));
      return value;
    } catch (error) {
      if (!isFailure(error) || isFailure(error, ...endings)) throw error;
      return none((error as Error).message) as undefined;
    }
  }
}

/** What mt on Linux reports; Solaris has nothing of the kind. */
async function mtAsksForCleaning(
  runner: CommandRunner,
  step: string,
  drive: Drive,
): Promise<boolean | undefined> {
  try {
    return (await driveStatus(runner, step, drive)).cleaning;
  } catch (error) {
    if (!isFailure(error) || isFailure(error, ...endings)) throw error;
    return undefined;
  }
}

/** To be called only while no data moves: each query occupies the drive for a moment. */
export async function lookAtHealth(runner: CommandRunner, step: string, drive: Drive): Promise<DriveHealth> {
  const { tapeDevice: device } = drive;
  const asker = new Asker(runner, step, drive);
  const alerts = await asker.ask('TapeAlert', logPageArguments(device, 'alerts'), raisedAlerts);
  const loads = await asker.ask(phrase('load count'), logPageArguments(device, 'statistics'), mediaLoads);
  const compression = await asker.ask(
    'compression',
    logPageArguments(device, 'compression'),
    compressionState,
  );
  const encryption = await asker.ask('encryption', encryptionArguments(device), encryptionState);
  const ofMt = await mtAsksForCleaning(runner, step, drive);
  const ofAlerts = alerts && asksForCleaning(alerts);
  const cleaning = ofMt === true || ofAlerts === true ? true : (ofAlerts ?? ofMt);
  return {
    ...(alerts === undefined ? {} : { alerts }),
    ...(cleaning === undefined ? {} : { cleaning }),
    ...(loads === undefined ? {} : { loads }),
    ...(compression === undefined ? {} : { compression }),
    ...(encryption === undefined ? {} : { encryption }),
    unavailable: asker.unavailable,
  };
}
