import { describe, expect, it } from 'vitest';
import { driveCommand, driveOf, withoutRewind, withRewind } from './tape-device.ts';

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
  ])('%s does not rewind as %s', (rewinding, quiet) => {
    expect(withoutRewind(rewinding)).toBe(quiet);
    expect(withoutRewind(quiet)).toBe(quiet);
    expect(withRewind(quiet)).toBe(rewinding);
    expect(withRewind(rewinding)).toBe(rewinding);
  });

  it('are not guessed', () => {
    expect(() => withoutRewind('/dev/sda')).toThrow(
      '/dev/sda is not the name of a tape drive that shadowtape knows',
    );
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
  ['/dev/tape/by-id/scsi-3500', ['/dev/tape/by-id/scsi-3500', '/dev/tape/by-id/scsi-3500-nst']],
])('the drive %s has one name, whichever of its devices is named', (drive, devices) => {
  expect(devices.map(driveOf)).toEqual(devices.map(() => drive));
});
