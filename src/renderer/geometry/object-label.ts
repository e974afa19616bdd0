/** The words of an object of the picture: what stands on it, and what a screen reader says of it. */
import type { DiskItem, ExtentItem, PictureItem } from './layout-parts.ts';

const roleWords = { master: 'master', proxy: 'proxy', shadow: 'shadow', plain: '', private: '', free: '' };

const joined = (...texts: readonly string[]) => texts.filter((text) => text !== '').join(' · ');

/** Device and status of a disk. */
export const diskNote = ({ device, status }: DiskItem): string => joined(device, status);

/** Role and status of a volume. */
export const extentNote = ({ role, status }: ExtentItem): string => joined(roleWords[role], status);

/**
 * The accessible name: it begins with the words that are seen.
 * @param found how a node or the drive was found
 */
export function objectLabel(item: PictureItem, found: string): string {
  switch (item.kind) {
    case 'node':
      return `${item.name} ${item.note}, ${found}`;
    case 'tape':
      return `Tape ${item.name}, ${found}`;
    case 'class':
      return `${item.name} ${item.note}, class`;
    case 'group':
      return `${item.name} ${item.note}, group${item.folded ? ', folded' : ''}`;
    case 'disk':
      return `${item.name} ${diskNote(item)}, ${item.ghost ? 'no shadow disk yet' : 'disk'}`;
    case 'extent':
      return `${item.name} ${extentNote(item)}, volume`;
  }
}
