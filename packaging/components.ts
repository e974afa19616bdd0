/** What a package is made of, as package-lock.json has it. */

/** Built into the program: finding and loading them file by file took a third of the time in which a command starts. */
export const builtInPackages = ['zod', 'yaml', 'commander', 'tar'];

/** Built into the pages. */
const pagePackages = [
  'svelte',
  'bits-ui',
  'uplot',
  '@lucide/svelte',
  '@fontsource-variable/inter',
  '@fontsource-variable/jetbrains-mono',
];

/** What is used of a package's entry in a lock file. */
interface LockEntry {
  readonly version?: string;
  /** `sha512-` and base64, of the archive that npm downloads. */
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Path below the root, such as `node_modules/ssh2`, to the package there; '' is the program itself. */
export type LockPackages = Readonly<Record<string, LockEntry>>;

export interface Component {
  readonly name: string;
  readonly version: string;
  /** Where it is installed, below the root. */
  readonly path: string;
  readonly entry: LockEntry;
  /** Paths of the packages that it needs. Optional ones are not installed. */
  readonly needs: readonly string[];
}

/** As Node finds a package: in the innermost folder `node_modules` around whoever needs it. */
function pathOf(packages: LockPackages, name: string, from: string): string {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '')
      throw new Error(`package-lock.json has no ${name}, which ${from || 'the program'} needs`);
  }
}

function componentAt(packages: LockPackages, path: string): Component {
  const entry = packages[path];
  if (!entry?.version) throw new Error(`package-lock.json has no version of ${path}`);
  const needs = Object.keys(entry.dependencies ?? {}).map((name) => pathOf(packages, name, path));
  return {
    name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry.version,
    path,
    entry,
    needs: needs.sort(),
  };
}

/**
 * Packages with all that they need, sorted by their paths.
 * @throws where the lock file lacks one
 */
export function componentsOf(packages: LockPackages, names: readonly string[]): Component[] {
  const found = new Map<string, Component>();
  const add = (path: string): void => {
    if (found.has(path)) return;
    const component = componentAt(packages, path);
    found.set(path, component);
    component.needs.forEach(add);
  };
  for (const name of names) add(pathOf(packages, name, ''));
  return [...found.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Packages that are installed next to the program: all that it needs at run time and that is not built in. */
export const installedComponents = (packages: LockPackages): Component[] =>
  componentsOf(
    packages,
    Object.keys(packages['']?.dependencies ?? {}).filter((name) => !builtInPackages.includes(name)),
  );

/** All packages of which the program and its pages hold something. */
export const allComponents = (packages: LockPackages): Component[] =>
  componentsOf(packages, [...Object.keys(packages['']?.dependencies ?? {}), ...pagePackages]);
