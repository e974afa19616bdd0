/** The topology as it was verified: where master, proxy and shadow lay, both sides to the same scale. */
import type { EventOf } from '../../../contract/events.ts';
import type {
  ReportBlock,
  ReportExtent,
  ReportFigure,
  ReportShadowed,
  ReportSpace,
  ReportTopology,
} from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import type { VerifiedVolume } from '../../../folds/verification.ts';
import { type ReportFacts } from './report-source.ts';
import { lastOf } from '../../journal/run-summary.ts';
import { named, plain } from './report-words.ts';
import { verdictMarks, type SectionDraft } from './section-draft.ts';

type Space = EventOf<'layout'>['spaces'][number];

/** Of more drawings than these only the first are in the body. */
const mostDrawn = 5;
const drawnFirst = 2;

interface Names {
  readonly masters: ReadonlySet<string>;
  readonly proxies: ReadonlySet<string>;
  readonly shadows: ReadonlySet<string>;
}

function namesOf({ verification }: ReportFacts): Names {
  const { volumes } = verification;
  return {
    masters: new Set(volumes.map(({ master }) => master)),
    proxies: new Set(volumes.map(({ proxy }) => proxy)),
    shadows: new Set(volumes.map(({ shadow }) => shadow)),
  };
}

function roleOf({ side }: Space, name: string, names: Names): ReportExtent['role'] {
  if (side === 'backup') return names.shadows.has(name) ? 'shadow' : 'other';
  if (names.proxies.has(name)) return 'proxy';
  return names.masters.has(name) ? 'master' : 'other';
}

function disksText(disks: Space['disks']): string {
  return disks.map(({ name, device }) => (device === undefined ? name : `${name}=${device}`)).join(', ');
}

function drawnSpace(space: Space, names: Names): ReportSpace {
  const { class: className, group, disks, kind, blocks, volumes } = space;
  const place = group === undefined ? className : `${className}/${group}`;
  return {
    title: `${place}${kind === undefined ? '' : ` (${kind})`}: ${disksText(disks)}`,
    ...(blocks === undefined ? {} : { blocks }),
    extents: volumes.map(({ name, first, blocks: size, status }) => ({
      name,
      role: roleOf(space, name, names),
      first,
      blocks: size,
      ...(status === undefined ? {} : { status }),
    })),
  };
}

/** Volumes of the same spaces are drawn together. */
function fromLayout(facts: ReportFacts, { spaces }: EventOf<'layout'>): ReportShadowed[] {
  const names = namesOf(facts);
  const find = (side: Space['side'], name: string) =>
    spaces.find((space) => space.side === side && space.volumes.some((volume) => volume.name === name));
  const together = new Map<string, { proxy: Space; shadow: Space | undefined; volumes: VerifiedVolume[] }>();
  for (const volume of facts.verification.volumes) {
    const proxy = find('primary', volume.proxy);
    const shadow = find('backup', volume.shadow);
    if (proxy === undefined) continue;
    const key = `${spaces.indexOf(proxy)} ${shadow === undefined ? '' : spaces.indexOf(shadow)}`;
    const known = together.get(key);
    together.set(key, { proxy, shadow, volumes: [...(known?.volumes ?? []), volume] });
  }
  return [...together.values()].map(({ proxy, shadow, volumes }) => {
    const masters = new Set(volumes.flatMap(({ master }) => find('primary', master) ?? []));
    return {
      masters: [...masters].map((space) => drawnSpace(space, names)),
      proxy: drawnSpace(proxy, names),
      shadow:
        shadow === undefined ? { title: say('no shadow was seen'), extents: [] } : drawnSpace(shadow, names),
      ties: volumes.map(tieOf),
    };
  });
}

const tieOf = ({ proxy, shadow, verdict }: VerifiedVolume): ReportShadowed['ties'][number] => ({
  proxy,
  shadow,
  mark: verdictMarks[verdict] ?? 'unknown',
});

/** Journals of earlier releases hold what the rules compared, and nothing of the masters. */
function fromRules({ verification, model }: ReportFacts): ReportShadowed[] {
  const className = model.start?.class ?? '';
  const shadowClass = model.start?.shadow?.class ?? say('shadow class');
  return verification.volumes.flatMap((volume) => {
    const { proxy, shadow, cluster, backup } = volume;
    const space = (
      side: typeof cluster,
      name: string,
      role: 'proxy' | 'shadow',
      of: string,
    ): ReportSpace => ({
      title: `${of}: ${side.disks.replace(/: [\d,]+ blocks?/g, '') || say('disks not in the journal')}`,
      ...(side.size === undefined ? {} : { blocks: side.size }),
      extents:
        side.first === undefined || side.blocks === undefined
          ? []
          : [{ name, role, first: side.first, blocks: side.blocks }],
    });
    if (cluster.first === undefined) return [];
    return [
      {
        masters: [],
        proxy: space(cluster, proxy, 'proxy', className),
        shadow: space(backup, shadow, 'shadow', shadowClass),
        ties: [tieOf(volume)],
      },
    ];
  });
}

function hostsText({ model: { start }, events }: ReportFacts, role: 'primary' | 'backup'): string {
  const told = start?.hosts?.filter((host) => host.role === role).map(({ name }) => name) ?? [];
  if (told.length > 0) return named(told);
  const fingerprint = events.find((event) => event.type === 'fingerprint' && event.side === role);
  return fingerprint?.type === 'fingerprint' ? fingerprint.host : say('not in the journal');
}

function tapeOf({ model: { start, tapes, volumes } }: ReportFacts): ReportTopology['tape'] {
  if (start === undefined || start.restore?.from === 'proxy') return undefined;
  const names = tapes.flatMap(({ name }) => name ?? []);
  const label = start.layout === 'labelled' ? ['label'] : [];
  const isRead = start.restore !== undefined;
  const written = isRead
    ? start.volumes.map(({ proxy }) => proxy)
    : volumes.filter(({ digests }) => digests.handed !== undefined).map(({ proxy }) => proxy);
  const manifest = tapes.some(({ manifestFile }) => manifestFile !== undefined) ? ['manifest'] : [];
  const files = written.length > 6 ? [say('{written} volumes', { written: written.length })] : written;
  return {
    title: say('{device} on {host}{names}', {
      device: start.tape.device,
      host: start.tape.host,
      names: names.length === 0 ? '' : `: ${named(names, 3)}`,
    }),
    files: [...(names.length === 0 ? [] : label), ...files, ...manifest],
    ...(isRead ? { isRead } : {}),
  };
}

const lastBlock = ({ first, blocks }: ReportExtent) => countText(first + blocks - 1);

function altOf(shadowed: readonly ReportShadowed[]): string {
  const sentences = shadowed.flatMap(({ proxy, shadow, ties }) =>
    ties.map(({ proxy: name, shadow: of, mark }) => {
      const one = proxy.extents.find((extent) => extent.name === name);
      const other = shadow.extents.find((extent) => extent.name === of);
      const where = (extent: ReportExtent | undefined) =>
        extent === undefined
          ? say('not seen')
          : say('blocks {first} to {extent}', { first: countText(extent.first), extent: lastBlock(extent) });
      const same = {
        good: say('the same blocks'),
        bad: say('NOT the same blocks'),
        unknown: say('not proven'),
        warning: '',
      }[mark];
      return say('Proxy volume {name}: {one}; shadow volume {of}: {other}; {same}.', {
        name,
        one: where(one),
        of,
        other: where(other),
        same,
      });
    }),
  );
  return sentences.join(' ');
}

export function topologySections(facts: ReportFacts): { body: SectionDraft; rest: SectionDraft | undefined } {
  const layout = lastOf(facts.events, 'layout');
  const all = layout === undefined ? fromRules(facts) : fromLayout(facts, layout);
  const figure = (shadowed: readonly ReportShadowed[], caption: string, withTape: boolean): ReportFigure => ({
    kind: 'figure',
    caption,
    alt: altOf(shadowed),
    figure: {
      kind: 'topology',
      primary: hostsText(facts, 'primary'),
      backup: hostsText(facts, 'backup'),
      shadowed,
      tape: withTape ? tapeOf(facts) : undefined,
    },
  });
  const words = (text: string): ReportBlock => ({ kind: 'paragraph', texts: plain(text) });
  const id = 'topology';
  const title = say('Topology as verified');
  if (all.length === 0)
    return {
      body: { id, title, blocks: [words(say('The run ended before a shadow was seen.'))] },
      rest: undefined,
    };
  const old =
    layout === undefined
      ? [
          words(
            say(
              'This journal was written by an earlier release: it has what the rules compared, but not where the master volumes are.',
            ),
          ),
        ]
      : [];
  const shown = all.length <= mostDrawn ? all : all.slice(0, drawnFirst);
  const rest = all.slice(shown.length);
  const more =
    rest.length === 0
      ? ''
      : ` ${say('The other {count} are in the appendix “Topology, all volumes”.', { count: rest.length })}`;
  return {
    body: {
      id,
      title,
      blocks: [
        ...old,
        words(
          `${say('Strips are to scale, in blocks of 512 bytes. Proxy and shadow of a pair have the same scale, so the ribbon between them is straight where they are the same blocks.')}${more}`,
        ),
        figure(shown, say('Primary domain, backup server and tape'), true),
      ],
    },
    rest:
      rest.length === 0
        ? undefined
        : {
            id: 'topology-all',
            title: say('Topology, all volumes'),
            appendix: true,
            blocks: rest.map((shadowed) =>
              figure(
                [shadowed],
                say('Volumes {ties}', { ties: named(shadowed.ties.map(({ proxy }) => proxy)) }),
                false,
              ),
            ),
          },
  };
}
