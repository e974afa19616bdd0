/** A second copy that was written in another building, and its cartridge that is carried into the machine room. */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { openLab, type Lab } from '../../src/lab/lab.ts';
import { openSceneConsole, type Scene, type SiteTree } from './lab-run.ts';
import { nameVault } from './year/machine-room.ts';

/** A host with a drive of its own, in another building. */
export const openVaultOf = ({ folder }: Pick<Scene, 'folder'>): Promise<Lab> =>
  openLab({ folder: join(folder, 'vault'), blocks: 512, savesOnlyAtClose: true });

/** Somebody carries the cartridge from the vault into the drive of the machine room. */
export async function carry(scene: Scene, vault: Lab, cartridge: string): Promise<void> {
  await vault.ejectCartridge();
  await scene.lab.insertCartridge(cartridge, { blank: true });
  await scene.lab.ejectCartridge();
  await cp(vault.tapeFileOf('tape'), scene.lab.tapeFileOf(cartridge));
  await scene.lab.insertCartridge(cartridge);
}

/** Copies the tape of a run, which is in the drive, and replaces it with the copy. */
export async function carryCopyOf(
  scene: Scene,
  run: string,
  { name, cartridge, change }: { name: string; cartridge: string; change: (site: SiteTree) => void },
): Promise<void> {
  const vault = await openVaultOf(scene);
  try {
    const console = await openSceneConsole(scene, (site) => {
      change(site);
      nameVault(site, vault);
    });
    try {
      const { copyService } = console;
      const prepared = await copyService.prepare({ run, to: [name], drive: 'vault:/dev/rmt/0' });
      const { signal: abort } = new AbortController();
      const end = await copyService.perform(prepared, { abort, ask: undefined, onProgress: () => undefined });
      if (end.exitStatus !== 0) throw new Error(`the copy failed: ${end.error?.message ?? ''}`);
    } finally {
      await console.close();
    }
    await carry(scene, vault, cartridge);
  } finally {
    await vault.close();
  }
}
