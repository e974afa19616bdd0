/** The license of the fonts asks that its text goes with them: in the package of npm and in the packed application. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const folder = 'resources/licenses';

/** `| font | where | package | license |` */
const rows = read(folder, 'README.md')
  .split('\n')
  .flatMap((line) => {
    const cells = line.split('|').map((cell) => cell.trim().replaceAll('`', ''));
    return cells[4]?.endsWith('.txt') ? [{ name: cells[3] ?? '', license: cells[4] }] : [];
  });

it('the license text of each font is the one of its package', () => {
  for (const { name, license } of rows) {
    const files = readdirSync(join(root, 'node_modules', name));
    const own = files.includes('LICENSE_FONT') ? 'LICENSE_FONT' : 'LICENSE';
    expect(read(folder, license), name).toBe(read('node_modules', name, own));
    expect(read(folder, license)).toContain('SIL OPEN FONT LICENSE Version 1.1');
  }
});

it('each font that is shipped is listed', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, object>;
  const fonts = Object.keys({ ...dependencies, ...devDependencies }).filter((name) => /font/.test(name));
  expect(rows.map(({ name }) => name).sort()).toEqual(fonts.sort());
});

it('they go with the package of npm and with the packed application', async () => {
  const { files } = JSON.parse(read('package.json')) as { files: string[] };
  expect(files).toContain('resources');
  const { default: packed } = (await import(join(root, 'electron-builder.config.js'))) as {
    default: { files: string[] };
  };
  expect(packed.files).toContain(`${folder}/**`);
});
