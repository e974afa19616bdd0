/** What every refusal has in common: an error of the table, and nothing on the cluster was touched. */
import { expect } from 'vitest';
import { isFailure, type ErrorInfo } from '../../src/contract/errors.ts';
import type { CheckLine } from '../../src/contract/plan.ts';
import { readRun } from '../../src/main/application/console.ts';
import {
  clusterState,
  normalState,
  openSceneConsole,
  runScene,
  type RunSetting,
  type Scene,
  type SiteTree,
} from './lab-run.ts';
import { changingCommands, locksLeft } from './lab-shell.ts';

type Told = Pick<ErrorInfo, 'code' | 'sentence' | 'hint'>;

/** The error of some work. @throws if it succeeds */
export async function failureOf(work: Promise<unknown>): Promise<ErrorInfo> {
  const error = await work.then(
    () => new Error('it went well'),
    (reason: unknown) => reason,
  );
  if (isFailure(error)) return error.toInfo();
  throw error;
}

/** A run that never began: it is refused before a journal is created. */
export async function refusedBeforeJournal(scene: Scene, setting: RunSetting = {}): Promise<ErrorInfo> {
  const from = scene.lab.commands.length;
  const error = await failureOf(runScene(scene, setting));
  expect(changingCommands(scene, from)).toEqual([]);
  expect(await scene.state.runs()).toEqual([]);
  return error;
}

/** A run that was begun, refused with exit status 1, and left everything as it was. */
export async function refusedRun(
  scene: Scene,
  setting: RunSetting = {},
  state: object = normalState,
): Promise<Told> {
  const from = scene.lab.commands.length;
  const end = await runScene(scene, setting);
  expect(changingCommands(scene, from)).toEqual([]);
  expect(end).toMatchObject({
    verdict: 'failed',
    exitStatus: 1,
    stands: ['nothing was touched'],
    journalBroken: false,
  });
  expect(end.sentence).toBe(end.error?.message);
  const { events, truncated } = await readRun(scene.state, end.run);
  expect(truncated).toBe(false);
  const { code = '', hint = '' } = end.error ?? {};
  expect(events.at(-1)).toMatchObject({
    type: 'run-finished',
    verdict: 'failed',
    exitStatus: 1,
    sentence: end.sentence,
    code,
    hint,
  });
  expect(await clusterState(scene)).toEqual(state);
  expect(locksLeft(scene)).toEqual([]);
  return { code, sentence: end.sentence, hint } as Told;
}

/** The output of `check`. It must change nothing, whatever it finds. */
export async function checkScene(scene: Scene, change?: (site: SiteTree) => void): Promise<CheckLine[]> {
  const from = scene.lab.commands.length;
  const console = await openSceneConsole(scene, change);
  const heard: CheckLine[] = [];
  try {
    const lines = await console.check((line) => heard.push(line));
    expect(heard).toEqual(lines);
    expect(changingCommands(scene, from)).toEqual([]);
    return lines;
  } finally {
    await console.close();
  }
}
