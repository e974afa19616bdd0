import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billOfMaterials } from '../../packaging/bill-of-materials.ts';
import { allComponents, componentsOf, installedComponents } from '../../packaging/components.ts';
import { licenseOf } from '../../packaging/license-texts.ts';

const root = join(import.meta.dirname, '..', '..');
const { packages: real } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** `a` needs its own older `b`, and the `c` that all share. */
const packages = {
  '': { dependencies: { a: '^1.0.0', b: '^2.0.0' } },
  'node_modules/@scope/c': { version: '3.0.0', license: 'MIT AND OFL-1.1' },
  'node_modules/a': { version: '1.0.0', license: 'MIT', dependencies: { b: '^1.0.0', '@scope/c': '*' } },
  'node_modules/a/node_modules/b': { version: '1.5.0', license: 'ISC' },
  'node_modules/b': { version: '2.0.0', license: 'MIT', integrity: 'sha512-AAEC' },
  'node_modules/unused': { version: '9.0.0' },
};

const bill = (components = componentsOf(packages, ['a', 'b'])) =>
  JSON.parse(
    billOfMaterials({
      version: '0.1.0',
      components,
      node: { version: '24.0.0', sha256: 'ff' },
      epoch: 1_800_000_000,
      licenseOf: () => 'MIT',
    }),
  );

describe('the bill of materials', () => {
  it('lists each package with the version that Node finds, and what needs it', () => {
    const { components, dependencies, metadata } = bill();
    expect(components.map(({ purl }: { purl: string }) => purl)).toEqual([
      'pkg:npm/node@24.0.0',
      'pkg:npm/%40scope/c@3.0.0',
      'pkg:npm/a@1.0.0',
      'pkg:npm/b@1.5.0',
      'pkg:npm/b@2.0.0',
    ]);
    expect(dependencies).toContainEqual({
      ref: 'pkg:npm/a@1.0.0',
      dependsOn: ['pkg:npm/%40scope/c@3.0.0', 'pkg:npm/b@1.5.0'],
    });
    expect(components[4].hashes).toEqual([{ alg: 'SHA-512', content: '000102' }]);
    expect(components[1].licenses).toEqual([{ expression: 'MIT AND OFL-1.1' }]);
    expect(metadata.timestamp).toBe('2027-01-15T08:00:00.000Z');
  });

  it('has the same serial number for the same parts, and another one for others', () => {
    expect(bill().serialNumber).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(bill().serialNumber).toBe(bill().serialNumber);
    expect(bill(componentsOf(packages, ['b'])).serialNumber).not.toBe(bill().serialNumber);
  });

  it('has the license of everything that the packages hold', () => {
    const all = allComponents(real);
    expect(all.filter((component) => licenseOf(root, component) === '')).toEqual([]);
    expect(new Set(all.map(({ name, version }) => `${name}@${version}`)).size).toBe(all.length);
  });

  it('names what is installed next to the program: neither what is built in, nor native addons', () => {
    const names = installedComponents(real).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['ssh2', 'pdfkit', 'node-sqlite3-wasm', 'tweetnacl']));
    expect(names.filter((name) => ['zod', 'tar', 'svelte', 'nan', 'cpu-features'].includes(name))).toEqual(
      [],
    );
  });
});
