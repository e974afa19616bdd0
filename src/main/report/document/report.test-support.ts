/** Journals that no run of the small lab has written: made out of those that it has. */
import type { EventOf, RunEvent } from '../../../contract/events.ts';
import { fixtureEvents } from '../../../folds/journals.test-support.ts';

/** Numbers follow each other; outcomes still belong to the intents that they belonged to. */
function renumbered(events: readonly RunEvent[]): RunEvent[] {
  let intent = 0;
  return events.map((event, index) => {
    const seq = index + 1;
    if (event.type === 'intent') intent = seq;
    return { ...event, seq, ...(event.type === 'outcome' ? { of: intent } : {}) } as RunEvent;
  });
}

const fields = {
  drive: { name: 'LTO-4', floor: 40_000_000, top: 120_000_000 },
  node: '24.21.0',
  system: 'linux x64',
  hosts: [
    { name: 'node1', role: 'primary' as const },
    { name: 'node2', role: 'primary' as const },
    { name: 'node3', role: 'backup' as const },
  ],
};

type Spaces = EventOf<'layout'>['spaces'];

/** Each volume's verification is preceded by where it lay. */
function verifiedWith(events: readonly RunEvent[], spaces: Spaces): RunEvent[] {
  return events.flatMap((event): RunEvent[] => {
    if (event.type === 'run-started') return [{ ...event, ...fields }];
    if (event.type !== 'step-started' || event.step !== 'verify') return [event];
    const { seq, at, run, prev } = event;
    return [event, { seq, at, run, prev, type: 'layout', step: 'verify', spaces }];
  });
}

const disk = (name: string, device: string) => ({ name, device });

/** A good run as this release writes it. */
export function withLayout(): RunEvent[] {
  const spaces: Spaces = [
    {
      side: 'primary',
      class: 'Class1',
      group: 'Group1',
      kind: 'mirror',
      disks: [disk('Disk1', 'c1t1d1'), disk('Disk2', 'c2t1d2')],
      blocks: 91_648,
      volumes: [{ name: 'Volume1', first: 65_536, blocks: 16_384, status: 'ACTIVE' }],
    },
    {
      side: 'primary',
      class: 'Class1',
      group: 'Group2',
      kind: 'mirror',
      disks: [disk('Disk3', 'c1t1d3')],
      blocks: 91_648,
      volumes: [{ name: 'Volume2', first: 65_536, blocks: 16_384, status: 'STOP', master: 'Volume1' }],
    },
    {
      side: 'backup',
      class: 'Class2',
      group: 'Group2',
      kind: 'mirror',
      disks: [disk('Disk3', 'c1t1d3')],
      blocks: 91_648,
      volumes: [{ name: 'Volume2', first: 65_536, blocks: 16_384, status: 'ACTIVE' }],
    },
  ];
  return renumbered(verifiedWith(fixtureEvents('raw-dd'), spaces));
}

/** The third volume of a run of three, many times over; the first has a Japanese name. */
export function manyVolumes(count: number): RunEvent[] {
  const names = Array.from({ length: count }, (_, index) => ({
    master: `Master${index + 1}`,
    proxy: index === 0 ? '給与計算ボリューム' : `Proxy${index + 1}`,
  }));
  const volumes = names.map(({ master, proxy }, index) => ({
    ...{ master, proxy, method: '6a', blocks: 2048, shadow: proxy, tapeFile: index + 1 },
  }));
  const place = (side: 'primary' | 'backup', kind: string, name: string, index: number) => ({
    side,
    class: side === 'primary' ? 'Class1' : 'Class2',
    group: `${kind}${index}`,
    kind: 'mirror',
    disks: [disk(`Disk${kind}${index}`, `c3t1d${index}`)],
    blocks: 91_648,
    volumes: [{ name, first: 65_536, blocks: 2048, status: 'ACTIVE' }],
  });
  const spaces = names.flatMap(({ master, proxy }, index) => [
    place('primary', 'M', master, index),
    place('primary', 'P', proxy, index),
    place('backup', 'P', proxy, index),
  ]);
  const events = fixtureEvents('three-volumes').flatMap((event): RunEvent[] => {
    if (event.type === 'run-started') return [{ ...event, volumes, job: '夜間バックアップ' }];
    const step = 'step' in event ? String(event.step) : '';
    const volume = 'volume' in event ? event.volume : step.split(':')[1];
    if (volume === undefined) return [event];
    if (volume !== 'Volume4') return [];
    return names.map(
      ({ master, proxy }) =>
        JSON.parse(
          JSON.stringify(event).replaceAll('Volume4', proxy).replaceAll('Volume3', master),
        ) as RunEvent,
    );
  });
  return renumbered(verifiedWith(events, spaces));
}

/** A volume whose dump goes over three tapes. */
export function threeTapes(): RunEvent[] {
  const uuid = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;
  const events = fixtureEvents('raw-dd').flatMap((event): RunEvent[] => {
    if (event.type === 'run-started') return [{ ...event, layout: 'labelled' }];
    if (event.type !== 'step-started' || event.step !== '6a') return [event];
    const { seq, at, run, prev } = event;
    const common = { seq, at, run, prev, step: '6a', host: 'node3', device: '/dev/rmt/0' };
    const tapes = [1, 2, 3].flatMap((number): RunEvent[] => [
      {
        ...common,
        type: 'label',
        name: number === 1 ? 'NIGHTLY' : `NIGHTLY-${number}`,
        uuid: uuid(number),
        writtenAt: at,
        keepUntil: '2027-01-22T00:00:00.000Z',
        number,
        sha256: String(number).repeat(64),
      },
      {
        ...common,
        type: 'tape-part',
        volume: 'Volume2',
        number,
        name: number === 1 ? 'NIGHTLY' : `NIGHTLY-${number}`,
        uuid: uuid(number),
        file: 1,
        firstRecord: (number - 1) * 86,
        records: number === 3 ? 84 : 86,
        bytes: (number === 3 ? 84 : 86) * 32_768,
      },
    ]);
    return [event, ...tapes];
  });
  return renumbered(events);
}

/** What binds a dump to the cluster: a second set, how much both sets tell, and the comparisons of step 6. */
function boundWith(
  events: readonly RunEvent[],
  step: string,
  added: (event: RunEvent) => RunEvent[],
): RunEvent[] {
  return renumbered(
    events.flatMap((event): RunEvent[] => {
      if (event.type === 'fingerprint' && event.side === 'primary') {
        const second = [20, 60].map((record, index) => ({ record, sha256: String(index + 7).repeat(64) }));
        const coverage = { records: 256, sampled: 5, distinct: 4, largestGap: 84 };
        return [{ ...event, second, coverage }];
      }
      return event.type === 'step-finished' && event.step === step ? [...added(event), event] : [event];
    }),
  );
}

const comparedRecords = (rule: string, expected: string, actual: string) => ({
  type: 'check' as const,
  ...{ rule, title: rule, expected, actual },
  verdict: 'equal' as const,
  source: 'Shadowtape',
});

/** A run of 6a whose sampled records were compared as they passed. */
export const boundByRecords = (): RunEvent[] =>
  boundWith(fixtureEvents('raw-dd'), '6a', ({ seq, at, run, prev }) => [
    {
      ...{ seq, at, run, prev, step: '6a' },
      ...comparedRecords('streamed-records', '5 sampled records match', '5 equal'),
    },
  ]);

/** A run of 6b whose sampled records were read before and after the dump. */
export const boundByBaseline = (): RunEvent[] =>
  boundWith(fixtureEvents('ufs-tar'), '6b-4', ({ seq, at, run, prev }) => {
    const common = { seq, at, run, prev, step: '6b-4' };
    const blocks = [20, 60].map((record) => ({ record, sha256: 'b'.repeat(64) }));
    return [
      {
        ...common,
        type: 'baseline',
        volume: 'Volume2',
        host: 'node3',
        recordBytes: 32_768,
        blocks,
        changed: 1,
      },
      {
        ...common,
        ...comparedRecords('baseline-records', '2 sampled records unchanged by the dump', '2 equal'),
      },
    ];
  });
