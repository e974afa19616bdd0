/** How a run began, and whether the site's job still matches. Pure. */
import { failure } from '../../../contract/errors.ts';
import type { EventOf, NewEvent, RunEvent } from '../../../contract/events.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { driveSpeed } from '../../tape/drive-speeds.ts';
import { hashesAll, samplesWanted } from '../../site/whole-fingerprint.ts';
import type { Assignment } from '../model/assignment.ts';

export type RunStart = EventOf<'run-started'>;

/** What a run has to do, from its first event, without its starter and version. */
export type Beginning = Omit<Extract<NewEvent, { type: 'run-started' }>, 'type' | 'operator' | 'version'>;

/** @throws JOURNAL_BROKEN if the journal does not begin with the start of a run */
export function beginningOf(events: readonly RunEvent[], file: string): RunStart {
  const [start] = events;
  if (start?.type !== 'run-started')
    throw failure('JOURNAL_BROKEN', {
      file,
      line: 1,
      reason: phrase('it does not show how the run started'),
    });
  return start;
}

/**
 * The options that the site's job was run with. A method that not all volumes share came from the job, not from the
 * command line.
 */
export function overridesOf({
  method,
  route,
  nodes,
  volumes,
  tapeName,
}: RunStart): Pick<RunStart, 'route' | 'nodes' | 'tapeName'> & { method: RunStart['method'] | undefined } {
  const isShared = volumes.every((volume) => (volume.method ?? method) === method);
  return { method: isShared ? method : undefined, route, nodes: nodes ?? 'all', tapeName };
}

function hostsOf({ primaryNodes, backupServer, tapeHost }: Assignment): Beginning['hosts'] {
  return [
    ...primaryNodes.map((name) => ({ name, role: 'primary' as const })),
    { name: backupServer, role: 'backup' },
    ...(tapeHost === backupServer ? [] : [{ name: tapeHost, role: 'tape' as const }]),
  ];
}

/** The platform of the console: it may have contributed to the result of a run. */
export const consoleFields = () => ({
  node: process.versions.node,
  system: `${process.platform} ${process.arch}`,
});

/** What the first event of a run contains of its assignment. */
export function beginningFields(assignment: Assignment): Beginning {
  const { jobName, siteName, route, method, tapeHost, tapeDevice, job, shadow, volumes } = assignment;
  const [first] = volumes;
  if (!first) throw new Error('a run has at least one volume');
  const disks = shadow.layout.disks.map(({ name }) => ({ name, device: shadow.devices[name] ?? '' }));
  return {
    job: jobName,
    site: siteName,
    route,
    layout: job.media.layout,
    ...(job.media.pool === undefined ? {} : { pool: job.media.pool, tapeName: job.media.name }),
    method,
    volumes: volumes.map((volume) => ({ ...volume, shadow: volume.shadow.volume })),
    class: assignment.class,
    tape: { host: tapeHost, device: tapeDevice },
    recordBytes: job.media.recordBytes,
    blocks: first.blocks,
    shadow: {
      class: shadow.class,
      ...(first.shadow.group === undefined ? {} : { group: first.shadow.group }),
      volume: first.shadow.volume,
      disks,
      layout: shadow.layout,
    },
    ...(assignment.platform === 'linux' ? { platform: 'linux' } : {}),
    mountPoint: job.mountPoint,
    fingerprint: samplesWanted(job),
    ...(hashesAll(job) ? { fingerprintAll: true } : {}),
    ...(job.nodes === 'any' ? { nodes: 'any' } : {}),
    ...(assignment.drive === undefined
      ? {}
      : { drive: { name: assignment.drive, ...driveSpeed(assignment.drive) } }),
    hosts: hostsOf(assignment),
    ...(assignment.restore ? { restore: assignment.restore } : {}),
  };
}

function volumesText(volumes: RunStart['volumes']): string {
  return phrases(
    volumes.map(({ master, proxy }) => phrase('{master} and {proxy}', { master, proxy })),
    ', ',
  );
}

function shadowText(shadow: RunStart['shadow']): string {
  if (!shadow) return phrase('unknown');
  const disks = phrases(
    shadow.disks.map(({ name, device }) => phrase('{disk} on {device}', { disk: name, device })),
    ', ',
  );
  return phrase('{names} of {disks}', {
    names: [shadow.class, shadow.group, shadow.volume].filter((word) => word !== undefined).join('/'),
    disks,
  });
}

const sizesText = ({ blocks, volumes }: Beginning): string =>
  volumes.map((volume) => volume.blocks ?? blocks ?? phrase('unknown')).join(', ');

const methodsText = ({ method, volumes }: Beginning): string =>
  [...new Set(volumes.map((volume) => volume.method ?? method))].join(', ');

/** The properties that a run and its resumption must share: name and text. */
const agreements: readonly { readonly what: string; readonly words: (start: Beginning) => string }[] = [
  { what: 'site', words: ({ site }) => site },
  { what: 'class', words: (start) => start.class },
  { what: 'volumes', words: ({ volumes }) => volumesText(volumes) },
  { what: phrase('size in blocks'), words: sizesText },
  { what: 'shadow', words: ({ shadow }) => shadowText(shadow) },
  { what: 'method', words: methodsText },
  { what: 'route', words: ({ route }) => route },
  { what: phrase('mount point'), words: ({ mountPoint }) => mountPoint ?? phrase('unknown') },
  {
    what: 'tape',
    words: ({ tape }) => phrase('{device} on {host}', { device: tape.device, host: tape.host }),
  },
  { what: 'layout', words: ({ layout }) => layout },
  { what: 'media.recordBytes', words: ({ recordBytes }) => String(recordBytes) },
  {
    what: 'verify.fingerprint',
    words: ({ fingerprint, fingerprintAll }) =>
      fingerprintAll ? 'all' : String(fingerprint ?? phrase('unknown')),
  },
];

/** @returns the property of the site's job, or of the volume, that no longer matches the run; undefined if all match */
export function disagreement(start: RunStart, assignment: Assignment): string | undefined {
  const now = beginningFields(assignment);
  const differing = agreements.find(({ words }) => words(start) !== words(now));
  if (!differing) return undefined;
  const { what, words } = differing;
  return phrase('it began with {what} {before}, and now it is {now}', {
    what,
    before: words(start),
    now: words(now),
  });
}
