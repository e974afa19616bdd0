/** Licenses of the packages that a package of the program holds, and their texts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Component } from './components.ts';

const isLicense = (name: string): boolean => /^(?:licen[cs]e|copying|notice|ofl)(?:$|[.-])/i.test(name);

/** What a package says of its license where the lock file has nothing. */
interface Declared {
  readonly license?: string;
  readonly licenses?: readonly { readonly type: string }[];
}

/** The beginning of the license of MIT, which all texts of it have. */
const mitGrant = 'Permission is hereby granted, free of charge';

/** The license texts in the folder of a package; '' where it has none. */
function textsIn(root: string, { path }: Component): string {
  const folder = join(root, path);
  return readdirSync(folder)
    .filter(isLicense)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8').trimEnd())
    .join('\n\n');
}

/**
 * @param root the folder of package-lock.json
 * @returns the SPDX id or expression of a package
 * @throws where nothing in the package says it
 */
export function licenseOf(root: string, component: Component): string {
  const text = readFileSync(join(root, component.path, 'package.json'), 'utf8');
  const { license, licenses } = JSON.parse(text) as Declared;
  const declared = component.entry.license ?? license ?? licenses?.[0]?.type;
  if (declared !== undefined) return declared;
  if (textsIn(root, component).includes(mitGrant)) return 'MIT';
  throw new Error(`the license of ${component.name} is not known`);
}

/**
 * @param root the folder of package-lock.json
 * @returns name, version, license and the license texts of a package
 */
export function licenseText(root: string, component: Component): string {
  const { name, version } = component;
  const license = licenseOf(root, component);
  const text =
    textsIn(root, component) || 'The package has no license file; its package.json names the license.';
  return `${name} ${version}\nLicense: ${license}\n\n${text}\n`;
}
