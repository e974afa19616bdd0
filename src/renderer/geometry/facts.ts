/** What the side panel shows of an object: in the guide's words, with the view of each node. */
import { bytesText, countText } from '../../contract/words.ts';
import type { ByNode, Status, TopologyVolume } from '../../contract/topology.ts';
import { say } from '../../contract/text/say.ts';
import type { State } from '../../folds/states.ts';
import { disksBelow, disksOfVolume } from './blocks-on-disks.ts';
import {
  diskOf,
  groupOf,
  roleOf,
  sameDisks,
  shadowedBy,
  shadowsOf,
  volumeOf,
  type ClusterIndex,
  type ObjectKey,
  type Place,
} from './cluster-index.ts';
import { stateOfStatus } from './status-state.ts';

interface FactLine {
  readonly name: string;
  readonly value: string;
  readonly mono?: boolean;
}

interface StatusLine {
  /** The field: `PROXY` or `STATUS`. */
  readonly field: string;
  readonly word: string;
  readonly nodes: string;
  readonly state: State;
}

export interface ObjectFacts {
  readonly title: string;
  /** What it is: `Proxy volume of Class1`. */
  readonly what: string;
  readonly role: 'master' | 'proxy' | 'shadow' | 'plain' | undefined;
  /** The values of the nodes; equal ones are grouped. */
  readonly statuses: readonly StatusLine[];
  readonly facts: readonly FactLine[];
}

const blockBytes = 512;
const told = (value: string | null | undefined): string => value ?? say('not shown');

const blocksText = (blocks: number | null): string =>
  blocks === null
    ? say('not shown')
    : say('{blocks} blocks · {size}', { blocks: countText(blocks), size: bytesText(blocks * blockBytes) });

function statusesOf(on: ByNode<Status>, field = 'STATUS'): StatusLine[] {
  const byWord = new Map<string, { status: Status; nodes: string[] }>();
  for (const [node, status] of Object.entries(on)) {
    const nodes = byWord.get(status.word)?.nodes ?? [];
    byWord.set(status.word, { status, nodes: [...nodes, node] });
  }
  return [...byWord.values()].map(({ status, nodes }) => ({
    field,
    word: status.known ? status.word : say('{word}, not known', { word: status.word }),
    nodes: nodes.join(', '),
    state: stateOfStatus(status),
  }));
}

const roleWords = {
  master: say('Master volume'),
  proxy: say('Proxy volume'),
  shadow: say('Shadow volume'),
  plain: say('Volume'),
};

function rangeText({ firstBlock, blocks }: TopologyVolume): string {
  if (firstBlock === null) return say('not shown');
  const last = blocks === null ? '' : ` … ${countText(firstBlock + blocks - 1)}`;
  return `${countText(firstBlock)}${last}`;
}

function volumeFacts(index: ClusterIndex, volume: TopologyVolume): ObjectFacts {
  const role = roleOf(volume);
  const shown = shadowedBy(index, volume);
  const shadows = shadowsOf(index, volume);
  const link = index.topology.shadows.find(
    ({ shadow }) => shadow.class === volume.class && shadow.volume === volume.name,
  );
  const byWord = {
    plan: say('as planned'),
    extent: say('same disks, same blocks'),
    name: say('same disks and name, different blocks'),
  };
  const disks = disksOfVolume(index, volume).map(({ name }) => name);
  return {
    title: volume.name,
    what: say('{role} of {class}', { role: roleWords[role], class: volume.class }),
    role,
    statuses: [...statusesOf(volume.proxyOn, 'PROXY'), ...statusesOf(volume.statusOn)],
    facts: [
      ...(volume.master === null ? [] : [{ name: say('Master'), value: volume.master }]),
      ...(volume.proxies.length === 0 ? [] : [{ name: say('Proxies'), value: volume.proxies.join(', ') }]),
      ...(shown && link
        ? [{ name: say('Shadows'), value: `${shown.class}/${shown.name}, ${byWord[link.by]}` }]
        : []),
      ...(shadows.length === 0
        ? []
        : [
            {
              name: say('Shadow'),
              value: shadows.map((shadow) => `${shadow.class}/${shadow.name}`).join(', '),
            },
          ]),
      { name: say('Group'), value: volume.group ?? say('none: a single disk') },
      { name: say('Disks'), value: disks.length === 0 ? say('not shown') : disks.join(', ') },
      { name: say('Type'), value: told(volume.type) },
      { name: say('Blocks'), value: rangeText(volume), mono: true },
      { name: say('Size'), value: blocksText(volume.blocks) },
      { name: say('Mode'), value: told(volume.mode) },
    ],
  };
}

function diskFacts(index: ClusterIndex, place: Place, name: string): ObjectFacts | undefined {
  const disk = diskOf(index, place, name);
  if (disk === undefined) return undefined;
  const same = sameDisks(index, disk);
  const others = same.map(
    (other) => `${other.class}/${other.name}, ${Object.values(other.deviceOn).join(', ')}`,
  );
  return {
    title: disk.name,
    what: say('Disk of {class}', { class: disk.class }),
    role: undefined,
    statuses: statusesOf(disk.statusOn),
    facts: [
      ...Object.entries(disk.deviceOn).map(([node, device]) => ({
        name: say('On {node}', { node }),
        value: device,
        mono: true,
      })),
      { name: say('Group'), value: disk.group ?? say('none') },
      { name: say('Type'), value: disk.type },
      { name: say('Size'), value: blocksText(disk.blocks) },
      ...(others.length === 0 ? [] : [{ name: say('Same disk'), value: others.join('; ') }]),
    ],
  };
}

function groupFacts(index: ClusterIndex, place: Place, name: string): ObjectFacts | undefined {
  const group = groupOf(index, place, name);
  if (group === undefined) return undefined;
  const volumes = index.topology.volumes.filter(
    (volume) => volume.domain === place.domain && volume.class === place.class && volume.group === name,
  );
  return {
    title: group.name,
    what: say('Group of {class}', { class: group.class }),
    role: undefined,
    statuses: [],
    facts: [
      { name: say('Type'), value: told(group.type) },
      { name: say('Disks'), value: disksBelow(index, place, name).join(', ') },
      ...(group.lowerGroups.length === 0
        ? []
        : [{ name: say('Lower groups'), value: group.lowerGroups.join(', ') }]),
      ...(group.upperGroup === null ? [] : [{ name: say('Upper group'), value: group.upperGroup }]),
      ...(group.width === null
        ? []
        : [{ name: say('Stripe width'), value: say('{width} blocks', { width: countText(group.width) }) }]),
      { name: say('Volumes'), value: countText(volumes.length) },
      { name: say('Size'), value: blocksText(group.blocks) },
      { name: say('Free'), value: blocksText(group.freeBlocks) },
    ],
  };
}

function classFacts(index: ClusterIndex, place: Place): ObjectFacts {
  const count = (objects: readonly Place[]) =>
    countText(
      objects.filter((object) => object.domain === place.domain && object.class === place.class).length,
    );
  const { topology } = index;
  const nodes = topology.classes.find(
    (entry) => entry.domain === place.domain && entry.name === place.class,
  )?.nodes;
  return {
    title: place.class,
    what:
      place.domain === 'primary'
        ? say('Class of the primary domain')
        : say('Shadow class of the backup server'),
    role: undefined,
    statuses: [],
    facts: [
      { name: say('Nodes'), value: nodes?.join(', ') ?? say('none yet') },
      { name: say('Disks'), value: count(topology.disks) },
      { name: say('Groups'), value: count(topology.groups) },
      { name: say('Volumes'), value: count(topology.volumes) },
    ],
  };
}

/** @returns undefined for a node, the drive, and absent objects */
export function factsOf(index: ClusterIndex, key: ObjectKey): ObjectFacts | undefined {
  const [kind, domain, className = '', name = ''] = key.split(':');
  const place: Place = { domain: domain === 'backup' ? 'backup' : 'primary', class: className };
  const volume = kind === 'volume' ? volumeOf(index, place, name) : undefined;
  if (volume) return volumeFacts(index, volume);
  if (kind === 'disk') return diskFacts(index, place, name);
  if (kind === 'group') return groupFacts(index, place, name);
  return kind === 'class' ? classFacts(index, place) : undefined;
}
