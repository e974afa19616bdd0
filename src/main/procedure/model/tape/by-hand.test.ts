import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shellsMissing, testShells } from '../../../../../test/support/login-shells.ts';
import { TypedDrive } from '../../../../../test/support/typed-drive.ts';
import { nameOfBytes } from '../../../../contract/file-names.ts';
import { filesByHand, wholeByHand } from './by-hand.ts';

const missing = shellsMissing();
const recordBytes = 10_240;
const by = { device: '/dev/rmt/0', recordBytes };

/** The records of a dump; the last one is padded with zeros. */
function recordsOf(bytes: Buffer): Buffer[] {
  const count = Math.ceil(bytes.length / recordBytes);
  const padded = Buffer.concat([bytes, Buffer.alloc(count * recordBytes - bytes.length)]);
  return Array.from({ length: count }, (_, index) =>
    padded.subarray(index * recordBytes, (index + 1) * recordBytes),
  );
}

const image = (fill: number): Buffer => Buffer.alloc(3 * recordBytes, fill);

describe.runIf(missing === undefined || process.env['CI'])(
  `a line that restores by hand${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    let folder: string;
    let drive: TypedDrive;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'shadowtape-by-hand-'));
      drive = new TypedDrive(folder);
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const targetOf = (shell: string): string => {
      const target = join(folder, shell.replaceAll('/', '-'));
      mkdirSync(target);
      return target;
    };
    /** rbash lets nobody write to a file that the line names. */
    const shells = testShells.map(({ path }) => path).filter((path) => path !== '/bin/rbash');

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
    const other = Buffer.from([0xa4, 0xa4]);
    const inFolder = (place: string, name: Buffer) => Buffer.concat([Buffer.from(`${place}/`), name]);

    it('gives tar the bytes of the name from every login shell', async () => {
      const source = join(folder, 'source');
      mkdirSync(source);
      for (const name of [...names, other]) writeFileSync(inFolder(source, name), name);
      drive.write('T', [recordsOf(execFileSync('tar', ['cf', '-', '-C', source, '.']))]);
      const paths = names.map((name) => nameOfBytes(Buffer.concat([Buffer.from('./'), name])));
      const line = filesByHand(by, [{ name: undefined, file: 0, firstRecord: 0 }], paths, 0);
      expect(line).toMatch(/^[ -~]*$/);
      for (const { path: shell } of testShells) {
        const target = targetOf(shell);
        drive.insert('T', 1);
        expect(await drive.type(line, target, shell), shell).toMatchObject({ status: 0 });
        for (const name of names) expect(readFileSync(inFolder(target, name)).equals(name), shell).toBe(true);
        expect(existsSync(inFolder(target, other))).toBe(false);
      }
    });

    it('begins with an entry in the middle of the archive, where its tape begins with the rest of another one', async () => {
      const source = join(folder, 'source');
      mkdirSync(source);
      const contents = Buffer.alloc(3 * recordBytes, 'x');
      for (const name of ['one', 'two']) writeFileSync(join(source, name), contents);
      const archive = execFileSync('tar', ['cf', '-', '-C', source, 'one', 'two'], { encoding: 'buffer' });
      // An entry is a block of its own and the blocks of its file.
      const offset = 512 + contents.length;
      drive.write('T-2', [recordsOf(archive).slice(2)]);
      const tapes = [{ name: 'T-2', file: 0, firstRecord: 2 }];
      const line = filesByHand(by, tapes, ['two'], offset);
      for (const { path: shell } of testShells) {
        const target = targetOf(shell);
        drive.insert('T-2', 1);
        expect(await drive.type(line, target, shell), shell).toMatchObject({ status: 0 });
        expect(readFileSync(join(target, 'two')).equals(contents), shell).toBe(true);
      }
    });

    it('reads its tape file, wherever the drive was left: on another file, or after the last one', async () => {
      drive.write(
        'T',
        [1, 2, 3].map((fill) => recordsOf(image(fill))),
      );
      for (const [index, shell] of shells.entries()) {
        const target = targetOf(shell);
        const file = index % 3;
        drive.insert('T', [1, 3, 2][file]);
        const line = wholeByHand(by, undefined, [{ name: 'T', file }]);
        expect(await drive.type(line, target, shell), shell).toEqual({ status: 0, asked: [], shown: '' });
        expect(readFileSync(join(target, 'IMAGE')).equals(image(file + 1)), shell).toBe(true);
      }
    });

    it('reads nothing if the tape cannot be moved: it would be another file', async () => {
      drive.write('T', [recordsOf(image(1)), recordsOf(image(2))]);
      const line = wholeByHand(by, undefined, [{ name: 'T', file: 0 }]);
      for (const shell of shells) {
        const target = targetOf(shell);
        drive.insert('T', 1, { isStuck: true });
        const { status, shown } = await drive.type(line, target, shell);
        expect({ status, shown: shown.trim() }, shell).toEqual({
          status: 1,
          shown: 'mt: /dev/rmt/0n: I/O error',
        });
        expect(existsSync(join(target, 'IMAGE')), shell).toBe(false);
      }
    });

    it('asks for each tape that is not in the drive', async () => {
      const label = [Buffer.alloc(32_768, 76)];
      drive.write('A', [label, recordsOf(image(1)), recordsOf(image(9))]);
      drive.write('A-2', [label, recordsOf(image(2)), recordsOf(image(9))]);
      const tapes = ['A', 'A-2'].map((name) => ({ name, file: 1 }));
      for (const [index, shell] of shells.entries()) {
        const target = targetOf(shell);
        const isFirstInserted = index % 2 === 0;
        drive.insert(isFirstInserted ? 'A' : 'A-2', 2);
        const line = wholeByHand(by, undefined, tapes, isFirstInserted);
        const { status, asked } = await drive.type(line, target, shell);
        expect({ status, asked }, shell).toEqual({
          status: 0,
          asked: isFirstInserted ? ['A-2'] : ['A', 'A-2'],
        });
        expect(readFileSync(join(target, 'IMAGE')).equals(Buffer.concat([image(1), image(2)])), shell).toBe(
          true,
        );
      }
    });
  },
);
