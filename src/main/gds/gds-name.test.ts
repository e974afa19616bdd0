import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deviceName, gdsName, isDeviceName, isGdsName, isSingleDiskName } from './gds-name.ts';

describe('names of GDS objects', () => {
  test.each(['Class1', 'a', '0', 'node-1_data', 'x'.repeat(32)])('accepts %s', (name) => {
    expect(isGdsName(name)).toBe(true);
    expect(gdsName('class', name)).toBe(name);
  });

  test.each([
    '',
    '-Volume1',
    '_Volume1',
    'Volume 1',
    'Volume1\n',
    'Class1/../x',
    'a,b',
    'a=b',
    'a:b',
    'Ünit',
    'x'.repeat(33),
  ])('refuses %j', (name) => {
    expect(isGdsName(name)).toBe(false);
  });

  test('says which name is refused, and what a name may be', () => {
    expect(() => gdsName('proxy volume', 'Volume2; reboot')).toThrow(
      expect.objectContaining({
        code: 'GDS_NAME_FORBIDDEN',
        message: '"Volume2; reboot" cannot be the name of a proxy volume',
        hint: 'a GDS name has 1 to 32 letters, digits, "-" and "_", and begins with a letter or a digit',
      }),
    );
  });

  test('a disk outside any group has at most 28 characters', () => {
    expect(isSingleDiskName('d'.repeat(28))).toBe(true);
    expect(isSingleDiskName('d'.repeat(29))).toBe(false);
    expect(isSingleDiskName('-d')).toBe(false);
  });

  test('whatever passes needs no quoting and cannot be an option', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        if (isGdsName(text)) expect(text).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/);
        if (isDeviceName(text)) expect(text).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
      }),
    );
  });
});

describe('names of devices', () => {
  test('have at most 255 characters', () => {
    expect([255, 256].map((length) => isDeviceName('d'.repeat(length)))).toEqual([true, false]);
  });

  test.each(['c1t1d3', 'sda', 'emcpower1', 'mphd3', 'wwn-0x5000c500a1b2c3d4', 'c0t600A0B80.d0'])(
    'accepts %s',
    (name) => {
      expect(deviceName(name)).toBe(name);
    },
  );

  test.each(['', '/dev/sda', '../sda', '.sda', '-sda', 'sda=Disk3', 'sda,sdb', 'sda:1', 'sd a'])(
    'refuses %j',
    (name) => {
      expect(() => deviceName(name)).toThrow(
        expect.objectContaining({
          code: 'GDS_DEVICE_FORBIDDEN',
          message: `"${name}" cannot be the device name of a disk`,
        }),
      );
    },
  );
});
