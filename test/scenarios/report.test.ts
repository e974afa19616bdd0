import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunEvent } from '../../src/contract/events.ts';
import { sceneArguments } from '../support/command-line.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { pageCount } from '../support/pdf-tools.ts';
import { performed } from '../support/performed-command.ts';

let scene: Scene;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

it('a run writes its report at its end, and shows where its volumes were when they were verified', async () => {
  const site = await sceneArguments(scene);
  const report = join(scene.state.path, 'nightly.pdf');
  const ran = await performed([...site, '--trust', 'run', 'raw-dd', '--yes', '--report', report]);
  expect(ran.stderr + ran.stdout).toContain(`report: ${report}`);
  expect(ran.exitStatus).toBe(0);
  expect((await stat(report)).size).toBeGreaterThan(10_000);
  expect(pageCount(await readFile(report))).toBeLessThanOrEqual(6);

  const [run = ''] = await scene.state.runs();
  const journal = await readFile(scene.state.journalFile(run), 'utf8');
  const events = journal
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  const layout = events.find((event) => event.type === 'layout');
  expect(
    layout?.spaces.map(({ side, volumes }) => `${side} ${volumes.map(({ name }) => name).join(', ')}`),
  ).toEqual(['primary Volume1', 'primary Volume2', 'backup Volume2']);
  expect(
    new Set(layout?.spaces.slice(1).flatMap(({ volumes }) => volumes.map(({ first }) => first))).size,
  ).toBe(1);

  const again = await performed([...site, 'report', run, '-o', report]);
  expect(again.stderr).toBe(
    `shadowtape: ${report} already exists\n  hint: choose another name with -o, or replace it with --force\n`,
  );
  expect(again.exitStatus).toBe(1);
  const before = await readFile(report);
  expect((await performed([...site, 'report', run, '-o', report, '--force'])).stdout).toBe(`${report}\n`);
  expect((await readFile(report)).equals(before)).toBe(true);
});
