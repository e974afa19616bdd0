/** Which names of an archive may be written below a folder. Names are bytes (contract/file-names.ts). Pure. */
import { bytesOfName } from '../../../contract/file-names.ts';
import { phrase } from '../../../contract/text/say.ts';

/** The path of an entry below the folder, part by part; or why it may not be written. */
export type SafePath = { readonly parts: readonly string[] } | { readonly reason: string };

const longestPart = 255;

/** `./app/ledger.db` and `/app/ledger.db` -> `app`, `ledger.db`; no parts for the folder itself. */
export function safePath(path: string): SafePath {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) return { reason: phrase('its path leaves the folder') };
  if (path.includes('\0')) return { reason: phrase('its name holds a NUL character') };
  if (parts.some((part) => bytesOfName(part).length > longestPart))
    return { reason: phrase('a part of its path is longer than {longestPart} bytes', { longestPart }) };
  return { parts };
}

/**
 * Why a symbolic link may not be written; undefined if it may. `..` is allowed only at the beginning of its target:
 * after a name it may lead anywhere, since that name may be a link itself.
 * @param parts of the link's own path
 */
export function linkRefusal(parts: readonly string[], target: string): string | undefined {
  if (target.startsWith('/')) return phrase('it links to an absolute path');
  const steps = target.split('/').filter((part) => part !== '' && part !== '.');
  const up = steps.findIndex((part) => part !== '..');
  const leading = up < 0 ? steps.length : up;
  if (leading > parts.length - 1) return phrase('it links to a place outside of the folder');
  return steps.slice(leading).includes('..')
    ? phrase('it links to a place that may be outside of the folder')
    : undefined;
}
