/** Notifications about a run: occasion, subject, text, and facts for a command's environment. Pure. */
import type { ShadowtapeError } from '../../contract/errors.ts';
import type { EventOf } from '../../contract/events.ts';
import { millisecondsBetween, type Stamp } from '../../contract/time/run-clock.ts';
import { omissionWords, outcomeOf, outcomeWords } from '../../contract/run-outcome.ts';
import { said, say, told } from '../../contract/text/say.ts';
import type { NextTapeOfJob } from '../../contract/protection.ts';
import { bytesText, durationText, printable } from '../../contract/words.ts';
import type { NotifyOccasion } from '../site/notify-schema.ts';
import type { NotifiedRun } from './run-facts.ts';

export type NotificationEvent = NotifyOccasion | 'test';

export interface Notification {
  /** Its occasions; receivers of any of them are notified. */
  readonly events: readonly NotificationEvent[];
  readonly subject: string;
  readonly text: string;
  readonly run: string;
  readonly job: string;
  readonly verdict: string;
  readonly exitStatus: string;
  readonly sentence: string;
  /** Of the list of seals, after this run was sealed; empty if it was not, or has not ended. */
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
  value === undefined || value === '' ? [] : [`${name.padEnd(9)} ${told(value)}`];

function durationOf({ takenUp }: NotifiedRun, ended: Stamp | undefined): string | undefined {
  if (takenUp === undefined || ended === undefined) return undefined;
  return durationText(millisecondsBetween(takenUp, ended) / 1000);
}

function factRows(
  facts: NotifiedRun,
  { exitStatus, ended, sealsHead }: Message,
  journalFile: string | undefined,
): string[] {
  const volumes = facts.volumes
    .map(({ master, proxy }) => say('{proxy} (proxy of {master})', { proxy, master }))
    .join(', ');
  const bytes = [...facts.handed.values()].reduce((sum, each) => sum + each, 0);
  const names = [...facts.tapes].map((name) => `"${name}"`).join(', ');
  const { drive } = facts;
  const tape = drive === undefined || names === '' ? drive : say('{names} in {drive}', { names, drive });
  return [
    ...row(say('Site'), facts.site),
    ...row(say('Job'), facts.job),
    ...row(say('Run'), facts.run),
    ...row(say('Class'), facts.class),
    ...row(say('Volumes'), volumes),
    ...row(say('Tape'), tape),
    ...row(say('Size'), bytes === 0 ? undefined : bytesText(bytes)),
    ...row(say('Began'), facts.began),
    ...row(say('Duration'), durationOf(facts, ended)),
    ...row(say('Status'), exitStatus?.toString()),
    ...row(say('Journal'), journalFile),
    ...row(say('Seals'), sealsHead && say('head {hash}', { hash: sealsHead })),
  ];
}

function notificationOf(facts: NotifiedRun, message: Message, journalFile: string | undefined): Notification {
  const { events, how, hint, stands = [], verdict = '', exitStatus } = message;
  const oneLine = (text: string) => printable(text.replace(/[\n\t]+/g, ' '));
  const sentence = oneLine(told(message.sentence));
  const text = [
    told(message.sentence),
    ...(hint === undefined || hint === '' ? [] : [say('hint: {hint}', { hint })]),
    '',
    ...(stands.length === 0 ? [] : [say('Current state:'), ...stands.map((line) => `  ${told(line)}`), '']),
    ...factRows(facts, message, journalFile),
    '',
  ];
  const run = facts.run ?? '';
  return {
    events,
    subject: oneLine(`shadowtape: ${facts.job} ${how}${run === '' ? '' : ` (${say('run {run}', { run })})`}`),
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
 * @param sealsHead of the list of seals, if the run was sealed
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
    ? say('rolled back')
    : `${said(outcomeWords[outcomeOf(event)])}${omissionWords(event)}`;
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
  const how = !facts.isResumed ? say('started') : facts.unwinding ? say('rollback started') : say('resumed');
  const sentence = say('backup of {volumes}: {how}', { volumes, how });
  const message: Message = { events: ['start'], how, sentence };
  return notificationOf(facts, message, journalFile);
}

/** A run waits for an answer. */
export function askedNotification(
  facts: NotifiedRun,
  { text, choices, statement, run }: EventOf<'asked'>,
  journalFile: string | undefined,
): Notification {
  const isSigned = statement !== undefined;
  const hint = isSigned
    ? say('a second person approves on the Verification screen, or with: shadowtape approve {run}', { run })
    : say('answer it where the run was started; choices: {choices}', { choices: choices.join(', ') });
  const message: Message = {
    events: ['operator-needed'],
    how: isSigned ? say('waits for a second person') : say('waits for an operator'),
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
    how: say('refused, nothing was touched'),
    sentence,
    hint,
    verdict: 'failed',
    exitStatus: 1,
  };
  return notificationOf(facts, message, undefined);
}

/** A scheduled backup or drill did not take place: as serious as a failed one. */
export function missedNotification(
  facts: NotifiedRun,
  sentence: string,
  task: 'run' | 'drill',
): Notification {
  const now =
    task === 'run'
      ? say('back the volumes up now: shadowtape run {job}', { job: facts.job })
      : say('read a backup now: shadowtape restore RUN --drill');
  const message: Message = {
    events: ['failure'],
    how: say('missed'),
    sentence,
    hint: say('{now}. Check that this machine and the timer were running: shadowtape schedule list', { now }),
    verdict: 'missed',
  };
  return notificationOf(facts, message, undefined);
}

/** A backup that cannot be restored is not a backup. */
export function drillNotification(facts: NotifiedRun, sentence: string, hint: string): Notification {
  const message: Message = {
    events: ['failure'],
    how: say('drill failed'),
    sentence,
    hint,
    verdict: 'failed',
    exitStatus: 4,
  };
  return notificationOf(facts, message, undefined);
}

/** Verified backups are lost with their tape. */
export function lostTapeNotification(facts: NotifiedRun, sentence: string, tape: string): Notification {
  const message: Message = {
    events: ['failure'],
    how: say('has lost a tape'),
    sentence,
    hint: say(
      'back the volumes up now: shadowtape run {job}. If the tape is found: shadowtape tapes found {tape}',
      { job: facts.job, tape },
    ),
  };
  return notificationOf(facts, message, undefined);
}

/** Which tape the next night needs. Without one the backup cannot take place, so an operator must act. */
export function nextTapeNotification(
  facts: NotifiedRun,
  { name, sentence }: NextTapeOfJob,
  hint: string,
): Notification {
  const events: NotifyOccasion[] = name === undefined ? ['next-tape', 'operator-needed'] : ['next-tape'];
  const how = name === undefined ? say('has no tape') : say('needs the tape "{name}"', { name });
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

/** Sent by hand, to test that it arrives. */
export function testNotification(site: string): Notification {
  const sentence = say('test of the notifications of site {site}; it is not about a run', { site });
  return {
    events: ['test'],
    subject: printable(`shadowtape: ${say('test of {site}', { site })}`),
    text: `${printable(sentence)}\n`,
    run: '',
    job: '',
    verdict: '',
    exitStatus: '',
    sentence: printable(sentence),
    sealsHead: '',
  };
}
