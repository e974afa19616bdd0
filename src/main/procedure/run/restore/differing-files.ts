/** Which entries of an archive differ on a file system. Pure. */
import type { TarContents } from '../../../../streams/tar/tar-contents.ts';

/** @returns undefined if the entry matches */
function difference(key: string, archive: TarContents, found: TarContents): string | undefined {
  const [wanted, actual] = [archive.contentOf(key), found.contentOf(key)];
  const path = archive.found.get(key)?.path ?? key;
  if (!wanted) return `${path} is a link to a file that the archive does not have`;
  if (!actual) return `${path} is missing`;
  if (wanted.type === 'SymbolicLink')
    return actual.target === wanted.target ? undefined : `${path} links to ${actual.target ?? 'nothing'}`;
  // A sparse file is stored without its holes, and each tar omits them in its own way.
  if (wanted.isSparse || actual.isSparse) return undefined;
  if (actual.bytes !== wanted.bytes) return `${path} has ${actual.bytes} bytes instead of ${wanted.bytes}`;
  return actual.sha256 === wanted.sha256
    ? undefined
    : `${path} has the SHA-256 ${actual.sha256} instead of ${wanted.sha256}`;
}

/**
 * @param archive as it was extracted
 * @param found what tar sends of the file system
 * @returns a phrase for each entry that differs; the folder itself does not count
 */
export function differingFiles(archive: TarContents, found: TarContents): string[] {
  return [...archive.found.keys()]
    .filter((key) => key !== '')
    .flatMap((key) => difference(key, archive, found) ?? []);
}
