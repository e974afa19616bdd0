/**
 * A shadow that is not the proxy, whatever the reason: nothing is written to tape, no approval is requested, everything
 * is rolled back.
 */
import { describe, expect, it } from 'vitest';
import {
  failingRun,
  inScene,
  normalStands,
  proceduralCommands,
  tapeWasWritten,
  withJob,
  bringingBack,
} from '../support/failures.ts';

const notAsked = () => Promise.reject(new Error('nobody is to be asked'));

interface WrongShadow {
  readonly fault: string;
  readonly said: string;
  readonly hint: string;
}

const compare = 'compare what sdxinfo shows on both sides; nothing was dumped';
const activeHint =
  'find out why the backup server does not show the volume ACTIVE and its disks ENABLE; see "Disk Status Abnormality" in the GDS guide; nothing was dumped';
const active = 'Shadow is active: expected volume ACTIVE, each slice ACTIVE, each disk ENABLE, seen';

const wrongShadows: readonly WrongShadow[] = [
  {
    fault: 'disk-size',
    said: 'Device sizes: expected Disk3: 72,192 blocks, seen Disk3: 70,144 blocks',
    hint: 'the device in the site file is a different disk: compare its serial number on both sides',
  },
  {
    fault: 'disk-name',
    said: 'Disk names: expected Disk3, seen Disk7',
    hint: 'give each disk the name that it has on the cluster: jobs.raw-dd.shadow.disks in the site file',
  },
  {
    fault: 'shadow-first-block=16',
    said: 'First block: expected 65,536, seen 65,552',
    hint: 'something else is before the volume on the backup server; nothing was dumped',
  },
  { fault: 'shadow-blocks=2048', said: 'Size: expected 4,096 blocks, seen 2,048 blocks', hint: compare },
  { fault: 'shadow-blocks=4097', said: 'Size: expected 4,096 blocks, seen 4,097 blocks', hint: compare },
  {
    fault: 'shadow-status=DROWSY',
    said: `${active} volume DROWSY, slice of Disk3 ACTIVE, disk Disk3 ENABLE`,
    hint: activeHint,
  },
  {
    fault: 'shadow-disk-status=DISABLE',
    said: `${active} volume ACTIVE, slice of Disk3 ACTIVE, disk Disk3 DISABLE`,
    hint: activeHint,
  },
];

describe('a shadow that is not the proxy', () => {
  it.each(wrongShadows)('is refused before the dump: $fault', async ({ fault, said, hint }) => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        faults: [fault],
        ask: notAsked,
        change: withJob({ approve: 'operator' }),
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: `the shadow is not proven to map Volume2: ${said}`,
        stands: normalStands,
      });
      expect(end.error).toMatchObject({ code: 'SHADOW_DIFFERS', hint });
      expect(tapeWasWritten(scene)).toBe(false);
      expect(proceduralCommands(scene).slice(-5)).toEqual(bringingBack);
      expect(end.events.filter(({ type }) => type === 'asked')).toEqual([]);
    });
  });

  it('is found by its bytes alone if sdxinfo shows no difference', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        faults: ['wrong-disk'],
        ask: notAsked,
        change: withJob({ approve: 'operator' }),
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence:
          'the shadow does not map the blocks of Volume2: 8 of 8 sampled records differ, the first is record 0',
        stands: normalStands,
      });
      expect(end.error).toMatchObject({
        code: 'FINGERPRINT_DIFFERS',
        hint: 'the device of the shadow disk is not the disk that sdxinfo shows; compare the serial numbers of the device on both sides',
      });
      const rules = end.events.filter((event) => event.type === 'check' && event.step === 'verify');
      expect(rules.map((event) => (event.type === 'check' ? event.verdict : ''))).toEqual([
        ...Array<string>(rules.length - 1).fill(expect.stringMatching(/equal|holds/) as string),
        'differs',
      ]);
      expect(tapeWasWritten(scene)).toBe(false);
    });
  });

  it('is not created once a node has rebooted, which starts the proxy again', async () => {
    await inScene(async (scene) => {
      let rebooted: Promise<void> | undefined;
      const end = await failingRun(scene, {
        onEvent(event) {
          if (event.type === 'step-started' && event.step === '4') rebooted = scene.lab.rebootNode('node2');
        },
      });
      await rebooted;
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'step 5: Proxy is stopped: expected STOP, seen STOP on node1; ACTIVE on node2',
        stands: normalStands,
      });
      expect(end.error?.hint).toBe(
        'a stopped volume starts again when its node reboots. If that node rebooted, wait until it is up, then run again',
      );
      expect(proceduralCommands(scene).filter((line) => line.includes('sdxshadow'))).toEqual([]);
    });
  });

  it('is not used if the proxy is started before the operator answers', async () => {
    await inScene(async (scene) => {
      const end = await failingRun(scene, {
        change: withJob({ approve: 'operator' }),
        async ask() {
          await scene.lab.rebootNode('node2');
          return { choice: 'approve', by: 'the operator' };
        },
      });
      expect(end).toMatchObject({
        exitStatus: 2,
        sentence: 'step 6a: Proxy is stopped: expected STOP, seen STOP on node1; ACTIVE on node2',
        stands: normalStands,
      });
      expect(tapeWasWritten(scene)).toBe(false);
    });
  });
});
