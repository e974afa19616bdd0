import { expect, it } from 'vitest';
import { isBlocking } from '../../contract/checks.ts';
import { judgeSameDisks } from './same-disks.ts';
import type { SdxDisk } from './sdxinfo-objects.ts';

const disks = [
  { name: 'Disk1', device: 'c1t1d0' },
  { name: 'Disk3', device: 'c1t1d3' },
] as SdxDisk[];
const primary = new Map([
  ['c1t1d0', 'E4000 01'],
  ['c1t1d3', 'E4000 03'],
]);
const onlyDisk3 = { Disk3: 'c2t0d1' };
const judged = (
  backup: ReadonlyMap<string, string>,
  of: ReadonlyMap<string, string> = primary,
  devices: Readonly<Record<string, string>> = onlyDisk3,
) => {
  const [verdict] = judgeSameDisks({ disks, devices, primary: of, backup });
  if (!verdict) throw new Error('the rule gives one verdict');
  return [isBlocking(verdict) ? 'blocks' : verdict.verdict, verdict.expected, verdict.actual];
};

it('a device that is the disk of the proxy is equal, whatever it is called', () => {
  expect(judged(new Map([['c2t0d1', 'E4000 03']]))).toEqual(['equal', 'Disk3 E4000 03', 'Disk3 E4000 03']);
});

it('a device that is a disk of the master is refused, though its bytes are those of the proxy', () => {
  expect(judged(new Map([['c2t0d1', 'E4000 01']]))).toEqual(['blocks', 'Disk3 E4000 03', 'Disk3 E4000 01']);
});

it('where a host does not tell, the verdict reports it', () => {
  expect(judged(new Map())).toEqual(['holds', 'Disk3 E4000 03', 'Disk3 not shown']);
  expect(judged(new Map([['c2t0d1', 'E4000 03']]), new Map())).toEqual([
    'holds',
    'Disk3 not shown',
    'Disk3 E4000 03',
  ]);
});

it('of several devices, one that is another disk is refused, and one that is not reported proves nothing', () => {
  const devices = { Disk1: 'c2t0d0', Disk3: 'c2t0d1' };
  const expected = 'Disk1 E4000 01, Disk3 E4000 03';
  const seen = (first: string, second?: string) =>
    judged(
      new Map([['c2t0d0', first], ...(second === undefined ? [] : ([['c2t0d1', second]] as const))]),
      primary,
      devices,
    );
  expect(seen('E4000 01', 'E4000 03')).toEqual(['equal', expected, 'Disk1 E4000 01, Disk3 E4000 03']);
  expect(seen('E4000 01', 'E4000 01')).toEqual(['blocks', expected, 'Disk1 E4000 01, Disk3 E4000 01']);
  expect(seen('E4000 01')).toEqual(['holds', expected, 'Disk1 E4000 01, Disk3 not shown']);
  expect(seen('E4000 09')).toEqual(['blocks', expected, 'Disk1 E4000 09, Disk3 not shown']);
});

it('a disk that the cluster does not show is not known to be any disk', () => {
  expect(judged(new Map([['c2t0d9', 'E4000 09']]), primary, { Disk9: 'c2t0d9' })).toEqual([
    'holds',
    'Disk9 not shown',
    'Disk9 E4000 09',
  ]);
});
