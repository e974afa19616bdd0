import { join } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { importCycles, sourcesBelow } from './support/import-cycles.ts';

const { rooms } = (await import(new URL('../eslint.laws.js', import.meta.url).href)) as {
  rooms: Readonly<Record<string, readonly string[]>>;
};
const eslint = new ESLint();
const laws = ['house/imports', '@typescript-eslint/no-restricted-imports'];

/** What the import laws say of a file with that line. */
async function lawOn(file: string, line: string): Promise<string | undefined> {
  const [result] = await eslint.lintText(`${line}\n`, { filePath: file });
  return result?.messages.find(({ ruleId }) => ruleId !== null && laws.includes(ruleId))?.message;
}

const law = (file: string, imported: string) =>
  lawOn(file, `import { x } from '${imported}';\nexport const y = x;`);

/** One forbidden import for each room: a file of the room imports what it must not know. */
const forbidden: Readonly<Record<string, string>> = {
  contract: '../streams/stage.ts',
  folds: '../main/journal/journal.ts',
  streams: '../main/ssh/quoting.ts',
  lab: '../main/gds/commands.ts',
  'lab/faults': '../tape/tape-drive.ts',
  'lab/tape': '../commands/command-dd.ts',
  'lab/gds': '../hosts/shell.ts',
  'lab/hosts': '../commands/command-dd.ts',
  'lab/commands': '../lab.ts',
  main: './procedure/run/engine.ts',
  'main/owner': '../journal/journal.ts',
  'main/journal': '../procedure/model/step.ts',
  'main/gds': '../ssh/quoting.ts',
  'main/ssh': '../procedure/model/step.ts',
  'main/tape': '../ssh/quoting.ts',
  'main/data-path': '../procedure/hosts/observe.ts',
  'main/site': '../procedure/model/step.ts',
  'main/notify': '../journal/journal.ts',
  'main/procedure/model': '../hosts/command-runner.ts',
  'main/procedure/hosts': '../plan/steps.ts',
  'main/procedure/drive': '../run/engine.ts',
  'main/procedure/detached': '../drive/tape-look.ts',
  'main/procedure/plan': '../hosts/command-runner.ts',
  'main/procedure/run': '../recover/recover-run.ts',
  'main/procedure/recover': '../../application/console.ts',
  'main/report/document': '../pages/flow.ts',
  'main/report/pages': '../../journal/journal.ts',
  'main/history': '../procedure/run/engine.ts',
  'main/proof': '../procedure/run/engine.ts',
  'main/restore': '../procedure/run/engine.ts',
  'main/application': '../desk/desk.ts',
  'main/desk': '../procedure/run/engine.ts',
  'main/serve': '../application/console.ts',
  'main/cli': '../procedure/run/engine.ts',
  'main/desktop': '../serve/serve.ts',
  preload: '../folds/states.ts',
  renderer: '../main/application/console.ts',
  'renderer/components': '../screens/run/RunBody.svelte',
  'renderer/geometry': '../managers/run.svelte.ts',
  'renderer/managers': '../components/data-table.ts',
  'renderer/site-text': '../bridge.ts',
  'renderer/screens': './run/RunBody.svelte',
  'renderer/screens/home': '../run/RunBody.svelte',
  'renderer/screens/job': '../site/site-state.ts',
  'renderer/screens/plan': '../run/RunBody.svelte',
  'renderer/screens/restore': '../run/RunBody.svelte',
  'renderer/screens/report': '../run/RunBody.svelte',
  'renderer/screens/run': '../runs/RunsList.svelte',
  'renderer/screens/runs': '../report/ReportBlock.svelte',
  'renderer/screens/site': '../run/RunBody.svelte',
  'renderer/screens/tape': '../run/RunBody.svelte',
  'renderer/screens/topology': '../run/RunBody.svelte',
  'renderer/screens/trends': '../run/RunBody.svelte',
  'renderer/screens/verification': '../run/RunBody.svelte',
};

describe('the import laws', () => {
  it('has a forbidden import to try for every room', () => {
    expect(Object.keys(forbidden).sort()).toEqual(Object.keys(rooms).sort());
  });

  it.each(Object.entries(forbidden))('refuse in src/%s to import %s', async (room, imported) => {
    expect(await law(`src/${room}/new.ts`, imported)).toMatch(
      new RegExp(`^src/${room} imports only itself and: .* \\(ARCHITECTURE\\.md\\)$`),
    );
  });

  it.each([
    ['src/streams/new.ts', 'ssh2'],
    ['src/main/cli/new.ts', 'electron'],
    ['src/main/desk/new.ts', 'electron'],
    ['src/main/serve/new.ts', 'electron'],
    ['src/main/desktop/new.ts', 'ws'],
    ['src/main/report/document/new.ts', 'pdfkit'],
    ['src/main/application/new.ts', 'electron/main'],
    ['src/renderer/new.ts', 'zod'],
  ])('refuse in %s the package %s', async (file, imported) => {
    expect(await law(file, imported)).toMatch(/ARCHITECTURE\.md/);
  });

  it.each([
    ['src/renderer/new.ts', '../contract/channels.ts'],
    ['src/preload/new.ts', '../contract/events.ts'],
  ])('refuse in %s the schemas of %s', async (file, imported) => {
    expect(await law(file, imported)).toMatch(/ARCHITECTURE\.md/);
  });

  it.each([
    ["import type { x } from '../../ssh/quoting.ts';\nexport type Y = x;", 'a type'],
    ["export { x } from '../../ssh/quoting.ts';", 'an export from'],
    ["export * from '../../ssh/quoting.ts';", 'an export of everything'],
    ["export const x = await import('../../ssh/quoting.ts');", 'an import at run time'],
  ])('see in %s: %s', async (line) => {
    expect(await lawOn('src/main/gds/deeper/new.ts', line)).toMatch(/^src\/main\/gds imports only itself/);
  });

  it.each([
    ['src/main/procedure/run/new.ts', '../../gds/commands.ts'],
    ['src/main/procedure/run/new.ts', '../../../streams/stage.ts'],
    ['src/main/procedure/run/new.ts', './engine.ts'],
    ['src/main/procedure/plan/new.ts', '../model/tape-commands.ts'],
    ['src/main/cli/new.ts', '../application/console.ts'],
    ['src/main/cli/new.ts', '../serve/serve.ts'],
    ['src/main/desktop/new.ts', 'electron'],
    ['src/main/desktop/new.ts', '../desk/desk.ts'],
    ['src/main/serve/new.ts', '../desk/desk.ts'],
    ['src/main/serve/new.ts', 'ws'],
    ['src/main/desk/new.ts', '../application/console.ts'],
    ['src/main/report/pages/new.ts', 'pdfkit'],
    ['src/renderer/new.ts', '../contract/words.ts'],
    ['src/renderer/screens/run/new.ts', '../../../contract/words.ts'],
    ['src/renderer/screens/run/new.ts', '../../components/data-table.ts'],
    ['src/lab/hosts/new.ts', 'ssh2'],
    ['src/main/ssh/new.test.ts', '../../../test/support/openssh-server.ts'],
    ['src/main/procedure/model/new.test.ts', '../hosts/command-runner.ts'],
    ['src/lab/gds/new.test.ts', '../lab.ts'],
  ])('allow in %s to import %s', async (file, imported) => {
    expect(await law(file, imported)).toBeUndefined();
  });

  it.each(['../../../test/support/openssh-server.ts', './ssh-server.test-support.ts'])(
    'let a test import %s, and nothing else',
    async (imported) => {
      expect(await law('src/main/ssh/new.test.ts', imported)).toBeUndefined();
      expect(await law('src/main/ssh/new.ts', imported)).toBe(
        'src/main/ssh imports test support in tests only (ARCHITECTURE.md)',
      );
    },
  );
});

describe('the law of texts', () => {
  const rawText = async (file: string, line: string) => {
    const [result] = await eslint.lintText(`${line}\n`, { filePath: file });
    return result?.messages.filter(({ ruleId }) => ruleId === 'texts/said').length;
  };

  it.each([
    ["export const x = 'the tape is full';", 'a literal'],
    ['export const x = (name: string) => `the tape ${name} is full`;', 'a template'],
    ["export const x = failure('TAPE_FULL', { reason: 'the tape is full' });", 'the reason of an error'],
  ])('refuses %s: %s', async (line) => {
    for (const folder of ['cli', 'site', 'procedure/run'])
      expect(await rawText(`src/main/${folder}/new.ts`, line)).toBe(1);
  });

  it.each([
    ["export const x = say('the tape is full');", 'what is said'],
    ["export const x = failure('TAPE_FULL', { reason: phrase('the tape is full') });", 'a phrase'],
    ["export const x = exact('mt -f /dev/rmt/0n rewind');", 'a command'],
    ["export const x = 'shadowtape run nightly';", 'a command of Shadowtape'],
  ])('allows %s: %s', async (line) => {
    expect(await rawText('src/main/cli/new.ts', line)).toBe(0);
  });
});

describe('imports in a circle', () => {
  it('are in no file of src, those of types included', () => {
    expect(importCycles(sourcesBelow(join(import.meta.dirname, '..', 'src')))).toEqual([]);
  });

  it('are seen over several files, and in an import of a type', () => {
    const sources = new Map([
      ['model/step.ts', "import type { RunMarks } from './run-marks.ts';"],
      ['model/run-marks.ts', "import { x } from '../gds/commands.ts';\nimport { y } from './assignment.ts';"],
      ['model/assignment.ts', "export { type Step } from './step.ts';"],
      ['gds/commands.ts', "import { z } from 'node:fs';"],
    ]);
    expect(importCycles(sources)).toEqual([['model/step.ts', 'model/run-marks.ts', 'model/assignment.ts']]);
  });
});
