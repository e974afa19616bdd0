/** Stock tools that look into a PDF: poppler's and qpdf. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const isThere = (program: string) => spawnSync(program, ['--version']).error === undefined;

const isWhole = ['qpdf', 'pdftotext', 'pdftoppm', 'pdfinfo', 'pdfdetach'].every(isThere);

/** What is not installed, and how to install it; undefined if everything is. */
const missingPdfTools: string | undefined = isWhole
  ? undefined
  : 'no qpdf or poppler: apt install qpdf poppler-utils';

/** Nothing may be missing in CI: there the tests that need these tools fail instead of being skipped. */
export const pdfToolsLeftOut: boolean = missingPdfTools !== undefined && process.env['CI'] === undefined;

/** A test's title says why it is skipped. */
export const withPdfTools = (name: string): string =>
  missingPdfTools === undefined ? name : `${name} (${missingPdfTools})`;

async function withFile<Result>(
  pdf: Buffer,
  work: (file: string, folder: string) => Promise<Result>,
): Promise<Result> {
  if (missingPdfTools !== undefined) throw new Error(missingPdfTools);
  const folder = await mkdtemp(join(tmpdir(), 'shadowtape-pdf-'));
  try {
    const file = join(folder, 'report.pdf');
    await writeFile(file, pdf);
    return await work(file, folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The text as it is on the pages; a form feed ends each. */
export const textOf = (pdf: Buffer): Promise<string> =>
  withFile(
    pdf,
    async (file) => (await run('pdftotext', ['-layout', file, '-'], { maxBuffer: 50_000_000 })).stdout,
  );

/** The findings of qpdf. @throws if it finds an error */
export const checked = (pdf: Buffer): Promise<string> =>
  withFile(pdf, async (file) => (await run('qpdf', ['--check', file])).stdout);

/** The structure tree, an element a line. */
export const structureOf = (pdf: Buffer): Promise<string> =>
  withFile(pdf, async (file) => (await run('pdfinfo', ['-struct', file], { maxBuffer: 50_000_000 })).stdout);

/** Name -> text of the files that are attached. */
export const attachedTo = (pdf: Buffer): Promise<Record<string, string>> =>
  withFile(pdf, async (file, folder) => {
    const target = join(folder, 'attached');
    await mkdir(target);
    await run('pdfdetach', ['-saveall', '-o', target, file]);
    const names = (await readdir(target)).sort();
    const texts = await Promise.all(names.map((name) => readFile(join(target, name), 'utf8')));
    return Object.fromEntries(names.map((name, at) => [name, texts[at] ?? '']));
  });

/** A page as a coarse grid of darkness, 0 to 9: independent of a renderer's antialiasing. */
export interface Grid {
  readonly columns: number;
  readonly rows: readonly string[];
}

const cell = 14;

/** Reads a grey map (PGM, P5, one byte a pixel), and averages over squares. */
function gridOf(map: Buffer): Grid {
  const [, width = '0', height = '0'] =
    /^P5\s+(\d+)\s+(\d+)\s+\d+\s/.exec(map.subarray(0, 60).toString('latin1')) ?? [];
  const [wide, high] = [Number(width), Number(height)];
  const pixels = map.subarray(map.length - wide * high);
  const darkness = (column: number, row: number) => {
    let sum = 0;
    for (let y = row * cell; y < (row + 1) * cell; y += 1)
      for (let x = column * cell; x < (column + 1) * cell; x += 1) sum += 255 - (pixels[y * wide + x] ?? 255);
    return Math.min(9, Math.round((sum / (cell * cell) / 255) * 18));
  };
  const columns = Math.floor(wide / cell);
  const rows = Array.from({ length: Math.floor(high / cell) }, (_, row) =>
    Array.from({ length: columns }, (_unused, column) => String(darkness(column, row))).join(''),
  );
  return { columns, rows };
}

/** All pages, drawn in grey. */
export const gridsOf = (pdf: Buffer): Promise<Grid[]> =>
  withFile(pdf, async (file, folder) => {
    await run('pdftoppm', ['-r', '40', '-gray', file, join(folder, 'page')]);
    const files = (await readdir(folder)).filter((name) => name.endsWith('.pgm')).sort();
    return Promise.all(files.map(async (name) => gridOf(await readFile(join(folder, name)))));
  });

/** Of a PDF of this program, identified by its bytes: needs no tool. */
export const pageCount = (pdf: Buffer): number =>
  Number(/\/Type \/Pages\n\/Count (\d+)/.exec(pdf.toString('latin1'))?.[1]);
