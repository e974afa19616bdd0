import { expect, it } from 'vitest';
import { emptyReport, type SdxinfoReport } from './sdxinfo-objects.ts';
import { missingRows } from './sdxinfo-whole.ts';

const shown = { columns: [], unknownColumns: {} };
const one = <Kind extends keyof SdxinfoReport>(objects: object[]) =>
  objects as unknown as SdxinfoReport[Kind];
const disks = one<'disks'>([{ ...shown, name: 'Disk3', class: 'Class2' }]);
const groups = one<'groups'>([{ ...shown, name: 'Group2', class: 'Class2', disks: ['Disk3'] }]);
const volumes = one<'volumes'>([{ ...shown, name: 'Volume2', class: 'Class2', group: 'Group2' }]);
const slices = one<'slices'>([
  { ...shown, class: 'Class2', group: 'Group2', disk: 'Disk3', volume: 'Volume2' },
]);
const all = { ...emptyReport, disks, groups, volumes, slices };
const long = { ...emptyReport, groups, volumes };

it('two answers are whole where each name has its row, and both show the same groups and volumes', () => {
  expect(missingRows(all, long)).toBeUndefined();
  expect(missingRows({ ...emptyReport, disks }, emptyReport)).toBeUndefined();
  const onSingleDisk = one<'volumes'>([{ ...shown, name: 'Volume2', class: 'Class2', disk: 'Disk3' }]);
  expect(
    missingRows({ ...emptyReport, disks, volumes: onSingleDisk }, { ...emptyReport, volumes: onSingleDisk }),
  ).toBeUndefined();
});

it.each<[string, SdxinfoReport, SdxinfoReport]>([
  ['only one of two forms shows volume Volume2 of Class2', { ...all, volumes: [] }, long],
  ['only one of two forms shows volume Volume2 of Class2', all, { ...long, volumes: [] }],
  ['only one of two forms shows group Group2 of Class2', all, { ...long, groups: [] }],
  [
    'only one of two forms shows volume Volume2 of Class2',
    all,
    { ...long, volumes: one<'volumes'>([{ ...shown, name: 'Volume2', class: 'Class9', group: 'Group2' }]) },
  ],
  [
    'only one of two forms shows volume Volume2 of Class2',
    all,
    { ...long, volumes: one<'volumes'>([{ ...shown, name: 'Volume9', class: 'Class2', group: 'Group2' }]) },
  ],
  ['Disk3 of Class2 is named but has no row', { ...all, disks: [] }, long],
  ['Group2 of Class2 is named but has no row', { ...all, groups: [] }, { ...long, groups: [] }],
])('rows are missing: %s', (reason, first, second) => {
  expect(missingRows(first, second)).toBe(reason);
});
