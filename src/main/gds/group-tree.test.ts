import { describe, expect, test } from 'vitest';
import { readFixture } from './fixtures/read-fixture.ts';
import {
  diskNames,
  disksBelow,
  distinct,
  groupTree,
  orderText,
  sliceHolders,
  typesText,
} from './group-tree.ts';
import { parseSdxinfo } from './sdxinfo.ts';

const nested = readFixture('primary-nested');
const treeOf = (text: string, group = 'Group6') => groupTree(parseSdxinfo(text), 'Class1', { group });
const told = (text: string, group?: string) => {
  const tree = treeOf(text, group);
  if (tree === undefined) return undefined;
  return {
    disks: disksBelow(tree).map(({ name }) => name),
    names: diskNames(tree),
    holders: sliceHolders(tree),
    order: orderText(tree),
    types: typesText(tree, undefined),
  };
};

describe('the tree of a group', () => {
  test('has the disks of its lower groups, and the lower groups themselves hold the slices', () => {
    expect(told(nested)).toEqual({
      disks: ['Disk11', 'Disk12'],
      names: ['Disk11', 'Disk12'],
      holders: ['Group6a'],
      order: '(Disk11:Disk12)',
      types: '? of stripe',
    });
  });

  test('names a disk that no table lists, but does not count it as seen', () => {
    expect(told(nested.replace('Disk11:Disk12', 'Disk11:Disk19:Disk12'))).toMatchObject({
      disks: ['Disk11', 'Disk12'],
      names: ['Disk11', 'Disk19', 'Disk12'],
      order: '(Disk11:Disk19:Disk12)',
    });
    expect(told(nested.replace('Class1 Group6a       ', 'Class1 Group6a:Disk19 '))).toMatchObject({
      names: ['Disk11', 'Disk12', 'Disk19'],
      holders: ['Group6a'],
    });
  });

  test('has disks that say they are in it, though its row does not name them, or is not shown', () => {
    expect(told(nested.replace('Disk11:Disk12', 'Disk12'))).toMatchObject({
      disks: ['Disk12', 'Disk11'],
      names: ['Disk12', 'Disk11'],
      order: '(Disk12)',
    });
    const rowless = nested.replace(/^group {2}Group5 .*\n/m, '');
    expect(told(rowless, 'Group5')).toEqual({
      disks: ['Disk7'],
      names: ['Disk7'],
      holders: ['Disk7'],
      order: undefined,
      types: 'mirror',
    });
  });

  test('is there where its row names one disk, and another disk says that it is in it', () => {
    const moved = nested.replace('Disk12 stripe Class1 Group6a', 'Disk12 stripe Class1 Group5 ');
    expect(told(moved, 'Group5')).toMatchObject({ disks: ['Disk7', 'Disk12'], order: 'Disk7' });
  });

  test('shows each type that its rows have, in the order of the words', () => {
    const other = nested.replace('Disk11 stripe', 'Disk11 switch').replace('Disk12 stripe', 'Disk12 concat');
    const tree = treeOf(other);
    expect(tree && typesText(tree, 'mirror')).toBe('mirror of concat, switch');
    expect(distinct(['b', undefined, 'a', 'b'])).toEqual(['a', 'b']);
  });

  test('shows where a lower group has no type, or no disk of its own', () => {
    const typeless = nested.replaceAll(/^disk .*\n/gm, '');
    expect(told(typeless)).toMatchObject({ disks: [], types: '? of ?', order: '(Disk11:Disk12)' });
    expect(told(typeless, 'Group5')).toMatchObject({ names: ['Disk7'], types: undefined });
  });

  test('ends where a group holds itself', () => {
    expect(told(nested.replace('Disk11:Disk12', 'Disk11:Group6a:Group6:Disk12'))).toMatchObject({
      disks: ['Disk11', 'Disk12'],
      order: '(Disk11:Group6a:Group6:Disk12)',
    });
  });

  test('is not there where neither its row nor a disk of it is shown', () => {
    expect(told(nested, 'Group9')).toBeUndefined();
    expect(groupTree(parseSdxinfo(nested), 'Class9', { group: 'Group6' })).toBeUndefined();
    expect(groupTree(parseSdxinfo(nested), 'Class1', undefined)).toBeUndefined();
    expect([disksBelow(undefined), diskNames(undefined), sliceHolders(undefined)]).toEqual([[], [], []]);
  });
});

test('the tree of a single disk is that disk, with its type', () => {
  const report = parseSdxinfo(readFixture('primary-single'));
  const tree = groupTree(report, 'Class1', { disk: 'Disk17' });
  expect(tree).toMatchObject({ name: 'Disk17', types: ['single'], width: undefined, strays: [] });
  expect(diskNames(tree)).toEqual(['Disk17']);
  expect(groupTree(report, 'Class1', { disk: 'Disk99' })).toBeUndefined();
});
