/** A mail in another language: what has no accent was not translated. A command and the system log get English. */
import { afterEach, describe, expect, it } from 'vitest';
import { pseudoLanguage } from '../../../test/support/language/pseudo-language.ts';
import { untranslatedIn } from '../../../test/support/language/untranslated.ts';
import { failure } from '../../contract/errors.ts';
import type { EventOf } from '../../contract/events.ts';
import { inEnglish, phrase, phrases, say, speak } from '../../contract/text/say.ts';
import {
  askedNotification,
  drillNotification,
  endedNotification,
  missedNotification,
  nextTapeNotification,
  refusedNotification,
  startedNotification,
  testNotification,
  type Notification,
} from './notification.ts';
import { NotifiedRun } from './run-facts.ts';
import { notificationFor } from './send.ts';

afterEach(() => speak(undefined));

/** What the messages name, and the commands in their hints. */
const names = {
  name: 'nightly payroll-cluster R Class1 Volume1 Volume2 node1 node3 W1 shadowtape run',
  line: 'sdxproxy Rejoin -c Class1 -p Volume2 sdxinfo',
};

function facts(): NotifiedRun {
  const run = new NotifiedRun('nightly', 'payroll-cluster');
  Object.assign(run, { run: 'R', class: 'Class1', volumes: [{ master: 'Volume1', proxy: 'Volume2' }] });
  run.drive = phrase('{device} on {host}', { device: '/dev/rmt/0', host: 'node3' });
  return run;
}

const condition = phrases(
  [
    phrase('if not yet done'),
    phrase('once sdxinfo on {backupServer} shows nothing of {class}', {
      backupServer: 'node3',
      class: 'Class1',
    }),
  ],
  ', ',
);
const failed = {
  type: 'run-finished',
  verdict: 'failed',
  exitStatus: 3,
  code: 'CONNECTION_LOST',
  sentence: failure('CONNECTION_LOST', { host: 'node1', reason: phrase('the session was closed') }).message,
  hint: failure('CONNECTION_LOST', { host: 'node1', reason: '' }).hint,
  stands: [
    phrase('{proxies} joined again', { proxies: 'Volume2' }),
    phrase('run by hand on {host}, {condition}: {line}', {
      host: 'node1',
      condition,
      line: 'sdxproxy Rejoin -c Class1 -p Volume2',
    }),
  ],
} as unknown as EventOf<'run-finished'>;

const asked = {
  text: phrase('Replace the data of {volume}', { volume: 'Volume1' }),
  choices: ['nightly'],
} as unknown as EventOf<'asked'>;

const kinds: readonly (readonly [name: string, make: () => Notification])[] = [
  ['a run that began', () => startedNotification(facts(), undefined)],
  ['a run that failed', () => endedNotification(facts(), failed, '/state/runs/R.ndjson', '0a1b'.repeat(16))],
  ['a question', () => askedNotification(facts(), asked, undefined)],
  [
    'a refused run',
    () => refusedNotification(facts(), failure('CONNECTION_LOST', { host: 'node1', reason: '' })),
  ],
  ['a missed night', () => missedNotification(facts(), phrase('no run was started in its window'), 'run')],
  ['a drill', () => drillNotification(facts(), phrase('the tape has moved'), phrase('it has ended'))],
  [
    'the next tape',
    () =>
      nextTapeNotification(
        facts(),
        { name: 'W1', sentence: phrase('needs the tape "{name}"', { name: 'W1' }) } as never,
        phrase('nothing was touched'),
      ),
  ],
  ['a test', () => testNotification('payroll-cluster')],
];

describe.each(kinds)('%s', (_name, make) => {
  it('is mailed in the language of the program', () => {
    speak(pseudoLanguage());
    const { subject, text, sentence } = notificationFor({ on: [], mail: {} as never }, make);
    expect(untranslatedIn([subject, sentence, ...text.split('\n')], [names])).toEqual([]);
  });

  it('is in English for a command', () => {
    const english = inEnglish(make);
    speak(pseudoLanguage());
    expect(say('Current state')).not.toBe('Current state');
    expect(notificationFor({ on: [], command: ['page'] }, make)).toEqual(english);
  });
});
