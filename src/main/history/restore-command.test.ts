import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellsMissing, testShells } from '../../../test/support/login-shells.ts';
import { nameOfBytes } from '../../contract/file-names.ts';
import { restoreCommand } from './restore-command.ts';

const missing = shellsMissing();

describe.runIf(missing === undefined || process.env['CI'])(
  `the command that restores a file${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'shadowtape-restore-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    /** Every byte that a name of a file can have, but for the line feed, which no csh takes. */
    const all = Buffer.from(
      Array.from({ length: 255 }, (_, index) => index + 1).filter((byte) => byte !== 0x2f && byte !== 0x0a),
    );
    const names = [
      all.subarray(0, 120),
      all.subarray(120),
      Buffer.from([0xa4, 0xa2]),
      Buffer.from('\u202eあ'),
    ];

    it('gives tar the bytes of the name from every login shell', () => {
      const source = join(folder, 'source');
      mkdirSync(source);
      for (const name of [...names, Buffer.from([0xa4, 0xa4])])
        writeFileSync(Buffer.concat([Buffer.from(`${source}/`), name]), name);
      execFileSync('tar', ['cf', join(folder, 'tape'), '-C', source, '.']);
      const place = { device: join(folder, 'tape'), recordBytes: 10_240 };
      const tapes = [{ name: undefined, uuid: undefined, file: 0, firstRecord: 0, records: undefined }];
      const paths = names.map((name) => nameOfBytes(Buffer.concat([Buffer.from('./'), name])));
      const line = restoreCommand(place, tapes, paths, 0);
      expect(line).toMatch(/^[ -~]*$/);
      for (const { path: shell } of testShells) {
        const target = join(folder, shell.replaceAll('/', '-'));
        mkdirSync(target);
        execFileSync(shell, ['-c', line], { cwd: target, stdio: 'pipe' });
        for (const name of names)
          expect(readFileSync(Buffer.concat([Buffer.from(`${target}/`), name])).equals(name), shell).toBe(
            true,
          );
        expect(() => statSync(Buffer.concat([Buffer.from(`${target}/`), Buffer.from([0xa4, 0xa4])]))).toThrow(
          'ENOENT',
        );
      }
    });
  },
);
