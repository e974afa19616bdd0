/** A new name for a host of a site file: references to it follow. */
import { renameKey, setValue, valueAt, valueOf, type Path } from './site-edit.ts';
import { isList, isMap, type Value } from './yaml-text.ts';

function placesOf(job: Value, path: Path, host: string): Path[] {
  const scripts = isMap(job) && isList(job['scripts']) ? job['scripts'] : [];
  return scripts.flatMap((script, at) =>
    isMap(script) && script['host'] === host ? [[...path, 'scripts', at, 'host']] : [],
  );
}

/**
 * Renames the host; the tape drive's host, the hosts of scripts and the nodes of services follow.
 * @throws EditRefused where the name is taken
 */
export function renameHost(text: string, from: string, to: string): string {
  const before = valueOf(text);
  const jobs = valueAt(before, ['jobs']);
  const named = isMap(jobs) ? Object.entries(jobs) : [];
  const values = [
    ...(valueAt(before, ['tape', 'host']) === from ? [['tape', 'host']] : []),
    ...named.flatMap(([name, job]) => placesOf(job, ['jobs', name], from)),
  ];
  const nodes = named
    .map(([name]): Path => ['jobs', name, 'services', 'nodes', from])
    .filter((path) => valueAt(before, path) !== undefined);
  let renamed = renameKey(text, ['hosts', from], to);
  for (const path of values) renamed = setValue(renamed, path, to);
  for (const path of nodes) renamed = renameKey(renamed, path, to);
  return renamed;
}
