/**
 * The rule that a device of the backup server is the disk of the proxy: while master and proxy are joined they hold the
 * same bytes, so that neither name nor content distinguishes them. Facts in, verdict out.
 */
import type { DiskIdentities } from './disk-identity.ts';
import { judge } from './rule-verdict.ts';
import type { Finding, Rule, RuleVerdict } from './rule-verdict.ts';
import type { SdxDisk } from './sdxinfo-objects.ts';
import { phrase, phrases } from '../../contract/text/say.ts';

export interface DiskPairs {
  /** The disks of the class on the cluster, as its first node shows them. */
  readonly disks: readonly SdxDisk[];
  /** GDS disk name -> the device's name on the backup server. */
  readonly devices: Readonly<Record<string, string>>;
  /** What each side reports of its devices. */
  readonly primary: DiskIdentities;
  readonly backup: DiskIdentities;
}

/** What one side says of a disk; undefined if it cannot tell. */
function sidesOf({ disks, devices, primary, backup }: DiskPairs) {
  return Object.entries(devices).map(([name, device]) => ({
    name,
    expected: primary.get(disks.find((disk) => disk.name === name)?.device ?? ''),
    actual: backup.get(device),
  }));
}

function compareDisks(pairs: DiskPairs): Finding {
  const told = sidesOf(pairs).map(({ name, expected, actual }) => ({
    expected: phrases([name, expected ?? phrase('not shown')], ' '),
    actual: phrases([name, actual ?? phrase('not shown')], ' '),
    differs: expected !== undefined && actual !== undefined && expected !== actual,
    isTold: expected !== undefined && actual !== undefined,
  }));
  const differs = told.some((pair) => pair.differs);
  const isTold = told.every((pair) => pair.isTold);
  return {
    expected: phrases(
      told.map(({ expected }) => expected),
      ', ',
    ),
    actual: phrases(
      told.map(({ actual }) => actual),
      ', ',
    ),
    verdict: differs ? 'differs' : isTold ? 'equal' : 'holds',
  };
}

const sameDisks: Rule<DiskPairs> = {
  id: 'disk-identity',
  title: phrase('Same physical disks'),
  why: phrase(
    'disk names repeat from cluster to cluster, and the disks of master and proxy hold the same bytes; without serial numbers this is not proven',
  ),
  source: 'Shadowtape',
  compare: compareDisks,
};

/** Where one of the hosts does not tell which disk a device is, the verdict says so, and forbids nothing. */
export function judgeSameDisks(pairs: DiskPairs): RuleVerdict[] {
  return [judge(sameDisks, pairs)];
}
