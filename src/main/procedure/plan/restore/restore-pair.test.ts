/** A backup is restored only to the volumes that it was made of: each difference is named. */
import { expect, it } from 'vitest';
import { failureOf } from '../../../../../test/support/refusals.ts';
import { requireSamePair } from './restore-pair.ts';

const pair = (master: string, proxy: string, blocks?: number) => ({ master, proxy, blocks });
const shadow = (...disks: string[]) => ({
  class: 'Class2',
  volume: 'Volume2',
  disks: disks.map((name) => ({ name, device: 'c1t1d3' })),
});
const written = {
  class: 'Class1',
  volumes: [pair('Volume1', 'Volume2', 4096), pair('Volume3', 'Volume4', 8192)],
  blocks: 4096,
  shadow: shadow('Disk3', 'Disk6'),
};

it.each([
  [{ class: 'Class5' }, 'class Class1, and now it is Class5'],
  [
    { volumes: [pair('Volume1', 'Volume4', 4096), pair('Volume3', 'Volume2', 8192)] },
    'volumes Volume1 and Volume2, Volume3 and Volume4, and now it is Volume1 and Volume4, Volume3 and Volume2',
  ],
  [
    { volumes: [pair('Volume1', 'Volume2', 4096), pair('Volume3', 'Volume4', 8193)] },
    'size in blocks 4096, 8192, and now it is 4096, 8193',
  ],
  [{ shadow: shadow('Disk3', 'Disk7') }, 'disks Disk3, Disk6, and now it is Disk3, Disk7'],
  [{ shadow: shadow('Disk3') }, 'disks Disk3, Disk6, and now it is Disk3'],
])('%j is refused', async (differing, words) => {
  const { code, sentence } = await failureOf(
    Promise.resolve().then(() => requireSamePair('R', written, { ...written, ...differing })),
  );
  expect({ code, sentence }).toEqual({
    code: 'RESTORE_PAIR_DIFFERS',
    sentence: `run R does not fit the site: it wrote ${words}`,
  });
});

it('a journal that has neither sizes nor disks fits only what has none', async () => {
  const old = { class: 'Class1', volumes: [pair('Volume1', 'Volume2')] };
  requireSamePair('R', old, old);
  const refused = failureOf(
    Promise.resolve().then(() => requireSamePair('R', old, { ...old, shadow: shadow('Disk3') })),
  );
  expect((await refused).sentence).toBe(
    'run R does not fit the site: it wrote disks unknown, and now it is Disk3',
  );
});

it('a run fits the volumes that it was written from, wherever their devices are now', () => {
  const elsewhere = {
    ...shadow(),
    disks: [
      { name: 'Disk3', device: 'c9t0d0' },
      { name: 'Disk6', device: 'c9t0d1' },
    ],
  };
  requireSamePair('R', written, { ...written, shadow: elsewhere });
});
