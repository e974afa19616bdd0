/** The bill of materials of a package: CycloneDX 1.6 as JSON. */
import { createHash } from 'node:crypto';
import type { Component } from './components.ts';

/** The Node that starts the program. */
interface PackagedNode {
  readonly version: string;
  /** Of the executable, hexadecimal. */
  readonly sha256: string;
}

export interface BillOptions {
  readonly version: string;
  readonly components: readonly Component[];
  readonly node: PackagedNode;
  /** Seconds since 1970. */
  readonly epoch: number;
  /** License of a package whose entry in package-lock.json has none. */
  readonly licenseOf: (component: Component) => string;
}

/** Package URL: a name's scope is a part of the path, its @ is encoded. */
const purlOf = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** An id of SPDX, or an expression such as `(MIT OR Apache-2.0)`. */
const licensesOf = (license: string) => [
  /\s/.test(license) ? { expression: license } : { license: { id: license } },
];

/** @param integrity as npm writes it; empty if a package is not downloaded */
const hashesOf = (integrity = '') =>
  [...integrity.matchAll(/sha512-([A-Za-z0-9+/=]+)/g)].map(([, base64 = '']) => ({
    alg: 'SHA-512',
    content: Buffer.from(base64, 'base64').toString('hex'),
  }));

function libraryOf(component: Component, licenseOf: BillOptions['licenseOf']): object {
  const { name, version, entry } = component;
  const purl = purlOf(name, version);
  const [scope, base] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope === undefined ? {} : { group: scope }),
    name: base,
    version,
    hashes: hashesOf(entry.integrity),
    licenses: licensesOf(entry.license ?? licenseOf(component)),
    purl,
  };
}

const programRef = 'shadowtape';

function nodeOf({ version, sha256 }: PackagedNode): object {
  return {
    type: 'platform',
    'bom-ref': purlOf('node', version),
    name: 'node',
    version,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: licensesOf('MIT'),
    purl: purlOf('node', version),
  };
}

/** The same parts have the same number: two builds are the same file. */
function serialNumber(content: unknown): string {
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return `urn:uuid:${parts.join('-')}-${hex.slice(20, 32)}`;
}

/** @returns the text of the file */
export function billOfMaterials({ version, components, node, epoch, licenseOf }: BillOptions): string {
  const refs = new Map(components.map((one) => [one.path, purlOf(one.name, one.version)]));
  const libraries = components.map((component) => libraryOf(component, licenseOf));
  const content = {
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': programRef,
        name: 'shadowtape',
        version,
        licenses: licensesOf('MIT'),
      },
    },
    components: [nodeOf(node), ...libraries],
    dependencies: [
      { ref: programRef, dependsOn: [purlOf('node', node.version), ...new Set(refs.values())] },
      ...components.map(({ path, needs }) => ({
        ref: refs.get(path),
        dependsOn: needs.map((need) => refs.get(need)),
      })),
    ],
  };
  const head = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(content),
    version: 1,
  };
  return `${JSON.stringify({ ...head, ...content }, undefined, 2)}\n`;
}
