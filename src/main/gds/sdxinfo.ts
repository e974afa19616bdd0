/**
 * Reads what sdxinfo printed into typed objects.
 *
 * Columns are found by name. Unknown columns and unknown status words are kept as printed; a line that does not fit is
 * refused, so that no object is ever made up from half a row.
 */

import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import { mergeReports } from './sdxinfo-merge.ts';
import { columnsOfFields, emptyReport } from './sdxinfo-objects.ts';
import type {
  Extent,
  ObjectKind,
  SdxClass,
  SdxDisk,
  SdxExtent,
  SdxGroup,
  SdxinfoReport,
  SdxSlice,
  SdxVolume,
  ShownObject,
} from './sdxinfo-objects.ts';
import { readSdxinfoText, unreadable } from './sdxinfo-table.ts';
import type { SdxinfoRow, SdxinfoTable } from './sdxinfo-table.ts';
import { statusOf } from './status-words.ts';
import type { Status, StatusKind } from './status-words.ts';

/** Columns without which an object cannot be judged. SPARE, DEVCONNECT, SKIP, JRM and the like may be missing. */
const neededColumns: Readonly<Record<Exclude<ObjectKind, 'volume'>, readonly string[]>> = {
  class: ['NAME'],
  disk: ['NAME', 'TYPE', 'CLASS', 'GROUP', 'DEVNAM', 'DEVBLKS', 'STATUS'],
  group: ['NAME', 'CLASS', 'DISKS', 'BLKS'],
  slice: ['CLASS', 'GROUP', 'DISK', 'VOLUME', 'STATUS'],
};
const neededOfVolume = ['NAME', 'CLASS', 'GROUP', '1STBLK', 'LASTBLK', 'BLOCKS', 'STATUS'];
/** What follows PROXY in the long form is not known (GDS guide 6.6.3.7, step 3-1, ends its sample there). */
const neededOfLongVolume = ['NAME', 'TYPE', 'CLASS', 'GROUP', 'DISK', 'MASTER', 'PROXY'];

/** sdxinfo's word for "not applicable". */
const notApplicable = '*';

function optional(row: SdxinfoRow, column: string): string | undefined {
  const cell = row.cells.get(column);
  return cell === notApplicable ? undefined : cell;
}

function required(row: SdxinfoRow, column: string): string {
  const cell = optional(row, column);
  if (cell === undefined) throw unreadable(row.lineNumber, row.line, phrase('{column} is empty', { column }));
  return cell;
}

function wholeNumber(row: SdxinfoRow, column: string): number | undefined {
  const cell = optional(row, column);
  if (cell === undefined) return undefined;
  const value = /^[0-9]+$/.test(cell) ? Number(cell) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw unreadable(row.lineNumber, row.line, phrase('{column} is not a number of blocks', { column }));
  }
  return value;
}

/** What a group without stripes shows under WIDTH is not known: whatever is not a number is not a width. */
function stripeWidth(row: SdxinfoRow): number | undefined {
  const cell = optional(row, 'WIDTH') ?? '';
  return /^[1-9][0-9]{0,14}$/.test(cell) ? Number(cell) : undefined;
}

function colonList(row: SdxinfoRow, column: string): readonly string[] | undefined {
  const names = optional(row, column)?.split(':');
  if (names?.includes(''))
    throw unreadable(row.lineNumber, row.line, phrase('{column} has an empty name in its list', { column }));
  return names;
}

function status(row: SdxinfoRow, column: string, kind: StatusKind): Status | undefined {
  const word = optional(row, column);
  return word === undefined ? undefined : statusOf(kind, word);
}

function shown(row: SdxinfoRow, kind: ObjectKind): ShownObject {
  const known: readonly string[] = ['OBJ', ...Object.values(columnsOfFields[kind])];
  const unknown = [...row.cells].filter(([column]) => !known.includes(column));
  return { columns: [...row.cells.keys()], unknownColumns: Object.fromEntries(unknown) };
}

function extentOf(row: SdxinfoRow): Extent {
  const firstBlock = wholeNumber(row, '1STBLK');
  const lastBlock = wholeNumber(row, 'LASTBLK');
  const blocks = wholeNumber(row, 'BLOCKS');
  if (firstBlock !== undefined && lastBlock !== undefined && blocks !== undefined) {
    if (blocks < 1 || blocks !== lastBlock - firstBlock + 1) {
      throw unreadable(row.lineNumber, row.line, phrase('BLOCKS is not LASTBLK - 1STBLK + 1'));
    }
  }
  return { firstBlock, lastBlock, blocks };
}

function classOf(row: SdxinfoRow): SdxClass {
  return {
    ...shown(row, 'class'),
    name: required(row, 'NAME'),
    type: optional(row, 'TYPE'),
    scope: optional(row, 'SCOPE'),
    spare: optional(row, 'SPARE'),
  };
}

function diskOf(row: SdxinfoRow): SdxDisk {
  return {
    ...shown(row, 'disk'),
    name: required(row, 'NAME'),
    type: required(row, 'TYPE'),
    class: required(row, 'CLASS'),
    group: optional(row, 'GROUP'),
    device: optional(row, 'DEVNAM'),
    blocks: wholeNumber(row, 'DEVBLKS'),
    connectedTo: colonList(row, 'DEVCONNECT'),
    status: statusOf('disk', required(row, 'STATUS')),
  };
}

function groupOf(row: SdxinfoRow): SdxGroup {
  required(row, 'DISKS');
  return {
    ...shown(row, 'group'),
    name: required(row, 'NAME'),
    type: optional(row, 'TYPE'),
    class: required(row, 'CLASS'),
    disks: colonList(row, 'DISKS') ?? [],
    blocks: wholeNumber(row, 'BLKS'),
    freeBlocks: wholeNumber(row, 'FREEBLKS'),
    spare: optional(row, 'SPARE'),
    width: stripeWidth(row),
  };
}

function placeOf(row: SdxinfoRow) {
  return {
    ...shown(row, 'volume'),
    ...extentOf(row),
    type: optional(row, 'TYPE'),
    class: required(row, 'CLASS'),
    group: optional(row, 'GROUP'),
    disk: optional(row, 'DISK'),
  };
}

function volumeOf(row: SdxinfoRow): SdxVolume {
  return {
    ...placeOf(row),
    name: required(row, 'NAME'),
    master: optional(row, 'MASTER'),
    proxy: status(row, 'PROXY', 'proxy'),
    skip: optional(row, 'SKIP'),
    jrm: optional(row, 'JRM'),
    mode: optional(row, 'MODE'),
    status: status(row, 'STATUS', 'volume'),
  };
}

function freeExtentOf(row: SdxinfoRow): SdxExtent {
  return { ...placeOf(row), status: status(row, 'STATUS', 'extent') };
}

function sliceOf(row: SdxinfoRow): SdxSlice {
  return {
    ...shown(row, 'slice'),
    class: required(row, 'CLASS'),
    group: optional(row, 'GROUP'),
    disk: required(row, 'DISK'),
    volume: required(row, 'VOLUME'),
    status: statusOf('slice', required(row, 'STATUS')),
  };
}

function isKind(word: string): word is ObjectKind {
  return Object.hasOwn(columnsOfFields, word);
}

/** The kind of object that a table lists: one table lists one kind. Undefined for a table without rows. */
function kindOf(table: SdxinfoTable): ObjectKind | undefined {
  const [first] = table.rows;
  if (first === undefined) return undefined;
  const word = first.cells.get('OBJ') ?? '';
  if (!isKind(word))
    throw unreadable(
      first.lineNumber,
      first.line,
      phrase('"{word}" is not a known kind of object', { word }),
    );
  const other = table.rows.find((row) => row.cells.get('OBJ') !== word);
  if (other !== undefined) {
    throw unreadable(
      other.lineNumber,
      other.line,
      phrase('a row of another kind is in the {word} table', { word }),
    );
  }
  return word;
}

function requireColumns(table: SdxinfoTable, kind: ObjectKind): void {
  const isLong = table.columns.includes('MASTER') || table.columns.includes('PROXY');
  const ofVolume = isLong ? neededOfLongVolume : neededOfVolume;
  const needed = kind === 'volume' ? ofVolume : neededColumns[kind];
  const column = needed.find((name) => !table.columns.includes(name));
  if (column === undefined) return;
  throw failure('SDXINFO_COLUMN_MISSING', { column, table: kind, columns: table.columns.join(' ') });
}

function reportOfTable(table: SdxinfoTable): SdxinfoReport {
  const kind = kindOf(table);
  if (kind === undefined) return emptyReport;
  requireColumns(table, kind);
  if (kind === 'class') return { ...emptyReport, classes: table.rows.map(classOf) };
  if (kind === 'disk') return { ...emptyReport, disks: table.rows.map(diskOf) };
  if (kind === 'group') return { ...emptyReport, groups: table.rows.map(groupOf) };
  if (kind === 'slice') return { ...emptyReport, slices: table.rows.map(sliceOf) };
  const isExtent = (row: SdxinfoRow) => row.cells.get('NAME') === notApplicable;
  return {
    ...emptyReport,
    volumes: table.rows.filter((row) => !isExtent(row)).map(volumeOf),
    extents: table.rows.filter(isExtent).map(freeExtentOf),
  };
}

/**
 * Reads the output of one or several sdxinfo commands (GDS guide 4.5, D.6; samples in F.1.1, F.1.3 and in 6.6.3.7).
 * An object that is in several tables becomes one. Empty text, and tables without rows, hold no objects.
 * @param text standard output, in the default form or that of `-e long`
 * @throws SDXINFO_UNREADABLE, SDXINFO_COLUMN_MISSING, SDXINFO_FAILED, SDXINFO_CONTRADICTS
 */
export function parseSdxinfo(text: string): SdxinfoReport {
  const { tables, messages } = readSdxinfoText(text);
  return mergeReports({ ...emptyReport, messages }, ...tables.map(reportOfTable));
}
