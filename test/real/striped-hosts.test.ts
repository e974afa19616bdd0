/** A backup of real hosts whose proxy lies on stripes: the shadow must be put together in the same way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realHostsDue, realHostsMissing, startRealHosts, type RealHosts } from './real-hosts.ts';
import { digestOfTape, normalRealState, openRealScene, realState, runReal } from './real-run.ts';

const missing = realHostsMissing();
/** 2 MiB: 128 stripes. */
const blocks = 4096;

describe.runIf(realHostsDue(missing))(
  `a proxy on stripes of real hosts${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 300_000 },
  () => {
    let real: RealHosts;
    let master: string;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      real = await startRealHosts({ blocks, stripeBlocks: 32, only: ['node1', 'node2', 'node3'] });
      await real.type(
        'node1',
        `dd if=/dev/urandom of=/dev/sfdsk/Class1/rdsk/Volume1 bs=512 count=${blocks} status=none`,
      );
      master = await real.digestOf('Volume1');
    });
    afterAll(() => real?.close());

    const run = async (name: string, disks: object) => {
      const job = { shadow: { class: 'Class2', disks } };
      return runReal(await openRealScene(real, name, { tapeHost: 'node3', job }));
    };

    it('is not dumped from a shadow whose stripes are in another order', async () => {
      const end = await run('swapped', { Disk3: 'sde', Disk4: 'sdd' });
      expect(end).toMatchObject({ verdict: 'failed', exitStatus: 2, error: { code: 'FINGERPRINT_DIFFERS' } });
      expect(await realState(real, master)).toEqual(normalRealState);
    });

    it('is copied from a shadow that is put together alike', async () => {
      const end = await run('striped', { Disk3: 'sdd', Disk4: 'sde' });
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      expect(await digestOfTape(real, 'node3')).toBe(master);
      expect(await realState(real, master)).toEqual(normalRealState);
    });
  },
);
