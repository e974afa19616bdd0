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
const judged = (backup: ReadonlyMap<string, string>, of: ReadonlyMap<string, string> = primary) => {
  const [verdict] = judgeSameDisks({ disks, devices: { Disk3: 'c2t0d1' }, primary: of, backup });
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
