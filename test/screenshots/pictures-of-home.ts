/** The first screen: everything protected, everything that can be wrong, a run in the middle, nothing yet. */
import type { PairView, Protection } from '../../src/contract/protection.ts';
import type { Responses } from '../../src/contract/channels.ts';
import { playedNow } from '../support/ui/captured-console.ts';
import type { Play } from '../support/ui/played-console.ts';
import { never, press, refuse, type Picture } from './picture.ts';
import { going, resting, type Plays } from './plays.ts';

const hour = 3_600_000;

interface Made {
  readonly volumes: readonly [string, string];
  readonly class: string;
  readonly state: Protection;
  readonly hoursAgo: number | undefined;
  readonly every: number;
  readonly tape: string;
  readonly rate: number;
  readonly gib: number;
  readonly failure?: { readonly hoursAgo: number; readonly sentence: string };
}

const made: readonly Made[] = [
  {
    ...{
      volumes: ['Volume3', 'Volume4'],
      class: 'Class3',
      state: 'action required',
      hoursAgo: 41,
      every: 24,
    },
    ...{ tape: 'W3', rate: 112, gib: 256 },
    failure: { hoursAgo: 16, sentence: 'cannot rejoin Volume4: slice on Disk9 is INVALID, expected STOP' },
  },
  {
    ...{ volumes: ['Volume7', 'Volume8'], class: 'Class1', state: 'missed', hoursAgo: 39, every: 24 },
    ...{ tape: 'W1', rate: 96, gib: 128 },
  },
  {
    ...{ volumes: ['Volume5', 'Volume6'], class: 'Class1', state: 'overdue', hoursAgo: 43, every: 24 },
    ...{ tape: 'W1', rate: 88, gib: 64 },
    failure: { hoursAgo: 19, sentence: 'node3 cannot be reached: connection refused' },
  },
  {
    ...{ volumes: ['Volume1', 'Volume2'], class: 'Class3', state: 'failed', hoursAgo: 21, every: 24 },
    ...{ tape: 'W3', rate: 109, gib: 384 },
    failure: { hoursAgo: 2, sentence: 'the tape does not hold what was read' },
  },
  {
    ...{ volumes: ['Volume1', 'Volume2'], class: 'Class1', state: 'protected', hoursAgo: 20.8, every: 24 },
    ...{ tape: 'W2', rate: 118, gib: 512 },
  },
  {
    ...{ volumes: ['Volume3', 'Volume4'], class: 'Class1', state: 'protected', hoursAgo: 19.3, every: 24 },
    ...{ tape: 'W1', rate: 115, gib: 200 },
    failure: { hoursAgo: 220, sentence: 'writing to the tape failed: write: I/O error' },
  },
  {
    ...{ volumes: ['Volume5', 'Volume6'], class: 'Class5', state: 'protected', hoursAgo: 71, every: 168 },
    ...{ tape: 'W4', rate: 36, gib: 96 },
  },
  {
    ...{ volumes: ['Volume9', 'Volume10'], class: 'Class5', state: 'unknown', hoursAgo: 95, every: 0 },
    ...{ tape: 'W4', rate: 101, gib: 32 },
  },
];

function pairOf(each: Made, now: number): PairView {
  const { volumes, class: of, state, hoursAgo, every, tape, rate, gib, failure } = each;
  const at = (hours: number) => new Date(now - hours * hour).toISOString();
  const trouble = failure && {
    run: '20261121-023100-volume4',
    sentence: failure.sentence,
    at: at(failure.hoursAgo),
  };
  const hasFailed = failure !== undefined && failure.hoursAgo < (hoursAgo ?? 0);
  return {
    ...{ job: 'nightly', class: of, master: volumes[0], proxy: volumes[1], state, reason: state },
    everySeconds: every === 0 ? undefined : every * 3600,
    backup:
      hoursAgo === undefined
        ? undefined
        : {
            run: '20261121-020004-volume2',
            at: at(hoursAgo),
            ageSeconds: hoursAgo * 3600,
            tapeNames: [tape],
          },
    trouble: hasFailed ? trouble : undefined,
    runningRun: undefined,
    points: Array.from({ length: 8 }, (_, night) => {
      const good = !(hasFailed && night === 7);
      return {
        run: `R${night}`,
        good,
        bytes: good ? gib * 1024 ** 3 : undefined,
        rate: good ? (rate + 5 * Math.sin(night * 2) + (rate < 40 ? 7 - night : 0)) * 1e6 : undefined,
      };
    }),
    lastFailure: trouble,
  };
}

export function homePictures({ normal, broken }: Plays, isProgress: (part: number) => Play): Picture[] {
  const now = Date.parse(playedNow(normal));
  const mixed: Responses['protection'] = {
    at: playedNow(normal),
    pairs: made.map((each) => pairOf(each, now)),
    open: [
      {
        ...{ run: '20261121-023100-volume4', job: 'nightly', class: 'Class3', volumes: ['Volume4'] },
        ...{ how: 'action-required', since: new Date(now - 16 * hour).toISOString(), step: undefined },
        sentence: 'cannot rejoin Volume4: slice on Disk9 is INVALID, expected STOP',
        ...{ holds: true, performedBy: undefined },
      },
    ],
  };
  const { topology } = normal.look;
  const isProxy = ({ domain, master }: (typeof topology.volumes)[number]) =>
    domain === 'primary' && master !== null;
  const sample = topology.volumes.find(isProxy);
  const slices = topology.slices.filter(
    ({ domain, volume }) => domain === 'primary' && volume === sample?.name,
  );
  const added = sample
    ? made.filter(({ class: of, volumes }) =>
        topology.volumes.every((each) => each.class !== of || each.name !== volumes[1]),
      )
    : [];
  const seen = {
    ...topology,
    volumes: [
      ...topology.volumes,
      ...added.flatMap(({ class: of, volumes, state }) =>
        sample ? [{ ...sample, class: of, name: volumes[1], joined: state !== 'action required' }] : [],
      ),
    ],
    slices: [
      ...topology.slices,
      ...added.flatMap(({ class: of, volumes }) =>
        slices.map((slice) => ({ ...slice, class: of, volume: volumes[1] })),
      ),
    ],
  };
  const look = () => ({ ...normal.look, at: playedNow(normal), topology: seen });
  const classes = ['Class1', 'Class3', 'Class5'].map((name) => ({
    ...normal.site.jobs[0],
    name,
    class: name,
  }));
  const site = { ...normal.site, jobs: classes as Responses['site']['jobs'] };
  const asked = going(
    normal,
    (event) => event.type === 'asked' && event.question === 'approve-shadow',
    [{ kind: 'question', question: normal.asked[0]?.question }],
    normal.asked[0]?.look,
  );
  const unsentDigest = {
    ...{
      week: '2026-11-23T00:00:00.000Z',
      since: '2026-11-30T07:00:00.000Z',
      at: '2026-11-30T12:00:00.000Z',
    },
    reason: 'mail to operator@example.com: connect ECONNREFUSED 192.0.2.25:25',
  };
  const unread = ['20261130-020000-volume2', '20261129-020000-volume2'].map((run) => ({
    run,
    reason: `/var/lib/shadowtape/runs/${run}.ndjson, line 12: it is not JSON`,
  }));
  const lab = { site: () => ({ ...normal.site, isLab: true, file: undefined }) };
  const of = (name: string, play: Play, act?: Picture['act']): Picture => ({
    name: `home-${name}`,
    play,
    hash: '#/home',
    ...(act ? { act } : {}),
  });
  return [
    of('loading', resting(normal, { protection: never })),
    of('protected', resting(normal)),
    of('lab', resting(normal, lab)),
    of('mixed', resting(normal, { protection: () => mixed, site: () => site, look })),
    of('digest', resting(normal, { protection: () => ({ ...mixed, unsentDigest }), site: () => site, look })),
    of('unread', resting(normal, { protection: () => ({ ...mixed, unread }), site: () => site, look })),
    of('asking', asked),
    of('dumping', isProgress(0.5)),
    of('halted', resting(broken)),
    of('none', resting(normal, { protection: () => ({ at: playedNow(normal), pairs: [], open: [] }) })),
    of(
      'failed',
      resting(normal, {
        protection: () =>
          refuse('STATE_FILE_UNREADABLE', {
            file: '/home/marion/.local/state/shadowtape/runs',
            reason: 'EACCES',
          }),
      }),
    ),
    of(
      'lab-dialog',
      resting(normal, {
        ...lab,
        lab: () => ({
          refusal: undefined,
          hosts: ['node1', 'node2', 'node3'],
          cartridges: [
            { name: 'tape', where: 'shelf', writtenBytes: 536_870_912 },
            { name: 'blank-1', where: 'drive', writtenBytes: 0 },
          ],
          writeProtected: false,
          driveFails: true,
          mismatch: false,
          faults: ['tape-error=20'],
        }),
      }),
      press('Lab…'),
    ),
  ];
}
