import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { blocks } from './rule-verdict.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { shadowable } from './shadowable.ts';

const joined = readFixture('primary-joined');
const nested = readFixture('primary-nested');
const single = readFixture('primary-single');
const members = 'disks, or stripe or concat groups of disks';
const before = 'volumes, free or reserved blocks before it, each of known place and size';

const verdictsOf = (text: string, proxyVolume = 'Volume2') =>
  shadowable(parseSdxinfo(text), { class: 'Class1', proxyVolume });
const refusalsOf = (text: string, proxyVolume?: string) =>
  blocks(verdictsOf(text, proxyVolume)).map(
    ({ rule, expected, actual }) => `${rule}: ${expected} | ${actual}`,
  );

describe('which proxies can be shadowed', () => {
  test('a volume of a mirror group of disks', () => {
    expect(verdictsOf(joined).map(({ rule, actual, verdict }) => [rule, actual, verdict])).toEqual([
      ['shadowable-type', 'mirror', 'holds'],
      ['shadowable-members', 'Disk3', 'holds'],
      ['shadowable-blocks-before', 'only reserved blocks before it', 'holds'],
    ]);
  });

  test('a volume after others and after free blocks', () => {
    const [, , found] = verdictsOf(readFixture('primary-several'), 'Volume6');
    expect(found).toMatchObject({ actual: 'volume Volume4, 32,768 free blocks', verdict: 'holds' });
  });

  test('a volume of a mirror of stripes or concatenations, and one on a single disk', () => {
    expect(verdictsOf(nested, 'Volume8').map(({ actual }) => actual)).toEqual([
      'mirror',
      'Group6a (stripe of Disk11, Disk12)',
      'only reserved blocks before it',
    ]);
    expect(refusalsOf(nested.replaceAll('stripe', 'concat'), 'Volume8')).toEqual([]);
    expect(verdictsOf(single, 'Volume12').map(({ actual, verdict }) => [actual, verdict])).toEqual([
      ['single', 'holds'],
      ['Disk17', 'holds'],
      ['only reserved blocks before it', 'holds'],
    ]);
  });

  test('not a stripe, a concatenation or a switch group', () => {
    for (const type of ['stripe', 'concat', 'switch', 'single']) {
      expect(refusalsOf(joined.replaceAll('mirror', type))).toEqual([`shadowable-type: mirror | ${type}`]);
    }
    expect(refusalsOf(single.replaceAll('single', 'mirror'), 'Volume12')).toEqual([
      'shadowable-type: single | mirror',
    ]);
    expect(refusalsOf(nested.replaceAll('Volume8 mirror', 'Volume8 stripe'), 'Volume8')).toEqual([
      'shadowable-type: mirror | stripe',
    ]);
  });

  test('not a nested group whose type is not shown', () => {
    const untold = nested.replaceAll('Volume8 mirror', 'Volume8 *     ');
    expect(refusalsOf(untold, 'Volume8')).toEqual(['shadowable-type: mirror | none']);
  });

  test('not a group whose rows contradict each other, or are not shown', () => {
    const long = (type: string) =>
      `OBJ NAME TYPE CLASS GROUP DISK MASTER PROXY\n--- --- --- --- --- --- --- ---\nvolume Volume2 ${type} Class1 Group2 * Volume1 Join\n`;
    const typeless = joined.slice(0, joined.lastIndexOf('OBJ'));
    expect(refusalsOf(typeless + long('mirror'))).toEqual([]);
    expect(refusalsOf(typeless + long('stripe'))).toEqual(['shadowable-type: mirror | mirror, stripe']);
    const volumesOnly = typeless.slice(typeless.indexOf('OBJ    NAME    CLASS   GROUP'));
    expect(refusalsOf(volumesOnly + long('mirror'))).toEqual([
      'shadowable-type: mirror | Group2 is not shown',
      `shadowable-members: ${members} | none`,
    ]);
  });

  test('not a volume of which neither group nor disk is shown', () => {
    expect(refusalsOf(single.replace('Disk17 Volume11', '*      Volume11'), 'Volume12')).toEqual([
      'shadowable-type: mirror or single | neither a group nor a disk',
      `shadowable-members: ${members} | none`,
      `shadowable-blocks-before: ${before} | none`,
    ]);
  });

  test('not a volume on a single disk while another volume may be there too', () => {
    expect(refusalsOf(single.replace(/(Volume11 single .*)Disk16/, '$1*     '), 'Volume12')).toEqual([
      `shadowable-blocks-before: ${before} | volume Volume11 on an unknown disk`,
    ]);
  });

  test('not a group with a member that is not shown, or that does not name one of its disks', () => {
    expect(refusalsOf(edited(joined, 'Class1  Disk3  ', 'Class1  Disk3:Group8  '))).toEqual([
      `shadowable-members: ${members} | Disk3, Group8 is neither a disk nor a group`,
    ]);
    expect(
      refusalsOf(joined.replace(/^disk {3}Disk2 .*Group1/m, (row) => row.replace('Group1', 'Group2'))),
    ).toEqual([
      `shadowable-members: ${members} | Disk3, Disk2 is in the group, but the group does not name it`,
    ]);
  });

  test('not disks and groups side by side, nor a lower group that is a mirror, or nests', () => {
    const beside = nested
      .replace('Class1 Group6a       ', 'Class1 Group6a:Disk7 ')
      .replace(/^(disk {3}Disk7 .*)Group5 /m, '$1Group6 ');
    expect(refusalsOf(beside, 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (stripe of Disk11, Disk12), Disk7`,
    ]);
    expect(refusalsOf(nested.replaceAll('stripe', 'mirror'), 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (mirror of Disk11, Disk12)`,
    ]);
    const holding = (held: string, text = nested) => text.replace('Disk11:Disk12', held);
    expect(refusalsOf(holding('Disk11:Disk12:Group5'), 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (stripe of Disk11, Disk12, Group5)`,
    ]);
    expect(refusalsOf(holding('Disk11'), 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (stripe of Disk11, Disk12)`,
    ]);
    const contradicting = nested.replace('Disk12 stripe', 'Disk12 concat');
    expect(refusalsOf(contradicting, 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (concat, stripe of Disk11, Disk12)`,
    ]);
    const untyped = holding('Disk19:Disk20').replaceAll(/(stripe.*)Group6a/g, '$1Group9 ');
    expect(refusalsOf(untyped, 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (no type of Disk19, Disk20)`,
    ]);
    const deep = nested.replace('Disk11:Disk12', 'Disk11:Group5');
    expect(refusalsOf(deep, 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (stripe of Disk11, Group5, Disk12)`,
    ]);
  });

  test('not a group that holds itself', () => {
    const endless = nested.replace('Disk11:Disk12', 'Disk11:Group6');
    expect(refusalsOf(endless, 'Volume8')).toEqual([
      `shadowable-members: ${members} | Group6a (stripe of Disk11, Group6, Disk12)`,
    ]);
  });

  test('not a volume after blocks of an unknown state, or a volume without a place', () => {
    const row = 'volume Volume2 Class1  Group2  off  on     65536  1114111  1048576 STOP';
    const hole = (word: string) =>
      edited(
        joined,
        row,
        `volume * Class1 Group2 * * 65536 131071 65536 ${word}\nvolume Volume2 Class1 Group2 off on 131072 1114111 983040 STOP`,
      );
    expect(refusalsOf(hole('FREE'))).toEqual([]);
    expect(refusalsOf(hole('ODD'))).toEqual([`shadowable-blocks-before: ${before} | blocks that are ODD`]);
    expect(refusalsOf(edited(joined, row, `${row}\nvolume V9 Class1 Group2 off on * * * STOP`))).toEqual([
      `shadowable-blocks-before: ${before} | volume V9 at an unknown block`,
    ]);
    expect(
      refusalsOf(edited(joined, row, `volume V9 Class1 Group2 off on 65535 65535 1 STOP\n${row}`)),
    ).toEqual([`shadowable-blocks-before: ${before} | reserved blocks and volume V9 overlap`]);
  });

  test('what lies before volumes of another group, or another class, is not in the way', () => {
    const elsewhere =
      'OBJ NAME CLASS GROUP 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- ---\n' +
      'volume * Class1 Group1 10 19 10 ODD\nvolume * Class7 Group2 10 19 10 ODD\n' +
      'volume Volume7 Class7 Group2 20 29 10 STOP\n';
    expect(refusalsOf(joined + elsewhere)).toEqual([]);
  });
});
