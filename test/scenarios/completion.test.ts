/** The Tab key in bash and zsh, as the shells themselves complete. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shadowtape } from '../support/command-line.ts';
import { writeGeneratedRun } from '../support/generated-history.ts';
import { sampleSiteText } from '../../src/main/site/site.test-support.ts';

const run = promisify(execFile);
const runs = [1, 2].map((day) => `2026110${day}-020000-volume2`);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-completion-'));
  for (const [index, name] of runs.entries())
    writeGeneratedRun(folder, {
      run: name,
      at: new Date(Date.UTC(2026, 10, index + 1, 2)),
      job: 'nightly',
      volume: 'Volume2',
      tapeName: 'NIGHTLY-1',
      bytes: 1024 ** 3,
    });
  writeFileSync(join(folder, 'site.yaml'), sampleSiteText);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');
const program = () => `shadowtape() { ${quoted(shadowtape)} "$@"; }`;

/** What bash offers for the last word. */
async function inBash(...words: string[]): Promise<string[]> {
  const script = `${program()}
    . <(shadowtape completion bash)
    COMP_WORDS=(shadowtape ${quoted(words)}); COMP_CWORD=${words.length}
    _shadowtape
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['-c', script]);
  return stdout.split('\n').filter((word) => word !== '');
}

/** What zsh offers for the last word. `compadd` and `_files` are the interface of its completion system. */
async function inZsh(...words: string[]): Promise<string[]> {
  const script = `${program()}
    compdef() { :; }
    compadd() { while [ "$1" != -- ]; do shift; done; shift; print -l -- "$@"; }
    _files() { print FILES; }
    . =(shadowtape completion zsh)
    words=(shadowtape ${quoted(words)}); CURRENT=${words.length + 1}
    _shadowtape`;
  const { stdout } = await run('zsh', ['-f', '-c', script]);
  return stdout.split('\n').filter((word) => word !== '');
}

describe.each([
  ['bash', '/bin/bash', inBash],
  ['zsh', '/bin/zsh', inZsh],
] as const)('%s', (name, path, complete) => {
  it.skipIf(!existsSync(path))('completes commands, runs and jobs', async () => {
    expect(await complete('roll')).toEqual(['rollback']);
    expect(await complete('--state', folder, 'show', '')).toEqual(['latest', ...runs.toReversed()]);
    expect(await complete('--site', join(folder, 'site.yaml'), 'plan', 'ni')).toEqual(['nightly']);
    expect(await complete('report', 'latest', '--output', '')).toEqual(name === 'zsh' ? ['FILES'] : []);
  });
});
