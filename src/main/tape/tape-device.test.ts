import { describe, expect, it } from 'vitest';
import { driveCommand, driveOf, lowestNumberOf, withoutRewind, withRewind } from './tape-device.ts';

describe('the device files of a drive', () => {
  it.each([
    ['/dev/rmt/0', '/dev/rmt/0n'],
    ['/dev/rmt/0cb', '/dev/rmt/0cbn'],
    ['/dev/rmt/12m', '/dev/rmt/12mn'],
    ['/dev/st0', '/dev/nst0'],
    ['/dev/st1m', '/dev/nst1m'],
    ['/dev/tape/by-id/scsi-3500', '/dev/tape/by-id/scsi-3500-nst'],
    [
      '/dev/tape/by-path/pci-0000:00:1f.2-scsi-0:0:0:0',
      '/dev/tape/by-path/pci-0000:00:1f.2-scsi-0:0:0:0-nst',
    ],
    ['/dev/IBMtape0', '/dev/IBMtape0n'],
    ['/dev/IBMtape12', '/dev/IBMtape12n'],
  ])('%s does not rewind as %s', (rewinding, quiet) => {
    expect(withoutRewind(rewinding)).toBe(quiet);
    expect(withoutRewind(quiet)).toBe(quiet);
    expect(withRewind(quiet)).toBe(rewinding);
    expect(withRewind(rewinding)).toBe(rewinding);
  });

  it.each([
    '/dev/sda',
    '/dev/IBMtape',
    '/dev/IBMtape0nn',
    '/dev/IBMchanger0',
    '/dev/tape/by-uuid/x',
    '/dev/nst',
    '/dev/tape/by-id/scsi-3500-changer',
  ])('are not guessed: %s', (device) => {
    expect(() => withoutRewind(device)).toThrow(`${device} is not a known name of a tape drive`);
  });

  it('are given to mt without rewind', () => {
    expect(driveCommand('/dev/rmt/0', 'status')).toEqual(['mt', '-f', '/dev/rmt/0n', 'status']);
  });
});

it.each([
  [
    '/dev/rmt/0',
    ['/dev/rmt/0', '/dev/rmt/0n', '/dev/rmt/0cbn', '/dev/rmt/0ubn', '/dev/rmt/0b', '/dev/rmt/0lbn'],
  ],
  ['/dev/rmt/12', ['/dev/rmt/12', '/dev/rmt/12cn']],
  ['/dev/st0', ['/dev/st0', '/dev/nst0', '/dev/nst0a', '/dev/st0m']],
  ['/dev/IBMtape0', ['/dev/IBMtape0', '/dev/IBMtape0n']],
  ['/dev/tape/by-id/scsi-3500', ['/dev/tape/by-id/scsi-3500', '/dev/tape/by-id/scsi-3500-nst']],
])('the drive %s has one name, whichever of its devices is named', (drive, devices) => {
  expect(devices.map(driveOf)).toEqual(devices.map(() => drive));
});

describe('a drive of Solaris that has several numbers', () => {
  const link = (name: string, target: string) =>
    `lrwxrwxrwx   1 root     root          42 Jan  5  2012 ${name} -> ../../devices/${target}`;
  const [local, array] = ['pci@1f,4000/scsi@3/st@5,0', 'scsi_vhci/tape@g500104f000937a5e'];
  const listing = [
    'total 8',
    link('0', `${array}:`),
    link('0cbn', `${array}:cbn`),
    link('1', `${local}:`),
    link('1n', `${local}:n`),
    link('10', `${array}:`),
    link('10cbn', `${array}:cbn`),
    'drwxr-xr-x   2 root     sys          512 Jan  5  2012 2',
    '',
  ].join('\n');

  it.each([
    ['/dev/rmt/0', '/dev/rmt/0'],
    ['/dev/rmt/10cbn', '/dev/rmt/0'],
    ['/dev/rmt/10n', '/dev/rmt/0'],
    ['/dev/rmt/1n', '/dev/rmt/1'],
    ['/dev/rmt/3ubn', '/dev/rmt/3'],
  ])('%s is the drive %s', (device, drive) => {
    expect(lowestNumberOf(listing, device)).toBe(drive);
  });

  it('has the given number if the host shows no links', () => {
    expect(lowestNumberOf('', '/dev/rmt/10cbn')).toBe('/dev/rmt/10');
  });
});
