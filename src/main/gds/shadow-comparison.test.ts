import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import {
  blocking,
  facts,
  layoutOf,
  longShadow,
  mirrored,
  plan,
  shadow,
  stopped,
} from './fixtures/shadow-facts.ts';
import { blocks } from './rule-verdict.ts';
import { compareShadow, shadowRules } from './shadow-comparison.ts';

describe('a shadow that shows the right blocks', () => {
  test('passes every rule, and says what was compared', () => {
    const verdicts = compareShadow(facts({ node3: shadow + longShadow }));
    expect(blocks(verdicts)).toEqual([]);
    expect(verdicts.map(({ rule, expected, actual, verdict }) => [rule, expected, actual, verdict])).toEqual([
      ['disk-names', 'Disk3', 'Disk3', 'equal'],
      ['disk-devices', 'Disk3=c1t1d3', 'Disk3=c1t1d3', 'equal'],
      ['device-sizes', 'Disk3: 1,736,704 blocks', 'Disk3: 1,736,704 blocks', 'equal'],
      ['group-type', 'mirror', 'mirror', 'equal'],
      ['disk-order', 'Disk3', 'Disk3', 'equal'],
      ['first-block', '65,536', '65,536', 'equal'],
      ['size', '1,048,576 blocks', '1,048,576 blocks', 'equal'],
      [
        'shadow-active',
        'volume ACTIVE, each slice ACTIVE, each disk ENABLE',
        'volume ACTIVE, slice of Disk3 ACTIVE, disk Disk3 ENABLE',
        'holds',
      ],
      ['access-mode', 'ro', 'ro', 'equal'],
      ['proxy-parted', 'Part of Volume1', 'Part of Volume1 on node1, node2', 'holds'],
      ['proxy-stopped', 'STOP', 'STOP on node1, node2', 'holds'],
      ['proxy-slices', 'each slice STOP', 'slice of Disk3 STOP on node1, node2', 'holds'],
      ['nothing-else', 'only Disk3, Group2, Volume2', 'nothing else', 'holds'],
      ['statuses-known', 'every status known', 'every status known', 'holds'],
    ]);
  });

  test('passes without a MODE column: what is not shown does not block', () => {
    const mode = compareShadow(facts()).find(({ rule }) => rule === 'access-mode');
    expect(mode).toMatchObject({ expected: 'ro', actual: 'not shown', verdict: 'not-shown' });
    expect(blocking({})).toEqual([]);
  });

  test('passes where a second shadow of the same run is in the class', () => {
    const second = shadow.replaceAll(
      /Disk3|Group2|Volume2|c1t1d3/g,
      (word) => ({ Disk3: 'Disk4', Group2: 'Group4', Volume2: 'Volume4', c1t1d3: 'c1t1d4' })[word] ?? word,
    );
    const other = layoutOf('Class2', 'Group4', 'Volume4', ['Disk4']);
    const layout = {
      ...plan.layout,
      disks: [...plan.layout.disks, ...other.disks],
      groups: [...plan.layout.groups, ...other.groups],
      volumes: [...plan.layout.volumes, ...other.volumes],
    };
    expect(blocking({ node3: shadow + second, plan: { layout } })).toEqual([]);
    expect(blocking({ node3: shadow + second })).toEqual([
      'nothing-else: only Disk3, Group2, Volume2 | also disk Disk4, group Group4, volume Volume4, slice Disk4.Volume4 | fails',
    ]);
  });
});

describe('a shadow that shows other blocks', () => {
  test('another start', () => {
    const node3 = edited(shadow, '65536  1114111  1048576', '196608  1245183  1048576');
    expect(blocking({ node3 })).toEqual(['first-block: 65,536 | 196,608 | differs']);
  });

  test('another size', () => {
    const node3 = edited(shadow, '65536  1114111  1048576', '65536  1114110  1048575');
    expect(blocking({ node3 })).toEqual(['size: 1,048,576 blocks | 1,048,575 blocks | differs']);
  });

  test('the right disk name on another device', () => {
    expect(blocking({ node3: edited(shadow, 'c1t1d3', 'c1t1d7') })).toEqual([
      'disk-devices: Disk3=c1t1d3 | Disk3=c1t1d7 | differs',
    ]);
  });

  test('a device that the site file does not name', () => {
    expect(blocking({ plan: { deviceOfDisk: {} } })).toEqual([
      'disk-devices: Disk3=none | Disk3=c1t1d3 | differs',
    ]);
  });

  test('a device of another size', () => {
    expect(blocking({ node3: edited(shadow, 'c1t1d3   1736704', 'c1t1d3   2000000') })).toEqual([
      'device-sizes: Disk3: 1,736,704 blocks | Disk3: 2,000,000 blocks | differs',
    ]);
  });

  test('a device whose size neither side reports', () => {
    const sizeless = (text: string) => edited(text, 'c1t1d3   1736704', 'c1t1d3   *');
    const node = sizeless(stopped);
    expect(blocking({ node1: node, node2: node, node3: sizeless(shadow) })).toEqual([
      'device-sizes: none | none | differs',
    ]);
  });

  test('two disks, one with a size that neither side reports', () => {
    const sizeless = (text: string) => edited(text, 'c1t1d4   1736704', 'c1t1d4   *');
    const node = sizeless(mirrored.node());
    const node3 = sizeless(mirrored.shadow());
    expect(blocking({ node1: node, node2: node, node3, plan: mirrored.plan })).toEqual([
      'device-sizes: none | none | differs',
    ]);
  });

  test('a group of another type', () => {
    expect(blocking({ node3: edited(shadow, 'Disk3   mirror', 'Disk3   stripe') })).toEqual([
      'group-type: mirror | stripe | differs',
    ]);
  });

  test('two stripes without a mirror above them', () => {
    const striped = (text: string) => text.replaceAll('mirror', 'stripe');
    const node = striped(stopped);
    expect(blocking({ node1: node, node2: node, node3: striped(shadow) })).toEqual([
      'group-type: mirror or single | stripe on both sides | fails',
    ]);
  });

  test('the disks of a group in another order', () => {
    const node = mirrored.node();
    const node3 = mirrored.shadow('Disk4:Disk3');
    expect(blocking({ node1: node, node2: node, node3, plan: mirrored.plan })).toEqual([
      'disk-order: Disk3:Disk4 | Disk4:Disk3 | differs',
    ]);
  });

  test('one of two disks on another device, named in the order of their names', () => {
    const node = mirrored.node('Disk4:Disk3');
    const node3 = edited(mirrored.shadow('Disk4:Disk3'), 'c1t1d4', 'c1t1d7');
    expect(blocking({ node1: node, node2: node, node3, plan: mirrored.plan })).toEqual([
      'disk-devices: Disk3=c1t1d3, Disk4=c1t1d4 | Disk3=c1t1d3, Disk4=c1t1d7 | differs',
    ]);
  });

  test('a stripe on the cluster that is a mirror on the backup server', () => {
    const node = stopped.replaceAll('mirror', 'stripe');
    expect(blocking({ node1: node, node2: node })).toEqual(['group-type: stripe | mirror | differs']);
  });

  test('a disk of the group that no table lists is not taken for proven', () => {
    const half = (text: string, className: string) =>
      edited(text, `${className}  Disk3  `, `${className}  Disk3:Disk4  `);
    const node = half(stopped, 'Class1');
    expect(blocking({ node1: node, node2: node, node3: half(shadow, 'Class2') })).toEqual([
      'disk-devices: Disk3=c1t1d3, Disk4=none | Disk3=c1t1d3, Disk4=none | differs',
    ]);
  });

  test('a disk under another name', () => {
    expect(blocking({ node3: shadow.replaceAll('Disk3', 'Disk1') })).toEqual([
      'disk-names: Disk3 | Disk1 | differs',
      'disk-devices: Disk3=c1t1d3 | Disk3=none | differs',
      'device-sizes: Disk3: 1,736,704 blocks | Disk1: 1,736,704 blocks | differs',
      'disk-order: Disk3 | Disk1 | differs',
      'nothing-else: only Disk3, Group2, Volume2 | also disk Disk1 | fails',
    ]);
  });

  test('a shadow volume of that name in another group', () => {
    const node3 = shadow.replaceAll('Group2', 'Group7');
    const rules = blocks(compareShadow(facts({ node3 })));
    expect(rules.find(({ rule }) => rule === 'first-block')).toMatchObject({
      actual: 'none',
      verdict: 'differs',
    });
    expect(rules.find(({ rule }) => rule === 'nothing-else')?.actual).toBe('also group Group7');
  });
});

describe('states in which the shadow must not be read', () => {
  test('the proxy is still joined on one node', () => {
    expect(blocking({ node2: readFixture('primary-joined') })).toEqual([
      'proxy-parted: Part of Volume1 | Part of Volume1 on node1; Join of Volume1 on node2 | fails',
    ]);
  });

  test('the proxy was parted from another master', () => {
    expect(blocking({ node1: edited(stopped, 'Volume1 Part', 'Volume9 Part') })).toEqual([
      'proxy-parted: Part of Volume1 | Part of Volume9 on node1; Part of Volume1 on node2 | fails',
    ]);
  });

  test('a node rebooted and started the proxy again', () => {
    const node2 = edited(stopped, '1048576 STOP', '1048576 ACTIVE');
    expect(blocking({ node2 })).toEqual(['proxy-stopped: STOP | STOP on node1; ACTIVE on node2 | fails']);
  });

  test('a slice of the proxy is out of step', () => {
    const node1 = edited(stopped, 'Disk3   Volume2 STOP', 'Disk3   Volume2 INVALID');
    expect(blocking({ node1 })).toEqual([
      'proxy-slices: each slice STOP | slice of Disk3 INVALID on node1; slice of Disk3 STOP on node2 | fails',
    ]);
  });

  test('the nodes of the cluster tell different things of the proxy', () => {
    const node2 = edited(
      stopped,
      'Volume2 Class1  Group2  off  on     65536  1114111  1048576',
      'Volume2 Class1 Group2 off on 65536 131071 65536',
    );
    expect(blocking({ node2 })).toEqual([
      'size: 1,048,576 blocks on node1; 65,536 blocks on node2 | 1,048,576 blocks | differs',
    ]);
  });

  test('the shadow volume is stopped, or one of its slices is missing', () => {
    expect(blocking({ node3: edited(shadow, '1048576 ACTIVE', '1048576 STOP') })[0]).toBe(
      'shadow-active: volume ACTIVE, each slice ACTIVE, each disk ENABLE | ' +
        'volume STOP, slice of Disk3 ACTIVE, disk Disk3 ENABLE | fails',
    );
    expect(blocking({ node3: shadow.replace(/^slice .*$/m, '') })[0]).toContain(
      'volume ACTIVE, slice of Disk3 none, disk Disk3 ENABLE | fails',
    );
    expect(blocking({ node3: edited(shadow, 'ENABLE', 'DISABLE') })[0]).toContain(
      'disk Disk3 DISABLE | fails',
    );
  });

  test('one of two slices or disks of the shadow is not active', () => {
    const node = mirrored.node();
    const active = (node3: string) =>
      blocking({ node1: node, node2: node, node3, plan: mirrored.plan }).map((line) =>
        line.replace('volume ACTIVE, each slice ACTIVE, each disk ENABLE', '-'),
      );
    const two = mirrored.shadow();
    expect(active(two)).toEqual([]);
    expect(active(edited(two, 'Disk4   Volume2 ACTIVE', 'Disk4   Volume2 COPY'))).toEqual([
      'shadow-active: - | volume ACTIVE, slice of Disk3 ACTIVE, slice of Disk4 COPY, disk Disk3 ENABLE, disk Disk4 ENABLE | fails',
    ]);
    expect(active(two.replace(/^slice .* Disk4 .*$/m, ''))).toEqual([
      'shadow-active: - | volume ACTIVE, slice of Disk3 ACTIVE, slice of Disk4 none, disk Disk3 ENABLE, disk Disk4 ENABLE | fails',
    ]);
    expect(active(two.replace(/^(disk {3}Disk4 .*)ENABLE/m, '$1DISABLE'))).toEqual([
      'shadow-active: - | volume ACTIVE, slice of Disk3 ACTIVE, slice of Disk4 ACTIVE, disk Disk3 ENABLE, disk Disk4 DISABLE | fails',
    ]);
  });

  test('the shadow can be written to though it should not, and the other way round', () => {
    const node3 = shadow + edited(longShadow, 'off ro ', 'off rw ');
    expect(blocking({ node3 })).toEqual(['access-mode: ro | rw | differs']);
    expect(blocking({ node3: shadow + longShadow, plan: { mode: 'rw' } })).toEqual([
      'access-mode: rw | ro | differs',
    ]);
  });

  test('an access mode that is shown but empty is no access mode', () => {
    const node3 = shadow + edited(longShadow, 'off ro ', 'off *  ');
    expect(blocking({ node3 })).toEqual(['access-mode: ro | none | differs']);
  });

  test('a status word that is not known, shown as it was printed', () => {
    const node3 = edited(shadow, 'FREE\n', 'RESERVED\n');
    expect(blocking({ node3 })).toEqual([
      'statuses-known: every status known | extent of Group2 at block 1114112 RESERVED on node3 | fails',
    ]);
  });

  test('somebody else put a volume into the shadow class', () => {
    const extra = '\nvolume Volume8 Class2  Group2  off  off  1114112  1114113        2 ACTIVE\n';
    const node3 = edited(
      shadow,
      '\nvolume *       Class2  Group2  *    *    1114112  1736703   622592 FREE\n',
      extra,
    );
    expect(blocking({ node3 })).toEqual([
      'nothing-else: only Disk3, Group2, Volume2 | also volume Volume8 | fails',
    ]);
  });

  test('objects of another class are no part of the shadow class', () => {
    const words: Record<string, string> = { Disk3: 'Disk4', Group2: 'Group4', Volume2: 'Volume4' };
    const other = shadow.replaceAll(/Disk3|Group2|Volume2/g, (word) => words[word] ?? word);
    const foreign = other.replaceAll('Class2', 'Class8').replaceAll('c1t1d3', 'c1t1d4');
    expect(blocking({ node3: shadow + foreign })).toEqual([]);
    expect(blocking({ node3: shadow + other })).toEqual([
      'nothing-else: only Disk3, Group2, Volume2 | also disk Disk4, group Group4, volume Volume4, slice Disk4.Volume4 | fails',
    ]);
  });
});

test('each rule has its own id, a title, a reason and a source', () => {
  expect(new Set(shadowRules.map(({ id }) => id)).size).toBe(shadowRules.length);
  for (const { id, title, why, source } of shadowRules) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect([title, why, source].every((text) => text.length > 3)).toBe(true);
  }
});
