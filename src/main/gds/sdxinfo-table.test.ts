import { describe, expect, test } from 'vitest';
import { readFixture } from './fixtures/read-fixture.ts';
import { readSdxinfoText } from './sdxinfo-table.ts';

const header = 'OBJ CLASS DISK\n--- ----- ----\n';

function refusal(message: string) {
  return expect.objectContaining({ code: 'SDXINFO_UNREADABLE', message });
}

describe('tables of sdxinfo', () => {
  test('empty text has no tables, and a header alone has no rows', () => {
    expect(readSdxinfoText('')).toEqual({ tables: [], messages: [] });
    expect(readSdxinfoText('\n  \n\t\n')).toEqual({ tables: [], messages: [] });
    expect(readSdxinfoText(readFixture('header-only')).tables).toEqual([
      { columns: ['OBJ', 'CLASS', 'GROUP', 'DISK', 'VOLUME', 'STATUS'], rows: [] },
    ]);
  });

  test('reads several tables in one output, whatever the spacing and the ends of lines', () => {
    const { tables } = readSdxinfoText(
      `${header}slice\tClass1   Disk3\r\n\n OBJ NAME \r\n-- --\r\nclass Class1`,
    );
    expect(tables.map(({ columns }) => columns)).toEqual([
      ['OBJ', 'CLASS', 'DISK'],
      ['OBJ', 'NAME'],
    ]);
    expect(tables.map(({ rows }) => rows.map(({ cells }) => [...cells.values()]))).toEqual([
      [['slice', 'Class1', 'Disk3']],
      [['class', 'Class1']],
    ]);
    expect(tables[1]?.rows[0]?.lineNumber).toBe(7);
  });

  test('leaves out the columns that the manual cut off', () => {
    const [table] = readSdxinfoText(readFixture('guide-volume-long')).tables;
    expect(table?.columns).toEqual(['OBJ', 'NAME', 'TYPE', 'CLASS', 'GROUP', 'DISK', 'MASTER', 'PROXY']);
    expect(table?.rows).toHaveLength(3);
    expect([...(table?.rows[1]?.cells.values() ?? [])]).toEqual([
      'volume',
      'Volume2',
      'mirror',
      'Class1',
      'Group2',
      '*',
      'Volume1',
      'Join',
    ]);
  });

  test('collects the messages between the tables', () => {
    const { messages, tables } = readSdxinfoText(readFixture('unknown-words'));
    expect(readSdxinfoText('  SDX:sdxinfo:INFO: blanks around \n').messages).toEqual([
      { severity: 'INFO', line: 'SDX:sdxinfo:INFO: blanks around' },
    ]);
    expect(messages).toEqual([
      { severity: 'INFO', line: 'SDX:sdxinfo: INFO: waiting for a response from sdxservd daemon...' },
      { severity: 'WARNING', line: 'SDX:sdxinfo: WARNING: the second table is shorter than usual' },
    ]);
    expect(tables).toHaveLength(2);
  });

  test('fails with the text of an error message, even where there are tables, too', () => {
    const text = `${header}slice Class1 Disk3\n  SDX:sdxinfo: ERROR: sfdsk driver returned an error, errno=12\n`;
    expect(() => readSdxinfoText(text)).toThrow(
      expect.objectContaining({
        code: 'SDXINFO_FAILED',
        message: 'sdxinfo reports an error: SDX:sdxinfo: ERROR: sfdsk driver returned an error, errno=12',
        evidence: { stdout: text },
      }),
    );
  });

  test('takes a message of an unknown severity for a failure', () => {
    expect(() => readSdxinfoText('SDX:sdxinfo: FATAL: gone')).toThrow(
      'sdxinfo reports an error: SDX:sdxinfo: FATAL: gone',
    );
    expect(() => readSdxinfoText('SDX:sdxinfo: FATAL: see SDX:sdxinfo: INFO: 1 \nSDX: no form\n')).toThrow(
      'sdxinfo reports an error: SDX:sdxinfo: FATAL: see SDX:sdxinfo: INFO: 1; SDX: no form',
    );
    expect(() => readSdxinfoText('SDX: see SDX:sdxinfo: INFO: 1')).toThrow('sdxinfo reports an error');
  });

  test('refuses a row that is too short or too long, and shows it', () => {
    expect(() => readSdxinfoText(`${header}slice Class1`)).toThrow(
      refusal(
        'sdxinfo: line 3 cannot be read: the row has 2 cells and the header has 3 columns: "slice Class1"',
      ),
    );
    expect(() => readSdxinfoText(`${header}  slice Class1  `)).toThrow(
      expect.objectContaining({
        message:
          'sdxinfo: line 3 cannot be read: the row has 2 cells and the header has 3 columns: "slice Class1"',
        evidence: { actual: '  slice Class1  ' },
      }),
    );
    expect(() => readSdxinfoText(`${header}slice Class1 Disk3 STOP`)).toThrow(
      'the row has 4 cells and the header has 3 columns: "slice Class1 Disk3 STOP"',
    );
  });

  test('refuses a row that is cut off where its header is not, or the other way round', () => {
    const reason = 'the row and the header are cut off at different places';
    expect(() => readSdxinfoText(`${header}slice Class1 ...`)).toThrow(reason);
    expect(() => readSdxinfoText('OBJ CLASS ...\n--- --- ...\nslice Class1 Disk3')).toThrow(reason);
  });

  test('refuses a header with a column twice or cut off in the middle', () => {
    expect(() => readSdxinfoText('OBJ DISK DISK\n--- --- ---')).toThrow(
      refusal('sdxinfo: line 1 cannot be read: the column DISK appears twice: "OBJ DISK DISK"'),
    );
    expect(() => readSdxinfoText('OBJ ... DISK\n--- ... ---')).toThrow(
      'columns are left out in the middle of the header',
    );
  });

  test('refuses a table without its line of dashes', () => {
    const reason = 'a line of dashes, one group a column, is expected under the header';
    expect(() => readSdxinfoText('OBJ CLASS DISK\nslice Class1 Disk3')).toThrow(reason);
    expect(() => readSdxinfoText('OBJ CLASS DISK\n--- ---')).toThrow(reason);
    for (const dashes of ['--- Class1 ---', '--- x--- ---', '--- ---x ---', '--- ... ---'])
      expect(() => readSdxinfoText(`OBJ CLASS DISK\n${dashes}`)).toThrow(reason);
    for (const dashes of ['--- --- ---', '... --- ...'])
      expect(() => readSdxinfoText(`OBJ CLASS ...\n${dashes}`)).toThrow(reason);
    expect(() => readSdxinfoText('OBJ CLASS DISK\n--- --- --- ---')).toThrow(reason);
  });

  test('refuses text that belongs to no table', () => {
    expect(() => readSdxinfoText('bash: sdxinfo: command not found')).toThrow(
      refusal(
        'sdxinfo: line 1 cannot be read: it comes before any table header: "bash: sdxinfo: command not found"',
      ),
    );
  });

  test('refuses control characters, and quotes a long line shortened', () => {
    expect(() => readSdxinfoText(`${header}slice Class1 Disk\u001b[1m3`)).toThrow(
      'it holds a control character',
    );
    expect(() => readSdxinfoText(`${header}slice Class1 Disk\u007f3`)).toThrow(
      'it holds a control character',
    );
    expect(() => readSdxinfoText('x'.repeat(500))).toThrow(`"${'x'.repeat(200)}…"`);
  });
});
