import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diskQuery, parseDiskIdentities } from './disk-identity.ts';

const iostat = (device: string, serial: string) =>
  `${device}           Soft Errors: 0 Hard Errors: 0 Transport Errors: 0
Vendor: FUJITSU  Product: E4000            Revision: 0000 Serial No: ${serial}
Size: 0.54GB <536870912 bytes>
Media Error: 0 Device Not Ready: 0 No Device: 0 Recoverable: 0
Illegal Request: 0 Predictive Failure Analysis: 0
`;

describe('the disk of a device', () => {
  it('is identified by vendor, product and serial number on Solaris', () => {
    expect(diskQuery('solaris')).toEqual(['iostat', '-En']);
    const text = iostat('c1t1d3', '0003') + iostat('c1t1d4', '0004  ');
    expect([...parseDiskIdentities('solaris', text)]).toEqual([
      ['c1t1d3', 'FUJITSU E4000 0003'],
      ['c1t1d4', 'FUJITSU E4000 0004'],
    ]);
  });

  it('is identified by World Wide Name or serial number on Linux', () => {
    expect(diskQuery('linux')).toEqual(['lsblk', '-dnP', '-o', 'NAME,WWN,SERIAL']);
    const text =
      'NAME="sda" WWN="0x600000e00d" SERIAL="S1"\nNAME="sdb" WWN="" SERIAL="S2"\nNAME="sdc" WWN="" SERIAL=""\n';
    expect([...parseDiskIdentities('linux', text)]).toEqual([
      ['sda', '0x600000e00d'],
      ['sdb', 'S2'],
    ]);
  });

  it('is the same on two hosts, however they pad their output', () => {
    const blanks = fc.integer({ min: 0, max: 3 }).map((count) => ' '.repeat(count));
    fc.assert(
      fc.property(blanks, blanks, blanks, blanks, (one, two, three, four) => {
        const text = `c1t1d3 Soft Errors: 0\nVendor:${one}FUJITSU ${two}Product:${three}E4000  X ${four}Revision: 0 Serial No:${one}0003${two}\n`;
        expect([...parseDiskIdentities('solaris', text)]).toEqual([['c1t1d3', 'FUJITSU E4000 X 0003']]);
        const padded = `NAME="${one}sda${two}" WWN="${three}" SERIAL="${four}S1${one}"\n`;
        expect([...parseDiskIdentities('linux', padded)]).toEqual([['sda', 'S1']]);
      }),
    );
  });

  it('has several devices where they share a World Wide Name', () => {
    const text = 'NAME="sda" WWN="0x6000" SERIAL="S"\nNAME="sdb" WWN="0x6000" SERIAL="S"\n';
    expect(parseDiskIdentities('linux', text).get('sdb')).toBe('0x6000');
  });

  it('is not known where the host reports nothing, or the same of several', () => {
    expect(parseDiskIdentities('solaris', iostat('c1t1d3', '')).size).toBe(0);
    expect(parseDiskIdentities('solaris', iostat('c1t1d3', '77') + iostat('c1t1d4', '77')).size).toBe(0);
    expect(parseDiskIdentities('solaris', 'iostat: not found\n').size).toBe(0);
    expect(parseDiskIdentities('linux', 'lsblk: not found\n').size).toBe(0);
  });

  it('is not known of devices on Linux that share a serial number', () => {
    const row = (name: string, serial: string) => `NAME="${name}" WWN="" SERIAL="${serial}"\n`;
    const told = parseDiskIdentities('linux', row('sda', '77') + row('sdb', '78') + row('sdc', '77'));
    expect([...told]).toEqual([['sdb', '78']]);
  });

  it('is not in a line without a device', () => {
    const [, ...rest] = iostat('c1t1d3', '0003').split('\n');
    expect(parseDiskIdentities('solaris', rest.join('\n')).size).toBe(0);
    expect(parseDiskIdentities('linux', 'WWN="0x6000" SERIAL="S"\n').size).toBe(0);
  });
});
