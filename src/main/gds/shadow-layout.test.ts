import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFailure } from '../../contract/errors.ts';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { isGdsName } from './gds-name.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { shadowLayout } from './shadow-layout.ts';
import type { ShadowLayoutRequest } from './shadow-layout.ts';

const plain = readFixture('primary-parted');
const several = readFixture('primary-several');
const nested = readFixture('primary-nested');
const single = readFixture('primary-single');

const asked = (request: Partial<ShadowLayoutRequest>): ShadowLayoutRequest => ({
  class: 'Class1',
  proxies: ['Volume2'],
  shadowClass: 'Class2',
  ...request,
});
const layoutOf = (text: string, request: Partial<ShadowLayoutRequest> = {}) =>
  shadowLayout(parseSdxinfo(text), asked(request));

function refusalOf(text: string, request: Partial<ShadowLayoutRequest> = {}): string {
  try {
    layoutOf(text, request);
  } catch (error) {
    if (isFailure(error)) return `${error.code}: ${error.message} (${error.hint})`;
    throw error;
  }
  return 'none';
}

describe('one volume', () => {
  test("the guide's: one disk, one group, one volume", () => {
    expect(layoutOf(plain)).toEqual({
      class: 'Class2',
      disks: [{ name: 'Disk3', single: false }],
      groups: [{ name: 'Group2', primary: 'Group2', type: 'mirror', members: ['Disk3'] }],
      volumes: [
        {
          name: 'Volume2',
          on: { group: 'Group2' },
          firstBlock: 65536,
          blocks: 1048576,
          proxy: 'Volume2',
          standsInFor: undefined,
        },
      ],
    });
  });

  test('under other names', () => {
    const { groups, volumes } = layoutOf(plain, {
      groupNames: { Group2: 'ShadowGroup' },
      volumeNames: { Volume2: 'ShadowVolume' },
    });
    expect(groups).toMatchObject([{ name: 'ShadowGroup', primary: 'Group2' }]);
    expect(volumes).toMatchObject([{ name: 'ShadowVolume', on: { group: 'ShadowGroup' }, proxy: 'Volume2' }]);
  });

  test('all disks of a mirrored proxy, in the order of its group', () => {
    const mirrored = edited(plain, 'Class1  Disk3  ', 'Class1  Disk9:Disk3  ').replace(
      /^disk {3}Disk3 .*$/m,
      (line) => `${line}\n${line.replaceAll('k3', 'k9')}`,
    );
    const { disks, groups } = layoutOf(mirrored);
    expect(groups[0]?.members).toEqual(['Disk9', 'Disk3']);
    expect(disks.map(({ name }) => name)).toEqual(['Disk9', 'Disk3']);
  });

  test('on a single disk: no group at all', () => {
    expect(layoutOf(single, { proxies: ['Volume12'] })).toEqual({
      class: 'Class2',
      disks: [{ name: 'Disk17', single: true }],
      groups: [],
      volumes: [
        {
          name: 'Volume12',
          on: { disk: 'Disk17' },
          firstBlock: 65536,
          blocks: 1048576,
          proxy: 'Volume12',
          standsInFor: undefined,
        },
      ],
    });
  });
});

describe('a volume that is not the first of its group', () => {
  const shape = (request: Partial<ShadowLayoutRequest>) =>
    layoutOf(several, request).volumes.map(
      ({ name, firstBlock, blocks, proxy, standsInFor }) =>
        `${name} ${firstBlock} ${blocks} ${proxy ?? '-'} ${standsInFor ?? '-'}`,
    );

  test('stand-ins for what lies before it, nothing for what lies after', () => {
    expect(shape({ proxies: ['Volume6'] })).toEqual([
      'Volume4 65536 262144 - Volume4',
      'gap-327680 327680 32768 - -',
      'Volume6 360448 131072 Volume6 -',
    ]);
    expect(shape({ proxies: ['Volume4'] })).toEqual(['Volume4 65536 262144 Volume4 -']);
  });

  test('proxies of the same job are no stand-ins, and the order of the job has no effect', () => {
    const both = [
      'Volume4 65536 262144 Volume4 -',
      'gap-327680 327680 32768 - -',
      'Volume6 360448 131072 Volume6 -',
    ];
    expect(shape({ proxies: ['Volume4', 'Volume6'] })).toEqual(both);
    expect(shape({ proxies: ['Volume6', 'Volume4'] })).toEqual(both);
  });

  test('a stand-in makes way for a name that was asked for, or that another volume has', () => {
    expect(shape({ proxies: ['Volume6'], volumeNames: { Volume6: 'Volume4' } })).toEqual([
      'Volume4-2 65536 262144 - Volume4',
      'gap-327680 327680 32768 - -',
      'Volume4 360448 131072 Volume6 -',
    ]);
    expect(shape({ proxies: ['Volume6'], volumeNames: { Volume6: 'gap-327680' } })[1]).toBe(
      'gap-327680-2 327680 32768 - -',
    );
  });

  test('a stand-in makes way for the own name of a proxy, too', () => {
    const renamed = several.replaceAll('Volume13 ', 'Volume4-2 ');
    const names = layoutOf(renamed, {
      proxies: ['Volume6', 'Volume4-2'],
      volumeNames: { Volume6: 'Volume4' },
    }).volumes.map(({ name, proxy }) => `${name} ${proxy ?? '-'}`);
    expect(names).toEqual(['Volume4-3 -', 'gap-327680 -', 'Volume4 Volume6', 'Volume4-2 Volume4-2']);
  });

  test('a stand-in of the longest name makes way without becoming longer', () => {
    const longest = 'V'.repeat(32);
    const renamed = several.replaceAll('Volume4 ', `${longest} `);
    const [first] = layoutOf(renamed, { proxies: ['Volume6'], volumeNames: { Volume6: longest } }).volumes;
    expect(first?.name).toBe(`${'V'.repeat(30)}-2`);
    expect(isGdsName(first?.name ?? '')).toBe(true);
  });

  test('two proxies cannot have one name', () => {
    expect(
      refusalOf(several, {
        proxies: ['Volume4', 'Volume6'],
        volumeNames: { Volume4: 'Copy', Volume6: 'Copy' },
      }),
    ).toBe(
      'SHADOW_NAME_TAKEN: the shadow of Volume6 cannot be called Copy: another object of the shadow has that name ' +
        '(change or remove its name under shadow of the job)',
    );
  });

  test('blocks that are in no row are free', () => {
    const untold = several.replace(/^volume \* .* 327680 .*\n/m, '');
    expect(untold).not.toBe(several);
    expect(layoutOf(untold, { proxies: ['Volume6'] })).toEqual(layoutOf(several, { proxies: ['Volume6'] }));
  });

  test('volumes that overlap, or whose size is not shown, are refused', () => {
    const rule =
      '(the shadow gets the right blocks only if stand-ins of the same size are created for everything before it ' +
      '(GDS guide (Linux) 4.2, 2.7.2.4); back up this volume on the cluster)';
    const before =
      'SHADOW_UNBUILDABLE: cannot create a shadow of Volume6: Blocks before the proxy are known: expected volumes, ' +
      'free or reserved blocks before it, each of known place and size, seen ';
    const row = /( 65536 +)327679 +262144( STOP)/;
    const refusal = (replacement: string) =>
      refusalOf(several.replace(row, replacement), { proxies: ['Volume6'] });
    expect(refusal('$1 360449 294914$2')).toBe(`${before}volume Volume4 and volume Volume6 overlap ${rule}`);
    expect(refusal('$1 * *$2')).toBe(`${before}volume Volume4 of unknown size ${rule}`);
    expect(refusalOf(several.replace(/ 32768 FREE/, ' 32768 ODD'), { proxies: ['Volume6'] })).toBe(
      `${before}blocks that are ODD ${rule}`,
    );
  });
});

describe('several groups', () => {
  test('one class of all, in the order of the proxies', () => {
    const { disks, groups, volumes } = layoutOf(`${plain}\n${several}\n${nested}\n${single}`, {
      proxies: ['Volume12', 'Volume6', 'Volume8', 'Volume2'],
      stripeWidth: { Group6a: 32 },
    });
    expect(disks.map(({ name, single: alone }) => `${name}${alone ? ' single' : ''}`)).toEqual([
      'Disk17 single',
      'Disk6',
      'Disk11',
      'Disk12',
      'Disk3',
    ]);
    expect(groups.map(({ name }) => name)).toEqual(['Group4', 'Group6a', 'Group6', 'Group2']);
    expect(volumes.map(({ name }) => name)).toEqual([
      'Volume12',
      'Volume4',
      'gap-327680',
      'Volume6',
      'Volume8',
      'Volume2',
    ]);
  });

  test('gaps at the same block get names of their own', () => {
    const hole = (group: string, volume: string) =>
      `volume * Class1 ${group} * * 0 99 100 PRIVATE\nvolume ${volume} Class1 ${group} off on 200 299 100 STOP\n`;
    const text =
      'OBJ NAME TYPE CLASS GROUP DEVNAM DEVBLKS STATUS\n--- --- --- --- --- --- --- ---\n' +
      'disk D1 mirror Class1 G1 a 900 ENABLE\ndisk D2 mirror Class1 G2 b 900 ENABLE\n' +
      'OBJ NAME CLASS DISKS BLKS\n--- --- --- --- ---\ngroup G1 Class1 D1 900\ngroup G2 Class1 D2 900\n' +
      'OBJ NAME CLASS GROUP SKIP JRM 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- --- --- ---\n';
    const { volumes } = layoutOf(`${text}${hole('G1', 'V1')}${hole('G2', 'V2')}`, { proxies: ['V1', 'V2'] });
    expect(volumes.map(({ name }) => name)).toEqual(['gap-100', 'V1', 'gap-100-2', 'V2']);
  });
});

describe('a mirror of stripes', () => {
  const wide = `${nested}\nOBJ NAME CLASS DISKS BLKS WIDTH\n--- --- --- --- --- ---\ngroup Group6a Class1 Disk11:Disk12 3407872 32\n`;
  const proxies = ['Volume8'];

  test('lower groups come before the group that holds them, with the width that sdxinfo shows', () => {
    const { disks, groups, volumes } = layoutOf(wide, { proxies });
    expect(disks).toEqual([
      { name: 'Disk11', single: false },
      { name: 'Disk12', single: false },
    ]);
    expect(groups).toEqual([
      { name: 'Group6a', primary: 'Group6a', type: 'stripe', members: ['Disk11', 'Disk12'], stripeWidth: 32 },
      { name: 'Group6', primary: 'Group6', type: 'mirror', members: ['Group6a'] },
    ]);
    expect(volumes).toMatchObject([{ name: 'Volume8', on: { group: 'Group6' } }]);
  });

  test('the width of the job where sdxinfo shows none, and a name for the lower group', () => {
    const { groups } = layoutOf(nested, {
      proxies,
      stripeWidth: { Group6a: 64 },
      groupNames: { Group6a: 'Striped' },
    });
    expect(groups).toMatchObject([
      { name: 'Striped', primary: 'Group6a', stripeWidth: 64 },
      { name: 'Group6', members: ['Striped'] },
    ]);
  });

  test('without any width, or with two, nothing is built', () => {
    expect(refusalOf(nested, { proxies, stripeWidth: { Group6: 32 } })).toBe(
      'SHADOW_STRIPE_WIDTH_UNKNOWN: sdxinfo does not show the stripe width of Group6a ' +
        '(set shadow.stripeWidth of the job to the stripe width of the group, in blocks of 512 bytes. ' +
        'A shadow with another stripe width shows other blocks)',
    );
    expect(refusalOf(wide, { proxies, stripeWidth: { Group6a: 64 } })).toBe(
      'SHADOW_STRIPE_WIDTH_DIFFERS: the stripes of Group6a are 32 blocks wide, but the job says 64 ' +
        '(correct shadow.stripeWidth of the job, or remove it: sdxinfo shows the width of this group)',
    );
  });

  test('a width that the job and sdxinfo agree on', () => {
    const { groups } = layoutOf(wide, { proxies, stripeWidth: { Group6a: 32 } });
    expect(groups[0]).toMatchObject({ name: 'Group6a', stripeWidth: 32 });
  });

  test('a group called like a property of every object has no width of its own', () => {
    const odd = nested.replaceAll('Group6a', 'constructor');
    expect(refusalOf(odd, { proxies, stripeWidth: {} })).toContain('SHADOW_STRIPE_WIDTH_UNKNOWN');
  });

  test('a concatenation needs no width', () => {
    const { groups } = layoutOf(nested.replaceAll('stripe', 'concat'), { proxies });
    expect(groups[0]).toEqual({
      name: 'Group6a',
      primary: 'Group6a',
      type: 'concat',
      members: ['Disk11', 'Disk12'],
    });
  });

  test('a group must not be called like a disk of the same shadow', () => {
    expect(
      refusalOf(nested, { proxies, stripeWidth: { Group6a: 32 }, groupNames: { Group6: 'Disk12' } }),
    ).toContain('SHADOW_NAME_TAKEN: the shadow of Group6 cannot be called Disk12');
  });
});

describe('what cannot be built', () => {
  test('a proxy in a plain stripe', () => {
    expect(refusalOf(plain.replaceAll('mirror', 'stripe'))).toBe(
      'SHADOW_UNBUILDABLE: cannot create a shadow of Volume2: Proxy is a mirror or a single disk: expected mirror, ' +
        'seen stripe (a proxy is synchronized with its master in a mirror group or on a single disk; stripes and ' +
        'concatenations are below a mirror (GDS guide (Linux) 4.3, 2.3.12); back up this volume on the cluster)',
    );
  });

  test('a proxy that is not shown', () => {
    expect(refusalOf(plain, { proxies: ['Volume9'] })).toContain('expected mirror or single, seen none');
  });
});

/** What may be on a group, in order: a volume of the job, another volume, or a hole; sizes in blocks. */
const stretch = fc.record({
  kind: fc.constantFrom('proxy', 'other', 'hole'),
  blocks: fc.integer({ min: 1, max: 5000 }),
});

test('property: built in order, each at the first free block, every volume lies on its own blocks', () => {
  fc.assert(
    fc.property(
      fc.array(stretch, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 0, max: 3000 }),
      fc.boolean(),
      (stretches, reserved, tellsHoles) => {
        const rows: string[] = reserved > 0 ? [`volume * C G * * 0 ${reserved - 1} ${reserved} PRIVATE`] : [];
        const firstBlocks = new Map<string, number>();
        let next = reserved;
        for (const { kind, blocks } of stretches) {
          const place = `${next} ${next + blocks - 1} ${blocks}`;
          const name = kind === 'proxy' ? `P${next}` : `gap-${next}`;
          // Nothing shows a hole before the first row, so that one always has its row.
          if (kind !== 'hole') rows.push(`volume ${name} C G off on ${place} STOP`);
          else if (tellsHoles || rows.length === 0) rows.push(`volume * C G * * ${place} FREE`);
          if (kind === 'proxy') firstBlocks.set(name, next);
          next += blocks;
        }
        const text =
          'OBJ NAME TYPE CLASS GROUP DEVNAM DEVBLKS STATUS\n--- --- --- --- --- --- --- ---\ndisk D mirror C G a 90000 ENABLE\n' +
          'OBJ NAME CLASS DISKS BLKS\n--- --- --- --- ---\ngroup G C D 90000\n' +
          'OBJ NAME CLASS GROUP SKIP JRM 1STBLK LASTBLK BLOCKS STATUS\n--- --- --- --- --- --- --- --- --- ---\n' +
          // Rows are in no defined order (GDS guide 4.5, D.6).
          rows.toReversed().join('\n');
        const { volumes } = layoutOf(text, { class: 'C', proxies: [...firstBlocks.keys()] });
        let free = reserved;
        const shown = new Map<string, number>();
        for (const volume of volumes) {
          expect(volume.firstBlock).toBe(free);
          if (volume.proxy !== undefined) shown.set(volume.proxy, free);
          free += volume.blocks;
        }
        expect(shown).toEqual(firstBlocks);
        const names = volumes.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => !isGdsName(name))).toEqual([]);
        expect(volumes.at(-1)?.proxy).toBe([...firstBlocks.keys()].at(-1));
      },
    ),
    { numRuns: 300 },
  );
});
