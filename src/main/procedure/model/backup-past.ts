/**
 * What a run has seen of the backup server so far: what sdxinfo showed, and what was created and removed. Folded from
 * its events; pure.
 */
import type { RunEvent } from '../../../contract/events.ts';
import type { BackupPast } from '../../gds/backup-sight.ts';
import { sdxinfo } from '../../gds/commands.ts';
import { parseBoot } from './boot-identity.ts';
import { sentCommands, type Intent, type Sent } from './sent-commands.ts';

/**
 * The query that shows whether there is any object. Without -c: its output for a class that does not exist is not
 * documented.
 */
export const everyObjectQuery = sdxinfo({ show: ['disk', 'group', 'slice', 'volume'] });

interface Sighting {
  readonly seq: number;
  readonly objects: readonly string[];
  readonly isWhole: boolean;
  boot: string | undefined;
}

const kinds = ['disk', 'group', 'volume'];

/** The rows of an output as the journal keeps it; a truncated line is not a row. */
function objectsIn(stdout: string): string[] {
  const objects: string[] = [];
  let columns: string[] = [];
  for (const cells of stdout.split('\n').map((line) => line.trim().split(/\s+/))) {
    const [kind = ''] = cells;
    if (kind === 'OBJ') columns = cells;
    if (!kinds.includes(kind) || cells.length < columns.length) continue;
    const [name, className] = ['NAME', 'CLASS'].map((column) => cells[columns.indexOf(column)] ?? '');
    if (name !== '*') objects.push(`${kind} ${name ?? ''} of ${className ?? ''}`);
  }
  return [...new Set(objects)];
}

function optionOf({ argv }: Intent, letter: string): string | undefined {
  const place = argv.indexOf(letter);
  return place < 0 ? undefined : argv[place + 1];
}

const letters = { sdxshadowdisk: '-d', sdxshadowgroup: '-g', sdxshadowvolume: '-v' } as const;

function isShadowCommand({ argv }: Intent, ...operations: readonly string[]): boolean {
  return Object.hasOwn(letters, argv[0] ?? '') && operations.includes(argv[1] ?? '');
}

/** `disk Disk3 of Class2`, as the removing command names it. */
function removedBy(intent: Intent): string {
  const command = intent.argv[0] as keyof typeof letters;
  const name = optionOf(intent, letters[command]) ?? '';
  return `${command.replace('sdxshadow', '')} ${name} of ${optionOf(intent, '-c') ?? ''}`;
}

/** In either form. */
function asksForEveryObject({ argv }: Intent): boolean {
  return argv.join(' ').replace(/ -e long$/, '') === everyObjectQuery.join(' ');
}

/** Sightings and boots, in the order in which they were seen. */
function seenOn(host: string, sent: readonly Sent[], events: readonly RunEvent[]) {
  const outcomes = new Map(events.flatMap((event) => (event.type === 'outcome' ? [[event.of, event]] : [])));
  const sightings: Sighting[] = [];
  const boots: { readonly seq: number; readonly boot: string }[] = [];
  for (const { intent } of sent) {
    const outcome = outcomes.get(intent.seq);
    if (intent.host !== host || outcome?.exitStatus !== 0) continue;
    const boot = parseBoot(intent.argv, outcome.stdout);
    if (boot !== undefined) {
      boots.push({ seq: intent.seq, boot });
      for (const sighting of sightings) sighting.boot ??= boot;
    }
    if (!asksForEveryObject(intent)) continue;
    const objects = objectsIn(outcome.stdout);
    const isWhole = Buffer.byteLength(outcome.stdout) === outcome.stdoutBytes;
    if (objects.length > 0) sightings.push({ seq: intent.seq, objects, isWhole, boot: undefined });
  }
  return { sighting: sightings.at(-1), boots };
}

/**
 * @param events those of the run so far
 * @param host the backup server
 */
export function pastOf(events: readonly RunEvent[], host: string): BackupPast {
  const sent = sentCommands(events).filter(({ intent }) => intent.host === host);
  const { sighting, boots } = seenOn(host, sent, events);
  const created = sent.filter(
    ({ intent, ending }) => isShadowCommand(intent, '-M', '-C') && ending !== 'bad',
  );
  const removed = sent.filter(
    ({ intent, ending }) =>
      isShadowCommand(intent, '-R') && ending === 'good' && intent.seq > (sighting?.seq ?? 0),
  );
  const since = created.filter(({ intent }) => intent.seq > (sighting?.seq ?? 0));
  const first = since[0]?.intent.seq ?? 0;
  return {
    sighting,
    removed: new Set(removed.map(({ intent }) => removedBy(intent))),
    classes: new Set(created.map(({ intent }) => optionOf(intent, '-c') ?? '')),
    createdSince: since.length > 0,
    bootOfCreation: boots.findLast(({ seq }) => seq < first)?.boot,
  };
}
