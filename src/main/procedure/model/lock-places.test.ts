import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import {
  classPlaces,
  diedBeforeNaming,
  driveLockedBy,
  drivePlace,
  lockPlaces,
  placesInReach,
} from './lock-places.ts';

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

const cluster = { class: 'Class1', backupServer: 'node3', primaryNodes: ['node2', 'node1'] };

describe('the locks of a run', () => {
  const places = lockPlaces({
    ...cluster,
    tapeHost: 'node2',
    tapeDevice: '/dev/rmt/0n',
    driveName: undefined,
  });
  const text = (of: readonly { host: string; folder: string }[]) =>
    of.map(({ host, folder }) => `${host} ${folder}`);
  const drive = 'node2 /var/tmp/shadowtape-dev.rmt.0.lock';
  const ofClass = (host: string) => `${host} /var/tmp/shadowtape-Class1.lock`;

  it('are those of the class on the backup server and on the nodes by name, then that of the drive', () => {
    expect(text(places)).toEqual([ofClass('node3'), ofClass('node1'), ofClass('node2'), drive]);
    expect(text(classPlaces({ ...cluster, backupServer: 'node1' }))).toEqual([
      ofClass('node1'),
      ofClass('node2'),
    ]);
  });

  it('are not checked on a node that does not answer, but on one whose GDS does not', () => {
    const missing = { node: 'node2', since: '', reason: '' };
    expect(text(placesInReach(places))).toEqual(text(places));
    expect(text(placesInReach(places, [{ ...missing, gds: true }]))).toEqual(text(places));
    // A tape host that does not answer cannot be done without.
    expect(text(placesInReach(places, [missing]))).toEqual([ofClass('node3'), ofClass('node1'), drive]);
  });
});

describe('a lock that names nobody', () => {
  const [place] = classPlaces(cluster);
  if (!place) throw new Error('a class is locked on its backup server');
  const { folder } = place;

  type Command = [line: string, exitStatus: number | 'unheard', host?: string];
  const journal = (...commands: Command[]): RunEvent[] =>
    commands.flatMap(([line, exitStatus, host = 'node3'], index): RunEvent[] => {
      const sent = { ...intent(host, line.split(' ')), seq: 2 * index + 1 } as RunEvent;
      if (exitStatus === 'unheard') return [sent];
      const output = { stdout: '', stdoutBytes: 0, stderr: '', stderrBytes: 0 };
      const of = { type: 'outcome', step: 'lock', of: sent.seq, exitStatus, milliseconds: 1 } as const;
      return [sent, { ...base, ...output, ...of, seq: sent.seq + 1 }];
    });
  const made: Command = [`mkdir ${folder}`, 0];
  const named = `mkdir ${folder}/nightly,root,console,4711`;

  it.each<[string, Command[]]>([
    ['made it', [made]],
    ['may have made it', [[`mkdir ${folder}`, 'unheard']]],
    ['may have named it', [made, [named, 'unheard']]],
    ['could not name it', [made, [named, 1]]],
    ['named another one', [made, [`mkdir /var/tmp/shadowtape-Class2.lock/nightly`, 0]]],
    ['named the one on another host', [made, [named, 0, 'node1']]],
  ])('may be of a run that %s and died', (_what, commands) => {
    expect(diedBeforeNaming(place, journal(...commands))).toBe(true);
  });

  it.each<[string, Command[]]>([
    ['sent nothing', []],
    ['could not make it', [[`mkdir ${folder}`, 2]]],
    ['made it and named it', [made, [named, 0]]],
    ['made one on another host', [[`mkdir ${folder}`, 0, 'node1']]],
    ['made one of another class', [['mkdir /var/tmp/shadowtape-Class2.lock', 0]]],
    ['only looked at it', [[`ls ${folder}`, 0]]],
    ['removed one', [[`rmdir ${folder}`, 0]]],
    ['sent a command of one word', [['mkdir', 0]]],
  ])('is not of a run that %s', (_what, commands) => {
    expect(diedBeforeNaming(place, journal(...commands))).toBe(false);
  });
});
