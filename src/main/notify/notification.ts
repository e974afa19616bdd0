/** Notifications about a run: occasion, subject, text, and facts for a command's environment. Pure. */
import type { ShadowtapeError } from '../../contract/errors.ts';
import type { EventOf } from '../../contract/events.ts';
import { millisecondsBetween, type Stamp } from '../../contract/time/run-clock.ts';
import { omissionWords, outcomeOf, outcomeWords } from '../../contract/run-outcome.ts';
import { inEnglish } from '../../contract/text/say.ts';
import type { NextTapeOfJob } from '../../contract/protection.ts';
import { bytesText, durationText, printable } from '../../contract/words.ts';
import type { NotifyOccasion } from '../site/notify-schema.ts';
import type { NotifiedRun } from './run-facts.ts';

export type NotificationEvent = NotifyOccasion | 'test';

export interface Notification {
  /** Occasions that it belongs to; who has asked for any of them is told. */
  readonly events: readonly NotificationEvent[];
  readonly subject: string;
  readonly text: string;
  readonly run: string;
  readonly job: string;
  readonly verdict: string;
  readonly exitStatus: string;
  readonly sentence: string;
  /** Of the list of seals, after this run was sealed; empty where it was not, or has not ended. */
  readonly sealsHead: string;
}

interface Message {
  readonly events: readonly NotificationEvent[];
  /** What is after the job's name in the subject. */
  readonly how: string;
  readonly sentence: string;
  readonly hint?: string | undefined;
  readonly stands?: readonly string[];
  readonly verdict?: string;
  readonly exitStatus?: number;
  /** When the run ended. */
  readonly ended?: Stamp;
  readonly sealsHead?: string | undefined;
}

const row = (name: string, value: string | undefined) =>
  value === undefined || value === '' ? [] : [`${name.padEnd(10)}${value}`];

function durationOf({ takenUp }: NotifiedRun, ended: Stamp | undefined): string | undefined {
  if (takenUp === undefined || ended === undefined) return undefined;
  return durationText(millisecondsBetween(takenUp, ended) / 1000);
}

function factRows(
  facts: NotifiedRun,
  { exitStatus, ended, sealsHead }: Message,
  journalFile: string | undefined,
): string[] {
  const volumes = facts.volumes.map(({ master, proxy }) => `${proxy} (proxy of ${master})`).join(', ');
  const bytes = [...facts.handed.values()].reduce((sum, each) => sum + each, 0);
  const names = [...facts.tapes].map((name) => `"${name}"`).join(', ');
  const tape = facts.drive === undefined ? undefined : [names, facts.drive].filter(Boolean).join(' in ');
  return [
    ...row('Site', facts.site),
    ...row('Job', facts.job),
    ...row('Run', facts.run),
    ...row('Class', facts.class),
    ...row('Volumes', volumes),
    ...row('Tape', tape),
    ...row('Size', bytes === 0 ? undefined : bytesText(bytes)),
    ...row('Began', facts.began),
    ...row('Duration', durationOf(facts, ended)),
    ...row('Status', exitStatus?.toString()),
    ...row('Journal', journalFile),
    ...row('Seals', sealsHead && `head ${sealsHead}`),
  ];
}

function notificationOf(facts: NotifiedRun, message: Message, journalFile: string | undefined): Notification {
  const { events, how, hint, stands = [], verdict = '', exitStatus } = message;
  const oneLine = (text: string) => printable(text.replace(/[\n\t]+/g, ' '));
  const sentence = oneLine(message.sentence);
  const text = [
    message.sentence,
    ...(hint === undefined || hint === '' ? [] : [`hint: ${hint}`]),
    '',
    ...(stands.length === 0 ? [] : ['Current state:', ...stands.map((line) => `  ${line}`), '']),
    ...factRows(facts, message, journalFile),
    '',
  ];
  const run = facts.run ?? '';
  return {
    events,
    subject: oneLine(`shadowtape: ${facts.job} ${how}${run === '' ? '' : ` (run ${run})`}`),
    text: printable(text.join('\n')),
    run,
    job: facts.job,
    verdict,
    exitStatus: exitStatus?.toString() ?? '',
    sentence,
    sealsHead: message.sealsHead ?? '',
  };
}

/**
 * A run has ended.
 * @param sealsHead of the list of seals, where the run was sealed
 */
export function endedNotification(
  facts: NotifiedRun,
  event: EventOf<'run-finished'>,
  journalFile: string | undefined,
  sealsHead?: string,
): Notification {
  const { verdict, exitStatus, sentence, hint, stands, code } = event;
  const failure: NotifyOccasion[] = exitStatus === 3 ? ['failure', 'operator-needed'] : ['failure'];
  const broughtBack = facts.unwinding && exitStatus === 2 && code === undefined;
  const how = broughtBack
    ? 'rolled back'
    : `${outcomeWords[outcomeOf(event)]}${inEnglish(() => omissionWords(event))}`;
  const events: NotifyOccasion[] = exitStatus === 0 ? ['success'] : failure;
  return notificationOf(
    facts,
    { events, how, sentence, hint, stands, verdict, exitStatus, ended: event, sealsHead },
    journalFile,
  );
}

/** A run began, or another process continues it or rolls it back. */
export function startedNotification(facts: NotifiedRun, journalFile: string | undefined): Notification {
  const volumes = facts.volumes.map(({ master }) => master).join(', ');
  const how = !facts.isResumed ? 'started' : facts.unwinding ? 'rollback started' : 'resumed';
  const message: Message = { events: ['start'], how, sentence: `backup of ${volumes}: ${how}` };
  return notificationOf(facts, message, journalFile);
}

/** A run waits for somebody. */
export function askedNotification(
  facts: NotifiedRun,
  { text, choices, statement, run }: EventOf<'asked'>,
  journalFile: string | undefined,
): Notification {
  const isSigned = statement !== undefined;
  const hint = isSigned
    ? `a second person approves on the Verification screen, or with: shadowtape approve ${run}`
    : `answer it where the run was started; choices: ${choices.join(', ')}`;
  const message: Message = {
    events: ['operator-needed'],
    how: isSigned ? 'waits for a second person' : 'waits for an operator',
    sentence: text,
    hint,
  };
  return notificationOf(facts, message, journalFile);
}

/** A run could not even begin. */
export function refusedNotification(
  facts: NotifiedRun,
  { message: sentence, hint }: Pick<ShadowtapeError, 'message' | 'hint'>,
): Notification {
  const message: Message = {
    events: ['failure'],
    how: 'refused, nothing was touched',
    sentence,
    hint,
    verdict: 'failed',
    exitStatus: 1,
  };
  return notificationOf(facts, message, undefined);
}

/** A scheduled backup or drill did not take place: as loud as one that failed. */
export function missedNotification(
  facts: NotifiedRun,
  sentence: string,
  task: 'run' | 'drill',
): Notification {
  const now =
    task === 'run'
      ? `back the volumes up now: shadowtape run ${facts.job}`
      : 'read a backup now: shadowtape restore RUN --drill';
  const message: Message = {
    events: ['failure'],
    how: 'missed',
    sentence,
    hint: `${now}. Check that this machine and the timer were running: shadowtape schedule list`,
    verdict: 'missed',
  };
  return notificationOf(facts, message, undefined);
}

/** A backup that cannot be restored is none. */
export function drillNotification(facts: NotifiedRun, sentence: string, hint: string): Notification {
  const message: Message = {
    events: ['failure'],
    how: 'drill failed',
    sentence,
    hint,
    verdict: 'failed',
    exitStatus: 4,
  };
  return notificationOf(facts, message, undefined);
}

/** Backups that were good are gone with their tape. */
export function lostTapeNotification(facts: NotifiedRun, sentence: string, tape: string): Notification {
  const message: Message = {
    events: ['failure'],
    how: 'has lost a tape',
    sentence,
    hint: `back the volumes up now: shadowtape run ${facts.job}. If the tape is found: shadowtape tapes found ${tape}`,
  };
  return notificationOf(facts, message, undefined);
}

/** Which tape the next night needs. Without one the backup cannot take place, so that somebody must act. */
export function nextTapeNotification(
  facts: NotifiedRun,
  { name, sentence }: NextTapeOfJob,
  hint: string,
): Notification {
  const events: NotifyOccasion[] = name === undefined ? ['next-tape', 'operator-needed'] : ['next-tape'];
  const how = name === undefined ? 'has no tape' : `needs the tape "${name}"`;
  return notificationOf(facts, { events, how, sentence, hint }, undefined);
}

/**
 * What happened to the volumes of a site in a week.
 * @param sealsHead of the list of seals
 */
export function digestNotification(
  sentence: string,
  text: string,
  sealsHead: string | undefined,
): Notification {
  return {
    events: ['digest'],
    subject: printable(`shadowtape: ${sentence}`),
    text: `${printable(text)}\n`,
    run: '',
    job: '',
    verdict: '',
    exitStatus: '',
    sentence: printable(sentence),
    sealsHead: sealsHead ?? '',
  };
}

/** Sent by hand, to see that it arrives. */
export function testNotification(site: string): Notification {
  const sentence = `test of the notifications of site ${site}; it is not about a run`;
  return {
    events: ['test'],
    subject: printable(`shadowtape: test of ${site}`),
    text: `${printable(sentence)}\n`,
    run: '',
    job: '',
    verdict: '',
    exitStatus: '',
    sentence: printable(sentence),
    sealsHead: '',
  };
}
