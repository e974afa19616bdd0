/** The commands of an undisturbed restore, and how somebody interferes at one of them when it is repeated. */
import { expect } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import type { NodeName } from '../../src/lab/gds/lab-model.ts';
import type { FileRestore, RestoreStage } from './file-restores.ts';

/** A command by its host, its line and its place among equal ones; from 0. */
export interface SentCommand {
  readonly host: NodeName;
  readonly line: string;
  readonly nth: number;
}

/** The first line, without what is different in every restore: temporary names, owners of locks, questions to a login shell. */
const steady = (line: string): string =>
  (line.split('\n')[0] ?? '')
    .replace(/command=3A\S+/, 'OWNER')
    .replace(/(back|image)\.[0-9a-f]+\.tmp/, '$1.TEMPORARY')
    .replace(/shadowtape-drill-[0-9a-f]{12}/g, 'SCRATCH')
    .replace(/shadowtape-[0-9a-f]{12,}/, 'QUESTION');

/** For the title of a test. */
export const shortLine = ({ line }: SentCommand): string => line.slice(0, 60);

/** Performs it once, successfully. */
export async function commandsOf(stage: RestoreStage, way: FileRestore): Promise<SentCommand[]> {
  await stage.prepare(way);
  const sent: SentCommand[] = [];
  const stop = stage.scene.lab.onCommand(({ phase, host, line: whole }) => {
    if (phase !== 'started') return;
    const line = steady(whole);
    const nth = sent.filter((other) => other.host === host && other.line === line).length;
    sent.push({ host, line, nth });
  });
  const { exitStatus, error } = await stage.restore(way).finally(stop);
  expect(exitStatus, error?.message).toBe(0);
  expect(await stage.contents(way)).toEqual(stage.backupOf(way).wanted);
  expect(await stage.harm(way)).toEqual([]);
  return sent;
}

/** A command that writes, creates or removes something. */
export const changes = ({ line }: SentCommand): boolean =>
  /^(mkdir|rmdir|rm|mv) |^dd .*of=|exec (tar xpf|\w+restore) |rm -rf /.test(line);

/** Calls something once when a command is about to run, or has ended; its sender is delayed meanwhile. */
export class AtCommand {
  readonly stop: () => void;
  #left: number;
  #isReached = false;

  constructor(
    lab: Lab,
    { host, line, nth }: SentCommand,
    when: 'started' | 'ended',
    act: (line: string) => Promise<unknown> | void,
  ) {
    this.#left = nth + 1;
    this.stop = lab.onCommand((event) => {
      if (event.phase !== when || event.host !== host || steady(event.line) !== line) return;
      this.#left -= 1;
      if (this.#left !== 0) return;
      this.#isReached = true;
      return act(event.line);
    });
  }

  get isReached(): boolean {
    return this.#isReached;
  }
}
