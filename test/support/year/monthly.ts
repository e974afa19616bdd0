/** Once a month: a drill of the newest backup, and a second copy of it on a tape in another building. */
import { expect } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { siteStatus } from '../../../src/main/application/protection/status-service.ts';
import { openSceneConsole, sha256, type Scene } from '../lab-run.ts';
import { historyFacts } from './agreement.ts';
import { imageProxy } from './machine-room.ts';
import type { Year } from './nights.ts';

const { signal } = new AbortController();
const hooks = { abort: signal, ask: undefined, onProgress: () => undefined };

/** The newest run whose backup is on tape, and the digest of its image as the volume was when it was parted. */
function newestOf(year: Year): { run: string; imageSha256: string } {
  const run = year.nights.findLast(({ onTape }) => onTape.length > 0)?.onTape[0] ?? '';
  const image = year.instantOf(run)?.get(imageProxy);
  if (!image) throw new Error(`it is not known what ${imageProxy} held when ${run} parted it`);
  return { run, imageSha256: sha256(image) };
}

/**
 * The library loads the tape, the drill reads all of it, the tape is returned, and status shows when it was proven
 * restorable.
 */
export async function expectDrilled(scene: Scene, year: Year): Promise<void> {
  const { run, imageSha256 } = newestOf(year);
  const console = await openSceneConsole(scene, year.change);
  try {
    const end = await console.fileRestoreService.drill({ run }, hooks);
    expect(end, end.error?.message).toMatchObject({ exitStatus: 0 });
    expect(end.volumes.find(({ volume }) => volume === imageProxy)?.sha256).toBe(imageSha256);
    expect(scene.lab.cartridges.filter(({ where }) => where === 'drive')).toEqual([]);
  } finally {
    await console.close();
  }
  const facts = { site: await year.site(), state: scene.state, ...(await historyFacts(scene)) };
  const { volumes } = await siteStatus({ ...facts, now: new Date() });
  for (const { backup } of volumes)
    expect(Date.parse(backup?.provenAt ?? ''), backup?.run).toBeGreaterThan(Date.now() - 3_600_000);
}

/** A copy holds what the volume held, also once the tape of the run is overwritten. */
export async function expectCopied(scene: Scene, year: Year, vault: Lab, to: string): Promise<void> {
  const { run, imageSha256 } = newestOf(year);
  await vault.insertCartridge(to);
  const console = await openSceneConsole(scene, year.change);
  try {
    const { label } = (await year.room.recorded()).find((each) => each.label.run === run) ?? {};
    await console.tapeService.load(label?.name ?? 'none', signal, () => undefined);
    const prepared = await console.copyService.prepare({
      run,
      to: [to],
      drive: 'vault:/dev/rmt/0',
      keep: '1 year',
    });
    const end = await console.copyService.perform(prepared, hooks);
    expect(end, end.error?.message).toMatchObject({ exitStatus: 0, tapes: [to] });
    await console.tapeService.unload(signal, () => undefined);
  } finally {
    await console.close();
  }
  const copied = (await year.room.recorded()).find(({ cartridge }) => cartridge === to);
  expect(copied).toMatchObject({ imageSha256, label: { name: to, run } });
}
