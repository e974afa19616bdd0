import { describe, expect, test } from 'vitest';
import { blocking, facts, longShadow, plan, shadow, stopped } from './fixtures/shadow-facts.ts';
import { blocks } from './rule-verdict.ts';
import { emptyReport } from './sdxinfo-objects.ts';
import { compareShadow } from './shadow-comparison.ts';
import type { ShadowFacts } from './shadow-sides.ts';

describe('missing objects', () => {
  test('no shadow at all: what is compared differs, the actual value is none', () => {
    const verdicts = blocks(compareShadow(facts({ node3: '' })));
    expect(verdicts.map(({ rule, actual, verdict }) => `${rule}: ${actual} ${verdict}`)).toEqual([
      'disk-names: none differs',
      'disk-devices: Disk3=none differs',
      'device-sizes: none differs',
      'group-type: none differs',
      'disk-order: none differs',
      'first-block: none differs',
      'size: none differs',
      'shadow-active: none fails',
      'access-mode: none differs',
    ]);
  });

  test('a shadow without the row of its disk', () => {
    const node3 = shadow.replace(/^disk .*$/m, '');
    const active = blocking({ node3 }).find((line) => line.startsWith('shadow-active'));
    expect(active).toBe(
      'shadow-active: volume ACTIVE, each slice ACTIVE, each disk ENABLE | volume ACTIVE, slice of Disk3 ACTIVE | fails',
    );
  });

  test('a type that no row of a disk confirms is no type', () => {
    const diskless = (text: string) => text.replaceAll(/^disk .*$/gm, '');
    const node = diskless(stopped);
    const lines = blocking({ node1: node, node2: node, node3: diskless(shadow + longShadow) });
    expect(lines).toContain('group-type: none | none | differs');
  });

  test('a proxy that no node shows, and a shadow on the very devices of the plan', () => {
    const lines = blocking({ node1: '', node2: '' });
    expect(lines).toContain('disk-devices: Disk3=c1t1d3 | Disk3=c1t1d3 | differs');
  });

  test('a primary node that does not show the proxy', () => {
    const size = blocks(compareShadow(facts({ node2: '' }))).find(({ rule }) => rule === 'size');
    expect(size).toMatchObject({
      expected: '1,048,576 blocks on node1; none on node2',
      actual: '1,048,576 blocks',
      verdict: 'differs',
    });
  });

  test('no primary node, or nothing anywhere: every comparison blocks', () => {
    const nothing: ShadowFacts = { primaries: [], backup: { node: 'node3', report: emptyReport }, plan };
    const holding = compareShadow(nothing).filter((verdict) => blocks([verdict]).length === 0);
    expect(holding.map(({ rule }) => rule)).toEqual(['nothing-else']);
    const statuses = compareShadow(nothing).find(({ rule }) => rule === 'statuses-known');
    expect(statuses).toMatchObject({ actual: 'none', verdict: 'fails' });
    const seen = compareShadow({ ...facts(), primaries: [] });
    expect(blocks(seen).map(({ rule, expected }) => `${rule}: ${expected}`)).toEqual(
      expect.arrayContaining([
        'first-block: none',
        'size: none',
        'proxy-stopped: STOP',
        'proxy-parted: Part of Volume1',
      ]),
    );
  });

  test('a disk that has the name of a property of every object', () => {
    const primary = stopped.replaceAll('Disk3', 'constructor');
    const verdicts = blocking({ node1: primary, node2: primary, plan: { deviceOfDisk: {} } });
    expect(verdicts).toContain('disk-devices: constructor=none | constructor=none | differs');
  });
});
