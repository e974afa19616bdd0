import {
  classesOn,
  disksOf,
  firstFreeBlock,
  groupBlocks,
  refuse,
  sliceStatus,
  volumesOfGroup,
  volumeStatus,
} from './gds-model.ts';
import { privateBlocks } from './lab-model.ts';
import type { GdsClass, GdsGroup, GdsVolume, NodeName } from './lab-model.ts';
import type { World } from './world.ts';

/**
 * The tables that sdxinfo prints, with the columns of the GDS guide's samples (4.5, F.1.1 and F.1.3; 4.1, 6.6.3.7).
 *
 * The columns right of PROXY in the long form, the class table and the words FREE and Part are not in the samples known here:
 * they are presumed.
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
  G: columns('OBJ:6 NAME:7 CLASS:7 DISKS:19 BLKS:8:r FREEBLKS:8:r SPARE:5:r'),
  V: columns('OBJ:6 NAME:7 CLASS:7 GROUP:7 SKIP:4 JRM:3 1STBLK:8:r LASTBLK:8:r BLOCKS:8:r STATUS:8'),
  long: columns(
    'OBJ:6 NAME:7 TYPE:6 CLASS:7 GROUP:7 DISK:6 MASTER:6 PROXY:5 SKIP:4 JRM:3 MODE:4 1STBLK:8:r LASTBLK:8:r BLOCKS:8:r STATUS:8',
  ),
  S: columns('OBJ:6 CLASS:7 GROUP:7 DISK:7 VOLUME:7 STATUS:8'),
};

/** The objects of a class that an answer is about. */
interface Selection {
  readonly owner: GdsClass;
  readonly disks: GdsClass['disks'];
  readonly groups: readonly GdsGroup[];
  readonly volumes: readonly GdsVolume[];
}

/** The named object and those related to it; everything where nothing is named. */
function select(owner: GdsClass, object: string | undefined): Selection | undefined {
  if (object === undefined || object === owner.name) {
    return { owner, disks: owner.disks, groups: owner.groups, volumes: owner.volumes };
  }
  const volume = owner.volumes.find((entry) => entry.name === object);
  const disk = owner.disks.find((entry) => entry.name === object);
  const groupName = volume?.group ?? disk?.group ?? object;
  const group = owner.groups.find((entry) => entry.name === groupName);
  if (!group) return disk ? { owner, disks: [disk], groups: [], volumes: [] } : undefined;
  return {
    owner,
    disks: disk ? [disk] : disksOf(owner, group.name),
    groups: [group],
    volumes: volume ? [volume] : volumesOfGroup(owner, group.name),
  };
}

/** How sdxinfo of this node shows a disk's name and size, faults included. */
function shownDisk(world: World, owner: GdsClass, name: string): string {
  return owner.shadow && name === 'Disk3' && world.faults.has('disk-name') ? 'Disk7' : name;
}

function shownDiskBlocks(world: World, owner: GdsClass, name: string, blocks: number): number {
  return owner.shadow && name === 'Disk3' && world.faults.has('disk-size') ? blocks - 2048 : blocks;
}

function diskRows(world: World, { owner, disks }: Selection): string[][] {
  return disks.map((disk) => [
    'disk',
    shownDisk(world, owner, disk.name),
    disk.type,
    owner.name,
    disk.group ?? '*',
    disk.device,
    String(shownDiskBlocks(world, owner, disk.name, disk.blocks)),
    owner.scope.join(':'),
    (owner.shadow ? world.faults.wordOf('shadow-disk-status') : undefined) ?? 'ENABLE',
  ]);
}

function groupRows(world: World, { owner, groups }: Selection): string[][] {
  return groups.map((group) => {
    const blocks = groupBlocks(owner, group.name);
    const free = blocks - firstFreeBlock(owner, group.name, privateBlocks);
    const disks = group.disks.map((name) => shownDisk(world, owner, name)).join(':');
    return ['group', group.name, owner.name, disks, String(blocks), String(free), '0'];
  });
}

/** A row of the volume table before the columns of the form are chosen: a volume, or an extent that belongs to none. */
interface VolumeRow {
  readonly group: GdsGroup;
  readonly volume: GdsVolume | undefined;
  readonly first: number;
  readonly blocks: number;
  readonly status: string;
}

function volumeRowsOf(
  world: World,
  node: NodeName,
  { owner, volumes }: Selection,
  group: GdsGroup,
): VolumeRow[] {
  const end = groupBlocks(owner, group.name);
  const free = firstFreeBlock(owner, group.name, privateBlocks);
  const unnamed = (first: number, blocks: number, status: string): VolumeRow[] =>
    blocks > 0 ? [{ group, volume: undefined, first, blocks, status }] : [];
  const named = volumesOfGroup(owner, group.name).filter((volume) => volumes.includes(volume));
  return [
    ...unnamed(0, privateBlocks, 'PRIVATE'),
    ...named.map((volume) => ({
      group,
      volume,
      first: volume.firstBlock,
      blocks: volume.blocks,
      status: shownStatus(world, owner, volume, node),
    })),
    ...unnamed(free, end - free, 'FREE'),
  ];
}

function shownStatus(world: World, owner: GdsClass, volume: GdsVolume, node: NodeName): string {
  const ofProxy = volume.proxy === null ? undefined : world.faults.wordOf('unknown-status');
  const ofShadow = owner.shadow ? world.faults.wordOf('shadow-status') : undefined;
  return ofProxy ?? ofShadow ?? volumeStatus(volume, node);
}

function volumeRow(owner: GdsClass, row: VolumeRow, long: boolean): string[] {
  const { volume, group } = row;
  const name = volume?.name ?? '*';
  const [skip, jrm] = volume ? ['off', volume.jrm] : ['*', '*'];
  const place = [String(row.first), String(row.first + row.blocks - 1), String(row.blocks), row.status];
  if (!long) return ['volume', name, owner.name, group.name, skip, jrm, ...place];
  const relation = [volume?.master ?? '*', volume?.proxy ?? '*'];
  return [
    'volume',
    name,
    group.type,
    owner.name,
    group.name,
    '*',
    ...relation,
    skip,
    jrm,
    volume?.mode ?? '*',
    ...place,
  ];
}

function sliceRows(world: World, node: NodeName, { owner, volumes }: Selection): string[][] {
  return volumes.flatMap((volume) =>
    disksOf(owner, volume.group).map((disk) => {
      const word = volume.proxy !== null ? world.faults.wordOf('slice') : undefined;
      const status = word ?? sliceStatus(volume, node);
      return ['slice', owner.name, volume.group, shownDisk(world, owner, disk.name), volume.name, status];
    }),
  );
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
  if (letter === 'D') return diskRows(world, selection);
  if (letter === 'G') return groupRows(world, selection);
  if (letter === 'S') return sliceRows(world, node, selection);
  return selection.groups.flatMap((group) =>
    volumeRowsOf(world, node, selection, group).map((row) => volumeRow(owner, row, long)),
  );
}

function withoutColumn(table: Table, title: string | undefined): Table {
  const gone = table.columns.findIndex((column) => column.title === title);
  if (gone < 0) return table;
  const keep = <Item>(items: readonly Item[]): Item[] => items.filter((_, index) => index !== gone);
  return { columns: keep(table.columns), rows: table.rows.map(keep) };
}

/**
 * The tables that answer a question, as the node sees the world; tables without rows are left out.
 * @throws GdsRefusal where the class or the object is not there
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
  return question.letters
    .map((letter) => ({
      columns: letter === 'V' && question.long ? tableColumns.long : tableColumns[letter],
      rows: selections.flatMap((selection) => rowsOf(world, node, letter, selection, question.long)),
    }))
    .filter((table) => table.rows.length > 0)
    .map((table) => withoutColumn(table, world.faults.wordOf('missing-column')));
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
