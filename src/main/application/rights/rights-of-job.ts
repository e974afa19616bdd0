/**
 * What a job must be allowed: its backup with rollback and resume, the restores of its backups, and the tape commands
 * on its drive, including those of second copies. Each from the tables that make the commands. Pure.
 */
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { driveCheckCommands } from '../../procedure/drive/drive-check.ts';
import { assign, onlyVolumes, type ClusterSeen } from '../../procedure/model/assign.ts';
import { blockBytes, type Assignment } from '../../procedure/model/assignment.ts';
import { makerOf } from '../../procedure/plan/restore/steps-write-files.ts';
import { allowedCommands, rightsNeeded, type AllowedCommand } from '../../procedure/plan/rights-needed.ts';
import { copyDriveCommands } from '../../restore/second-copy/drive-commands.ts';
import type { NamedJob } from '../../site/site-file.ts';
import type { Site } from '../../site/site-schema.ts';
import { samplesWanted } from '../../site/whole-fingerprint.ts';
import type { DriveAt } from '../media/named-drive.ts';

/** Up to this many nodes, every set of nodes is listed on which a master may have been started. */
const mostNodes = 4;

/** The sets of nodes on which a restored master may be started again. */
function placesToStart(nodes: readonly string[]): string[][] {
  if (nodes.length > mostNodes) return [...nodes.map((node) => [node]), [...nodes]];
  return nodes.reduce<string[][]>((sets, node) => [...sets, ...sets.map((set) => [...set, node])], [[]]);
}

/** Restores of these volumes: from tape, and, for raw devices, from the parted proxy. */
function ordersOf({ volumes, primaryNodes, job, platform }: Assignment): RestoreOrder[] {
  if (volumes.some((volume) => volume.method !== '6a' && !makerOf({ job, platform }, volume))) return [];
  const order = {
    run: 'RUN',
    at: '',
    volumes: volumes.map(({ proxy, blocks, method }) => ({
      proxy,
      bytes: blocks * blockBytes,
      sha256: '',
      ...(method === '6a' ? {} : { files: true as const }),
    })),
  };
  const isRaw = volumes.every(({ method }) => method === '6a');
  const parted = { begins: 'parted' as const, partedBy: 'RUN', activeOn: [...primaryNodes] };
  const fromTape = placesToStart(primaryNodes).map((activeOn): RestoreOrder => ({
    ...order,
    from: 'tape',
    begins: 'joined',
    activeOn,
  }));
  return [
    ...fromTape,
    { ...order, from: 'tape', ...parted },
    ...(isRaw ? [{ ...order, from: 'proxy' as const, ...parted }] : []),
  ];
}

/**
 * All volumes of the job together, and each alone. Refused restores are omitted: on Linux, and where nothing stops the
 * services.
 */
function restoresOf(site: Site, named: NamedJob, seen: ClusterSeen): Assignment[] {
  const { job } = named;
  if (site.platform === 'linux' || job.services === 'not-needed') return [];
  const proxies = job.volumes.map(({ proxy }) => proxy);
  const sets = [proxies, ...(proxies.length > 1 ? proxies.map((proxy) => [proxy]) : [])];
  return sets.flatMap((set) => {
    const only = onlyVolumes(named, seen, set);
    const verify = { ...job.verify, fingerprint: samplesWanted(job) };
    const restored = { ...only.job, nodes: 'all', route: 'console', timeLimits: {}, verify } as const;
    const assignment = assign(site, { name: named.name, job: restored }, seen, 'rights');
    return ordersOf(assignment).map((restore) => ({ ...assignment, restore }));
  });
}

/** What was seen of the cluster, and the assignment made from it. */
export interface SeenJob {
  readonly assignment: Assignment;
  readonly world: ClusterSeen;
}

/**
 * @param further drives for second copies, in addition to that of the site
 * @returns each command once, for hosts whose login lacks the rights
 */
export function rightsOfJob(
  site: Site,
  named: NamedJob,
  { assignment, world }: SeenJob,
  further: readonly DriveAt[],
): AllowedCommand[] {
  const { outside = [], job } = assignment;
  const drives = [site.tape, ...further].map(({ host, device }) => ({ tapeHost: host, tapeDevice: device }));
  const copies = drives.flatMap((drive) => copyDriveCommands(drive, job.media.recordBytes));
  return [
    ...rightsNeeded(assignment),
    ...restoresOf(site, named, { ...world, outside }).flatMap(rightsNeeded),
    ...allowedCommands(assignment, [...driveCheckCommands(assignment), ...copies]),
  ];
}
