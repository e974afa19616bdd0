/** The cluster of the guide's example, with two nodes, as tests of steps and checks see it: samples of sdxinfo and a job on them. */
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import { readFixture } from '../../gds/fixtures/read-fixture.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { chooseJob, siteOf } from '../../site/site-file.ts';
import { assign } from './assign.ts';
import type { Assignment } from './assignment.ts';
import type { Mount, World } from './world.ts';

/** What a node shows. */
export const joined = readFixture('primary-joined');
export const parted = readFixture('primary-parted');
/** Parted, and started on this node. */
export const started = parted.replace(/(volume Volume2 .*)STOP/, '$1ACTIVE');
/** What the backup server shows. */
export const shadow = readFixture('shadow');
/** The shadow's volume is removed; group and disk remain. */
export const halfShadow = shadow.slice(0, shadow.indexOf('OBJ    NAME    CLASS   GROUP   SKIP'));

/** The file system of the shadow, mounted. */
export const mountOf = (mountPoint: string, device = '/dev/sfdsk/Class2/dsk/Volume2'): Mount => ({
  ...{ device, mountPoint, type: 'ufs', options: 'ro' },
});

interface Sight {
  /** Where that shows something else. */
  readonly node2?: string | undefined;
  readonly mounts?: readonly Mount[];
  /** False if the backup server does not show whether objects exist. */
  readonly isBackupSeen?: boolean;
}

/**
 * @param node1 what both nodes show; undefined: not queried
 * @param backup what the backup server shows; empty: titles without objects
 */
export function worldOf(
  node1: string | undefined,
  backup = '',
  { node2 = node1, mounts = [], isBackupSeen = true }: Sight = {},
): World {
  const nothing = { shown: 'nothing', evidence: 'sdxinfo printed titles without objects' } as const;
  const unknown = { shown: 'unknown', evidence: 'sdxinfo printed nothing' } as const;
  const sight = backup === '' ? { sight: isBackupSeen ? nothing : unknown } : {};
  const nodes = [
    { node: 'node1', text: node1 },
    { node: 'node2', text: node2 },
  ];
  return {
    primaries: nodes.flatMap(({ node, text }) =>
      text === undefined ? [] : [{ node, report: parseSdxinfo(text) }],
    ),
    backup: { node: 'node3', report: parseSdxinfo(backup), mounts, ...sight },
  };
}

/** A site file of the guide's own cluster. @param job fields that differ */
export const guideSite = (job: object) => ({
  site: 'payroll-cluster',
  platform: 'solaris',
  hosts: { node1: { role: 'primary' }, node2: { role: 'primary' }, node3: { role: 'backup' } },
  tape: { host: 'node3', device: '/dev/rmt/0' },
  jobs: {
    nightly: {
      class: 'Class1',
      volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
      shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3' } },
      services: 'not-needed',
      ...job,
    },
  },
});

/**
 * @param job fields that differ
 * @param text what the nodes show
 */
export function guideAssignment(job: object = {}, text = joined): Assignment {
  const site = siteOf('site.yaml', guideSite(job));
  const { primaries } = worldOf(text);
  return assign(site, chooseJob('site.yaml', site, 'nightly'), { primaries }, 'run-1');
}

/** A restore from the tape of a backup whose proxy is joined; its services run on one node. */
export const restoreOrder: RestoreOrder = {
  from: 'tape',
  run: 'backup-1',
  at: '2026-11-28T17:00:00.000Z',
  begins: 'joined',
  activeOn: ['node1'],
  volumes: [],
};
