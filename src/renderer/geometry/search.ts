/** Finds objects of the cluster by the typed text. */
import type { Topology } from '../../contract/topology.ts';
import { say } from '../../contract/text/say.ts';
import { classKey, objectKey, type ObjectKey } from './cluster-index.ts';

/** The word for an object: a search finds it by that, too. */
const kindWords = { volume: say('volume'), disk: say('disk'), group: say('group') };

const whatOf = {
  volume: (name: string) => say('volume of {class}', { class: name }),
  disk: (name: string) => say('disk of {class}', { class: name }),
  group: (name: string) => say('group of {class}', { class: name }),
};

export interface Match {
  readonly key: ObjectKey;
  readonly name: string;
  readonly what: string;
}

/**
 * Best first: names that are equal, that begin with it, that contain it; then devices. Every word of the search must be
 * found.
 */
export function searchCluster(topology: Topology, text: string): Match[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return [];
  const { volumes, disks, groups, classes } = topology;
  const candidates = [
    ...volumes.map((object) => ({ object, kind: 'volume' as const, also: object.master ?? '' })),
    ...disks.map((object) => ({
      object,
      kind: 'disk' as const,
      also: Object.values(object.deviceOn).join(' '),
    })),
    ...groups.map((object) => ({ object, kind: 'group' as const, also: '' })),
  ].map(({ object, kind, also }) => ({
    key: objectKey(kind, object, object.name),
    name: object.name,
    what: whatOf[kind](object.class),
    text: `${object.name} ${also} ${object.class} ${kindWords[kind]}`.toLowerCase(),
  }));
  const ofClasses = classes.map(({ domain, name }) => ({
    key: classKey({ domain, class: name }),
    name,
    what: say('class'),
    text: `${name} ${say('class')}`.toLowerCase(),
  }));
  const rank = (name: string) => {
    const low = name.toLowerCase();
    const [first = ''] = words;
    return low === first ? 0 : low.startsWith(first) ? 1 : low.includes(first) ? 2 : 3;
  };
  return [...candidates, ...ofClasses]
    .filter(({ text: known }) => words.every((word) => known.includes(word)))
    .toSorted((one, other) => rank(one.name) - rank(other.name))
    .map(({ key, name, what }) => ({ key, name, what }));
}
