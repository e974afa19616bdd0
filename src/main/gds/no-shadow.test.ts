import { describe, expect, test } from 'vitest';
import { edited, readFixture } from './fixtures/read-fixture.ts';
import { foreignObjects, noOwnShadow, noShadowObjects } from './no-shadow.ts';
import { blocks } from './rule-verdict.ts';
import type { RuleVerdict } from './rule-verdict.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { emptyReport } from './sdxinfo-objects.ts';

const refusals = (verdicts: readonly RuleVerdict[]) =>
  blocks(verdicts).map(({ rule, expected, actual }) => `${rule}: ${expected} | ${actual}`);
const shown = (text: string) => ({ report: parseSdxinfo(text) });
const shadow = readFixture('shadow');
const class2 = 'OBJ NAME\n--- ---\nclass Class2\n';
const foreignNames: Record<string, string> = {
  Class2: 'Class8',
  Disk3: 'Disk4',
  Volume2: 'Volume4',
  c1t1d3: 'c1t1d4',
};
const inClass = (shadowClass: string, ...devices: string[]) => ({ shadowClass, devices });

describe('no shadow is left', () => {
  test('holds where sdxinfo has shown that there is none, and says how', () => {
    const sight = { shown: 'nothing', evidence: 'sdxinfo printed titles without objects' } as const;
    const [verdict] = noShadowObjects({ report: emptyReport, sight }, inClass('Class2', 'c1t1d3'));
    expect(verdict).toMatchObject({
      rule: 'no-shadow-objects',
      actual: 'none (sdxinfo printed titles without objects)',
      verdict: 'holds',
    });
  });

  test('holds in addition to objects of another class on other disks', () => {
    const [verdict] = noShadowObjects(shown(shadow + class2), inClass('Class3', 'c9t9d9'));
    expect(verdict).toMatchObject({ rule: 'no-shadow-objects', actual: 'none', verdict: 'holds' });
  });

  test('holds in addition to a disk of another class whose device is not shown', () => {
    const untold = shown(edited(shadow, 'c1t1d3', '*     '));
    expect(refusals(noShadowObjects(untold, inClass('Class3', 'c1t1d3')))).toEqual([]);
  });

  test('fails where nothing was shown, neither objects nor that there are none', () => {
    const sight = { shown: 'unknown', evidence: 'sdxinfo printed nothing, and c is mounted' } as const;
    for (const judge of [noShadowObjects, noOwnShadow])
      expect(refusals(judge({ report: emptyReport, sight }, inClass('Class2')))).toEqual([
        'shadow-not-seen: none | unknown: sdxinfo printed nothing, and c is mounted',
      ]);
    expect(refusals(noShadowObjects({ report: emptyReport }, inClass('Class2')))).toEqual([
      'shadow-not-seen: none | unknown: not checked',
    ]);
  });

  test('names everything that is left, each object once', () => {
    const left =
      'class Class2, disk Disk3, group Group2, volume Volume2, slice Disk3.Volume2, blocks of group Group2';
    for (const judge of [noShadowObjects, noOwnShadow])
      expect(refusals(judge(shown(shadow + class2), inClass('Class2', 'c1t1d3')))).toEqual([
        `no-shadow-objects: none | ${left}`,
      ]);
  });

  test('objects that are shown count, even where a second look saw nothing', () => {
    const sight = { shown: 'unknown', evidence: 'sdxinfo printed nothing' } as const;
    const onlyDisk = parseSdxinfo(shadow.split('\n\n')[0] ?? '');
    expect(refusals(noOwnShadow({ report: onlyDisk, sight }, inClass('Class2')))).toEqual([
      'no-shadow-objects: none | disk Disk3',
    ]);
  });

  test('names what lies on a disk of the job, whatever its class is called', () => {
    const [device = ''] = shown(shadow).report.disks.map((disk) => disk.device ?? '');
    expect(refusals(noShadowObjects(shown(shadow), inClass('Class3', device)))).toEqual([
      `no-shadow-objects: none | disk Disk3 of class Class2 on ${device}, volume Volume2 of class Class2`,
    ]);
    // The removal of the run's own shadow is done nevertheless.
    expect(refusals(noOwnShadow(shown(shadow), inClass('Class3', device)))).toEqual([]);
  });

  test('names the disks and volumes of several other classes, each with its own class', () => {
    const other = shadow.replaceAll(/Class2|Disk3|Volume2|c1t1d3/g, (word) => foreignNames[word] ?? word);
    const backup = shown(shadow + other);
    const objects = [
      'disk Disk3 of class Class2 on c1t1d3',
      'volume Volume2 of class Class2',
      'disk Disk4 of class Class8 on c1t1d4',
      'volume Volume4 of class Class8',
    ];
    const place = inClass('Class3', 'c1t1d3', 'c1t1d4');
    expect(foreignObjects(backup, place)).toEqual(objects);
    expect(refusals(noShadowObjects(backup, place))).toEqual([
      `no-shadow-objects: none | ${objects.join(', ')}`,
    ]);
    expect(foreignObjects(backup, inClass('Class2', 'c1t1d3', 'c1t1d4'))).toEqual(objects.slice(2));
  });
});
