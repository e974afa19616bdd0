import { describe, expect, test } from 'vitest';
import { readFixture } from './fixtures/read-fixture.ts';
import { noOwnShadow, noShadowObjects } from './no-shadow.ts';
import { blocks } from './rule-verdict.ts';
import type { RuleVerdict } from './rule-verdict.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import { emptyReport } from './sdxinfo-objects.ts';

const refusals = (verdicts: readonly RuleVerdict[]) =>
  blocks(verdicts).map(({ rule, expected, actual }) => `${rule}: ${expected} | ${actual}`);
const shown = (text: string) => ({ report: parseSdxinfo(text) });
const shadow = readFixture('shadow');
const inClass = (shadowClass: string, ...devices: string[]) => ({ shadowClass, devices });

describe('no shadow is left', () => {
  test('holds where sdxinfo has shown that there is none, and says how', () => {
    const sight = { shown: 'nothing', evidence: 'sdxinfo printed titles without objects' } as const;
    const [verdict] = noShadowObjects({ report: emptyReport, sight }, inClass('Class2', 'c1t1d3'));
    expect(verdict).toMatchObject({
      actual: 'none (sdxinfo printed titles without objects)',
      verdict: 'holds',
    });
  });

  test('holds beside objects of another class on other disks', () => {
    expect(refusals(noShadowObjects(shown(shadow), inClass('Class3', 'c9t9d9')))).toEqual([]);
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

  test('names everything that is left', () => {
    const class2 = 'OBJ NAME\n--- ---\nclass Class2\n';
    expect(refusals(noShadowObjects(shown(shadow + class2), inClass('Class2')))).toEqual([
      'no-shadow-objects: none | class Class2, disk Disk3, group Group2, volume Volume2, slice Disk3.Volume2, blocks of group Group2',
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
});
