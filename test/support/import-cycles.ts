/** Which source files import each other in a cycle. Imports of types count: they connect files as much as others. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Path -> text of each file. */
export type Sources = ReadonlyMap<string, string>;

/** `import … from`, `export … from`, `import('…')`, of a file next to or above. */
const importOf = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

/** Every source file below a folder, by its path from there. */
export function sourcesBelow(folder: string): Sources {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const isSource = (path: string) => /\.(ts|svelte)$/.test(path) && !path.endsWith('.d.ts');
  return new Map(paths.filter(isSource).map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

function importsOf(path: string, sources: Sources): string[] {
  const names = [...(sources.get(path) ?? '').matchAll(importOf)].map(([, name = '']) => name);
  const targets = names.map((name) => relative('.', resolve(dirname(path), name)));
  // A page that is compiled by Svelte may be imported by the name that it has then.
  return targets.flatMap((target) => [target, `${target}.ts`].find((each) => sources.has(each)) ?? []);
}

/** Each circle once, as its files in the order in which they import each other. */
export function importCycles(sources: Sources): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const follow = (path: string, way: readonly string[]): void => {
    const begin = way.indexOf(path);
    if (begin >= 0) cycles.push(way.slice(begin));
    if (begin >= 0 || done.has(path)) return;
    for (const target of importsOf(path, sources)) follow(target, [...way, path]);
    done.add(path);
  };
  for (const path of sources.keys()) follow(path, []);
  return cycles;
}
