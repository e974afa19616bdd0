/**
 * The lab in a process of its own, as hosts are machines of their own. Reports to its parent where the site file and
 * the state lie; ends with it.
 */
import { copyFile } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { jobOf, openScene } from '../support/lab-run.ts';

export interface LabTold {
  readonly siteFile: string;
  readonly statePath: string;
}

// Cluster and backup server are other machines: here they take what console and page leave of the processor.
setPriority(constants.priority.PRIORITY_LOW);

const [mebibytes = 512] = process.argv.slice(2).map(Number);
const scene = await openScene({ blocks: mebibytes * 2048, rejoinBytesPerSecond: 2 ** 40 });
const siteFile = await scene.writeSite((site) => {
  jobOf(site)['verify'] = { fingerprint: 8, readback: true };
  jobOf(site)['approve'] = 'operator';
});
await scene.state.prepare();
await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
const told: LabTold = { siteFile, statePath: scene.state.path };
process.send?.(told);
process.once('disconnect', () => void scene.close());
