/** Records a backup under a fault for the screens: see recorded-faults.ts. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Desk } from '../../../src/main/desk/desk.ts';
import { PageSession } from '../../../src/main/desk/page-session.ts';
import type { Scene } from '../lab-run.ts';
import { DocumentPage } from './document-page.ts';
import { Recorder, saveRecording, type RecordedMoment } from './recorded-faults.ts';
import { visitScreens } from './screen-words.ts';

export interface Recorded {
  readonly desk: Desk;
  readonly scene: Scene;
  readonly job: string;
  readonly run: string | undefined;
  /** The answer to the start of the backup. */
  readonly started: unknown;
}

/** Longer than any host of the lab takes; requests that wait for a person, or for a command that hangs, get no answer. */
const patienceMilliseconds = 8000;

/** Waits for the answers of a page; what was not answered once is not waited for again. */
function answersTo(page: DocumentPage): () => Promise<void> {
  let lost = 0;
  return async () => {
    const until = Date.now() + patienceMilliseconds;
    while (page.waits > lost && Date.now() < until) {
      await pause(20);
      // An answer that was given up has come after all: the next one is waited for again.
      lost = Math.min(lost, page.waits);
    }
    lost = page.waits;
    await page.settled();
  };
}

/** Visits all screens as they are now. */
async function momentOf(
  name: RecordedMoment['name'],
  { desk, job, run, started }: Recorded,
): Promise<RecordedMoment> {
  const { activity } = desk;
  let session: PageSession | undefined;
  let recorder: Recorder | undefined;
  const page = await DocumentPage.open((tell) => {
    recorder = new Recorder(
      (hear) => {
        const opened = new PageSession(desk, hear);
        session = opened;
        return { receive: (message) => void opened.receive(message) };
      },
      tell,
      started,
    );
    return recorder;
  }, '#/home');
  try {
    const answered = answersTo(page);
    await answered();
    await visitScreens(page, { run, job }, name === 'is refused', answered);
    if (!recorder) throw new Error('the page was not opened');
    return { name, activity, ...recorder.heard };
  } finally {
    await page.close();
    session?.close();
  }
}

const changes = /^sdx(?!info)/;

/** Answers the question by rolling back, and holds the first command that changes something meanwhile. */
async function rollsBack(about: Recorded): Promise<RecordedMoment | undefined> {
  const { desk, scene, run = '' } = about;
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const held = new Promise<true>((resolve) => {
    const end = scene.lab.onCommand(({ phase, line }) => {
      if (phase !== 'started' || !changes.test(line) || desk.activity.runs[0]?.unwinding !== true) return;
      end();
      resolve(true);
      return released;
    });
  });
  const ended = endOf(about);
  const asked = await questionOf(desk, run);
  if (asked) await desk.answer('answer', { run, ...asked }, new AbortController().signal);
  const isHeld = await Promise.race([held, ended.then(() => false)]);
  const moment = isHeld ? await momentOf('rolls back', about) : undefined;
  release();
  await ended;
  return moment;
}

/** Number and choice of the open question of the run. */
function questionOf(desk: Desk, run: string): Promise<{ number: number; choice: string } | undefined> {
  return new Promise((resolve) => {
    const end = desk.follow('run', { run }, (told) => {
      if (!('push' in told) || !('kind' in told.push) || told.push.kind !== 'question') return;
      const { question } = told.push;
      const choices = question?.choices.map(({ id }) => id) ?? [];
      const choice = choices.includes('unwind') ? 'unwind' : choices.at(-1);
      queueMicrotask(() => end());
      resolve(question && choice !== undefined ? { number: question.number, choice } : undefined);
    });
  });
}

const endOf = ({ desk, run = '' }: Recorded): Promise<void> =>
  new Promise((resolve) => {
    const end = desk.follow('activity', {}, (told) => {
      if (!('push' in told) || !('runs' in told.push)) return;
      if (told.push.runs.some((each) => each.run === run)) return;
      queueMicrotask(() => end());
      resolve();
    });
  });

/** @param spec the fault: `tape-error=3` */
export async function recordFault(spec: string, about: Recorded): Promise<void> {
  const { desk, scene, job, run } = about;
  const moments: (RecordedMoment | undefined)[] = [];
  const [active] = desk.activity.runs;
  if (desk.activity.logins.length > 0) moments.push(await momentOf('asks for a password', about));
  else if (active && !active.asking) moments.push(await momentOf('hangs', about));
  else if (run === undefined) moments.push(await momentOf('is refused', about));
  else {
    if (active) moments.push(await momentOf('asks', about), await rollsBack(about));
    moments.push(await momentOf('ends', about));
  }
  const [fault = ''] = spec.split('=');
  saveRecording(
    fault,
    { spec, job, run, moments: moments.filter((each) => each !== undefined) },
    scene.folder,
  );
}
