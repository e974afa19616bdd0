/** Whether `npm run build` is newer than the sources: an older build proves nothing. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const partsOf = {
  program: ['main', 'streams', 'contract', 'folds', 'lab'],
  pages: ['renderer', 'contract', 'folds'],
} as const;

/** What is compiled into the program; tests are not. */
const isSource = (name: string) => !/\.(test|test-support)\.ts$/.test(name);

/** When the newest source below a folder was written, in milliseconds. */
function newestIn(folder: string): number {
  const times = readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && isSource(entry.name) ? [statSync(join(entry.parentPath, entry.name)).mtimeMs] : [],
  );
  return Math.max(0, ...times);
}

function builtFile(file: string, parts: readonly string[]): string | undefined {
  const path = join(process.cwd(), 'out', file);
  if (!existsSync(path)) return undefined;
  const newest = Math.max(...parts.map((part) => newestIn(join(process.cwd(), 'src', part))));
  return statSync(path).mtimeMs >= newest ? path : undefined;
}

/** @returns the built command line; undefined if it is missing, or older than its sources */
export const builtCommandLine = (): string | undefined =>
  builtFile(join('main', 'shadowtape.js'), partsOf.program);

const builtPages = (): string | undefined => builtFile(join('renderer', 'index.html'), partsOf.pages);

/** True if neither the program nor its pages need a build. */
export const isBuilt = (): boolean => builtCommandLine() !== undefined && builtPages() !== undefined;

/** @throws if the pages are missing, or older than their sources: their tests would check an outdated page */
export function requireBuiltPages(): void {
  if (process.env['CONSOLE_PAGES'] === undefined && !builtPages())
    throw new Error('the built pages are missing, or older than src/: npm run build');
}
