/** Backups of real hosts: nothing of the embedded lab takes part. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesOfTape } from '../support/tap-file.ts';
import { realHostsMissing, startRealHosts, type RealHosts } from './real-hosts.ts';
import { openRealScene, runReal } from './real-run.ts';

const missing = realHostsMissing();
/** 4 MiB. */
const blocks = 8192;

const sha256 = (records: readonly Buffer[]) => {
  const hash = createHash('sha256');
  for (const record of records) hash.update(record);
  return hash.digest('hex');
};

describe.runIf(missing === undefined || process.env['CI'])(
  `backups of real hosts${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 120_000 },
  () => {
    let real: RealHosts;
    let master: string;
    beforeAll(async () => {
      if (missing !== undefined) throw new Error(missing);
      real = await startRealHosts({ blocks });
      await real.type('node1', "sh -c 'dd if=/dev/urandom of=/dev/sfdsk/Class1/rdsk/Volume1 bs=1M iflag=fullblock; sync'").catch(() => undefined);
      master = await real.digestOf('Volume1');
    });
    afterAll(() => real?.close());

    it('copies the raw device through the console to another host', async () => {
      const scene = await openRealScene(real, 'console', { tapeHost: 'tape1' });
      const end = await runReal(scene);
      expect(end.events.filter(e => e.type === 'run-ended')).toEqual([]);
      expect(end.exitStatus).toBe(0);
      expect((await filesOfTape(real.tapeFile('tape1'))).map(sha256)).toEqual([master]);
    });
  },
);
