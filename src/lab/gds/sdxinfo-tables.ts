import { blocksOf, extentsOn, freeBlocks } from './gds-extents.ts';
import {
  classesOn,
  diskOf,
  disksBelow,
  groupOf,
  groupsFrom,
  hasGroup,
  refuse,
  sliceStatus,
  volumesOn,
  volumeStatus,
} from './gds-model.ts';
import {
  type GdsClass,
  type GdsDisk,
  type GdsGroup,
  type GdsVolume,
  type NodeName,
  privateBlocks,
} from './lab-model.ts';
import type { World } from '../world.ts';

/**
 * The tables that sdxinfo prints, with the columns of the GDS guide's samples (4.5, F.1.1 and F.1.3; 4.1, 6.6.3.7).
 *
 * The columns right of PROXY in the long form, the column WIDTH in the long form of a group, the class table and the words FREE and
 * Part are not in the samples known here: they are presumed. So is that a lower group has no FREEBLKS and no SPARE of its own, and that
 * a single disk has a FREEBLKS.
 */

export interface Column {
  readonly title: string;
  /** Dashes under the title; a longer value overflows, as in the guide. */
  readonly width: number;
  readonly right?: boolean;
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export type TableLetter = 'C' | 'D' | 'G' | 'V' | 'S';

export interface Question {
  readonly letters: readonly TableLetter[];
  readonly className: string | undefined;
  readonly object: string | undefined;
  readonly long: boolean;
}

function columns(text: string): Column[] {
  return text.split(' ').map((entry) => {
    const [title = '', width = '0', side] = entry.split(':');
    return { title, width: Number(width), right: side === 'r' };
  });
}

const tableColumns = {
  C: columns('OBJ:6 NAME:7 TYPE:6 SCOPE:11 SPARE:5:r'),
  D: columns('OBJ:6 NAME:7 TYPE:6 CLASS:7 GROUP:7 DEVNAM:7 DEVBLKS:8:r DEVCONNECT:16 STATUS:7'),
  longDisk: columns(
    'OBJ:6 NAME:7 TYPE:6 CLASS:7 GROUP:7 DEVNAM:7 DEVBLKS:8:r FREEBLKS:8:r DEVCONNECT:16 STATUS:7 E:1',
  ),
  G: columns('OBJ:6 NAME:7 CLASS:7 DISKS:19 BLKS:8:r FREEBLKS:8:r SPARE:5:r'),
  longGroup: columns('OBJ:6 NAME:7 CLASS:7 DISKS:19 BLKS:8:r FREEBLKS:8:r SPARE:5:r WIDTH:5:r'),
  V: columns('OBJ:6 NAME:7 CLASS:7 GROUP:7 SKIP:4 JRM:3 1STBLK:8:r LASTBLK:8:r BLOCKS:8:r STATUS:8'),
  longVolume: columns(
    'OBJ:6 NAME:7 TYPE:6 CLASS:7 GROUP:7 DISK:6 MASTER:6 PROXY:5 SKIP:4 JRM:3 MODE:4 1STBLK:8:r LASTBLK:8:r BLOCKS:8:r STATUS:8',
  ),
  S: columns('OBJ:6 CLASS:7 GROUP:7 DISK:7 VOLUME:7 STATUS:8'),
};

/** True for the title of a column of any of the tables. */
export const isColumn = (title: string): boolean =>
  Object.values(tableColumns).some((table) => table.some((column) => column.title === title));

/** The objects of a class that an answer shows. */
interface Selection {
  readonly owner: GdsClass;
  readonly disks: readonly GdsDisk[];
  readonly groups: readonly GdsGroup[];
  readonly volumes: readonly GdsVolume[];
  /** The groups without a higher one and the single disks among them: where volumes can lie. */
  readonly places: readonly string[];
}

function selection(
  owner: GdsClass,
  disks: readonly GdsDisk[],
  groups: readonly GdsGroup[],
  volumes: readonly GdsVolume[],
): Selection {
  const highest = groups.filter(({ group }) => group === null);
  const single = disks.filter(({ type }) => type === 'single');
  return { owner, disks, groups, volumes, places: [...highest, ...single].map(({ name }) => name) };
}

/** The group, or the single disk, that has no higher one. */
function highestOf(owner: GdsClass, name: string): string {
  const { group } = hasGroup(owner, name) ? groupOf(owner, name) : diskOf(owner, name);
  return group === null ? name : highestOf(owner, group);
}

/** The named object and those related to it: above it, below it, and the volumes; everything where nothing is named. */
function select(owner: GdsClass, object: string | undefined): Selection | undefined {
  if (object === undefined || object === owner.name) {
    return selection(owner, owner.disks, owner.groups, owner.volumes);
  }
  const volume = owner.volumes.find((entry) => entry.name === object);
  const name = volume?.on ?? object;
  if (!hasGroup(owner, name) && owner.disks.every((entry) => entry.name !== name)) return undefined;
  const below = [name, ...groupsFrom(owner, name).map((group) => group.name)];
  const isRelated = (group: GdsGroup): boolean => below.includes(group.name) || isAbove(owner, group, name);
  const highest = highestOf(owner, name);
  return selection(
    owner,
    disksBelow(owner, name),
    owner.groups.filter(isRelated),
    volume ? [volume] : volumesOn(owner, highest),
  );
}

function isAbove(owner: GdsClass, { members }: GdsGroup, name: string): boolean {
  return members.some(
    (member) => member === name || (hasGroup(owner, member) && isAbove(owner, groupOf(owner, member), name)),
  );
}

/** The faults of a disk apply to the first disk of a shadow class, whichever volume is shadowed. */
const isFaultyDisk = (owner: GdsClass, name: string): boolean =>
  owner.shadow && owner.disks[0]?.name === name;

/** How sdxinfo of this node shows a disk's name and size, faults included. */
function shownDisk(world: World, owner: GdsClass, name: string): string {
  return isFaultyDisk(owner, name) && world.faults.has('disk-name') ? 'Disk7' : name;
}

function shownDiskBlocks(world: World, owner: GdsClass, name: string, blocks: number): number {
  return isFaultyDisk(owner, name) && world.faults.has('disk-size') ? blocks - 2048 : blocks;
}

function diskRows(world: World, { owner, disks }: Selection, long: boolean): string[][] {
  return disks.map((disk) => {
    const size = String(shownDiskBlocks(world, owner, disk.name, disk.blocks));
    const free = disk.type === 'single' ? String(freeBlocks(owner, disk.name)) : '*';
    const status = (owner.shadow ? world.faults.wordOf('shadow-disk-status') : undefined) ?? 'ENABLE';
    const name = shownDisk(world, owner, disk.name);
    const start = ['disk', name, disk.type, owner.name, disk.group ?? '*', disk.device, size];
    const end = [owner.scope.join(':'), status];
    return long ? [...start, free, ...end, '*'] : [...start, ...end];
  });
}

function groupRows(world: World, { owner, groups }: Selection, long: boolean): string[][] {
  return groups.map((group) => {
    const members = group.members.map((name) => shownDisk(world, owner, name)).join(':');
    const own = group.group === null ? [String(freeBlocks(owner, group.name)), '0'] : ['*', '*'];
    const row = ['group', group.name, owner.name, members, String(blocksOf(owner, group.name)), ...own];
    return long ? [...row, group.width === null ? '*' : String(group.width)] : row;
  });
}

/** A row of the volume table before the columns of the form are chosen: a volume, or an extent that belongs to none. */
interface VolumeRow {
  readonly volume: GdsVolume | undefined;
  readonly first: number;
  readonly blocks: number;
  readonly status: string;
}

function volumeRowsOn(
  world: World,
  node: NodeName,
  { owner, volumes }: Selection,
  place: string,
): VolumeRow[] {
  const extents = extentsOn(owner, place).filter(({ volume }) => !volume || volumes.includes(volume));
  return [
    { volume: undefined, first: 0, blocks: privateBlocks, status: 'PRIVATE' },
    ...extents.map((extent) => ({
      ...extent,
      status: extent.volume ? shownStatus(world, owner, extent.volume, node) : 'FREE',
    })),
  ];
}

function shownStatus(world: World, owner: GdsClass, volume: GdsVolume, node: NodeName): string {
  const ofProxy = volume.proxy === null ? undefined : world.faults.wordOf('unknown-status');
  const ofShadow = owner.shadow ? world.faults.wordOf('shadow-status') : undefined;
  return ofProxy ?? ofShadow ?? volumeStatus(volume, node);
}

function volumeRow(
  world: World,
  owner: GdsClass,
  place: string,
  { volume, ...row }: VolumeRow,
  long: boolean,
): string[] {
  const name = volume?.name ?? '*';
  const [skip, jrm] = volume ? ['off', volume.jrm] : ['*', '*'];
  const blocks = [String(row.first), String(row.first + row.blocks - 1), String(row.blocks), row.status];
  const isGroup = hasGroup(owner, place);
  const group = isGroup ? place : '*';
  if (!long) return ['volume', name, owner.name, group, skip, jrm, ...blocks];
  const type = isGroup ? groupOf(owner, place).type : 'single';
  const where = [group, isGroup ? '*' : shownDisk(world, owner, place)];
  const relation = [volume?.master ?? '*', volume?.proxy ?? '*'];
  return ['volume', name, type, owner.name, ...where, ...relation, skip, jrm, volume?.mode ?? '*', ...blocks];
}

/** One for each member of the volume's group: a lower group counts like a disk. */
function sliceRows(world: World, node: NodeName, { owner, volumes }: Selection): string[][] {
  return volumes.flatMap((volume) => {
    const isGroup = hasGroup(owner, volume.on);
    const members = isGroup ? groupOf(owner, volume.on).members : [volume.on];
    const word = volume.proxy !== null ? world.faults.wordOf('slice') : undefined;
    const [group, status] = [isGroup ? volume.on : '*', word ?? sliceStatus(volume, node)];
    return members.map((member) => {
      return ['slice', owner.name, group, shownDisk(world, owner, member), volume.name, status];
    });
  });
}

function rowsOf(
  world: World,
  node: NodeName,
  letter: TableLetter,
  selection: Selection,
  long: boolean,
): string[][] {
  const { owner } = selection;
  if (letter === 'C')
    return [['class', owner.name, owner.shadow ? 'local' : 'shared', owner.scope.join(':'), '0']];
  if (letter === 'D') return diskRows(world, selection, long);
  if (letter === 'G') return groupRows(world, selection, long);
  if (letter === 'S') return sliceRows(world, node, selection);
  return selection.places.flatMap((place) =>
    volumeRowsOn(world, node, selection, place).map((row) => volumeRow(world, owner, place, row, long)),
  );
}

function columnsOf(letter: TableLetter, long: boolean): Column[] {
  if (long && letter === 'D') return tableColumns.longDisk;
  if (long && letter === 'G') return tableColumns.longGroup;
  return long && letter === 'V' ? tableColumns.longVolume : tableColumns[letter];
}

function withoutColumn(table: Table, title: string | undefined): Table {
  const gone = table.columns.findIndex((column) => column.title === title);
  if (gone < 0) return table;
  const keep = <Item>(items: readonly Item[]): Item[] => items.filter((_, index) => index !== gone);
  return { columns: keep(table.columns), rows: table.rows.map(keep) };
}

/**
 * The tables that answer a question, as the node sees the world; tables without rows are omitted, unless all of them
 * are empty. What sdxinfo prints on a node without objects is not in the excerpts known here: titles are presumed, the
 * fault `no-titles` removes them.
 * @throws GdsRefusal if the class or the object does not exist
 */
export function sdxinfoTables(world: World, node: NodeName, question: Question): Table[] {
  const classes = classesOn(world.model, node).filter(
    (entry) => question.className === undefined || entry.name === question.className,
  );
  if (question.className !== undefined && classes.length === 0)
    throw refuse(`${question.className}: no such class`);
  const selections = classes.flatMap((owner) => select(owner, question.object) ?? []);
  if (question.object !== undefined && selections.length === 0)
    throw refuse(`${question.object}: no such object`);
  const tables = question.letters
    .map((letter) => ({
      columns: columnsOf(letter, question.long),
      rows: selections.flatMap((selection) => rowsOf(world, node, letter, selection, question.long)),
    }))
    .map((table) => withoutColumn(table, world.faults.wordOf('missing-column')));
  const filled = tables.filter((table) => table.rows.length > 0);
  return filled.length > 0 || world.faults.has('no-titles') ? filled : tables;
}

function printRow(columnsOf: readonly Column[], cells: readonly string[]): string {
  const padded = columnsOf.map(({ width, right }, index) =>
    right ? (cells[index] ?? '').padStart(width) : (cells[index] ?? '').padEnd(width),
  );
  return padded.join(' ').trimEnd();
}

/** Titles, a line of dashes, the rows; a blank line between tables. */
export function printTables(tables: readonly Table[]): string {
  return tables
    .map(({ columns: columnsOf, rows }) => {
      const titles = columnsOf
        .map(({ title, width }) => title.padEnd(width))
        .join(' ')
        .trimEnd();
      const dashes = columnsOf.map(({ width }) => '-'.repeat(width)).join(' ');
      return [titles, dashes, ...rows.map((row) => printRow(columnsOf, row))]
        .map((line) => `${line}\n`)
        .join('');
    })
    .join('\n');
}
