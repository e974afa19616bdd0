/** The archive that a host gets: the wanted entries unchanged, and nothing else. GNU tar reads it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { archiveOf, gnuTar, passThrough } from './archive.test-support.ts';
import { ArchiveFilter } from './filter-archive.ts';

async function filtered(archive: Buffer, only: RegExp = /^/) {
  const pieces: Buffer[] = [];
  const leftOut: string[] = [];
  const sink = new Writable({
    write: (piece: Buffer, _encoding, done) => {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
  const filter = new ArchiveFilter(
    ({ path }) => only.test(path),
    ({ path, reason }) => leftOut.push(`${path}: ${reason}`),
  );
  await passThrough(archive, filter.stream(sink));
  return { archive: Buffer.concat(pieces), leftOut, sent: [...filter.sent.values()] };
}

const listed = (archive: Buffer): string[] =>
  execFileSync('tar', ['tf', '-', '--absolute-names'], { input: archive })
    .toString()
    .split('\n')
    .slice(0, -1);

it('has only the wanted entries, long names and sparse files unchanged', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'shadowtape-filter-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [source, target] = [join(folder, 'source'), join(folder, 'target')];
  const long = 'n'.repeat(150);
  mkdirSync(join(source, 'app'), { recursive: true });
  mkdirSync(target);
  for (const name of ['app/ledger.db', 'other', long]) writeFileSync(join(source, name), name);
  writeFileSync(join(source, 'app', 'holes'), 'x');
  truncateSync(join(source, 'app', 'holes'), 2 ** 20);
  const { archive, leftOut, sent } = await filtered(gnuTar(source, '--sparse'), /app|nnn/);
  expect(leftOut).toEqual([]);
  expect(archive.length % 10_240).toBe(0);
  expect(listed(archive).sort()).toEqual(['./app/', './app/holes', './app/ledger.db', `./${long}`]);
  execFileSync('tar', ['xf', '-', '-C', target], { input: archive });
  expect(statSync(join(target, 'app', 'holes')).size).toBe(2 ** 20);
  // Contents are compared by their digests with what the host's tar sends back. That of a sparse file is not in one piece.
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  expect(sent.map(({ path, kind, sha256 }) => [path, kind, sha256]).sort()).toEqual([
    ['./app/', 'directory', undefined],
    ['./app/holes', 'file', undefined],
    ['./app/ledger.db', 'file', digest('app/ledger.db')],
    [`./${long}`, 'file', digest(long)],
  ]);
  // The folder itself exists already.
  expect((await filtered(gnuTar(source))).sent.map(({ path }) => path)).not.toContain('./');
});

it('has no path that a tar would write outside of its folder', async () => {
  const { archive, leftOut } = await filtered(
    archiveOf([
      { path: 'good', content: 'x' },
      { path: '/etc/passwd', content: 'x' },
      // GNU tar takes an entry of a kind that it does not know for a file.
      { path: '/etc/shadow', type: 'SolarisACL', content: 'x' },
      { path: '../up', content: 'x' },
      { path: '--checkpoint-action=exec=sh', content: 'x' },
      { path: 'inside', type: 'SymbolicLink', linkpath: 'good' },
      { path: 'inside/file', content: 'x' },
      { path: 'deep/inside', type: 'SymbolicLink', linkpath: 'good' },
      { path: 'deep/inside/file', content: 'x' },
      { path: 'deep/other', content: 'x' },
      { path: 'outside', type: 'SymbolicLink', linkpath: '../x' },
      { path: 'hard', type: 'Link', linkpath: 'good' },
      { path: 'lost', type: 'Link', linkpath: '/etc/passwd' },
      { path: 'null', type: 'CharacterDevice' },
    ]),
  );
  expect(listed(archive)).toEqual(['good', 'inside', 'deep/inside', 'deep/other', 'hard']);
  expect(leftOut).toEqual([
    '/etc/passwd: its path is absolute',
    '../up: its path leaves the folder',
    '--checkpoint-action=exec=sh: its path begins with "-"',
    'inside/file: its path goes through a link',
    'deep/inside/file: its path goes through a link',
    'outside: it links to a place outside of the folder',
    'lost: its other name, /etc/passwd, was not restored',
    'null: it is a device',
  ]);
});

it.each([
  ['within a file', 2048, 'TAR_UNREADABLE'],
  ['before its end', 3584, 'TAR_INCOMPLETE'],
] as const)(
  'is not ended where the archive is truncated %s: a host must not take it for a whole one',
  async (_where, bytes, code) => {
    const archive = archiveOf([
      { path: 'good', content: 'x' },
      { path: 'cut', content: 'y'.repeat(2000) },
    ]);
    let isEnded = false;
    const sink = new Writable({
      write: (_piece, _encoding, done) => done(),
      final: (done) => {
        isEnded = true;
        done();
      },
    });
    const filter = new ArchiveFilter(
      () => true,
      () => undefined,
    );
    const passed = passThrough(archive.subarray(0, bytes), filter.stream(sink));
    await expect(passed).rejects.toMatchObject({ code });
    expect([isEnded, sink.destroyed]).toEqual([false, true]);
  },
);
