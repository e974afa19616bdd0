/**
 * Records next to those of restores: of drills and of second copies. Their names tell them from the records of
 * restores, which may have a million lines.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What cannot be listed proves nothing.
 * @param folder the state folder's `restores`
 * @returns paths of the records with names that end like this
 */
export function recordFiles(folder: string, suffix: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(`${suffix}.ndjson`));
    return names.map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** @returns what a line of a record says; undefined if it is damaged, or not there */
export function recordLine(file: string, which: 'first' | 'last'): unknown {
  try {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    return JSON.parse(lines.at(which === 'first' ? 0 : -1) ?? '') as unknown;
  } catch {
    return undefined;
  }
}
