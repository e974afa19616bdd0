import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { blocks } from './rule-verdict.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { compareShadow } from './shadow-comparison.ts';
import { shadowLayout, type ShadowLayout } from './shadow-layout.ts';
import type { ShadowFacts, ShadowPlan } from './shadow-sides.ts';
import { compareStandIns } from './stand-in.ts';

interface Sample {
  readonly name: 'nested' | 'single' | 'several';
  readonly proxies: readonly [proxy: string, ...others: string[]];
  readonly master: string;
}

const nested: Sample = { name: 'nested', proxies: ['Volume8'], master: 'Volume7' };
const single: Sample = { name: 'single', proxies: ['Volume12'], master: 'Volume11' };
const several: Sample = { name: 'several', proxies: ['Volume6'], master: 'Volume5' };

type Change = (text: string) => string;
const unchanged: Change = (text) => text;

/** The plan of one proxy's shadow within a layout. */
function shadowPlan(
  layout: ShadowLayout,
  request: Pick<ShadowPlan, 'primaryClass' | 'proxyVolume' | 'masterVolume' | 'deviceOfDisk' | 'mode'>,
): ShadowPlan {
  const volume = layout.volumes.find(({ proxy }) => proxy === request.proxyVolume);
  return {
    ...request,
    shadowClass: layout.class,
    shadowVolume: volume?.name ?? request.proxyVolume,
    layout,
  };
}

function factsOf(sample: Sample, changes: { primary?: Change; backup?: Change } = {}): ShadowFacts {
  const cluster = readFixture(`primary-${sample.name}`);
  const layout = shadowLayout(parseSdxinfo(cluster), {
    class: 'Class1',
    proxies: sample.proxies,
    shadowClass: 'Class2',
    stripeWidth: { Group6a: 32 },
  });
  const primary = (changes.primary ?? unchanged)(cluster);
  const backup = (changes.backup ?? unchanged)(readFixture(`shadow-${sample.name}`));
  return {
    primaries: ['node1', 'node2'].map((node) => ({ node, report: parseSdxinfo(primary) })),
    backup: { node: 'node3', report: parseSdxinfo(backup) },
    plan: shadowPlan(layout, {
      primaryClass: 'Class1',
      proxyVolume: sample.proxies[0],
      masterVolume: sample.master,
      deviceOfDisk: Object.fromEntries(layout.disks.map(({ name }) => [name, name.replace('Disk', 'c1t1d')])),
      mode: 'ro',
    }),
  };
}

function blocking(sample: Sample, changes: { primary?: Change; backup?: Change }): string[] {
  return blocks(compareShadow(factsOf(sample, changes))).map(
    ({ rule, expected, actual, verdict }) => `${rule}: ${expected} | ${actual} | ${verdict}`,
  );
}

/** What each rule found, by its id. */
function found(facts: ShadowFacts): Record<string, string> {
  return Object.fromEntries(
    compareShadow(facts).map(({ rule, actual, verdict }) => [rule, `${actual} ${verdict}`]),
  );
}

const widthTable = (className: string, width: number): string =>
  `\nOBJ NAME CLASS DISKS BLKS WIDTH\n--- --- --- --- --- ---\ngroup Group6a ${className} Disk11:Disk12 3407872 ${width}\n`;

describe('a shadow of a mirror of stripes', () => {
  test('passes every rule, lower groups included', () => {
    const facts = factsOf(nested, { backup: (text) => text + widthTable('Class2', 32) });
    expect(blocks(compareShadow(facts))).toEqual([]);
    expect(found(facts)).toMatchObject({
      'disk-names': 'Disk11, Disk12 equal',
      'disk-devices': 'Disk11=c1t1d11, Disk12=c1t1d12 equal',
      'group-type': 'mirror of stripe equal',
      'disk-order': '(Disk11:Disk12) equal',
      'stripe-width': '32 blocks equal',
      'shadow-active': 'volume ACTIVE, slice of Group6a ACTIVE, disk Disk11 ENABLE, disk Disk12 ENABLE holds',
      'proxy-slices': 'slice of Group6a STOP on node1, node2 holds',
      'nothing-else': 'nothing else holds',
    });
  });

  test('a width that no side shows, or the backup server alone does not, blocks nothing', () => {
    expect(found(factsOf(nested))['stripe-width']).toBe('not shown not-shown');
    const primary = (text: string) => text + widthTable('Class1', 32);
    expect(found(factsOf(nested, { primary }))['stripe-width']).toBe('not shown not-shown');
  });

  test('the width that the layout was built with counts, that of its own lower group alone', () => {
    const facts = factsOf(nested, { backup: (text) => text + widthTable('Class2', 32) });
    const { layout } = facts.plan;
    const withGroups = (...groups: ShadowLayout['groups']): ShadowFacts => ({
      ...facts,
      plan: { ...facts.plan, layout: { ...layout, groups: [...layout.groups, ...groups] } },
    });
    const shape = { primary: 'Group9', stripeWidth: 64 };
    const others = withGroups(
      { ...shape, name: 'Group9a', type: 'stripe', members: ['Disk13'] },
      { ...shape, name: 'Group9', type: 'mirror', members: ['Group9a'] },
    );
    expect(found(others)['stripe-width']).toBe('32 blocks equal');
  });

  test('a width that neither cluster nor layout has is not shown', () => {
    const facts = factsOf(nested, { backup: (text) => text + widthTable('Class2', 32) });
    const { layout } = facts.plan;
    const [volume] = layout.volumes;
    if (volume === undefined) throw new Error('the layout has a volume');
    const elsewhere = [
      { ...volume, on: { disk: 'Disk11' } },
      { ...volume, on: { group: 'Group99' } },
    ];
    for (const volumes of [[], ...elsewhere.map((one) => [one])]) {
      const plan = { ...facts.plan, layout: { ...layout, volumes } };
      const rule = compareShadow({ ...facts, plan }).find(({ rule: id }) => id === 'stripe-width');
      expect(rule).toMatchObject({ expected: 'not shown', verdict: 'not-shown' });
    }
    const groups = layout.groups.map((group) => ({ ...group, type: 'concat' as const }));
    const plan = { ...facts.plan, layout: { ...layout, groups } };
    expect(found({ ...facts, plan })['stripe-width']).toBe('32 blocks not-shown');
  });

  test('another width', () => {
    const backup = (text: string) => text + widthTable('Class2', 64);
    expect(blocking(nested, { backup })).toEqual(['stripe-width: 32 blocks | 64 blocks | differs']);
    const primary = (text: string) => text + widthTable('Class1', 16);
    expect(blocking(nested, { primary, backup })).toEqual(['stripe-width: 16 blocks | 64 blocks | differs']);
  });

  test('the disks of a lower group in another order', () => {
    const backup = (text: string) => edited(text, 'Disk11:Disk12', 'Disk12:Disk11');
    expect(blocking(nested, { backup })).toEqual(['disk-order: (Disk11:Disk12) | (Disk12:Disk11) | differs']);
  });

  test('a lower group of another type', () => {
    const backup = (text: string) => text.replaceAll('stripe', 'concat');
    expect(blocking(nested, { backup })).toEqual([
      'group-type: mirror of stripe | mirror of concat | differs',
      'stripe-width: 32 blocks | none | differs',
    ]);
  });

  test('the lower group used by itself', () => {
    const backup = (text: string) =>
      text
        .replace(/^group {2}Group6 .*\n/m, '')
        .replaceAll('Group6a', 'Group6 ')
        .replace('Group6  Volume8', 'Disk11  Volume8')
        .replace('Volume8 mirror', 'Volume8 stripe');
    expect(blocking(nested, { backup }).slice(0, 2)).toEqual([
      'group-type: mirror of stripe | stripe | differs',
      'disk-order: (Disk11:Disk12) | Disk11:Disk12 | differs',
    ]);
  });

  test('a lower group without an active slice, or on a disk that is not enabled', () => {
    const idle = (text: string) => text.replace(/^slice .*$/m, '');
    expect(blocking(nested, { backup: idle })).toEqual([
      'shadow-active: volume ACTIVE, each slice ACTIVE, each disk ENABLE | ' +
        'volume ACTIVE, slice of Group6a none, disk Disk11 ENABLE, disk Disk12 ENABLE | fails',
    ]);
    const disabled = (text: string) => text.replace(/^(disk {3}Disk12 .*)ENABLE$/m, '$1DISABLE');
    expect(blocking(nested, { backup: disabled })[0]).toContain('disk Disk12 DISABLE | fails');
  });

  test('an unknown status of a disk below a lower group', () => {
    const backup = (text: string) => text.replace(/^(disk {3}Disk12 .*)ENABLE$/m, '$1RESTING');
    expect(blocking(nested, { backup })[1]).toBe(
      'statuses-known: every status known | disk Disk12 RESTING on node3 | fails',
    );
  });

  test('a disk below another group', () => {
    const backup = (text: string) => text.replaceAll('Disk12', 'Disk13').replaceAll('c1t1d12', 'c1t1d13');
    expect(blocking(nested, { backup })).toContain('disk-names: Disk11, Disk12 | Disk11, Disk13 | differs');
  });
});

describe('a shadow of a single disk', () => {
  test('passes every rule, without any group', () => {
    const facts = factsOf(single);
    expect(blocks(compareShadow(facts))).toEqual([]);
    expect(found(facts)).toMatchObject({
      'disk-names': 'Disk17 equal',
      'group-type': 'single equal',
      'disk-order': 'Disk17 equal',
      'shadow-active': 'volume ACTIVE, slice of Disk17 ACTIVE, disk Disk17 ENABLE holds',
      'nothing-else': 'nothing else holds',
    });
    expect(Object.keys(found(facts))).not.toContain('stripe-width');
  });

  test('another device, and a volume on another disk', () => {
    expect(blocking(single, { backup: (text) => edited(text, 'c1t1d17', 'c1t1d18') })).toEqual([
      'disk-devices: Disk17=c1t1d17 | Disk17=c1t1d18 | differs',
    ]);
    const elsewhere = (text: string) => text.replace(/(Volume12 single .*)Disk17/, '$1Disk18');
    expect(blocking(single, { backup: elsewhere })).toContain('first-block: 65,536 | none | differs');
  });

  test('an unknown status of blocks on the disk', () => {
    expect(blocking(single, { backup: (text) => edited(text, '65536 PRIVATE', '65536 PRIVY') })).toEqual([
      'statuses-known: every status known | extent of Disk17 at block 0 PRIVY on node3 | fails',
    ]);
  });

  test('a group of one disk is no single disk', () => {
    const grouped = (text: string) =>
      text
        .replace('single Class2 *    ', 'mirror Class2 Group1')
        .replace('Volume12 single', 'Volume12 mirror');
    expect(blocking(single, { backup: grouped })).toContain('group-type: single | mirror | differs');
  });
});

describe('a shadow among others of the same layout', () => {
  test('is looked for where the layout has the volume of its own proxy', () => {
    const facts = factsOf(nested, { backup: (text) => text + widthTable('Class2', 32) });
    const { layout } = facts.plan;
    const other = layout.volumes.map((volume) => ({
      ...volume,
      name: 'Volume2',
      proxy: 'Volume2',
      on: { group: 'Group2' },
    }));
    const plan = { ...facts.plan, layout: { ...layout, volumes: [...other, ...layout.volumes] } };
    expect(blocks(compareShadow({ ...facts, plan }))).toEqual([]);
  });
});

describe('a shadow after stand-ins', () => {
  test('passes every rule: what the layout has is nothing else', () => {
    expect(blocks(compareShadow(factsOf(several)))).toEqual([]);
    const rule = compareShadow(factsOf(several)).find(({ rule: id }) => id === 'nothing-else');
    expect(rule?.expected).toBe('only Disk6, Group4, Volume4, gap-327680, Volume6');
  });

  test('a volume more than the layout has', () => {
    const backup = (text: string) => text.replaceAll('gap-327680', 'Volume99  ');
    expect(blocking(several, { backup })).toEqual([
      'nothing-else: only Disk6, Group4, Volume4, gap-327680, Volume6 | also volume Volume99, slice Disk6.Volume99 | fails',
    ]);
  });

  const standIns = (change: Change = unchanged) => {
    const { backup, plan } = factsOf(several, { backup: change });
    return compareStandIns(backup.report, plan.layout).map(
      ({ rule, title, expected, actual, verdict }) =>
        `${rule}: ${title}: ${expected} | ${actual} | ${verdict}`,
    );
  };

  test('each stand-in keeps its place', () => {
    expect(standIns()).toEqual([
      'stand-in-first-block: First block of the stand-in Volume4: 65,536 | 65,536 | equal',
      'stand-in-size: Size of the stand-in Volume4: 262,144 blocks | 262,144 blocks | equal',
      'stand-in-first-block: First block of the stand-in gap-327680: 327,680 | 327,680 | equal',
      'stand-in-size: Size of the stand-in gap-327680: 32,768 blocks | 32,768 blocks | equal',
    ]);
  });

  test('a stand-in that is shorter, is elsewhere or is not there', () => {
    expect(standIns((text) => text.replace(/327679 +262144/, '327678 262143'))[1]).toBe(
      'stand-in-size: Size of the stand-in Volume4: 262,144 blocks | 262,143 blocks | differs',
    );
    expect(standIns((text) => text.replace(/(gap-327680 .*)Group4/g, '$1Group9'))[2]).toBe(
      'stand-in-first-block: First block of the stand-in gap-327680: 327,680 | none | differs',
    );
    expect(standIns((text) => text.replace(/ 65536 +327679 +262144/, ' * * *')).slice(0, 2)).toEqual([
      'stand-in-first-block: First block of the stand-in Volume4: 65,536 | none | differs',
      'stand-in-size: Size of the stand-in Volume4: 262,144 blocks | none | differs',
    ]);
    expect(standIns(() => '')).toEqual([
      'stand-in-first-block: First block of the stand-in Volume4: 65,536 | none | differs',
      'stand-in-size: Size of the stand-in Volume4: 262,144 blocks | none | differs',
      'stand-in-first-block: First block of the stand-in gap-327680: 327,680 | none | differs',
      'stand-in-size: Size of the stand-in gap-327680: 32,768 blocks | none | differs',
    ]);
  });

  test('a layout without stand-ins has none to judge', () => {
    const { backup, plan } = factsOf(single);
    expect(compareStandIns(backup.report, plan.layout)).toEqual([]);
  });
});
