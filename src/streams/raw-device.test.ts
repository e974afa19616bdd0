import { describe, expect, it } from 'vitest';
import { rawDeviceArguments, sampleArguments } from './raw-device.ts';

const device = '/dev/sfdsk/Class2/rdsk/Volume2';

describe('the commands that read a raw device', () => {
  it("reads it completely, with the guide's block size", () => {
    expect(rawDeviceArguments(device)).toEqual(['dd', `if=${device}`, 'bs=32768']);
    expect(rawDeviceArguments(device, { recordBytes: 65_536 })).toEqual(['dd', `if=${device}`, 'bs=65536']);
  });

  it('reads one record anywhere in it', () => {
    expect(sampleArguments(device, 16_383)).toEqual([
      'dd',
      `if=${device}`,
      'bs=32768',
      'skip=16383',
      'count=1',
    ]);
  });

  it('seeks with iseek if skip would read everything before the place', () => {
    expect(sampleArguments(device, 7, { seekWith: 'iseek' })).toContain('iseek=7');
  });

  it('refuses an invalid record size', () => {
    expect(() => sampleArguments(device, 0, { recordBytes: 1000 })).toThrow(
      'a record of 1000 bytes cannot be written',
    );
  });
});
