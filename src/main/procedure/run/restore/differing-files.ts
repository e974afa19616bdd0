/** Which entries of an archive differ on a file system. Pure. */
import type { TarContents } from '../../../../streams/tar/tar-contents.ts';
import { phrase } from '../../../../contract/text/say.ts';

/** @returns undefined if the entry matches */
function difference(key: string, archive: TarContents, found: TarContents): string | undefined {
  const [wanted, actual] = [archive.contentOf(key), found.contentOf(key)];
  const path = archive.found.get(key)?.path ?? key;
  if (!wanted) return phrase('{path} is a link to a file that the archive does not have', { path });
  if (!actual) return phrase('{path} is missing', { path });
  if (wanted.type === 'SymbolicLink')
    return actual.target === wanted.target
      ? undefined
      : phrase('{path} links to {target}', { path, target: actual.target ?? phrase('nothing') });
  // A sparse file is stored without its holes, and each tar omits them in its own way.
  if (wanted.isSparse || actual.isSparse) return undefined;
  if (actual.bytes !== wanted.bytes)
    return phrase('{path} has {bytes} bytes instead of {expected}', {
      path,
      bytes: actual.bytes,
      expected: wanted.bytes,
    });
  return actual.sha256 === wanted.sha256
    ? undefined
    : phrase('{path} has the SHA-256 {sha256} instead of {expected}', {
        path,
        sha256: actual.sha256,
        expected: wanted.sha256,
      });
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
