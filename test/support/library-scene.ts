/** A library with bar codes for scenarios, and how it is observed from outside. */
import { readLabel } from '../../src/main/tape/tape-label.ts';
import { withJob } from './failures.ts';
import { openScene, type Scene, type SceneOptions, type SiteTree } from './lab-run.ts';
import { filesOfTape } from './tap-file.ts';

export const changer = '/dev/scsi/changer/c2t0d0';
const library = { barcodes: { W1: 'PAY001L4', W2: 'PAY002L4' }, unload: 'after-run' };

/** Slot 1 has W1, slot 2 a cleaning cartridge, slot 3 W2, slot 6 is for import and export; the drive is empty. */
export async function openLibrary(options: SceneOptions = {}): Promise<Scene> {
  const scene = await openScene({
    slots: 6,
    changer: { mailSlots: 1 },
    cartridges: [
      { name: 'PAY001L4', slot: 1 },
      { name: 'CLN001L4', slot: 2 },
      { name: 'PAY002L4', slot: 3 },
      { name: 'MAILEDL4', slot: 6 },
    ],
    ...options,
  });
  await scene.lab.ejectCartridge();
  return scene;
}

/** A job over the pool W1, W2, in a site with a library. */
export const pooled =
  (
    more: Record<string, unknown> = {},
    { tapes = ['W1', 'W2'], job = {} }: { tapes?: string[]; job?: Record<string, unknown> } = {},
  ) =>
  (site: SiteTree): void => {
    withJob({ services: 'not-needed', media: { layout: 'labelled', pool: 'weekly' }, ...job })(site);
    site.tape['changer'] = changer;
    Object.assign(site, { pools: { weekly: { tapes, keep: '1 week' } }, library: { ...library, ...more } });
  };

/** The moves that the library was sent, in their order. */
export const movesOf = ({ lab }: Scene): string[] =>
  lab.commands.flatMap(({ line }) => /^mtx .* ((?:un)?load .*)$/.exec(line)?.[1] ?? []);

export const placeOf = ({ lab }: Scene, name: string): string | undefined =>
  lab.cartridges.find((each) => each.name === name)?.where;

/** The label on a cartridge; undefined if it has none. */
export async function labelOn({ lab }: Scene, cartridge: string) {
  const [first] = await filesOfTape(lab.tapeFileOf(cartridge));
  const reading = readLabel(first?.[0] ?? Buffer.alloc(0));
  return reading.kind === 'label' ? reading.label : undefined;
}
