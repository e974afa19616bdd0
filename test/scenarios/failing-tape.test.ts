/** Errors of the tape, or of the connection to it, during the dump and the read-back. */
import { open } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../../src/contract/errors.ts';
import {
  byHand,
  bringingBack,
  failingRun,
  inScene,
  normalStands,
  proceduralCommands,
  tapeStands,
  withJob,
} from '../support/failures.ts';
import {
  clusterState,
  normalState,
  openSceneConsole,
  runScene,
  smallBlocks,
  type Scene,
} from '../support/lab-run.ts';
import { allLocks, classLockStands, lockStands } from '../support/lab-shell.ts';

const again =
  'check the drive and the cartridge, clean the drive if it asks for it, then dump again from the beginning';
const parted = 'Volume2: PROXY Part, STATUS STOP, slice of Disk3 STOP (as node1 shows it)';
const wholeShadow = 'node3: shadow objects of Class2: volume Volume2 (ACTIVE), group Group2, disk Disk3';

describe('the dump', () => {
  it.each([
    {
      fault: 'tape-error=40',
      code: 'TAPE_WRITE_FAILED',
      said: 'writing to the tape failed: write: I/O error',
      hint: again,
    },
    {
      fault: 'end-of-medium=40',
      code: 'TAPE_END_OF_MEDIUM',
      said: 'the tape ended before everything was written (dd counted 40+0 records)',
      hint: 'insert a larger or an empty cartridge and dump again from the beginning',
    },
    {
      fault: 'write-protected',
      code: 'TAPE_WRITE_PROTECTED',
      said: 'the tape cannot be written: dd: /dev/rmt/0: open: Permission denied',
      hint: 'slide the tab of the cartridge to writable, or check that the user may write to the device',
    },
    {
      fault: 'connection-lost=node3:1000000',
      code: 'CONNECTION_LOST',
      said: expect.stringMatching(/^the connection to node3 was lost: /) as string,
      hint: 'check the network and node3 itself; commands there may still be running',
    },
    {
      fault: 'fail=node3:dd ibs=262144',
      code: 'TAPE_WRITE_FAILED',
      said: 'writing to the tape failed: dd: the lab was told to fail this command',
      hint: again,
    },
  ])('ends halfway, and everything is rolled back: $fault', async ({ fault, code, said, hint }) => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: [fault] });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: said,
        stands: [...normalStands, tapeStands.incomplete],
      });
      expect(end.error).toMatchObject({ code, hint });
      expect(proceduralCommands(scene).slice(-5)).toEqual(bringingBack);
    });
  });

  it('ends halfway, and everything stays for inspection if the job says onFailure: halt', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        faults: ['tape-error=3'],
        change: withJob({ onFailure: 'halt' }),
      });
      expect(end).toMatchObject({
        exitStatus: 3,
        stands: [parted, wholeShadow, ...classLockStands, tapeStands.incomplete, ...byHand(bringingBack[0])],
      });
      expect(await clusterState(scene)).toEqual({
        ...normalState,
        proxy: 'Part',
        proxyEqualsMaster: false,
        shadowObjects: 3,
      });
      expect(
        proceduralCommands(scene).filter((line) => bringingBack.some((command) => command === line)),
      ).toEqual([]);
      expect(allLocks(scene).filter((path) => path.endsWith('.lock'))).toHaveLength(3);
    }, 'otherwise');
  });

  it('is invalid when the backup server reboots, which removes the shadow; the proxy is rejoined', async () => {
    await inScene(async (scene) => {
      let rebooted: Promise<void> | undefined;
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'started' || !line.startsWith('dd ibs')) return;
        stop();
        rebooted = scene.lab.rebootNode('node3');
      });
      const end = await failingRun(scene);
      await rebooted;
      expect(end).toMatchObject({ exitStatus: 2, stands: [...normalStands, tapeStands.incomplete] });
      expect(end.error?.code).toBe('CONNECTION_LOST');
      expect(proceduralCommands(scene).at(-1)).toBe(bringingBack[4]);
      expect(proceduralCommands(scene)).not.toContain(bringingBack[0]);
    });
  });

  it('is invalid when the backup server goes down and stays down; no rejoin is sent while the shadow cannot be checked', async () => {
    await inScene(async (scene) => {
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'started' || !line.startsWith('dd ibs')) return;
        stop();
        scene.lab.faults.set('host-down=node3');
      });
      const end = await failingRun(scene);
      const port = scene.lab.hosts.find(({ name }) => name === 'node3')?.port;
      const [stopShadow, remove, group, disk] = bringingBack.map((command) =>
        command.replace(' ', ', if not yet done: '),
      );
      expect(end).toMatchObject({
        exitStatus: 3,
        stands: [
          parted,
          'node3: not seen',
          ...lockStands('node3', 'node1', 'node2'),
          tapeStands.incomplete,
          `not rolled back: node3 has not answered sdxinfo for 30 min 0 s: node3 (127.0.0.1, port ${port}) cannot be reached: the connection was refused`,
          ...[stopShadow, remove, group, disk].map((line) => `run by hand on ${line}`),
          ...byHand(bringingBack[0]).slice(-2),
        ],
      });
      expect(proceduralCommands(scene)).not.toContain(bringingBack[4]);
    }, 'otherwise');
  });

  it('is not accepted if a node rebooted meanwhile, and started the proxy', async () => {
    await inScene(async (scene) => {
      let rebooted: Promise<void> | undefined;
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'started' || !line.startsWith('dd ibs')) return;
        stop();
        rebooted = scene.lab.rebootNode('node2');
      });
      const end = await failingRun(scene);
      await rebooted;
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'step 6a: Proxy is stopped: expected STOP, seen STOP on node1; ACTIVE on node2',
        stands: [...normalStands, tapeStands.incomplete],
      });
    });
  });

  it('fails if the volume cannot be read, whatever the tape reports', async () => {
    await inScene(async (scene) => {
      const stop = scene.lab.onCommand(({ phase, line }) => {
        // The last sample of the verification: the next dd of the shadow is that of the dump.
        if (phase === 'ended' && line.includes('Class2/rdsk/Volume2') && line.endsWith('iseek=63 count=1')) {
          scene.lab.faults.set('fail=node3:dd if=/dev/sfdsk/Class2/rdsk/Volume2:2');
          stop();
        }
      });
      const end = await failingRun(scene);
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'reading stopped after 0 bytes: dd: the lab was told to fail this command',
        stands: [...normalStands, tapeStands.incomplete],
      });
      expect(end.error?.code).toBe('DUMP_SOURCE_FAILED');
    });
  });
});

describe('the read-back', () => {
  it('finds a bit that was flipped on its way to the tape: exit status 4, and the cluster is rolled back', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        faults: ['tape-corrupt=40'],
        change: withJob({ onFailure: 'halt' }),
      });
      expect(end).toMatchObject({ exitStatus: 4, stands: [...normalStands, tapeStands.bad] });
      expect(end.sentence).toMatch(
        /^the tape does not hold what was read: CRC-32: expected [0-9a-f]{8}, read back [0-9a-f]{8}$/,
      );
      expect(end.error).toMatchObject({
        code: 'TAPE_DIFFERS',
        hint: 'do not trust this tape; clean the drive, insert another tape and run again',
      });
      expect(proceduralCommands(scene).slice(-5)).toEqual(bringingBack);
    });
  });

  it('does not mistake a read error for the end of the data', async () => {
    await inScene(async (scene) => {
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'ended' || !line.startsWith('dd ibs')) return;
        stop();
        scene.lab.faults.set('tape-read-error=64');
      });
      const end = await failingRun(scene);
      expect(end).toMatchObject({
        exitStatus: 4,
        sentence: 'reading the tape back failed: read: I/O error',
        stands: [...normalStands, tapeStands.unread],
      });
      expect(end.error).toMatchObject({
        code: 'TAPE_READ_FAILED',
        hint: 'clean the drive and read again; if the error remains, dump to another cartridge',
      });
    });
  });

  it('starts again if the connection with the drive was lost', async () => {
    await inScene(async (scene) => {
      const stop = scene.lab.onCommand(({ phase, line }) => {
        if (phase !== 'ended' || !line.startsWith('dd ibs')) return;
        stop();
        scene.lab.faults.set('connection-lost=node3:1000000');
      });
      const end = await runScene(scene);
      expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      const reads = scene.lab.commands.filter(({ line }) => line === 'dd if=/dev/rmt/0 bs=32768');
      expect(reads).toHaveLength(2);
      expect(await clusterState(scene)).toEqual(normalState);
    });
  });

  it('and a resync that both fail require action', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, { faults: ['tape-corrupt=1', 'fail=node1:sdxproxy Rejoin'] });
      expect(end).toMatchObject({
        exitStatus: 3,
        stands: [
          parted,
          'node3: no shadow object of Class2',
          ...classLockStands,
          tapeStands.bad,
          ...byHand(bringingBack[4]),
        ],
      });
    }, 'otherwise');
  });
});

describe('verifying the tape of an ended run', () => {
  async function verify(scene: Scene, run: string) {
    const console = await openSceneConsole(scene);
    try {
      return await console.verify(run, new AbortController().signal, () => undefined);
    } catch (error) {
      if (isFailure(error)) return error.toInfo();
      throw error;
    } finally {
      await console.close();
    }
  }

  /** Flips a bit in the middle of the tape, where only the read-back can find it. */
  async function damageTape({ lab }: Scene): Promise<void> {
    const file = await open(lab.tapeFile, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, 1_000_000);
    byte.writeUInt8(byte.readUInt8(0) ^ 1);
    await file.write(byte, 0, 1, 1_000_000);
    await file.close();
  }

  it('passes if the tape matches, fails if the tape was changed or another was inserted, and changes nothing', async () => {
    await inScene(async (scene) => {
      const { run } = await runScene(scene, { change: withJob({ services: 'not-needed' }) });
      const from = scene.lab.commands.length;
      expect(await verify(scene, run)).toEqual([
        {
          volume: 'Volume2',
          bytes: smallBlocks * 512,
          records: smallBlocks / 64,
          sha256: scene.masterBefore,
        },
      ]);
      await damageTape(scene);
      expect(await verify(scene, run)).toMatchObject({
        code: 'TAPE_DIFFERS',
        sentence: expect.stringMatching(/^the tape does not hold what was read: CRC-32: /) as string,
      });
      scene.lab.faults.set('tape-not-blank');
      await scene.lab.faultsSettled();
      expect(await verify(scene, run)).toMatchObject({
        code: 'TAPE_DIFFERS',
        sentence: 'the tape does not hold what was read: bytes: expected 2097152, read back 40960',
      });
      scene.lab.faults.set('no-tape');
      expect(await verify(scene, run)).toMatchObject({
        code: 'TAPE_NOT_LOADED',
        sentence: 'no cartridge is ready in the tape drive: /dev/rmt/0 on node3',
      });
      expect(proceduralCommands(scene, from).filter((line) => !line.includes('if=/dev/rmt/0'))).toEqual([]);
    });
  });

  it('is refused for a run that never wrote its tape, and for one that does not exist', async () => {
    await inScene(async (scene) => {
      const { run } = await failingRun(scene, { faults: ['fail=node1:umount'] });
      expect(await verify(scene, run)).toMatchObject({
        code: 'RUN_HAS_NO_TAPE',
        sentence: `run ${run} wrote no tape that could be compared`,
        hint: `shadowtape show ${run} shows how far it got`,
      });
      expect(await verify(scene, 'last-night')).toMatchObject({
        code: 'RUN_UNKNOWN',
        sentence: 'there is no run last-night',
      });
    });
  });
});
