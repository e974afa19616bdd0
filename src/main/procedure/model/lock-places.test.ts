import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import { driveLockedBy, drivePlace } from './lock-places.ts';

const base = { at: '2026-11-29T10:00:00.000Z', run: 'nightly', prev: '' };

/** The intent of a command of the step that locks. */
const intent = (host: string, argv: string[], step = 'lock'): RunEvent => ({
  ...base,
  type: 'intent',
  seq: 1,
  step,
  host,
  argv,
  line: argv.join(' '),
  changes: false,
});

const lock = (device: string, host = 'node3') => intent(host, ['mkdir', drivePlace(host, device).folder]);

describe('the drive that a run has locked', () => {
  it.each(['/dev/rmt/0', '/dev/st0', '/dev/tape/by-path/pci-0000:03:00.0-sas-lun-0', '/dev/IBMtape0'])(
    'is named in its journal: %s',
    (device) => {
      const owner = intent('node3', ['mkdir', `${drivePlace('node3', device).folder}/nightly,root`]);
      const ofClass = intent('node3', ['mkdir', '/var/tmp/shadowtape-Class1.lock']);
      expect(driveLockedBy([ofClass, lock(device), owner], 'node3')).toBe(device);
    },
  );

  it('is not known where the run did not get that far, or has it on another host', () => {
    expect(driveLockedBy([], 'node3')).toBeUndefined();
    expect(driveLockedBy([lock('/dev/rmt/0', 'library')], 'node3')).toBeUndefined();
    expect(
      driveLockedBy([intent('node3', ['mkdir', '/var/tmp/shadowtape-Class1.lock'])], 'node3'),
    ).toBeUndefined();
  });
});
