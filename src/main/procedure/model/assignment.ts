/** What one run has to do: the job, with its data from the site file and sdxinfo. Plain data. */
import { rawDevice } from '../../gds/commands.ts';
import type { ShadowLayout } from '../../gds/shadow-layout.ts';
import type { FileNameEncoding } from '../../../contract/file-names.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import type { Job, Method, Platform, Route } from '../../site/site-schema.ts';
import type { Library, LibraryMoves } from '../../tape/library.ts';
import { withoutRewind } from '../../tape/tape-device.ts';
import type { Become } from '../../ssh/rights.ts';
import type { OutsideNode } from './class-scope.ts';
import type { MissingNode } from './world.ts';

/** One proxy volume of the job, and the shadow volume that is made of it. */
export interface VolumeAssignment {
  readonly master: string;
  readonly proxy: string;
  readonly method: Method;
  /** Size of master, proxy and shadow, in blocks of 512 bytes. */
  readonly blocks: number;
  readonly shadow: {
    readonly class: string;
    /** Undefined if the volume lies on a single disk. */
    readonly group: string | undefined;
    readonly volume: string;
  };
  /** Number of the file on the tape that it is dumped into, from 0. */
  readonly tapeFile: number;
}

/** Where a primary node has the file system of a master mounted. */
export interface MasterMount {
  readonly node: string;
  readonly master: string;
  readonly mountPoint: string;
}

/** What was seen of the library when the run was planned. */
type LibraryPlan =
  | (LibraryMoves & { readonly drive: number })
  | {
      /** Why the tape cannot be loaded as things are. */
      readonly refused: string;
    };

export interface Assignment {
  readonly jobName: string;
  readonly siteName: string;
  readonly job: Job;
  readonly platform: Platform;
  /** The job's method; a volume may have its own. */
  readonly method: Method;
  readonly route: Route;
  /** Primary nodes, in the order of the site file; commands that any of them may run go to the first that answers, and whose GDS does. */
  readonly primaryNodes: readonly string[];
  /** Those that did not answer, or whose GDS did not, when the assignment was made; only with `nodes: any`. */
  readonly missing?: readonly MissingNode[];
  /** Primary nodes of the site that do not share the class: nothing is sent there. */
  readonly outside?: readonly OutsideNode[];
  /** Where file systems of the masters were mounted when the assignment was made. Set if the job's services depend on it. */
  readonly mounted?: readonly MasterMount[];
  readonly backupServer: string;
  /** Host -> how its commands get administrator rights, where its login lacks them. */
  readonly become?: Readonly<Record<string, Become>>;
  readonly tapeHost: string;
  readonly tapeDevice: string;
  /** The drive by the name of its lock, see driveName; undefined if the tape host did not answer. */
  readonly driveName?: string | undefined;
  /** Whether a critical TapeAlert flag before the run refuses it; the default is yes. */
  readonly onCriticalAlert?: 'refuse' | 'warn' | undefined;
  /** What kind of drive it is, as the site file names it. */
  readonly drive: string | undefined;
  /** How a dump gets to its next tape. */
  readonly tapeChange: {
    /** The tape server. */
    readonly rmt: string;
    readonly dialect: Platform;
    readonly changer: string | undefined;
    /** The drive's number in the changer; undefined if the site file does not say. */
    readonly changerDrive?: number | undefined;
    readonly nextTape: readonly string[] | undefined;
    /** Set if the changer is a library that identifies its tapes by bar code. */
    readonly library?: Library | undefined;
  };
  /** What would load the tape now, for the plan; the run checks again. Undefined if the changer was not queried. */
  readonly libraryPlan?: LibraryPlan | undefined;
  readonly class: string;
  /** At least one; they are parted together, and dumped in this order. */
  readonly volumes: readonly VolumeAssignment[];
  readonly shadow: {
    readonly class: string;
    /** Everything that is created on the backup server, stand-ins included. */
    readonly layout: ShadowLayout;
    /** GDS disk name -> the device's name on the backup server. */
    readonly devices: Readonly<Record<string, string>>;
  };
  /** Which records the fingerprint samples depends on this and on the size alone. */
  readonly fingerprintSeed: string;
  /** What sdxinfo prints on a node without any object; undefined if the site file does not say. */
  readonly noObjectsMessage: string | undefined;
  /** How names of files on the volumes are encoded, where that is not UTF-8. */
  readonly fileNames?: FileNameEncoding | undefined;
  /** What the run restores; a run without it is a backup. */
  readonly restore?: RestoreOrder | undefined;
}

/** The names of the job's proxy volumes. */
export const proxiesOf = ({ volumes }: Pick<Assignment, 'volumes'>): string[] =>
  volumes.map(({ proxy }) => proxy);

/** The names of the job's master volumes. */
export const mastersOf = ({ volumes }: Pick<Assignment, 'volumes'>): string[] =>
  volumes.map(({ master }) => master);

/** Sizes of all volumes together, in bytes. */
export const bytesOfVolumes = ({ volumes }: Pick<Assignment, 'volumes'>): number =>
  volumes.reduce((sum, { blocks }) => sum + blocks * blockBytes, 0);

/** @throws where the job has no such proxy volume */
export function volumeNamed({ volumes }: Pick<Assignment, 'volumes'>, proxy: string): VolumeAssignment {
  const volume = volumes.find((each) => each.proxy === proxy);
  if (!volume) throw new Error(`${proxy} is no proxy volume of the job`);
  return volume;
}

/** The primary node that runs the commands which "Node1 or Node2" may run (GDS guide 6.6.3.7, step 3). */
export function commandNode({ primaryNodes, missing = [] }: Assignment): string {
  const first = primaryNodes.find((node) => missing.every((each) => each.node !== node)) ?? primaryNodes[0];
  if (first === undefined) throw new Error('a site has at least one primary node');
  return first;
}

/** Where such a command is sent: to another node if that one cannot be reached. */
export const onAnyNode = (assignment: Assignment): { host: string; anyNode: true } => ({
  host: commandNode(assignment),
  anyNode: true,
});

export const blockBytes = 512;

/** True if the method mounts the shadow volume. */
export function mounts(method: Method): boolean {
  return method === '6b' || method === '6d';
}

/** True if the run mounts the shadow of a volume, to read its files or to restore them. */
export const mountsShadow = (
  { restore }: Pick<Assignment, 'restore'>,
  { method }: VolumeAssignment,
): boolean => (restore ? method !== '6a' : mounts(method));

/** The hosts of a run, each once: the primary nodes first. */
export const hostNamesOf = ({
  primaryNodes,
  backupServer,
  tapeHost,
}: Pick<Assignment, 'primaryNodes' | 'backupServer' | 'tapeHost'>): string[] => [
  ...new Set([...primaryNodes, backupServer, tapeHost]),
];

/** The changer that a run operates: for a dump that may need several tapes, and in a library. */
export const changerOfRun = ({
  tapeChange,
  job,
}: Pick<Assignment, 'tapeChange' | 'job'>): string | undefined =>
  job.media.span || tapeChange.library ? tapeChange.changer : undefined;

/** The tape that a run has its library load: the one that the job, or its pool, names. */
export const tapeOfLibrary = ({
  tapeChange,
  job,
}: Pick<Assignment, 'tapeChange' | 'job'>): string | undefined =>
  tapeChange.library ? job.media.name : undefined;

/** The name of a check of one volume; it includes the proxy volume if the run has several. */
export function volumeCheck(
  { volumes }: Pick<Assignment, 'volumes'>,
  proxy: string,
  title: string,
): { title: string; volume?: string } {
  return volumes.length > 1
    ? { title: phrase('{title} ({volume})', { title, volume: proxy }), volume: proxy }
    : { title };
}

/** Number of the tape file that holds the manifest. */
export const manifestFileOf = (volumes: readonly unknown[]): number => 1 + volumes.length;

export const isLabelled = ({ job }: Pick<Assignment, 'job'>): boolean => job.media.layout === 'labelled';

/** The raw device of a volume's shadow on the backup server. */
export function shadowRawDevice({ shadow }: VolumeAssignment): string {
  return rawDevice(shadow.class, shadow.volume);
}

/** Between the files of a tape it must not be rewound. */
export function dumpDevice(assignment: Pick<Assignment, 'job' | 'tapeDevice' | 'volumes'>): string {
  const { tapeDevice, volumes } = assignment;
  return isLabelled(assignment) || volumes.length > 1 ? withoutRewind(tapeDevice) : tapeDevice;
}
