import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const eslint = new ESLint();

/** What lint says of a file with that import, as far as the laws are concerned. */
async function law(file: string, imported: string): Promise<string | undefined> {
  const [result] = await eslint.lintText(`import { x } from '${imported}';\nexport const y = x;\n`, {
    filePath: file,
  });
  return result?.messages.find(({ ruleId }) => ruleId?.endsWith('no-restricted-imports'))?.message;
}

describe('the import laws', () => {
  it.each([
    ['src/streams/new.ts', '../main/ssh/quoting.ts'],
    ['src/streams/new.ts', 'ssh2'],
    ['src/main/gds/new.ts', '../ssh/quoting.ts'],
    ['src/main/gds/new.ts', '../../main/ssh/quoting.ts'],
    ['src/main/ssh/new.ts', '../procedure/step.ts'],
    ['src/main/procedure/new.ts', '../console.ts'],
    ['src/main/procedure/new.ts', '../../lab/lab.ts'],
    ['src/main/cli/new.ts', '../procedure/engine.ts'],
    ['src/main/cli/new.ts', 'electron'],
    ['src/renderer/new.ts', '../main/console.ts'],
    ['src/lab/new.ts', '../main/gds/commands.ts'],
    ['src/contract/new.ts', '../streams/stage.ts'],
    ['src/main/desk/new.ts', 'electron'],
    ['src/main/desk/new.ts', '../serve/serve.ts'],
    ['src/main/desk/new.ts', '../procedure/engine.ts'],
    ['src/main/serve/new.ts', '../console.ts'],
    ['src/main/serve/new.ts', 'electron'],
    ['src/main/desktop/new.ts', 'ws'],
    ['src/renderer/screens/new.ts', '../../main/console.ts'],
    ['src/renderer/new.ts', 'zod'],
    ['src/renderer/new.ts', '../contract/channels.ts'],
    ['src/preload/new.ts', '../contract/events.ts'],
  ])('refuse in %s to import %s', async (file, imported) => {
    expect(await law(file, imported)).toMatch(/ARCHITECTURE\.md/);
  });

  it.each([
    ['src/main/procedure/new.ts', '../gds/commands.ts'],
    ['src/main/procedure/new.ts', '../../streams/stage.ts'],
    ['src/main/procedure/new.ts', './step.ts'],
    ['src/main/cli/new.ts', '../console.ts'],
    ['src/main/desktop/new.ts', 'electron'],
    ['src/main/desktop/new.ts', '../desk/desk.ts'],
    ['src/main/serve/new.ts', '../desk/desk.ts'],
    ['src/main/serve/new.ts', 'ws'],
    ['src/main/desk/new.ts', '../console.ts'],
    ['src/main/cli/new.ts', '../serve/serve.ts'],
    ['src/renderer/new.ts', '../contract/words.ts'],
    ['src/renderer/screens/new.ts', '../../contract/words.ts'],
    ['src/renderer/screens/new.ts', '../components/data-table.ts'],
    ['src/lab/new.ts', 'ssh2'],
    ['src/main/ssh/new.test.ts', '../../../test/support/openssh-server.ts'],
  ])('allow in %s to import %s', async (file, imported) => {
    expect(await law(file, imported)).toBeUndefined();
  });
});
