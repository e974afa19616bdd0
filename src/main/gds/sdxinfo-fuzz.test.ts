import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFailure } from '../../contract/errors.ts';
import { readFixture } from './fixtures/read-fixture.ts';
import { buildTopology } from './topology.ts';
import { compareShadow } from './shadow-comparison.ts';
import { shadowLayout } from './shadow-layout.ts';
import { parseSdxinfo } from './sdxinfo.ts';
import type { SdxinfoReport } from './sdxinfo-objects.ts';

const refusalCodes = [
  'SDXINFO_UNREADABLE',
  'SDXINFO_COLUMN_MISSING',
  'SDXINFO_FAILED',
  'SDXINFO_CONTRADICTS',
] as const;

/** The report, or undefined if the text was refused; any other exception goes through. */
function parseOrRefuse(text: string): SdxinfoReport | undefined {
  try {
    return parseSdxinfo(text);
  } catch (error) {
    if (isFailure(error, ...refusalCodes)) return undefined;
    throw error;
  }
}

const samples = ['primary-joined', 'shadow', 'shadow-with-mode', 'unknown-words', 'guide-volume-long'];
const words = [...new Set(samples.flatMap((name) => readFixture(name).split(/\s+/)))];
const nearlySdxinfo = fc
  .array(fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 6 })), { maxLength: 12 }), {
    maxLength: 12,
  })
  .map((lines) => lines.map((line) => line.join(' ')).join('\n'));

describe('any text', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 80 }),
    nearlySdxinfo,
  );

  test('gives objects or an error of the table, never another exception', () => {
    fc.assert(
      fc.property(text, (anything) => void parseOrRefuse(anything)),
      { numRuns: 500 },
    );
  });

  test('a real output that was damaged gives objects that can be judged and drawn, or an error of the table', () => {
    const plan = {
      primaryClass: 'Class1',
      proxyVolume: 'Volume2',
      masterVolume: 'Volume1',
      shadowClass: 'Class2',
      shadowVolume: 'Volume2',
      deviceOfDisk: { Disk3: 'c1t1d3' },
      mode: 'ro',
      layout: shadowLayout(parseSdxinfo(readFixture('primary-parted')), {
        class: 'Class1',
        proxies: ['Volume2'],
        shadowClass: 'Class2',
      }),
    } as const;
    const damage = fc.tuple(
      fc.constantFrom(...samples),
      fc.nat(),
      fc.nat({ max: 40 }),
      fc.constantFrom(...words, '', '\n'),
    );
    fc.assert(
      fc.property(damage, ([name, at, length, replacement]) => {
        const whole = readFixture(name);
        const start = at % whole.length;
        const report = parseOrRefuse(whole.slice(0, start) + replacement + whole.slice(start + length));
        if (report === undefined) return;
        const primaries = [{ node: 'node1', report }];
        const backup = { node: 'node3', report };
        expect(compareShadow({ primaries, backup, plan })).toHaveLength(14);
        const topology = buildTopology({ primaries, backup });
        expect(JSON.parse(JSON.stringify(topology))).toStrictEqual(topology);
      }),
      { numRuns: 300 },
    );
  });
});

describe('valid tables', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/);
  const blank = fc.stringMatching(/^[ \t]{1,5}$/);
  const cell = fc.oneof(name, fc.constant('*'));
  const orNothing = (text: string) => (text === '*' ? undefined : text);
  const extraColumns = fc.uniqueArray(
    fc.stringMatching(/^[A-Z][A-Z0-9]{3,8}$/).map((column) => `X${column}`),
    { maxLength: 3 },
  );

  /** Prints rows in a column order and with blanks of its own. */
  function printed(columns: readonly string[], rows: readonly Record<string, string>[], gap: string): string {
    const lines = rows.map((row) => columns.map((column) => row[column] ?? '').join(gap));
    const dashes = columns.map((column) => '-'.repeat(column.length));
    return `${['OBJ', ...columns].join(gap)}\n${['---', ...dashes].join(gap)}\n${lines.map((line) => `KIND${gap}${line}`).join('\n')}\n`;
  }

  const diskRow = fc.record({
    NAME: name,
    TYPE: name,
    CLASS: name,
    GROUP: cell,
    DEVNAM: name,
    DEVBLKS: fc.maxSafeNat().map(String),
    DEVCONNECT: fc.array(name, { minLength: 1, maxLength: 3 }).map((nodes) => nodes.join(':')),
    STATUS: fc.oneof(name, fc.constantFrom('ENABLE', 'DISABLE')),
  });
  const diskTable = fc.record({
    rows: fc.uniqueArray(diskRow, { selector: (row) => `${row.CLASS} ${row.NAME}`, maxLength: 5 }),
    extra: extraColumns,
    extraCell: cell,
    gap: blank,
    order: fc.infiniteStream(fc.nat({ max: 1000 })),
  });

  function shuffled(columns: readonly string[], order: Iterator<number>): string[] {
    return columns
      .map((column) => ({ column, rank: Number(order.next().value) }))
      .sort((one, other) => one.rank - other.rank)
      .map(({ column }) => column);
  }

  test('disks come back whole, whatever the order of columns, the blanks and the columns that are not known', () => {
    fc.assert(
      fc.property(diskTable, ({ rows, extra, extraCell, gap, order }) => {
        const columns = shuffled([...Object.keys(diskRowColumns), ...extra], order[Symbol.iterator]());
        const extraCells = Object.fromEntries(extra.map((column) => [column, extraCell]));
        const text = printed(
          columns,
          rows.map((row) => ({ ...row, ...extraCells })),
          gap,
        ).replaceAll('KIND', 'disk');
        const found = parseSdxinfo(text).disks;
        expect(found).toEqual(
          rows.map((row) => ({
            name: row.NAME,
            type: row.TYPE,
            class: row.CLASS,
            group: orNothing(row.GROUP),
            device: row.DEVNAM,
            blocks: Number(row.DEVBLKS),
            connectedTo: row.DEVCONNECT.split(':'),
            status: { word: row.STATUS, known: ['ENABLE', 'DISABLE', 'SWAP'].includes(row.STATUS) },
            columns: ['OBJ', ...columns],
            unknownColumns: extraCells,
          })),
        );
      }),
    );
  });

  const diskRowColumns = {
    NAME: 0,
    TYPE: 0,
    CLASS: 0,
    GROUP: 0,
    DEVNAM: 0,
    DEVBLKS: 0,
    DEVCONNECT: 0,
    STATUS: 0,
  };

  const volumeRow = fc
    .record({
      NAME: name,
      GROUP: cell,
      STATUS: name,
      first: fc.nat({ max: 2 ** 40 }),
      blocks: fc.integer({ min: 1, max: 2 ** 40 }),
    })
    .map(({ first, blocks, ...row }) => ({
      ...row,
      CLASS: 'Class1',
      '1STBLK': String(first),
      LASTBLK: String(first + blocks - 1),
      BLOCKS: String(blocks),
    }));
  const volumeColumns = ['NAME', 'CLASS', 'GROUP', '1STBLK', 'LASTBLK', 'BLOCKS', 'STATUS'];

  test('volumes come back whole, and only with blocks that add up', () => {
    const rows = fc.uniqueArray(volumeRow, { selector: (row) => row.NAME, minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(rows, blank, fc.integer({ min: 1, max: 9 }), (all, gap, off) => {
        const text = printed(volumeColumns, all, gap).replaceAll('KIND', 'volume');
        expect(
          parseSdxinfo(text).volumes.map((volume) => [
            volume.name,
            volume.firstBlock,
            volume.blocks,
            volume.status?.word,
          ]),
        ).toEqual(all.map((row) => [row.NAME, Number(row['1STBLK']), Number(row.BLOCKS), row.STATUS]));
        const wrong = all.map((row, index) =>
          index === 0 ? { ...row, BLOCKS: String(Number(row.BLOCKS) + off) } : row,
        );
        expect(
          parseOrRefuse(printed(volumeColumns, wrong, gap).replaceAll('KIND', 'volume')),
        ).toBeUndefined();
      }),
    );
  });

  test('a row that lost or gained a cell is refused', () => {
    fc.assert(
      fc.property(diskRow, fc.nat(), fc.boolean(), (row, at, gains) => {
        const columns = Object.keys(diskRowColumns);
        const cells = ['disk', ...columns.map((column) => row[column as keyof typeof row])];
        cells.splice(at % cells.length, gains ? 0 : 1, ...(gains ? ['Disk9'] : []));
        const header = printed(columns, [], ' ');
        expect(parseOrRefuse(`${header}${cells.join(' ')}\n`)).toBeUndefined();
      }),
    );
  });
});
