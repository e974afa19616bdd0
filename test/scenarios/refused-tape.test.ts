import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import {
  clusterState,
  jobOf,
  normalState,
  openScene,
  runScene,
  sha256,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { busyDrive, changingCommands } from '../support/lab-shell.ts';
import { checkScene, refusedRun } from '../support/refusals.ts';
import { firstFileOfTape } from '../support/tap-file.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

const notNeeded = (site: SiteTree) => void (jobOf(site)['services'] = 'not-needed');
const tapeLine = async () => (await checkScene(scene)).find(({ what }) => what === 'tape /dev/rmt/0');
const tapeEvents = (events: readonly RunEvent[]) => events.filter((event) => event.type === 'tape');

/** A lab that begins with somebody else's cartridge in its drive. */
async function insertForeignTape(): Promise<void> {
  await scene.close();
  scene = await openScene({ faults: ['tape-not-blank'] });
}

/** A refusal after which the cartridge is unchanged, bit by bit. */
async function refusedByTape(): Promise<object> {
  const before = sha256(await readFile(scene.lab.tapeFile));
  const words = await refusedRun(scene);
  expect(sha256(await readFile(scene.lab.tapeFile))).toBe(before);
  return words;
}

describe('the drive', () => {
  const unknownHint =
    'an unreadable tape does not count as blank; check it with mt status, clean the drive, or use another tape';

  it('is empty', async () => {
    scene.lab.faults.set('no-tape');
    expect(await refusedByTape()).toEqual({
      code: 'TAPE_NOT_LOADED',
      sentence: 'no cartridge is ready in the tape drive: /dev/rmt/0 on node3',
      hint: 'insert a cartridge, wait until the drive is ready, then try again',
    });
    expect(await tapeLine()).toEqual({
      host: 'node3',
      what: 'tape /dev/rmt/0',
      good: false,
      said: 'no cartridge is ready in the tape drive: /dev/rmt/0 on node3',
      hint: 'insert a cartridge, wait until the drive is ready, then try again',
    });
    scene.lab.faults.clear('no-tape');
    expect(await tapeLine()).toMatchObject({
      good: true,
      said: 'a blank cartridge is in the drive; mt on node3 does not say whether it is write-protected',
    });
  });

  it('does not show which drive its name leads to', async () => {
    scene.lab.faults.set('fail=node3:ls -l /dev/rmt:2');
    const sentence =
      'node3 does not say which drive /dev/rmt/0 is: ls -l /dev/rmt reports ls: the lab was told to fail this command';
    const hint =
      'compare with "ls -l /dev/rmt" on node3; correct tape.device in the site file, or have the device links of the drive created again (devfsadm -c tape)';
    expect(await refusedByTape()).toEqual({ code: 'DRIVE_NAME_UNKNOWN', sentence, hint });
    expect(await tapeLine()).toMatchObject({ good: false, said: sentence, hint });
  });

  it('is in use by another program', async () => {
    const release = await busyDrive(scene);
    try {
      expect(await refusedByTape()).toEqual({
        code: 'TAPE_BUSY',
        sentence: 'the tape drive is in use by another program: /dev/rmt/0 on node3',
        hint: 'wait until the other program ends, or stop it; then try again',
      });
      expect(await tapeLine()).toMatchObject({
        good: false,
        said: 'the tape drive is in use by another program: /dev/rmt/0 on node3',
      });
    } finally {
      await release();
    }
  });

  it('cannot be queried: no mt, an mt that fails, an mt with unknown output', async () => {
    const { faults } = scene.lab;
    faults.set('not-found=node3:mt');
    expect(await refusedByTape()).toEqual({
      code: 'COMMAND_NOT_FOUND',
      sentence: 'node3 has no command mt',
      hint: 'install it, or set PATH for non-interactive shells (on Solaris PATH in /etc/default/login, or ~/.ssh/environment)',
    });
    faults.clear('not-found');
    faults.set('fail=node3:mt -f /dev/rmt/0n status');
    expect(await refusedByTape()).toEqual({
      code: 'TAPE_STATE_UNKNOWN',
      sentence:
        'it is not known whether the tape in /dev/rmt/0 on node3 is blank: mt: the lab was told to fail this command',
      hint: unknownHint,
    });
    expect(await tapeLine()).toMatchObject({
      good: false,
      said: 'it is not known whether the tape in /dev/rmt/0 on node3 is blank: mt: the lab was told to fail this command',
    });
    faults.clear('fail');
    faults.set('ignore=node3:mt -f /dev/rmt/0n status');
    expect(await refusedByTape()).toMatchObject({
      code: 'TAPE_STATE_UNKNOWN',
      sentence: 'it is not known whether the tape in /dev/rmt/0 on node3 is blank: mt status prints nothing',
    });
    expect(await tapeLine()).toMatchObject({
      good: false,
      said: 'it is not known whether the tape in /dev/rmt/0 on node3 is blank: mt status prints nothing',
    });
    faults.clear('ignore');
    faults.set('fail=node3:mt -f /dev/rmt/0n rewind:2');
    expect(await refusedByTape()).toMatchObject({
      code: 'COMMAND_FAILED',
      sentence:
        'node3: mt -f /dev/rmt/0n rewind ended with exit status 2: mt: the lab was told to fail this command',
    });
  });

  it('cannot read the first record, which does not count as blank', async () => {
    await insertForeignTape();
    scene.lab.faults.set('tape-read-error=1');
    expect(await refusedByTape()).toEqual({
      code: 'TAPE_STATE_UNKNOWN',
      sentence: 'it is not known whether the tape in /dev/rmt/0 on node3 is blank: read: I/O error',
      hint: unknownHint,
    });
  });
});

describe('a cartridge that is not blank', () => {
  const hint = 'insert a blank tape; or, if its contents may be lost, set media.overwrite: true in the job';
  const foreign = 'data that is neither tar nor ufsdump (first record 10,240 bytes)';

  it('is refused, and described by its beginning', async () => {
    await insertForeignTape();
    expect(await refusedByTape()).toEqual({
      code: 'TAPE_NOT_BLANK',
      sentence: `the tape in /dev/rmt/0 on node3 is not blank: it holds ${foreign}`,
      hint,
    });
  });

  it('is recognized by its archive; a run with overwrite: true reports what is lost, and continues', async () => {
    const first = await runScene(scene, { job: 'ufs-tar' });
    expect(first.exitStatus).toBe(0);
    const archive = `a tar archive that begins with "./", written by run ${first.run}`;
    const [firstRecord] = await firstFileOfTape(scene.lab.tapeFile);
    const scene2 = { ...scene, masterBefore: await scene.lab.volumeDigest('Class1', 'Volume1') };
    const refused = await runScene(scene2);
    expect(refused).toMatchObject({
      exitStatus: 1,
      sentence: `the tape in /dev/rmt/0 on node3 is not blank: it holds ${archive}`,
      error: { code: 'TAPE_NOT_BLANK', hint },
    });
    const change = (site: SiteTree) => {
      notNeeded(site);
      jobOf(site)['media'] = { overwrite: true };
    };
    const { exitStatus, events } = await runScene(scene2, { change });
    expect(exitStatus).toBe(0);
    const tape = { host: 'node3', device: '/dev/rmt/0', found: archive, blank: false, overwritten: true };
    const firstRecordSha256 = sha256(firstRecord ?? Buffer.alloc(0));
    expect(tapeEvents(events)).toMatchObject(
      ['tape', '6a'].map((step) => ({ ...tape, step, firstRecordSha256, writtenBy: [first.run] })),
    );
    expect(events.flatMap((event) => (event.type === 'warning' ? [event.text] : []))).toEqual([
      `the tape holds ${archive}; the job may overwrite it`,
    ]);
    expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(scene2.masterBefore);
    expect(await clusterState(scene2)).toEqual(normalState);
  });

  it('is blank to a run that may overwrite, if it is blank', async () => {
    const change = (site: SiteTree) => {
      notNeeded(site);
      jobOf(site)['media'] = { overwrite: true };
    };
    const { events } = await runScene(scene, { change });
    expect(tapeEvents(events)).toMatchObject(
      ['tape', '6a'].map((step) => ({ step, found: 'blank', blank: true, overwritten: false })),
    );
    expect(events.filter(({ type }) => type === 'warning')).toEqual([]);
  });
});

describe('a cartridge that is write-protected', () => {
  it('shows on Linux in mt status: check reports it, and the run is refused before anything is changed', async () => {
    for (const fault of ['linux-tape', 'write-protected']) scene.lab.faults.set(fault);
    expect(await tapeLine()).toEqual({
      host: 'node3',
      what: 'tape /dev/rmt/0',
      good: false,
      said: 'the tape cannot be written: the cartridge in /dev/rmt/0 on node3 is write-protected',
      hint: 'slide the tab of the cartridge to writable, or check that the user may write to the device',
    });
    expect(await refusedByTape()).toEqual({
      code: 'TAPE_WRITE_PROTECTED',
      sentence: 'the tape cannot be written: the cartridge in /dev/rmt/0 on node3 is write-protected',
      hint: 'slide the tab of the cartridge to writable, or check that the user may write to the device',
    });
    scene.lab.faults.clear('write-protected');
    expect(await tapeLine()).toMatchObject({ good: true, said: 'a blank cartridge is in the drive' });
  });

  it('shows on Solaris when dd opens it: the run fails before a byte is written, and is rolled back', async () => {
    scene.lab.faults.set('write-protected');
    const end = await runScene(scene);
    expect(end).toMatchObject({
      verdict: 'failed',
      exitStatus: 2,
      error: {
        code: 'TAPE_WRITE_PROTECTED',
        hint: 'slide the tab of the cartridge to writable, or check that the user may write to the device',
      },
    });
    expect(end.sentence).toBe('the tape cannot be written: dd: /dev/rmt/0: open: Permission denied');
    expect(end.stands.slice(0, 2)).toEqual([
      'Volume2: joined to Volume1, in sync',
      'node3: no shadow object of Class2',
    ]);
    expect(await clusterState(scene)).toEqual(normalState);
    expect(await firstFileOfTape(scene.lab.tapeFile)).toEqual([]);
    const lines = changingCommands(scene);
    expect(lines.slice(lines.indexOf('node3 dd ibs=262144 obs=32768 of=/dev/rmt/0') + 1)).toEqual([
      'node3 sdxshadowvolume -F -c Class2 -v Volume2',
      'node3 sdxshadowvolume -R -c Class2 -v Volume2',
      'node3 sdxshadowgroup -R -c Class2 -g Group2',
      'node3 sdxshadowdisk -R -c Class2 -d Disk3',
      'node1 sdxproxy Rejoin -c Class1 -p Volume2',
    ]);
  });
});
