import { expect, it, onTestFinished } from 'vitest';
import type { CheckLine } from '../../src/contract/plan.ts';
import { openScene, openSceneConsole } from '../support/lab-run.ts';

it('measures ssh and digests with zeros that are discarded, and later plans show an expected time', async () => {
  const scene = await openScene();
  onTestFinished(() => scene.close());
  const console = await openSceneConsole(scene);
  onTestFinished(() => console.close());
  expect((await console.plan({ job: 'raw-dd' })).routes[0]).toMatchObject({
    seconds: undefined,
    notes: ['not measured'],
    unmeasured: true,
  });

  let threads = 0;
  const listen = () => (threads += 1);
  process.on('worker', listen);
  onTestFinished(() => void process.off('worker', listen));
  const lines: CheckLine[] = [];
  await console.rateService.measure((line) => lines.push(line), new AbortController().signal);
  expect(lines).toEqual([
    {
      host: 'node3',
      what: 'rate over ssh',
      good: true,
      said: expect.stringMatching(/^\d+\.\d MB\/s from the host, \d+\.\d MB\/s to it$/),
      hint: undefined,
    },
    {
      host: 'node3',
      what: 'rate of digests',
      good: true,
      said: expect.stringMatching(/^SHA-256 \d+\.\d MB\/s, cksum \d+\.\d MB\/s$/),
      hint: undefined,
    },
  ]);
  // Like a large dump: a thread that reads, and one that writes.
  expect(threads).toBe(2);
  expect(scene.lab.commands.map(({ line }) => line).slice(-4)).toEqual([
    'dd if=/dev/zero bs=262144 count=256',
    'dd ibs=262144 obs=32768 of=/dev/null',
    "sh -c 'dd if=/dev/zero bs=262144 count=256 2> /dev/null | cksum' shadowtape",
    "sh -c 'dd if=/dev/zero bs=262144 count=256 2> /dev/null | digest -a sha256' shadowtape",
  ]);

  const [viaConsole, viaServer] = (await console.plan({ job: 'raw-dd' })).routes;
  expect(viaConsole?.seconds).toBeGreaterThan(0);
  expect(viaConsole?.notes[0]).toMatch(/^ssh reads \d+ MB\/s from node3 and writes \d+ MB\/s to node3$/);
  expect(viaServer?.notes[1]).toMatch(
    /^the dump waits for its digests: (SHA-256|cksum) takes \d+ MB\/s on node3$/,
  );
});
