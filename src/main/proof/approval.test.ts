import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellsMissing, testShells } from '../../../test/support/login-shells.ts';
import { isRevoked, troubleOfRevoked } from '../ssh/keys/revoked-keys.ts';
import { statementOf, viewOf } from './approval.ts';

const missing = shellsMissing();

/** A statement with everything that a shell may read as something else. */
const statement = statementOf({
  run: '20261130-010203-volume2',
  site: `payroll's "best" !1 $HOME`,
  job: 'a\\b %d *',
  operator: 'mika@console',
  question: 'Dump Größe 日本 `id`\nto /dev/rmt/0?',
});

describe.runIf(missing === undefined || process.env['CI'])(
  `the command that signs an approval without a file${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    let home: string;
    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'shadowtape-approval-'));
      mkdirSync(join(home, '.ssh'));
      const key = join(home, '.ssh', 'id_ed25519');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    });
    afterEach(() => rmSync(home, { recursive: true, force: true }));

    it('signs the same bytes as the command for the downloaded file, in every shell', () => {
      const request = { run: 'run', operator: 'mika@console', signersFile: '/etc/signers', statement };
      const { fileName, fileCommand, pipedCommand } = viewOf(request);
      writeFileSync(join(home, fileName), statement);
      for (const { path, options = [] } of testShells) {
        const run = (line: string) =>
          execFileSync(path, [...options, '-c', line], {
            ...{ cwd: home, env: { ...process.env, HOME: home }, encoding: 'utf8', stdio: 'pipe' },
          } as const);
        rmSync(join(home, `${fileName}.sig`), { force: true });
        run(fileCommand);
        const printed = run(`cat ${fileName}.sig`);
        expect(printed, path).toContain('BEGIN SSH SIGNATURE');
        expect(run(pipedCommand), path).toBe(printed);
      }
    });
  },
);

describe('a file of revoked keys', () => {
  const key = Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.alloc(36, 7)]);
  const line = `ssh-ed25519 ${key.toString('base64')} mary@example.com`;

  it('names public keys, among comments and empty lines', () => {
    const text = `# left\r\n\r\n${line}\r\n`;
    expect([troubleOfRevoked(text), isRevoked(text, key)]).toEqual([undefined, true]);
    expect(isRevoked(text, Buffer.concat([key, key]))).toBe(false);
    expect(isRevoked(`# ${line}\n`, key)).toBe(false);
  });

  it.each([
    ['mary@example.com\n', 'line 1 is not a public key'],
    [`${line}\nssh-rsa ${key.toString('base64')}\n`, 'line 2 is not a public key'],
    ['SSHKRL\n\0\0\0', 'it is in the binary format; write it as public keys, one on each line'],
  ])('is not relied on with %j', (text, trouble) => {
    expect(troubleOfRevoked(text)).toBe(trouble);
  });
});
