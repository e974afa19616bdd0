/**
 * Whose part it is. Between the check before step 3-3 and its command somebody else may part the proxy, and the answer
 * to a part may be lost. A part that is not proven to be this run's is neither stopped nor rejoined.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withJob } from '../support/failures.ts';
import { clusterState, normalState, openScene, runScene, type Scene } from '../support/lab-run.ts';
import { allLocks } from '../support/lab-shell.ts';
import { recoverScene } from '../support/mortal-console.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
});
afterEach(() => scene.close());

const part = 'sdxproxy Part -c Class1 -p Volume2';
const notProven = (run: string) =>
  `sdxinfo shows Volume2 as parted, and nothing proves that this run parted Volume2: the command that parts failed, or its answer was lost. To do: find out who parted Volume2. If it was this run, roll it back with shadowtape rollback ${run} --own-part. If it was somebody else, discard the run: shadowtape unlock Class1 --discard ${run}`;

/** What happens when the command of step 3-3 reaches its host, or before its end arrives. */
function atPart(phase: 'started' | 'ended', act: () => Promise<unknown> | void): void {
  const stop = scene.lab.onCommand((command) => {
    if (command.phase !== phase || !command.line.startsWith(part)) return undefined;
    stop();
    return act();
  });
}

const touched = (from: number) =>
  scene.lab.commands.slice(from).filter(({ line }) => /^sdx(proxy Rejoin|volume -F)/.test(line));

it('a proxy that somebody else parts right before the command is left alone, also by the rollback', async () => {
  atPart('started', () => scene.lab.type('node1', `${part} -a pjrm=off`));
  const end = await runScene(scene, { change: withJob({ part: { tries: 2, everySeconds: 1 } }) });
  expect(end).toMatchObject({ verdict: 'failed', exitStatus: 3, error: { code: 'COMMAND_FAILED' } });
  const first = 'run by hand on node1, once it is certain that nobody else has parted Volume2';
  expect(end.events.at(-1)).toMatchObject({ type: 'run-finished', partUnproven: true });
  expect(end.stands).toEqual(
    expect.arrayContaining([
      `not rolled back: ${notProven(end.run)}`,
      `${first}: sdxvolume -F -c Class1 -v Volume2 -e allnodes`,
      `${first}: sdxproxy Rejoin -c Class1 -p Volume2`,
    ]),
  );
  const back = await recoverScene(scene, 'unwind', end.run);
  expect(back).toMatchObject({
    exitStatus: 3,
    sentence: `run ${end.run} was not rolled back: ${notProven(end.run)}`,
  });
  expect(back.events.at(-1)).toMatchObject({ type: 'run-finished', partUnproven: true });
  expect(touched(0)).toEqual([]);
  expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', services: 'running' });
  expect(allLocks(scene).filter((path) => path.endsWith('.lock'))).toHaveLength(3);

  await scene.lab.type('node1', 'sdxproxy Rejoin -c Class1 -p Volume2');
  await scene.lab.copyingFinished();
  const joined = await recoverScene(scene, 'unwind', end.run);
  expect(joined.exitStatus).toBe(2);
  expect(joined.events.at(-1)).not.toHaveProperty('partUnproven');
  expect(allLocks(scene)).toEqual([]);
});

it('a part whose answer is lost is rolled back once the operator confirms that it was this run’s', async () => {
  atPart('ended', () => scene.lab.breakConnections('node1'));
  const end = await runScene(scene);
  expect(end).toMatchObject({ verdict: 'failed', exitStatus: 3 });
  expect(end.stands).toContain(`not rolled back: ${notProven(end.run)}`);
  expect(touched(0)).toEqual([]);
  expect(await clusterState(scene)).toMatchObject({ proxy: 'Part', services: 'running' });
  const back = await recoverScene(scene, 'unwind', end.run, { ownPart: true });
  expect(back).toMatchObject({ exitStatus: 2, sentence: `run ${end.run} was rolled back` });
  const begun = back.events.find((event) => event.type === 'run-resumed');
  expect(back.events).toContainEqual(
    expect.objectContaining({
      type: 'warning',
      text: `${begun?.by} says that this run has parted Volume2`,
    }),
  );
  expect(await clusterState(scene)).toEqual(normalState);
});
