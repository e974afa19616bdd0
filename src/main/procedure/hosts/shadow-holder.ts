/** A process on the backup server that holds a shadow volume open, as long as this program needs it. */
import { setTimeout as wait } from 'node:timers/promises';
import { isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { RemoteEnd } from '../../ssh/channels/remote-process.ts';
import type { Journal } from '../../journal/journal.ts';
import type { RemoteTalk } from '../../ssh/channels/ssh-talk.ts';
import type { Assignment, VolumeAssignment } from '../model/assignment.ts';
import { holderCommand, parseHeld } from '../model/shadow-holder.ts';
import { wordsOf } from './command-runner.ts';
import { open, type DataRoom, type Opened } from './remote-data.ts';

/** Seconds within which the process must answer. Opening a device is instant, unless the host is failing. */
const answerSeconds = 30;
/** Seconds that it may take to end once its input has ended. */
const endSeconds = 5;

/** Why a shadow cannot be held open. */
export interface HolderRefusal {
  readonly reason: string;
}

/** Reads the answers of the process. */
class Answers {
  readonly #channel: RemoteTalk;
  #text = '';
  #onText: () => void = () => undefined;

  constructor(channel: RemoteTalk) {
    this.#channel = channel;
    channel.output.on('data', (piece: Buffer) => {
      this.#text += piece.toString('latin1');
      this.#onText();
    });
  }

  /** The number of the process that answers next; undefined if none does. @param abort ends the wait */
  next(abort: AbortSignal): Promise<number | undefined> {
    const over = AbortSignal.any([abort, AbortSignal.timeout(answerSeconds * 1000)]);
    return new Promise((resolve) => {
      const giveUp = () => resolve(undefined);
      this.#onText = () => {
        const end = this.#text.indexOf('\n');
        if (end < 0) return;
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        resolve(parseHeld(line));
      };
      if (over.aborted) giveUp();
      over.addEventListener('abort', giveUp, { once: true });
      void this.#channel.ended.then(giveUp);
      this.#onText();
    });
  }
}

function howItEnded({ lost, status, signal, stderr }: RemoteEnd): string {
  if (lost) return lost.message;
  const how =
    status === undefined
      ? phrase('signal {signal}', { signal: signal ?? phrase('unknown') })
      : phrase('exit status {status}', { status });
  const said = wordsOf({ stderr });
  return said === '' ? how : `${how}: ${said}`;
}

interface HolderRoom extends DataRoom {
  readonly assignment: Assignment;
  readonly journal: Journal;
}

export class ShadowHolder {
  readonly step: string;
  readonly pid: number;
  readonly #room: HolderRoom;
  readonly #opened: Opened<RemoteTalk>;
  readonly #answers: Answers;
  readonly #gone = new AbortController();
  #end: RemoteEnd | undefined;

  private constructor(
    room: HolderRoom,
    step: string,
    opened: Opened<RemoteTalk>,
    answers: Answers,
    pid: number,
  ) {
    this.step = step;
    this.pid = pid;
    this.#room = room;
    this.#opened = opened;
    this.#answers = answers;
    void opened.end.ended.then((end) => {
      this.#end = end;
      this.#gone.abort();
    });
  }

  /**
   * Starts the process, and waits until it says that it holds the volume open.
   * @returns the reason if it does not: a host may forbid it
   * @throws JOURNAL_UNWRITABLE
   */
  static async start(
    room: HolderRoom,
    step: string,
    volume: VolumeAssignment,
  ): Promise<ShadowHolder | HolderRefusal> {
    // Once it holds the volume, a canceled run ends it properly: by the end of its input.
    const giveUp = new AbortController();
    const onAbort = (): void => giveUp.abort();
    if (room.abort.aborted) onAbort();
    room.abort.addEventListener('abort', onAbort, { once: true });
    try {
      return await ShadowHolder.#start(room, step, volume, giveUp.signal);
    } catch (error) {
      if (!isFailure(error) || error.code === 'JOURNAL_UNWRITABLE') throw error;
      return { reason: error.message };
    } finally {
      room.abort.removeEventListener('abort', onAbort);
    }
  }

  static async #start(
    room: HolderRoom,
    step: string,
    volume: VolumeAssignment,
    abort: AbortSignal,
  ): Promise<ShadowHolder | HolderRefusal> {
    const { runner, assignment, journal } = room;
    const argv = holderCommand(journal.run, volume);
    const command = { host: assignment.backupServer, argv, guide: false, changes: false };
    const { onRetry } = runner.streamOptions(step);
    const opened = await open(room, step, command, ({ host }) =>
      runner.hosts.session(host).openTalk(argv, { abort, onRetry }),
    );
    const answers = new Answers(opened.end);
    const pid = await answers.next(abort);
    if (pid !== undefined) return new ShadowHolder(room, step, opened, answers, pid);
    const isOver = await endsWithin(opened.end.ended, 0.1);
    const end = await endProcess(opened.end);
    recordOutcome(room, step, opened, end);
    return {
      reason: isOver ? howItEnded(end) : phrase('no answer within {answerSeconds} s', { answerSeconds }),
    };
  }

  /** Why it no longer holds the volume; undefined while it does. */
  get lost(): string | undefined {
    return this.#end && howItEnded(this.#end);
  }

  /** Aborted when the process or its connection has ended. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Queries the process itself. @returns true if the same one answers */
  async answers(): Promise<boolean> {
    if (this.#end) return false;
    this.#opened.end.input.write('\n');
    return (await this.#answers.next(this.#room.abort)) === this.pid;
  }

  /**
   * Releases the volume, and journals the end of the process.
   * @returns true if its end was seen
   */
  async release(): Promise<boolean> {
    const end = await endProcess(this.#opened.end);
    recordOutcome(this.#room, this.step, this.#opened, end);
    return end.lost === undefined;
  }
}

/** @returns true if it ended in that time */
async function endsWithin(ended: Promise<unknown>, seconds: number): Promise<boolean> {
  const over = new AbortController();
  const tooLong = wait(seconds * 1000, false, { signal: over.signal }).catch(() => false);
  const isOver = await Promise.race([ended.then(() => true), tooLong]);
  over.abort();
  return isOver;
}

/** Ends the input, which ends the process; if it ignores that, a signal ends it. */
async function endProcess({ input, output, ended }: RemoteTalk): Promise<RemoteEnd> {
  input.end();
  if (!(await endsWithin(ended, endSeconds))) output.destroy();
  return ended;
}

function recordOutcome(
  { runner }: HolderRoom,
  step: string,
  { intent, startedAt }: Opened<RemoteTalk>,
  { status, signal, stderr, lost }: RemoteEnd,
): void {
  runner.outcome(step, intent, {
    status,
    signal,
    stderr,
    milliseconds: performance.now() - startedAt,
    ...(lost ? { error: lost } : {}),
  });
}
