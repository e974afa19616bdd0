/**
 * Puts another tape into the drive: by the changer, by a command of the site, or by the operator. The new tape is
 * checked before it is used; after a wrong one, the tape is requested again.
 */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { driveCommand } from '../../tape/tape-device.ts';
import type { Assignment } from '../model/assignment.ts';
import { anyAnswer, type CommandRunner } from '../hosts/command-runner.ts';
import { Changer, requireChangerDrive } from './changer-work.ts';
import { threadingByHandSeconds, threadingSeconds, waitForReadyDrive } from './drive-ready.ts';
import { realClock, type RetryClock } from '../hosts/query-retry.ts';
import type { Answer, Question } from '../hosts/questions.ts';
import type { Drive } from '../model/tape/tape-commands.ts';
import { lookAtTape, type KnownDrive } from './tape-look.ts';
import type { FoundTape } from '../../tape/overwrite-rule.ts';
import { unlabelledWord } from '../../tape/tape-label.ts';

/** What a tape change needs from a run, or from a command that only reads a tape. */
export interface TapeChanging {
  readonly runner: CommandRunner;
  readonly step: string;
  readonly drive: KnownDrive;
  readonly change: Assignment['tapeChange'];
  /** Undefined if nobody can be asked. */
  readonly ask: ((question: Question) => Promise<Answer>) | undefined;
  /** The clock for waits for a drive; that of this machine by default. */
  readonly clock?: RetryClock | undefined;
  /** Called when the wait for a drive begins. */
  readonly onWait?: ((text: string) => void) | undefined;
}

/** The tape that is wanted, and what is wrong with one that was found. */
export interface WantedTape {
  /** Fits after "insert". */
  readonly words: string;
  /** The name on its label; undefined if any writable tape will do. */
  readonly name: string | undefined;
  /** Whether the drive must be able to write. */
  readonly use: 'read' | 'write';
  /** The changer's slot where it is known to be. */
  readonly slot: number | undefined;
  readonly refusal: (found: FoundTape) => ShadowtapeError | undefined;
  /** What is wrong with the tape in the drive, if the first question must say so. */
  readonly found?: ShadowtapeError | undefined;
}

export interface InsertedTape {
  readonly found: FoundTape;
  /** The changer's slot that it came from. */
  readonly slot: number | undefined;
}

/** Errors that another tape in the drive may solve. */
const otherTapeCodes = [
  'TAPE_NOT_LOADED',
  'TAPE_WRITE_PROTECTED',
  'TAPE_NOT_BLANK',
  'TAPE_NOT_LABELLED',
  'TAPE_IS_ANOTHER',
  'TAPE_KEPT',
  'TAPE_STATE_UNKNOWN',
] as const;

/** Ejects the cartridge in the drive; an empty drive is no error. */
export async function eject({
  runner,
  step,
  drive,
}: Pick<TapeChanging, 'runner' | 'step'> & { readonly drive: Drive }): Promise<void> {
  const { tapeHost: host, tapeDevice } = drive;
  const argv = driveCommand(tapeDevice, 'offline');
  await runner.send(step, { host, argv, changes: true }, { ...anyAnswer, timeLimitSeconds: 900 });
}

async function askForTape(changing: TapeChanging, wanted: WantedTape, trouble: unknown): Promise<void> {
  const { drive, step, ask } = changing;
  const { tapeDevice: device, tapeHost: host } = drive;
  if (!ask) {
    if (trouble !== undefined) throw trouble;
    throw failure('NEXT_TAPE_NEEDED', { words: wanted.words, device, host });
  }
  const before = isFailure(trouble) ? phrases([trouble.message, ''], '. ') : '';
  const answer = await ask({
    id: 'next-tape',
    step,
    text: phrase('{before}Insert {tape} into {device} on {host}.', {
      before,
      tape: wanted.words,
      device,
      host,
    }),
    choices: [
      { id: 'ready', label: phrase('The tape is in the drive') },
      { id: 'stop', label: phrase('No tape: stop here') },
    ],
  });
  if (answer.choice !== 'ready') throw failure('OPERATOR_DECLINED', { step, by: answer.by });
}

async function lookAt(changing: TapeChanging, wanted: WantedTape): Promise<FoundTape> {
  const { runner, step, drive, change, clock = realClock, onWait } = changing;
  const isByHand = change.changer === undefined && change.nextTape === undefined;
  const limitSeconds = isByHand ? threadingByHandSeconds : threadingSeconds;
  await waitForReadyDrive(runner, step, drive, wanted.use, { clock, limitSeconds, onWait });
  const found = await lookAtTape(runner, step, drive);
  const refusal = wanted.refusal(found);
  if (refusal) throw refusal;
  return found;
}

/** The name that a site command gets if any tape will do; no tape has that name. */
const anyTape = unlabelledWord;

/** How often a site command is called again; it cannot report that there is no other tape. */
const mostTries = 8;

/**
 * Changes the tape in the drive until the wanted one is in it.
 * @throws OPERATOR_DECLINED, NEXT_TAPE_NEEDED, errors of a changer (CHANGER_…), the refusal of the last tape, and
 *   errors of commands
 */
export async function changeTape(changing: TapeChanging, wanted: WantedTape): Promise<InsertedTape> {
  const { changer: device, nextTape } = changing.change;
  const changer = device === undefined ? undefined : new Changer(changing, device);
  if (device !== undefined) await requireChangerDrive(changing, device);
  let trouble: unknown = wanted.found;
  // Nothing can change it: the tape stays where it is.
  if (trouble !== undefined && !changer && !nextTape && !changing.ask) throw trouble;
  await eject(changing);
  for (let attempt = 1; ; attempt += 1) {
    let slot: number | undefined;
    if (changer) slot = await changer.next(wanted.slot, wanted.name);
    else if (nextTape) {
      const command = [...nextTape, wanted.name ?? anyTape];
      const { runner, step, drive } = changing;
      const asked = { host: drive.tapeHost, argv: command, changes: true, ofSite: true };
      await runner.send(step, asked, { timeLimitSeconds: 900 });
    } else await askForTape(changing, wanted, trouble);
    try {
      return { found: await lookAt(changing, wanted), slot };
    } catch (error) {
      if (!isFailure(error, ...otherTapeCodes) || (nextTape && attempt >= mostTries)) throw error;
      trouble = error;
      await eject(changing);
    }
  }
}
