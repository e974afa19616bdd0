/** The special files of GDS volumes below /dev/sfdsk, as `ls -R` lists them. Pure. */
import type { Argv } from './commands.ts';

/** A volume of which there is at least one special file. */
export interface DeviceFile {
  readonly class: string;
  readonly volume: string;
}

const root = '/dev/sfdsk';

/** Lists every special file of GDS. It fails where the folder does not exist. */
export const deviceFilesQuery: Argv = ['ls', '-R', root];

/** Lists what the folder is in: shows that there is no folder where the query above has failed. */
export const deviceFolderQuery: Argv = ['ls', '/dev'];

const linesOf = (text: string): string[] => text.split(/\r?\n/).map((line) => line.trim());

/** True if the answer to `deviceFolderQuery` proves that no special file of GDS exists. */
export function hasNoDeviceFolder(listing: string): boolean {
  const names = linesOf(listing);
  return names.includes('null') && !names.includes('sfdsk');
}

/**
 * Reads the answer to `deviceFilesQuery`. Folders that cannot be classes, such as those of GDS itself (`_adm`), are
 * left out: a name of an object begins with a letter or a digit (GDS guide (Linux) 4.2, A.1.1).
 * @returns each volume once; undefined if the text is no such list
 */
export function parseDeviceFiles(text: string): DeviceFile[] | undefined {
  if (linesOf(text)[0] !== `${root}:`) return undefined;
  const found = new Map<string, DeviceFile>();
  let className: string | undefined;
  for (const line of linesOf(text)) {
    if (line.startsWith('/')) {
      className = /^\/dev\/sfdsk\/([A-Za-z0-9][^/]*)\/r?dsk:$/.exec(line)?.[1];
    } else if (className !== undefined && line !== '') {
      found.set(`${className}/${line}`, { class: className, volume: line });
    }
  }
  return [...found.values()];
}
