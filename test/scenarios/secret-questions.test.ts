/** A password or a passphrase is requested, and the input ends: the command ends with a clear error, and never waits forever. */
import { execFileSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sceneArguments, startProgram, shadowtape } from '../support/command-line.ts';
import { openScene, type Scene } from '../support/lab-run.ts';
import { hasTerminals, startOnTerminal, terminalHint } from '../support/terminal.ts';

let scene: Scene;
let site: string[];
beforeEach(async () => {
  scene = await openScene({ blocks: 4096 });
  site = await sceneArguments(scene);
});
afterEach(() => scene.close());

/** What is requested, why the site requests it, and the error. */
const secrets = [
  [
    'password',
    async () => {
      scene.lab.faults.set('asks-password=node2');
      return Promise.resolve();
    },
    'Password of root on node2',
    'node2 does not let root log in',
  ],
  [
    'passphrase',
    async () => {
      const key = join(scene.folder, 'locked-key');
      await copyFile(scene.lab.identityFile, key);
      execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'correct horse', '-f', key]);
      await scene.writeSite((tree) => {
        for (const host of Object.values(tree.hosts)) host['key'] = key;
      });
    },
    'Passphrase of',
    'needs a passphrase',
  ],
] as const;

describe.runIf(hasTerminals).each(secrets)(`a %s${terminalHint}`, (_secret, prepare, question, sentence) => {
  it.each(['type', 'close'] as const)(
    'without an answer (%s): refused before anything is sent',
    async (act) => {
      await prepare();
      const terminal = startOnTerminal([...site, '--trust', 'run', 'raw-dd'], {
        answer: { to: question, keys: act === 'type' ? '\x04' : '' },
      });
      await terminal.see(question);
      if (act === 'close') terminal.close();
      expect(await terminal.end).toBe(1);
      if (act === 'type') expect(terminal.shown).toContain(sentence);
      expect(scene.lab.commands.filter(({ line }) => line.startsWith('sdxproxy'))).toEqual([]);
    },
  );

  it('for input that is not a terminal: refused without a question', async () => {
    await prepare();
    const { exitStatus, stderr } = await startProgram([
      ...['bash', '-c', '"$@" < /dev/null', 'bash'],
      ...[...shadowtape, ...site, '--trust', 'check'],
    ]).end;
    expect(exitStatus).not.toBe(0);
    expect(stderr).not.toContain(question);
  });
});
