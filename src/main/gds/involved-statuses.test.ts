import { expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { statusesShown, unknownStatuses } from './involved-statuses.ts';
import { parseSdxinfo } from './sdxinfo.ts';

const parted = readFixture('primary-parted');
const shown = (text: string, volume = 'Volume2') =>
  statusesShown({ node: 'node1', report: parseSdxinfo(text) }, 'Class1', volume);

test('the statuses of a volume are those of all that it is on, and of nothing else', () => {
  expect(shown(parted).map(({ object, node, status }) => `${object} ${status.word} ${node}`)).toEqual([
    'volume Volume2 STOP node1',
    'proxy state of Volume2 Part node1',
    'slice of Disk3 STOP node1',
    'disk Disk3 ENABLE node1',
    'extent of Group2 at block 0 PRIVATE node1',
    'extent of Group2 at block 1114112 FREE node1',
  ]);
  expect(shown(parted, 'Volume9')).toEqual([]);
});

test('each unknown word is named with its object and its node', () => {
  const odd = parted
    .replace('1048576 STOP', '1048576 V-ODD')
    .replace('Volume1 Part', 'Volume1 P-ODD')
    .replace('Volume2 STOP', 'Volume2 S-ODD')
    .replace(/(Disk3 .*)ENABLE/, '$1D-ODD');
  expect(unknownStatuses(shown(odd))).toEqual([
    'volume Volume2 V-ODD on node1',
    'proxy state of Volume2 P-ODD on node1',
    'slice of Disk3 S-ODD on node1',
    'disk Disk3 D-ODD on node1',
  ]);
  expect(unknownStatuses(shown(parted))).toEqual([]);
});

test('blocks of an unknown state count, also where their place is not shown', () => {
  const extra =
    'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\nvolume * Class1 Group2 * * * ODD\n';
  const blind = parted.replaceAll(/^volume \* .*\n/gm, '');
  expect(unknownStatuses(shown(blind + extra))).toEqual(['extent of Group2 at block ? ODD on node1']);
});

test('a volume of which neither group nor disk is shown has its own status alone', () => {
  const text = edited(readFixture('primary-single'), 'Disk17 Volume11', '*      Volume11');
  expect(shown(text, 'Volume12').map(({ object }) => object)).toEqual([
    'volume Volume12',
    'proxy state of Volume12',
    'slice of Disk17',
  ]);
});
