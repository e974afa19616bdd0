/** Restores in every state: the pages of the wizard, both approvals, the end; files and drills under way, ended, and in the history. */
import type { Page } from 'playwright-core';
import type { RunEvent } from '../../src/contract/events.ts';
import type { RestoreView } from '../../src/contract/restore-views.ts';
import type { ActiveRestore, QuestionView } from '../../src/contract/screens.ts';
import { historyAnswers } from '../support/ui/history-answers.ts';
import type { Answers } from '../support/ui/fake-bridge.ts';
import { idle, type Play } from '../support/ui/played-console.ts';
import { never, press, refuse, type Picture } from './picture.ts';
import { going, resting, type Plays } from './plays.ts';

/** Presses one button after the other. */
const presses =
  (...names: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const name of names) await press(name)(page);
  };

const chosen = (target: RegExp, then: (page: Page) => Promise<unknown>) => async (page: Page) => {
  await press('Choose the target')(page);
  await page.getByRole('radio', { name: target }).check();
  await then(page);
};

export function restorePictures({ normal, restored }: Plays): Picture[] {
  const { restores, opened } = restored;
  const [volume, backup, ofFiles] = opened;
  if (!restores || !volume || !backup || !ofFiles) throw new Error('no restore was captured');
  const { plan, preview, records, toHost, image } = restores;
  const [files, drill] = records as readonly [RestoreView, RestoreView];
  const run = backup.line.run;
  const lines = restored.runs;
  const history = historyAnswers(lines, opened);
  const asked: Answers = {
    ...history,
    searchRuns: async (request) => {
      const found = await history.searchRuns?.(request);
      if (!found) throw new Error('no runs');
      return { ...found, restores: [drill.line, files.line] };
    },
    restorePlan: () => plan,
    restorePreview: () => preview,
    restoreRecord: ({ restore }) => records.find(({ line }) => line.name === restore) ?? files,
  };
  const play = resting(restored, asked);
  const question = (id: QuestionView['id']) =>
    restored.asked.find((each) => each.question.id === id && each.question.run === volume.line.run);
  const asking = (id: QuestionView['id']): Play => {
    const of = question(id);
    const isLast = (event: RunEvent) => event.type === 'asked' && event.question === id;
    const planned = { ...restored, plans: { ...restored.plans, [volume.line.job]: plan } };
    return going(planned, isLast, [{ kind: 'question', question: of?.question }], of?.look);
  };
  const reading: ActiveRestore = {
    ...{ name: drill.line.name, kind: 'drill', run: ofFiles.line.run, startedAt: drill.line.startedAt },
    progress: {
      ...{ step: 'restore', what: 'read-back', bytes: 186_646_528, total: 268_435_456 },
      ...{ records: 5696, rate: 69_300_000 },
    },
    ...{ written: 0, notWritten: 0, question: undefined },
  };
  const live = (active: ActiveRestore, view: RestoreView): Play => ({
    ...play,
    activity: { ...idle, restores: [active] },
    answers: {
      ...play.answers,
      restoreRecord: () => ({
        ...view,
        line: { ...view.line, live: true, exitStatus: undefined, finishedAt: undefined },
        sources: [],
        entries: [],
      }),
    },
  });
  const nextTape: QuestionView = {
    ...{ run: files.line.name, number: 1, id: 'next-tape', step: 'restore' },
    text: 'Insert the tape "PAYROLL-02" of run 20261122-020004-volume2 into /dev/rmt/0n on node3.',
    choices: [
      { id: 'ready', label: 'The tape is in the drive', asksReason: false },
      { id: 'stop', label: 'There is none: stop here', asksReason: false },
    ],
  };
  const incomplete: RestoreView = {
    ...files,
    line: { ...files.line, exitStatus: 2, written: 2, notWritten: 1 },
    entries: [
      {
        ...{ path: './bin/payroll', what: 'left out', bytes: undefined, sha256: undefined },
        reason: 'it already exists, and is not overwritten',
      },
      ...files.entries,
    ],
  };
  const of = (name: string, made: Play, hash: string, act?: Picture['act']): Picture => ({
    name: `restore-${name}`,
    play: made,
    hash,
    ...(act ? { act } : {}),
  });
  const wizard = `#/restore/${run}`;
  const aFile = `#/restore/${encodeURIComponent(`${ofFiles.line.run},Volume2,./bin/payroll`)}`;
  const wizardOfFiles = `#/restore/${ofFiles.line.run}`;
  const device = '/dev/rdsk/c2t0d0s0';
  const onDevice = `node1:${device}`;
  const [tape] = image.backups.flatMap(({ tapes }) => tapes);
  const imageEnd: RestoreView = {
    ...files,
    line: { ...files.line, kind: 'image', to: onDevice, runs: [run], written: 1, notWritten: 0 },
    sources: files.sources.map((source) => ({ ...source, of: run, bytes: tape?.bytes ?? 0 })),
    tapes: image.backups.flatMap(({ tapes }) => tapes.map(({ words }) => words)),
    entries: [],
  };
  const toDevice = { preview: { ...image, to: onDevice, device }, record: imageEnd };
  const toPlace = async (page: Page, path: string) => {
    await press('Choose the target')(page);
    await page.getByRole('radio', { name: /A host of the site/ }).check();
    await page.getByRole('combobox', { name: 'Host' }).selectOption('node1');
    await page.getByRole('textbox', { name: 'Folder for files, file or device for an image' }).fill(path);
  };
  const previewed = ({ preview: restorePreview }: typeof toHost) =>
    resting(restored, { ...asked, restorePreview: () => restorePreview });
  const ended = ({ record }: typeof toHost) => resting(restored, { ...asked, restoreRecord: () => record });
  const toFolder = async (page: Page) => {
    await press('Choose the target')(page);
    await page.getByRole('textbox', { name: 'Folder' }).fill('/home/mika/restored');
  };
  return [
    of('none', resting(normal, historyAnswers([], [])), '#/restore'),
    of('what', play, wizard),
    of('what-files', play, aFile),
    of('where', play, wizard, press('Choose the target')),
    of('where-files', play, aFile, toFolder),
    of(
      'checking',
      resting(restored, { ...asked, restorePlan: never }),
      wizard,
      presses('Choose the target', 'Show what will happen'),
    ),
    of('plan', play, wizard, presses('Choose the target', 'Show what will happen')),
    of(
      'refused',
      resting(restored, {
        ...asked,
        restorePlan: () => refuse('RESTORE_PROXY_JOINED', { proxy: 'Volume2', master: 'Volume1', run }),
      }),
      wizard,
      chosen(/parted proxy/, press('Show what will happen')),
    ),
    of('files', play, aFile, async (page) => {
      await toFolder(page);
      await press('Show what will happen')(page);
    }),
    of('host-where', play, wizardOfFiles, (page) => toPlace(page, '/var/tmp/restored')),
    of('host', previewed(toHost), wizardOfFiles, async (page) => {
      await toPlace(page, '/var/tmp/restored');
      await press('Show what will happen')(page);
    }),
    of('host-done', ended(toHost), `#/restored/${toHost.record.line.name}`),
    of('device-where', play, wizard, (page) => toPlace(page, device)),
    of('device', previewed(toDevice), wizard, async (page) => {
      await toPlace(page, device);
      await press('Show what will happen')(page);
    }),
    of('device-done', ended(toDevice), `#/restored/${toDevice.record.line.name}`),
    of('drill', play, `#/restore/${ofFiles.line.run}`, chosen(/a drill/, press('Show what will happen'))),
    of('approval-1', asking('approve-overwrite'), `#/verify/${volume.line.run}`),
    of(
      'approval-1-typed',
      asking('approve-overwrite'),
      `#/verify/${volume.line.run}`,
      press('Replace the data of Volume2…'),
    ),
    of('approval-1-run', asking('approve-overwrite'), `#/run/${volume.line.run}`),
    of('approval-2', asking('approve-replace'), `#/run/${volume.line.run}`),
    of(
      'approval-2-typed',
      asking('approve-replace'),
      `#/run/${volume.line.run}`,
      press('Replace the data of Volume1…'),
    ),
    of('done', play, `#/run/${volume.line.run}`),
    of('proven', play, `#/runs/${run}`),
    of('drilling', live(reading, drill), `#/restored/${drill.line.name}`),
    of(
      'next-tape',
      live({ ...reading, name: files.line.name, kind: 'files', written: 214, question: nextTape }, files),
      `#/restored/${files.line.name}`,
    ),
    of('files-done', play, `#/restored/${files.line.name}`),
    of(
      'files-incomplete',
      resting(restored, { ...asked, restoreRecord: () => incomplete }),
      `#/restored/${files.line.name}`,
    ),
    of('drill-done', play, `#/restored/${drill.line.name}`),
    of('history', play, '#/runs'),
    of('home', play, '#/home'),
  ];
}
