/** Places of a site file in words, as the errors of a draft name them: `jobs.nightly.volumes[0].master`. */
import type { SiteTrouble } from '../../contract/site-views.ts';
import type { Path } from './site-edit.ts';

export function pathText(path: Path): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${part}`))
    .join('');
}

/** Only the reason, for the field that shows it: without the file and the place before it. */
export function reasonOf({ sentence, path }: SiteTrouble): string {
  const at = path === undefined ? -1 : sentence.indexOf(`${path}: `);
  return at < 0 || path === undefined ? sentence : sentence.slice(at + path.length + 2);
}

/** True if the error is at the place, or inside of it. */
export function isInside(trouble: SiteTrouble, path: Path): boolean {
  const place = pathText(path);
  const { path: of } = trouble;
  return of !== undefined && (of === place || of.startsWith(`${place}.`) || of.startsWith(`${place}[`));
}
