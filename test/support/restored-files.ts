/** What the matching tools restore from a tape: the files with their digests. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256, type Scene } from './lab-run.ts';
import { onHost } from './lab-shell.ts';

const run = promisify(execFile);

/** SHA-256 of each file, by its path below the root of the file system. */
export type FileDigests = Readonly<Record<string, string>>;

/**
 * Makes GNU tar list the records of a tape file, and extract them.
 * @param paths the files to compare
 * @throws if tar does not list one of them
 */
export async function filesFromTar(
  scene: Scene,
  records: readonly Buffer[],
  paths: readonly string[],
): Promise<FileDigests> {
  const folder = await mkdtemp(join(scene.folder, 'restored-'));
  const archive = `${folder}.tar`;
  await writeFile(archive, Buffer.concat(records));
  const listed = (await run('tar', ['tf', archive, '--quoting-style=literal'])).stdout.split('\n');
  const missing = paths.find((path) => !listed.includes(`./${path}`));
  if (missing !== undefined) throw new Error(`tar does not list ${missing}`);
  await run('tar', ['xf', archive, '-C', folder]);
  const digests: Record<string, string> = {};
  for (const path of paths) digests[path] = sha256(await readFile(join(folder, path)));
  return digests;
}

const pageByHand = (): Promise<string> =>
  readFile(join(import.meta.dirname, '..', '..', 'docs', 'restore-by-hand.md'), 'utf8');

/** The commands that docs/restore-by-hand.md prints for the image of a labelled tape, with these names and numbers. */
export async function printedImageCommands(
  { file, recordBytes }: { readonly file: number; readonly recordBytes: number },
  image: string,
): Promise<string[]> {
  const [, block = 'false'] =
    /^Layout `labelled`, or another volume:.*\n\n```\n([^`]*)\n```$/m.exec(await pageByHand()) ?? [];
  return block.split('\n').map((line) =>
    line
      .replace(/fsf \d+/, `fsf ${file}`)
      .replace('IMAGE', image)
      .replace(/bs=\d+/, `bs=${recordBytes}`),
  );
}

/** The command that docs/restore-by-hand.md prints for a dump, with this tool and device. */
async function printedRestore(tool: string, device: string): Promise<string> {
  const page = await pageByHand();
  const line = /^dd .* ufsrestore .*$/m.exec(page)?.[0] ?? 'false';
  return line.replace('/dev/rmt/0', device).replace('ufsrestore', tool);
}

/**
 * Makes ufsrestore or sfxrestore on the backup server extract the file under the head of the drive.
 * @param paths the files to compare
 * @param place moves the head there; by default the beginning of the tape, since the drive was rewound
 */
export async function filesFromRestore(
  scene: Scene,
  tool: 'ufsrestore' | 'sfxrestore',
  paths: readonly string[],
  place: readonly string[] = [],
): Promise<FileDigests> {
  const folder = `/restore-${tool}`;
  const device = place.length === 0 ? '/dev/rmt/0' : '/dev/rmt/0n';
  const shell = (script: string, ...words: readonly string[]) => ['sh', '-c', script, 'sh', ...words];
  const printed = await onHost(
    scene,
    'node3',
    ...(place.length === 0 ? [] : [[...place]]),
    ['mkdir', folder],
    shell(`cd ${folder} && ${await printedRestore(tool, device)}`),
    shell(`cd ${folder} && sha256sum "$@"`, ...paths),
    ['rm', '-rf', folder],
  );
  const lines = printed.split('\n').filter((line) => /^[0-9a-f]{64} /.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
}
