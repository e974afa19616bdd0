import { describe, expect, test } from 'vitest';
import { readFixture } from './fixtures/read-fixture.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { shadowCreation, shadowRemoval } from './shadow-commands.ts';
import type { ShadowAct } from './shadow-commands.ts';
import { shadowLayout } from './shadow-layout.ts';
import type { ShadowLayout } from './shadow-layout.ts';

const layoutOf = (fixture: string, ...proxies: string[]) =>
  shadowLayout(parseSdxinfo(readFixture(fixture)), {
    class: 'Class1',
    proxies,
    shadowClass: 'Class2',
    stripeWidth: { Group6a: 32 },
  });
const deviceOf = (layout: ShadowLayout) =>
  Object.fromEntries(layout.disks.map(({ name }) => [name, name.replace('Disk', 'c1t1d')]));
const creation = (layout: ShadowLayout) => shadowCreation(layout, deviceOf(layout));
const lines = (acts: readonly ShadowAct[]) => acts.map(({ argv }) => argv.join(' '));
const effects = (acts: readonly ShadowAct[]) => acts.map(({ effect }) => `${effect.kind} ${effect.name}`);

describe("the guide's example", () => {
  const layout = layoutOf('primary-parted', 'Volume2');

  test('is created by its lines, in its order', () => {
    expect(lines(creation(layout))).toEqual([
      'sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
      'sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
      'sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 1048576',
    ]);
    expect(effects(creation(layout))).toEqual(['disk Disk3', 'group Group2', 'volume Volume2']);
  });

  test('is removed by its lines, in its order', () => {
    expect(lines(shadowRemoval(layout))).toEqual([
      'sdxshadowvolume -F -c Class2 -v Volume2',
      'sdxshadowvolume -R -c Class2 -v Volume2',
      'sdxshadowgroup -R -c Class2 -g Group2',
      'sdxshadowdisk -R -c Class2 -d Disk3',
    ]);
    expect(effects(shadowRemoval(layout))).toEqual([
      'volume-stop Volume2',
      'volume Volume2',
      'group Group2',
      'disk Disk3',
    ]);
  });

  test('without the device of a disk nothing is made up', () => {
    expect(() => shadowCreation(layout, {})).toThrow('the device of Disk3 on the backup server is not known');
    const odd = { ...layout, disks: [{ name: 'constructor', single: false }] };
    expect(() => shadowCreation(odd, {})).toThrow(
      'the device of constructor on the backup server is not known',
    );
  });
});

test('a mirror of stripes: the stripes first, and removed last', () => {
  const layout = layoutOf('primary-nested', 'Volume8');
  expect(lines(creation(layout))).toEqual([
    'sdxshadowdisk -M -c Class2 -d c1t1d11=Disk11,c1t1d12=Disk12',
    'sdxshadowdisk -C -c Class2 -g Group6a -d Disk11,Disk12 -a type=stripe,width=32',
    'sdxshadowgroup -C -c Class2 -h Group6 -l Group6a',
    'sdxshadowvolume -M -c Class2 -g Group6 -v Volume8 -s 1048576',
  ]);
  expect(creation(layout)[0]?.effect).toEqual({
    kind: 'disk',
    name: 'Disk11,Disk12',
    names: ['Disk11', 'Disk12'],
  });
  expect(lines(shadowRemoval(layout))).toEqual([
    'sdxshadowvolume -F -c Class2 -v Volume8',
    'sdxshadowvolume -R -c Class2 -v Volume8',
    'sdxshadowgroup -R -c Class2 -g Group6',
    'sdxshadowgroup -R -c Class2 -g Group6a',
    'sdxshadowdisk -R -c Class2 -d Disk11',
    'sdxshadowdisk -R -c Class2 -d Disk12',
  ]);
});

test('a concatenation names its type; a stripe without a width is not made', () => {
  const layout = layoutOf('primary-nested', 'Volume8');
  const [lower, upper] = layout.groups;
  if (!lower || !upper) throw new Error('the sample has two groups');
  const withLower = (change: object): ShadowLayout => {
    const { name, primary, members } = lower;
    return { ...layout, groups: [{ name, primary, members, type: 'concat', ...change }, upper] };
  };
  expect(lines(creation(withLower({})))[1]).toBe(
    'sdxshadowdisk -C -c Class2 -g Group6a -d Disk11,Disk12 -a type=concat',
  );
  expect(() => creation(withLower({ type: 'stripe' }))).toThrow(
    'sdxshadowdisk -C: a stripe cannot be NaN blocks wide',
  );
  expect(() => creation(withLower({ type: 'stripe', stripeWidth: 0.5 }))).toThrow(
    'cannot be 0.5 blocks wide',
  );
});

test('a single disk: registered as such, no group, the volume made on the disk', () => {
  const layout = layoutOf('primary-single', 'Volume12');
  expect(lines(creation(layout))).toEqual([
    'sdxshadowdisk -M -c Class2 -d c1t1d17=Disk17:single',
    'sdxshadowvolume -M -c Class2 -d Disk17 -v Volume12 -s 1048576',
  ]);
  expect(lines(shadowRemoval(layout))).toEqual([
    'sdxshadowvolume -F -c Class2 -v Volume12',
    'sdxshadowvolume -R -c Class2 -v Volume12',
    'sdxshadowdisk -R -c Class2 -d Disk17',
  ]);
});

test('stand-ins are created between, stopped and removed one by one', () => {
  const layout = layoutOf('primary-several', 'Volume6');
  expect(lines(creation(layout)).slice(2)).toEqual([
    'sdxshadowvolume -M -c Class2 -g Group4 -v Volume4 -s 262144',
    'sdxshadowvolume -M -c Class2 -g Group4 -v gap-327680 -s 32768',
    'sdxshadowvolume -M -c Class2 -g Group4 -v Volume6 -s 131072',
  ]);
  expect(lines(shadowRemoval(layout)).slice(0, 6)).toEqual([
    'sdxshadowvolume -F -c Class2 -v Volume4',
    'sdxshadowvolume -F -c Class2 -v gap-327680',
    'sdxshadowvolume -F -c Class2 -v Volume6',
    'sdxshadowvolume -R -c Class2 -v Volume4',
    'sdxshadowvolume -R -c Class2 -v gap-327680',
    'sdxshadowvolume -R -c Class2 -v Volume6',
  ]);
  expect(shadowRemoval(layout)[1]?.effect).toEqual({
    kind: 'volume-stop',
    name: 'gap-327680',
    names: ['gap-327680'],
  });
});
