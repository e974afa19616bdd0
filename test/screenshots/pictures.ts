/** Every screen in every state that it has: what is played, where it is opened, and what is done before it is photographed. */
import type { Page } from 'playwright-core';
import type { RunEvent } from '../../src/contract/events.ts';
import { failure } from '../../src/contract/errors.ts';
import type { ClusterView, LoginQuestion } from '../../src/contract/screens.ts';
import { readDraft } from '../../src/main/application/site/site-draft.ts';
import { LoginQuestions } from '../../src/main/desk/login-questions.ts';
import { statementOf, viewOf } from '../../src/main/proof/approval.ts';
import { playedNow, type Captured } from '../support/ui/captured-console.ts';
import { guideCluster, largeCluster, nestedCluster } from '../support/ui/clusters.ts';
import type { Answers } from '../support/ui/fake-bridge.ts';
import { idle, type Play, type PlayedConsole } from '../support/ui/played-console.ts';
import { never, press, refuse, runOf, typed, unreachable, type Picture } from './picture.ts';
import { formPictures } from './pictures-of-forms.ts';
import { runsPictures } from './pictures-of-history.ts';
import { homePictures } from './pictures-of-home.ts';
import { restorePictures } from './pictures-of-restore.ts';
import { tapePictures } from './pictures-of-tapes.ts';
import { atRate, going, resting, type Plays } from './plays.ts';

export type { Picture } from './picture.ts';

const lost = async (page: Page, console: PlayedConsole): Promise<void> => {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.getByText('/dev/rmt/0').first().waitFor();
  await console.close();
  await page.getByText('Connection to the console lost.').waitFor();
};

/** What the browser itself says of a state that is meant to be so. */
export const mayComplain = ({ act }: Picture): RegExp[] =>
  act === lost ? [/^WebSocket connection to/, /ERR_CONNECTION_(RESET|REFUSED)/] : [];

/** Progress that has come to a part of the whole; the first one where the journal of a quick run holds none so far on. */
function isProgress({ opened }: Plays['normal'], what: string, part: number): (event: RunEvent) => boolean {
  const hasCome = (event: RunEvent, to: number) =>
    event.type === 'progress' && event.what === what && event.bytes >= to * (event.total ?? 0);
  const isHeld = opened[0]?.events.some((event) => hasCome(event, part)) === true;
  return (event) => hasCome(event, isHeld ? part : 0);
}

const node2 = failure('HOST_UNREACHABLE', unreachable('node2'));

function topologyPictures({ normal, three, mismatch }: Plays, manyVolumes: number): Picture[] {
  const looking = (topology: ClusterView['topology']): Answers => ({
    look: () => ({ ...normal.look, at: playedNow(normal), topology }),
  });
  const shadowed = normal.asked[0]?.look;
  const of = (name: string, play: Play, act?: Picture['act']): Picture => ({
    name: `topology-${name}`,
    play,
    hash: '#/topology',
    ...(act ? { act } : {}),
  });
  const object = (name: RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();
  const large = resting(normal, looking(largeCluster(manyVolumes)));
  const dumping = going(
    normal,
    isProgress(normal, 'dump', 0.5),
    [
      { kind: 'question', question: undefined },
      {
        kind: 'progress',
        progress: { step: '6a', what: 'dump', bytes: 161_480_704, total: 268_435_456, rate: 70_100_000 },
      },
    ],
    shadowed,
  );
  return [
    of('loading', resting(normal, { look: never })),
    of('joined', resting(normal)),
    of('lab', resting(normal, { site: () => ({ ...normal.site, isLab: true, file: undefined }) })),
    of('chosen', resting(normal), object(/^Volume2 /)),
    of('shadowed', resting(normal, looking(shadowed?.topology ?? guideCluster('shadowed')))),
    of('guide-parted', resting(normal, looking(guideCluster('parted')))),
    of('guide-copying', resting(normal, looking(guideCluster('copying')))),
    of('guide-mismatch', resting(normal, looking(guideCluster('shadowed', 65_536)))),
    of('nested', resting(normal, looking(nestedCluster()))),
    of('three-shadowed', resting(three, { look: () => three.asked[0]?.look ?? three.look })),
    of('mismatch-run', resting(mismatch)),
    of('dumping', dumping),
    of('500', large),
    of('500-all', large, press('Show all (0)')),
    of('500-unfolded', large, press('Unfold all groups')),
    of('500-found', large, async (page) => {
      await page.getByRole('textbox', { name: /^Search/ }).fill('Copy124');
      await page.keyboard.press('Enter');
    }),
    of(
      'empty',
      resting(
        normal,
        looking({ ...guideCluster('joined'), classes: [], disks: [], groups: [], volumes: [] }),
      ),
    ),
    of(
      'failed',
      resting(normal, {
        look: () => refuse('HOST_UNREACHABLE', unreachable('node1'), { host: 'node1' }),
      }),
    ),
    of(
      'unreached',
      resting(normal, {
        look: () => ({
          ...normal.look,
          hosts: normal.look.hosts.map((host) =>
            host.host === 'node2'
              ? { ...host, reached: false, trouble: node2.message, hint: node2.hint }
              : host,
          ),
        }),
      }),
    ),
    of('disconnected', resting(normal), lost),
    of('help', resting(normal), press('Keys (?)')),
    of('palette', resting(normal), typed('Control+k', 'tap')),
    of('glossary', resting(normal), typed('g', 'drive')),
  ];
}

function planPictures({ normal, three }: Plays): Picture[] {
  const missing = { host: 'node1', volume: 'Volume2', class: 'Class1' };
  const refused = resting(normal, { plan: () => refuse('VOLUME_MISSING', missing) });
  const by = 'marion on jump1 (process 4711), since 2026-11-22T02:00:04Z';
  const lock = { class: 'Class1', host: 'node3', run: '20261122-020004-volume2', owner: by };
  const { message: reason, onScreen: instead } = failure('CLASS_LOCKED', lock);
  const refusals = normal.site.jobs.map(({ name }) => ({ job: name, reason, instead }));
  const locked = resting(normal, {
    look: () => ({ ...normal.look, at: playedNow(normal), refusals }),
  });
  return [
    { name: 'plan', play: resting(normal), hash: '#/plan/raw-dd' },
    { name: 'plan-tar', play: resting(normal), hash: '#/plan/ufs-tar' },
    { name: 'plan-three', play: resting(three), hash: '#/plan/three-volumes' },
    { name: 'plan-loading', play: resting(normal, { plan: never }), hash: '#/plan/raw-dd' },
    { name: 'plan-failed', play: refused, hash: '#/plan/raw-dd' },
    { name: 'plan-refused', play: locked, hash: '#/plan/raw-dd' },
    { name: 'home-refused', play: locked, hash: '#/home' },
    { name: 'plan-unknown-job', play: resting(normal), hash: '#/plan/nightly' },
    { name: 'plan-disconnected', play: resting(normal), hash: '#/plan/raw-dd', act: lost },
  ];
}

/** The same run, where a second person approves it with a signature. */
function signed(asked: Play, { question }: Captured['asked'][number]): Play {
  const { run, text } = question;
  const operator = 'mika@console';
  const request = { run, operator, signersFile: '/etc/shadowtape/allowed_signers' };
  const statement = statementOf({ run, site: 'payroll', job: 'raw-dd', operator, question: text });
  const bySignature = { ...question, choices: [], bySignature: true };
  return {
    activity: {
      ...asked.activity,
      runs: asked.activity.runs.map((active) => ({
        ...active,
        ...(active.pulse ? { pulse: { ...active.pulse, bySignature: true } } : {}),
      })),
    },
    runs: {
      [run]: (asked.runs[run] ?? []).map((push) =>
        push.kind === 'question' ? { kind: 'question', question: bySignature } : push,
      ),
    },
    answers: {
      ...asked.answers,
      approval: () => viewOf({ ...request, statement: statement.replace(/[0-9a-f]{32}/, '0f'.repeat(16)) }),
    },
  };
}

function runPictures(plays: Plays): Picture[] {
  const { normal, broken, spanned, three, mismatch } = plays;
  const question = normal.asked[0]?.question;
  const asked = going(
    normal,
    (event) => event.type === 'asked' && event.question === 'approve-shadow',
    [{ kind: 'question', question }],
    normal.asked[0]?.look,
  );
  const failed = going(
    broken,
    (event) => event.type === 'asked' && event.question === 'step-failed',
    [
      {
        kind: 'question',
        question: broken.asked.find((each) => each.question.id === 'step-failed')?.question,
      },
    ],
    broken.asked.at(-1)?.look,
  );
  const at = (what: string, part = 0) =>
    going(normal, isProgress(normal, what, part), undefined, normal.asked[0]?.look);
  const steady = atRate(normal, 64_000_000);
  const run = runOf(normal);
  const dead = at('dump', 0.4);
  const died: Play = {
    ...dead,
    activity: idle,
    answers: {
      ...dead.answers,
      run: async (request) => {
        const view = await dead.answers.run?.(request);
        if (!view) throw new Error('no run');
        return { ...view, line: { ...view.line, live: false } };
      },
    },
  };
  const of = (name: string, play: Play, hash = `#/run/${run}`, act?: Picture['act']): Picture => ({
    name: `run-${name}`,
    play,
    hash,
    ...(act ? { act } : {}),
  });
  return [
    of('none', resting(normal), '#/run'),
    of('loading', { ...resting(normal), runs: { [run]: [] } }),
    of('unknown', resting(normal), '#/run/20261122-000000-volume9'),
    of('fingerprint', at('fingerprint')),
    of('asking', asked),
    of('dumping', at('dump', 0.6)),
    of('healthy', going(steady, isProgress(steady, 'dump', 0.6), undefined, normal.asked[0]?.look)),
    of('stop-dialog', at('dump', 0.6), `#/run/${run}`, press('Stop the backup…')),
    of('read-back', at('read-back', 0.4)),
    of('resynchronisation', at('resynchronisation')),
    of('step-failed', failed, `#/run/${runOf(broken)}`),
    of('halted', resting(broken), `#/run/${runOf(broken)}`),
    of('dead', died),
    of('refused-shadow', resting(mismatch), `#/run/${runOf(mismatch)}`),
    of('done', resting(normal)),
    of('log', resting(broken), `#/run/${runOf(broken)}`, press('Log')),
    of('done-three', resting(three), `#/run/${runOf(three)}`),
    of('several-tapes', resting(spanned), `#/run/${runOf(spanned)}`),
    of('disconnected', at('dump', 0.6), `#/run/${run}`, lost),
    { name: 'verify-none', play: resting({ ...normal, runs: [], opened: [] }), hash: '#/verify' },
    { name: 'verify-going-on', play: at('fingerprint'), hash: `#/verify/${run}` },
    { name: 'verify-asking', play: asked, hash: `#/verify/${run}` },
    {
      name: 'verify-signature',
      play: normal.asked[0] ? signed(asked, normal.asked[0]) : asked,
      hash: `#/verify/${run}`,
    },
    { name: 'verify-approved', play: resting(normal), hash: `#/verify/${run}` },
    { name: 'verify-mismatch', play: resting(mismatch), hash: `#/verify/${runOf(mismatch)}` },
    { name: 'verify-three', play: resting(three), hash: `#/verify/${runOf(three)}` },
  ];
}

/** What a host says of itself that was reached. */
const probed = { reached: true, trouble: undefined, hint: undefined, system: 'SunOS 5.9', hasGds: true };

function sitePictures({ normal }: Plays): Picture[] {
  const lab = { site: () => ({ ...normal.site, isLab: true, file: undefined }) };
  const { troubles } = readDraft(normal.siteFile.text.replace('method: 6a', 'method: 6f'));
  const wrong = resting(normal, {
    siteFile: () => ({ ...normal.siteFile, troubles }),
    draftSite: ({ text }) => ({ ...normal.draftSite, text, troubles }),
  });
  const of = (name: string, play: Play, view = '', act?: Picture['act']): Picture => ({
    name: `sites-${name}`,
    play,
    hash: `#/sites${view}`,
    ...(act ? { act } : {}),
  });
  const first: Answers = {
    draftSite: ({ text }) => ({ ...normal.draftSite, text }),
    probeHost: ({ host }) => ({ ...probed, host }),
    sshHosts: () => [
      { name: 'payroll-a', address: '10.0.4.11', port: 22, user: 'root', through: undefined },
      { name: 'payroll-b', address: '10.0.4.12', port: 22, user: 'root', through: undefined },
      { name: 'vault', address: 'vault.example.com', port: 2222, user: 'backup', through: 'gate' },
    ],
  };
  const keys = {
    shown: 'SHA256:0YLqzyYYGTuUHJ2dYl3CukBgw0PZBCz7qNIDlfYgBKM',
    known: 'SHA256:rFalNE6znNWDXcds+ahjiW3gGIqDEcFLH3QOxT2O8SE',
  };
  const at = { file: '/home/operator/.ssh/known_hosts', line: 4 };
  const changed = failure('HOST_KEY_CHANGED', {
    ...{ ...unreachable('node1'), ...keys, ...at },
    keyType: 'ssh-ed25519',
  });
  const hosts = normal.look.hosts.map((host) =>
    host.host === 'node1'
      ? {
          ...{ ...host, reached: false, code: changed.code, trouble: changed.message, hint: changed.hint },
          changedKey: { ...keys, place: `${at.file}, line ${at.line}` },
        }
      : host,
  );
  const impostor = resting(normal, { look: () => ({ ...normal.look, at: playedNow(normal), hosts }) });
  const badCheck = normal.check.map((line, at) =>
    at === 2
      ? {
          ...line,
          good: false,
          said: 'not found: sdxinfo',
          hint: 'install them, or set PATH for non-interactive shells',
        }
      : line,
  );
  return [
    of('loading', resting(normal, { siteFile: never })),
    of('overview', resting(normal)),
    of('lab', resting(normal, lab)),
    of('checked', resting(normal), '', press('Check the site')),
    of('checked-bad', resting(normal, { check: () => badCheck }), '', press('Check the site')),
    of('edit', resting(normal), '/edit'),
    of('edit-trouble', wrong, '/edit'),
    of('edit-text', resting(normal), '/edit', (page) => page.getByRole('tab', { name: /text/i }).click()),
    of('new-job', resting(normal), '/edit', press(/^(Add a job|New job)…?$/)),
    of('first', resting(normal, { ...first, sshHosts: () => [] }), '/first'),
    of('first-named', resting(normal, first), '/first', press('Add payroll-a as a primary node')),
    of('first-volumes', resting(normal, first), '/first', press('Find proxies')),
    of('key-changed', impostor),
    of('key-dialog', impostor, '', press('Replace the host key…')),
    of('open-dialog', resting(normal), '', press('Open another site…')),
  ];
}

/** What a login asks first. */
function questionOf(ask: (logins: LoginQuestions) => Promise<unknown>): readonly LoginQuestion[] {
  const silent = () => undefined;
  const keystore = { get: silent, set: silent, refusal: undefined };
  const logins = new LoginQuestions(keystore, { changed: silent, notice: silent });
  void ask(logins);
  return logins.waiting;
}

function loginPictures({ normal }: Plays): Picture[] {
  const asking = (logins: readonly LoginQuestion[]): Play => ({
    ...resting(normal),
    activity: { ...idle, logins },
  });
  const fingerprint = 'SHA256:0YLqzyYYGTuUHJ2dYl3CukBgw0PZBCz7qNIDlfYgBKM';
  const hostKey = { ...unreachable('node3'), keyType: 'ssh-ed25519', fingerprint };
  const text = 'Password of root on node3';
  const password = { kind: 'password', host: 'node3', user: 'root', attempt: 1, text } as const;
  return [
    {
      name: 'login-host-key',
      hash: '#/topology',
      play: asking(questionOf((logins) => logins.confirmHostKey(hostKey))),
    },
    {
      name: 'login-password',
      hash: '#/topology',
      play: asking(questionOf((logins) => logins.askSecret(password))),
    },
  ];
}

/** @param manyVolumes of the cluster whose pictures are called 500 */
export function picturesOf(plays: Plays, manyVolumes = 500): Picture[] {
  const { normal } = plays;
  const dumping = (part: number) =>
    going(normal, isProgress(normal, 'dump', part), undefined, normal.asked[0]?.look);
  return [
    ...homePictures(plays, dumping),
    ...topologyPictures(plays, manyVolumes),
    ...planPictures(plays),
    ...runPictures(plays),
    ...runsPictures(plays),
    ...restorePictures(plays),
    ...tapePictures(plays),
    ...sitePictures(plays),
    ...formPictures(plays),
    ...loginPictures(plays),
  ];
}
