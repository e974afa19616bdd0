/**
 * Makes the packages of the console without a desktop, from what `npm run build` has made.
 *
 * Usage: node packaging/make-packages.ts [FOLDER] (dist/headless where it is not given)
 *
 * SOURCE_DATE_EPOCH is the time of every file in them; where it is not set, the time of the last commit. Two builds of the same sources
 * are the same bytes.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isInstalled, makeDeb, makeRpm, makeTar, processor, type ArchiveOptions } from './archives.ts';
import { layOut, packageFile } from './lay-out.ts';

const root = join(import.meta.dirname, '..');

/** Seconds since 1970. */
function epochOfSources(): number {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const text =
    given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim();
  if (!/^\d+$/.test(text)) throw new Error(`SOURCE_DATE_EPOCH is not a number of seconds: ${text}`);
  return Number(text);
}

/** Largest size of a package, in bytes. */
const mostBytes = 80 * 1024 * 1024;

function report(file: string): void {
  const { size } = statSync(file);
  process.stdout.write(`${file}: ${(size / 1024 / 1024).toFixed(1)} MiB\n`);
  if (size > mostBytes) throw new Error(`${file} is larger than 80 MiB`);
}

function makePackages(output: string): void {
  if (!existsSync(join(root, 'out', 'main', 'shadowtape.js')))
    throw new Error('the built program is missing: npm run build');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const { version } = packageFile;
  const folder = join(output, `shadowtape-${version}-linux-${process.arch}`);
  const epoch = epochOfSources();
  layOut({ folder, epoch });
  const { deb, rpm } = processor();
  const make = (name: string, pack: (options: ArchiveOptions) => void) => {
    const file = join(output, name);
    pack({ folder, file, epoch, isCompressed: true });
    report(file);
  };
  make(`shadowtape-${version}-linux-${process.arch}.tar.gz`, makeTar);
  for (const [program, name, pack] of [
    ['dpkg-deb', `shadowtape_${version}_${deb}.deb`, makeDeb],
    ['rpmbuild', `shadowtape-${version}-1.${rpm}.rpm`, makeRpm],
  ] as const) {
    if (isInstalled(program)) make(name, pack);
    else process.stdout.write(`${name} is not made: ${program} is not installed\n`);
  }
}

makePackages(resolve(process.argv[2] ?? join(root, 'dist', 'headless')));
