import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeBridge, Refusal, type Answers } from '../../../test/support/ui/fake-bridge.ts';
import type { Plan } from '../../contract/plan.ts';
import type { SiteDraft, SiteFileView, SiteTrouble } from '../../contract/site-views.ts';
import { SiteEditor } from './site-editor.svelte.ts';

const text = 'site: lab # ours\nhosts:\n  node1: { role: primary }\njobs:\n  nightly: { class: Class1 }\n';
const file = '/sites/lab.yaml';
const digest = 'a'.repeat(64);

const view = (given: Partial<SiteFileView> = {}): SiteFileView => ({
  file,
  digest,
  text,
  troubles: [],
  hosts: [],
  jobs: [],
  ...given,
});
const trouble: SiteTrouble = {
  sentence: 'jobs.nightly.class is wrong',
  hint: 'name a class',
  path: 'jobs.nightly.class',
  line: 5,
};
const draft = (troubles: readonly SiteTrouble[] = []): SiteDraft => ({ text, troubles, hosts: [], jobs: [] });
const plan = { job: 'nightly' } as Plan;

function open(answers: Answers = {}) {
  const bridge = fakeBridge({
    siteFile: () => view(),
    draftSite: () => draft(),
    draftPlan: () => plan,
    ...answers,
  });
  const editor = new SiteEditor(bridge, { check: 250, plan: 700 });
  const asked = (channel: string) => bridge.asked.filter((each) => each.channel === channel);
  return { bridge, editor, asked };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a site file that is changed', () => {
  it('is read, and unchanged until something is changed', async () => {
    const { editor } = open();
    expect(await editor.load(file)).toBe(true);
    expect([editor.text, editor.file, editor.changed]).toEqual([text, file, false]);
    expect([editor.jobNames, editor.hostNames, editor.textAt(['site'])]).toEqual([
      ['nightly'],
      ['node1'],
      'lab',
    ]);
    editor.set(['site'], 'tokyo');
    expect(editor.changed).toBe(true);
    expect(editor.text).toBe(text.replace('lab #', 'tokyo #'));
    editor.discard();
    expect([editor.text, editor.changed]).toEqual([text, false]);
  });

  it('keeps its form while a quote is missing', async () => {
    const { editor } = open();
    await editor.load(file);
    editor.setText('site: "lab');
    expect([editor.isYaml, editor.textAt(['site'])]).toEqual([false, 'lab']);
  });

  it('is checked a quarter of a second after the last key, once', async () => {
    const { editor, asked } = open({ draftSite: () => draft([trouble]) });
    await editor.load(file);
    await vi.advanceTimersByTimeAsync(200);
    editor.setText(`${text}#`);
    await vi.advanceTimersByTimeAsync(249);
    expect(asked('draftSite')).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked('draftSite')).toEqual([{ channel: 'draftSite', request: { text: `${text}#` } }]);
    expect([editor.troubles, editor.troublesAt(['jobs', 'nightly', 'class'])]).toEqual([
      [trouble],
      [trouble],
    ]);
    expect(editor.troublesAt(['site'])).toEqual([]);
  });

  it('has the plan of the job next to it if there are no errors', async () => {
    const answer = { troubles: [trouble] as readonly SiteTrouble[] };
    const { editor, asked } = open({ draftSite: () => draft(answer.troubles) });
    await editor.load(file);
    editor.planFor('nightly');
    await vi.advanceTimersByTimeAsync(1000);
    expect([asked('draftPlan'), editor.plan]).toEqual([[], undefined]);
    answer.troubles = [];
    editor.setText(`${text}#`);
    await vi.advanceTimersByTimeAsync(699);
    expect(asked('draftPlan')).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked('draftPlan')).toEqual([
      { channel: 'draftPlan', request: { text: `${text}#`, job: 'nightly' } },
    ]);
    expect(editor.plan).toEqual(plan);
    editor.planFor(undefined);
    expect(editor.plan).toBeUndefined();
  });

  it('sends nothing more once it is left', async () => {
    const { editor, bridge } = open();
    await editor.load(file);
    editor.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(bridge.asked.map(({ channel }) => channel)).toEqual(['siteFile']);
  });
});

describe('saving', () => {
  it('sends the digest of what was read, and continues with that of what was written', async () => {
    const { editor, asked } = open({ saveSite: () => ({ file, digest: 'b'.repeat(64) }) });
    await editor.load(file);
    editor.set(['site'], 'tokyo');
    const changed = editor.text;
    expect(await editor.save()).toBe(true);
    expect(editor.changed).toBe(false);
    await editor.save();
    expect(asked('saveSite').map(({ request }) => request)).toEqual([
      { file, text: changed, digest },
      { file, text: changed, digest: 'b'.repeat(64) },
    ]);
  });

  it('needs a file name if the text came from no file, and sends no digest then', async () => {
    const { editor, asked } = open({ saveSite: () => ({ file: '/home/operator/new.yaml', digest }) });
    editor.begin(text);
    expect(editor.changed).toBe(true);
    expect(await editor.save()).toBe(false);
    expect(await editor.save('~/new.yaml')).toBe(true);
    expect(asked('saveSite').map(({ request }) => request)).toEqual([{ file: '~/new.yaml', text }]);
    // The home folder is that of the user who runs the console.
    expect(editor.file).toBe('/home/operator/new.yaml');
  });

  it('shows what somebody else has written meanwhile, and overwrites it only on request', async () => {
    const theirs = view({ text: 'site: osaka\n', digest: 'c'.repeat(64) });
    const disk = { now: view() };
    const { editor, asked } = open({
      siteFile: () => disk.now,
      saveSite: ({ digest: read }) => {
        if (read !== disk.now.digest) throw new Refusal({ code: 'SITE_FILE_CHANGED', sentence: 'changed' });
        return { file, digest: 'd'.repeat(64) };
      },
    });
    await editor.load(file);
    editor.set(['site'], 'tokyo');
    const mine = editor.text;
    disk.now = theirs;
    expect(await editor.save()).toBe(false);
    expect([editor.theirs, editor.text]).toEqual([theirs, mine]);
    editor.leaveConflict();
    expect([editor.theirs, editor.saving.error]).toEqual([undefined, undefined]);
    expect(await editor.save()).toBe(false);
    expect(await editor.overwriteTheirs()).toBe(true);
    expect(asked('saveSite').at(-1)?.request).toEqual({ file, text: mine, digest: theirs.digest });
    expect([editor.theirs, editor.changed]).toEqual([undefined, false]);
  });

  it('may end with their text', async () => {
    const theirs = view({ text: 'site: osaka\n', digest: 'c'.repeat(64) });
    const disk = { now: view() };
    const { editor } = open({
      siteFile: () => disk.now,
      saveSite: () => {
        throw new Refusal({ code: 'SITE_FILE_CHANGED', sentence: 'changed' });
      },
    });
    await editor.load(file);
    disk.now = theirs;
    await editor.save();
    editor.takeTheirs();
    expect([editor.text, editor.changed, editor.theirs, editor.saving.error]).toEqual([
      'site: osaka\n',
      false,
      undefined,
      undefined,
    ]);
  });
});
