import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import type { ReportPaper } from '../../../contract/report.ts';
import { fixtureEvents } from '../../../folds/journals.test-support.ts';
import {
  attachedTo,
  checked,
  gridsOf,
  pageCount,
  pdfToolsLeftOut,
  structureOf,
  textOf,
  withPdfTools,
} from '../../../../test/support/pdf-tools.ts';
import { pdfOf } from './pdf-report.ts';
import { attachmentsOf } from '../document/attachments.ts';
import { reportOf } from '../document/report-document.ts';
import { factsOf } from '../document/report-source.ts';
import { manyVolumes, threeTapes, withLayout } from '../document/report.test-support.ts';

const journalHash = '0123456789abcdef'.repeat(4);
function pdfOfEvents(events: readonly RunEvent[], paper: ReportPaper = 'A4') {
  const source = { run: events[0]?.run ?? '', events, journalHash };
  return pdfOf(reportOf(source), paper, attachmentsOf(factsOf(source)));
}

let drawn: Promise<Buffer> | undefined;
/** Drawn once for all who only read it. */
const goodPdf = () => (drawn ??= pdfOfEvents(withLayout()));

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const withTools = it.skipIf(pdfToolsLeftOut);

describe('the PDF', () => {
  it('is the same bytes each time, in whatever time zone', async () => {
    process.env['TZ'] = 'Asia/Tokyo';
    const one = await pdfOfEvents(withLayout());
    process.env['TZ'] = 'America/New_York';
    expect((await pdfOfEvents(withLayout())).equals(one)).toBe(true);
    expect((await pdfOfEvents(withLayout(), 'Letter')).equals(one)).toBe(false);
  });

  it('says that it is PDF/A-3a, tagged, and in which colors and language', async () => {
    const text = (await goodPdf()).toString('latin1');
    expect(text).toContain('<pdfaid:part>3</pdfaid:part>');
    expect(text).toContain('<pdfaid:conformance>A</pdfaid:conformance>');
    expect(text).toContain('/S /GTS_PDFA1');
    expect(text).toMatch(/\/MarkInfo \d+ 0 R/);
    expect(text).toContain('/Lang (en)');
    expect(text).not.toContain('/BaseFont /Helvetica');
  });

  withTools(withPdfTools('is sound, and has its facts as text'), async () => {
    const pdf = await goodPdf();
    expect(await checked(pdf)).toContain('No syntax or stream encoding errors found');
    const text = (await textOf(pdf)).replaceAll(/\s+/g, ' ');
    const facts = [
      'Result: Verified',
      'Volume2 (proxy of Volume1): 8,388,608 bytes (8 MiB)',
      'sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
      'minimum streaming rate of the drive, 40 MB/s',
      'master Volume1, ACTIVE',
      'the same blocks',
      'Node.js 24.21.0 on linux x64',
      journalHash,
    ];
    expect(facts.filter((fact) => !text.includes(fact))).toEqual([]);
  });

  it('has six pages at most for one volume, and nine for three', async () => {
    expect(pageCount(await goodPdf())).toBeLessThanOrEqual(6);
    expect(pageCount(await pdfOfEvents(fixtureEvents('three-volumes')))).toBeLessThanOrEqual(9);
  });

  withTools(withPdfTools('holds the attached files, byte for byte'), async () => {
    const events = withLayout();
    const expected = attachmentsOf(factsOf({ run: events[0]?.run ?? '', events, journalHash }));
    expect(await attachedTo(await goodPdf())).toEqual(
      Object.fromEntries(expected.map(({ name, text }) => [name, text])),
    );
  });

  withTools(withPdfTools('has headings, tables and figures for who listens to it'), async () => {
    const pdf = await goodPdf();
    const structure = await structureOf(pdf);
    for (const element of ['Document', 'H1', 'H2', 'Table', 'TR', 'TH', 'TD', 'Figure', 'Caption', 'Code'])
      expect(structure).toMatch(new RegExp(`^\\s*${element}\\b`, 'm'));
    expect(pdf.toString('latin1')).toContain('/Alt (Proxy volume Volume2: blocks 65,536 to 81,919');
  });

  withTools(withPdfTools('of many volumes has all of them, in Japanese, too'), async () => {
    const pdf = await pdfOfEvents(manyVolumes(8), 'Letter');
    expect(await checked(pdf)).toContain('No syntax or stream encoding errors found');
    const text = (await textOf(pdf)).replaceAll(/\s+/g, ' ');
    const names = ['給与計算ボリューム', '夜間バックアップ', 'Proxy8', 'C Digests, all volumes'];
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
    expect(await structureOf(pdf)).toMatch(/^\s*TOC\b/m);
  });
});

/** Written again with SHADOWTAPE_GOLDEN=1. */
const golden = (name: string) => join(import.meta.dirname, 'fixtures', name);

/** Blanks differ from one release of pdftotext to the next. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ''))
    .filter((line) => line !== '');

describe('pages as they were checked by people', () => {
  it.skipIf(pdfToolsLeftOut).each([
    ['good', goodPdf],
    ['failed', () => pdfOfEvents(fixtureEvents('tape-error'))],
    ['three-tapes', () => pdfOfEvents(threeTapes())],
  ])(withPdfTools('%s'), async (name, draw) => {
    const pdf = await draw();
    const [text, grids] = await Promise.all([textOf(pdf), gridsOf(pdf)]);
    if (process.env['SHADOWTAPE_GOLDEN'] !== undefined) {
      const { mkdir, writeFile } = await import('node:fs/promises');
      await mkdir(golden(''), { recursive: true });
      await writeFile(golden(`${name}.txt`), text);
      await writeFile(golden(`${name}.grid`), grids.map(({ rows }) => rows.join('\n')).join('\n\n'));
    }
    expect(linesOf(text)).toEqual(linesOf(await readFile(golden(`${name}.txt`), 'utf8')));
    const kept = (await readFile(golden(`${name}.grid`), 'utf8'))
      .split('\n\n')
      .map((page) => page.split('\n'));
    expect(grids.map(({ rows }) => rows.length)).toEqual(kept.map((page) => page.length));
    // Renderers smooth edges in their own way: a step of darkness more or less is the same picture.
    grids.forEach(({ rows }, page) => {
      const differing = rows.flatMap((row, y) =>
        Array.from(row).filter((sign, x) => Math.abs(Number(sign) - Number(kept[page]?.[y]?.[x])) > 1),
      );
      expect(differing.length, `page ${page + 1} looks different`).toBeLessThan(12);
    });
  });
});
