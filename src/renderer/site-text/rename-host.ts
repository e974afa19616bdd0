/** A new name for a host of a site file: references to it follow. */
import { renameKey, setValue, valueAt, valueOf, type Path } from './site-edit.ts';
import { isList, isMap, type Value } from './yaml-text.ts';

function placesOf(job: Value, path: Path, host: string): Path[] {
  const scripts = isMap(job) && isList(job['scripts']) ? job['scripts'] : [];
  return scripts.flatMap((script, at) =>
    isMap(script) && script['host'] === host ? [[...path, 'scripts', at, 'host']] : [],
  );
}

/** The place of drills as it is with the new name; undefined if it is not on that host. */
function drillPlace(job: Value | undefined, from: string, to: string): string | undefined {
  const drill = isMap(job) ? job['drill'] : undefined;
  const place = isMap(drill) ? drill['to'] : undefined;
  return typeof place === 'string' && place.startsWith(`${from}:`)
    ? `${to}${place.slice(from.length)}`
    : undefined;
}

/**
 * Renames the host; the tape drive's host, the hosts of scripts, the nodes of services and the places of drills follow.
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
  for (const [name, job] of named) {
    const place = drillPlace(job, from, to);
    if (place !== undefined) renamed = setValue(renamed, ['jobs', name, 'drill', 'to'], place);
  }
  for (const path of nodes) renamed = renameKey(renamed, path, to);
  return renamed;
}
