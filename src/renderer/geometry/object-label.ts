/** The texts of an object of the picture: its label, and its text for screen readers. */
import type { TapeView } from '../../contract/screens.ts';
import { say } from '../../contract/text/say.ts';
import { driveState } from './drive-state.ts';
import type { State } from '../../folds/states.ts';
import type { DiskItem, ExtentItem, PictureItem } from './layout-parts.ts';

const roleWords = {
  master: say('master'),
  proxy: say('proxy'),
  shadow: say('shadow'),
  plain: '',
  private: '',
  free: '',
};

const joined = (...texts: readonly string[]) => texts.filter((text) => text !== '').join(' · ');

/** Device and status of a disk. */
export const diskNote = ({ device, status }: DiskItem): string => joined(device, status);

/** Role and status of a volume. */
export const extentNote = ({ role, status }: ExtentItem): string => joined(roleWords[role], status);

/**
 * The accessible name: it begins with the visible words.
 * @param found the state of a node or the drive
 */
export function objectLabel(item: PictureItem, found: string): string {
  switch (item.kind) {
    case 'node':
      return `${item.name} ${item.note}, ${found}`;
    case 'tape':
      return say('Tape {name} {found}', { name: item.name, found });
    case 'class':
      return say('{name} {note}, class', { name: item.name, note: item.note });
    case 'group':
      return item.folded
        ? say('{name} {note}, group, folded', { name: item.name, note: item.note })
        : say('{name} {note}, group', { name: item.name, note: item.note });
    case 'disk':
      return item.ghost
        ? say('{name} {note}, no shadow disk yet', { name: item.name, note: diskNote(item) })
        : say('{name} {note}, disk', { name: item.name, note: diskNote(item) });
    case 'extent':
      return say('{name} {note}, volume', { name: item.name, note: extentNote(item) });
  }
}

export interface TapeWords {
  readonly state: State;
  readonly word: string;
  /** The drive, and whether its cartridge is write protected. */
  readonly drive: string;
  /** The data rate, otherwise the position of the tape, otherwise the status of the drive. */
  readonly note: string;
}

/** @param flow such as `118.4 MB/s · 60 %`; undefined if nothing flows */
export function tapeWords(
  tape: TapeView | undefined,
  drive: string | undefined,
  flow: string | undefined,
): TapeWords {
  const { state, word } = tape ? driveState(tape) : { state: 'idle' as const, word: say('not checked') };
  const position =
    tape?.file === undefined
      ? tape?.said
      : say('at file {file}, record {record}', { file: tape.file, record: tape.record ?? 0 });
  return {
    state,
    word,
    drive: joined(drive ?? '', tape?.writeProtected ? say('write protected') : ''),
    note: flow ?? position ?? '',
  };
}
