/** The kinds of runs that are interrupted at every step: every method by both routes, a tape with a label, several volumes. */
import { jobOf, type SiteTree } from './lab-run.ts';

export interface KindOfRun {
  readonly name: string;
  readonly job: string;
  readonly change: (site: SiteTree) => void;
  /** Kinds whose steps are interrupted there: here only the differences of this kind are interrupted. */
  readonly like: readonly KindOfRun[];
  /** Phases that are interrupted nevertheless, although their commands look the same: their effect differs. */
  readonly again: readonly string[];
  /** The state of the cluster when the run begins, if not the normal one. */
  readonly begins?: 'parted';
  /** A fault that is set when the run begins. */
  readonly fault?: string;
  /** The ends of step ids that another kind covers, although they differ there. */
  readonly stoodFor?: string;
}

/** The sample jobs of the lab that the kinds are made of. */
export const jobsOfKinds = ['raw-dd', 'ufs-tar', 'ufsdump', 'sfxfs-tar', 'sfxdump', 'three-volumes'] as const;

type Sample = (typeof jobsOfKinds)[number];

/** A fingerprint of few records; no questions are asked. */
function kind(
  name: string,
  job: Sample,
  set: Record<string, unknown>,
  like: readonly KindOfRun[] = [],
  again: readonly string[] = [],
): KindOfRun {
  const change = (site: SiteTree) => {
    Object.assign(jobOf(site, job), { verify: { fingerprint: 2, readback: true }, onFailure: 'halt' }, set);
  };
  return { name, job, change, like, again };
}

/**
 * Stops a service by a script: fsck is then not skipped, and the file system is clean nevertheless. The effect of such
 * a command is not visible, so it may be sent twice.
 */
const unseen = (directory: string) => {
  const script = (line: string) => [['sh', '-c', `${line} ${directory} 2>/dev/null || true`]];
  return { stop: script('umount'), resume: script('mount') };
};
const onNode1 = (directory: string) => ({ services: { nodes: { node1: unseen(directory) } } });
/** The progress of detached work is queried no more often than necessary. */
const server = { route: 'server', resynchronisation: { everySeconds: 0.1 } };
const labelled = { media: { layout: 'labelled', name: 'DAILY-01' } };

const rawDevice = kind('6a', 'raw-dd', {});
const tarOfUfs = kind('6b', 'ufs-tar', onNode1('/app'), [rawDevice]);
const ufsdump = kind('6c', 'ufsdump', onNode1('/app'), [rawDevice, tarOfUfs]);
const tarOfSfxfs = kind('6d', 'sfxfs-tar', onNode1('/data'), [rawDevice, tarOfUfs]);
/** The mount tables are queried around each step up to 3-4: its commands are the same, but their effect differs. */
const whereMounted = kind(
  '6b, services where the file system is mounted',
  'ufs-tar',
  { services: { whereMounted: unseen('/app') } },
  [rawDevice, tarOfUfs],
  ['part'],
);
const sfxdump = kind('6e', 'sfxdump', onNode1('/data'), [rawDevice, tarOfUfs]);
const label = kind('6a, labelled', 'raw-dd', labelled, [rawDevice]);

/** From the start of the detached dump on, the state that is left differs from that of route `console`. */
const afterStart = ['dump', 'remove', 'rejoin', 'finish'];
const rawByServer = kind('6a by route server', 'raw-dd', server, [rawDevice], afterStart);
const byServer = (name: string, job: Sample, set: Record<string, unknown>, console: KindOfRun) =>
  kind(name, job, { ...set, ...server }, [rawDevice, tarOfUfs, console, rawByServer]);

/** Two small volumes, each by a method of its own: a dump, and another one after it on the tape. */
const twoVolumes = {
  volumes: [
    { master: 'Volume3', proxy: 'Volume4', method: '6e' },
    { master: 'Volume5', proxy: 'Volume6', method: '6b' },
  ],
  shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
  services: {
    nodes: {
      node1: { stop: ['umount /data', 'umount /home'], resume: ['mount /home', 'mount /data'] },
    },
  },
  media: { layout: 'plain' },
};
const oneAtATime = { resynchronisation: { everySeconds: 0.02, atOnce: 1 } };
/** The steps of its first volume are those of a job of one; after them a dump is on the tape that must not be lost. */
const ofFirst = { stoodFor: ':Volume4' };
const two = {
  ...kind('two volumes', 'three-volumes', { ...twoVolumes, ...oneAtATime }, [rawDevice]),
  ...ofFirst,
};

/** The proxy is parted when the run begins, as a job leaves it that says rejoin: leave-parted. */
const synchronized: KindOfRun = {
  ...kind('6a, synchronized first', 'raw-dd', { part: { synchroniseFirst: true } }, [rawDevice]),
  begins: 'parted',
};
/** The steps around the part, because its first attempt fails. */
const triedAgain: KindOfRun = {
  ...kind(
    '6a, parted at the second try',
    'raw-dd',
    { part: { tries: 3, everySeconds: 0.02 } },
    [rawDevice],
    ['part'],
  ),
  fault: 'fail-once=node1:sdxproxy Part',
};
const wholeProxy = kind(
  '6a, the whole proxy hashed',
  'raw-dd',
  { verify: { fingerprint: 'all', readback: true } },
  [rawDevice],
);
/** Both are joined, one after the other, before they are parted. */
const twoSynchronized: KindOfRun = {
  ...kind(
    'two volumes, synchronized first',
    'three-volumes',
    { ...twoVolumes, ...oneAtATime, part: { synchroniseFirst: true } },
    [rawDevice, synchronized, two],
  ),
  ...ofFirst,
  begins: 'parted',
};

/** Each group is a file of scenarios, so that the files share the cores. */
export const kindsOfRuns = {
  rawDevice: [rawDevice],
  ufs: [tarOfUfs, ufsdump],
  sfxfs: [tarOfSfxfs, sfxdump],
  whereMounted: [whereMounted],
  label: [
    label,
    kind(
      '6a, labelled, by route server',
      'raw-dd',
      { ...labelled, ...server },
      [rawDevice, label, rawByServer],
      ['dump'],
    ),
  ],
  rawByServer: [rawByServer],
  filesByServer: [
    byServer('6b by route server', 'ufs-tar', onNode1('/app'), tarOfUfs),
    byServer('6c by route server', 'ufsdump', onNode1('/app'), ufsdump),
    byServer('6d by route server', 'sfxfs-tar', onNode1('/data'), tarOfSfxfs),
    byServer('6e by route server', 'sfxdump', onNode1('/data'), sfxdump),
  ],
  options: [synchronized, triedAgain, wholeProxy, twoSynchronized],
  twoVolumes: [two],
  twoVolumesByServer: [
    { ...byServer('two volumes by route server', 'three-volumes', twoVolumes, two), ...ofFirst },
  ],
} as const satisfies Record<string, readonly KindOfRun[]>;
