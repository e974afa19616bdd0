import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../contract/events.ts';
import { reportOf } from '../document/report-document.ts';
import { withLayout } from '../document/report.test-support.ts';
import { Flow } from './flow.ts';
import { headingHeight, layoutHeading } from './layout-blocks.ts';
import { layoutReport } from './layout-document.ts';
import { layoutTable } from './layout-table.ts';
import { nodeOf, type StructType } from './page-items.ts';
import { Typesetter, type OpenedFont } from './typesetter.ts';

/** Each sign is half as wide as it is high. */
const font: OpenedFont = {
  unitsPerEm: 1000,
  hasGlyphForCodePoint: () => true,
  glyphForCodePoint: () => ({ advanceWidth: 500 }),
};

const frame = { pageWidth: 595, pageHeight: 842, left: 50, top: 62, width: 495, bottom: 786 };

const newFlow = (y: number): Flow => {
  const flow = new Flow(new Typesetter({ regular: font, bold: font, mono: font }), frame);
  flow.y = y;
  return flow;
};

describe('a heading', () => {
  it.each([1, 2, 3] as const)(
    'of level %s is as high as was reckoned with, so that it is not left alone',
    (level) => {
      const flow = newFlow(400);
      const section = {
        id: 'tapes',
        number: '4',
        title: 'Contents of the tape',
        level,
        newPage: false,
        blocks: [],
      };
      const expected = headingHeight(flow, section);
      layoutHeading(flow, section, nodeOf('Sect', undefined));
      expect(flow.y - 400).toBeCloseTo(expected, 6);
    },
  );
});

describe('the pages of a report', () => {
  /** The good run with a longer state at its end: what comes after it begins further down. */
  const withState = (count: number): RunEvent[] =>
    withLayout().map((event) => {
      if (event.type !== 'run-finished') return event;
      const more = Array.from({ length: count }, (_, index) => `node${index + 4}: nothing to do`);
      return { ...event, stands: [...event.stands, ...more] };
    });

  it.each(['A4', 'Letter'] as const)('never end with a heading, on %s', (paper) => {
    const setter = new Typesetter({ regular: font, bold: font, mono: font });
    for (let count = 0; count < 60; count += 1) {
      const events = withState(count);
      const source = { run: events[0]?.run ?? '', events, journalHash: 'a'.repeat(64) };
      const { pages } = layoutReport(setter, reportOf(source), paper);
      const last = pages.map(({ items }) => items.findLast((item) => item.kind === 'text' && item.node));
      const types = last.map((item) => (item?.kind === 'text' ? item.node?.type : undefined));
      expect(
        types.filter((type) => type === undefined || /^(H|Caption)/.test(type)),
        `${count} lines`,
      ).toEqual([]);
    }
  });
});

describe('a table', () => {
  const rows = [
    [[{ text: 'lock', style: 'strong' as const }], [{ text: 'Lock Class1' }]],
    ...Array.from({ length: 12 }, (_, index) => [[], [{ text: `command ${index}` }]]),
  ];
  const table = {
    kind: 'table' as const,
    caption: 'Steps and commands',
    columns: [
      { title: 'Step', share: 20 },
      { title: 'Title and commands as sent', share: 80 },
    ],
    rows,
  };
  const firstPage = (y: number, type: StructType): string[] => {
    const flow = newFlow(y);
    layoutTable(flow, table, nodeOf('Sect', undefined));
    const items = flow.pages[0]?.items ?? [];
    return items.flatMap((item) => (item.kind === 'text' && item.node?.type === type ? [item.text] : []));
  };
  /** Each place at the foot of a page, in steps of a point. */
  const places = Array.from({ length: 120 }, (_, index) => frame.bottom - index);

  it('begins with its first rows, not with its header alone', () => {
    const begun = places.filter((y) => firstPage(y, 'TH').length > 0);
    expect(begun.length).toBeGreaterThan(50);
    expect(begun.filter((y) => !firstPage(y, 'TD').includes('command 0'))).toEqual([]);
    expect(places.filter((y) => firstPage(y, 'Caption').length > 0)).toEqual(begun);
  });
});
