/** The list of every tape that was seen, labelled or written: an append-only file, one event a line, folded into a list. Pure. */
import { z } from 'zod';
import type { TapeLabel } from './tape-label.ts';

const mediaEventSchema = z.looseObject({
  what: z.enum(['seen', 'labelled', 'written', 'lost']),
  at: z.iso.datetime(),
  uuid: z.string(),
  name: z.string(),
  run: z.string().optional(),
  keepUntil: z.string().optional(),
  host: z.string(),
  device: z.string(),
  /** The data files behind the label, where they are known. */
  files: z
    .array(
      z.looseObject({
        file: z.int(),
        volume: z.string(),
        method: z.string(),
        bytes: z.number().optional(),
        /** Where the volume lies on several tapes: the first of its records on this one, from 0, and how many. */
        firstRecord: z.int().optional(),
        records: z.int().optional(),
      }),
    )
    .optional(),
});

export interface MediaFile {
  readonly file: number;
  readonly volume: string;
  readonly method: string;
  readonly bytes?: number | undefined;
  /** Where the volume lies on several tapes: the first of its records on this one, from 0, and how many. */
  readonly firstRecord?: number | undefined;
  readonly records?: number | undefined;
}

export interface MediaEvent {
  /** `lost`: the label is gone, since the drive was checked with that tape. */
  readonly what: 'seen' | 'labelled' | 'written' | 'lost';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly uuid: string;
  readonly name: string;
  readonly run?: string | undefined;
  readonly keepUntil?: string | undefined;
  readonly host: string;
  readonly device: string;
  readonly files?: readonly MediaFile[] | undefined;
}

/** One writing of one tape: a label that is written anew has another uuid. */
export interface KnownTape {
  readonly uuid: string;
  readonly name: string;
  readonly run: string | undefined;
  readonly keepUntil: string | undefined;
  readonly files: readonly MediaFile[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Where it was last. */
  readonly host: string;
  readonly device: string;
  /** True where a later label bears the same name: this one is then most likely gone. */
  readonly replaced: boolean;
  /** True where the label is known to be gone, and what was behind it. */
  readonly lost: boolean;
}

/** @returns undefined for a line that is no event, such as a torn one */
export function parseMediaLine(line: string): MediaEvent | undefined {
  try {
    const event = mediaEventSchema.safeParse(JSON.parse(line));
    return event.success ? event.data : undefined;
  } catch {
    return undefined;
  }
}

/** The event of a label, with what is known of the files behind it. */
export function mediaEvent(
  what: MediaEvent['what'],
  label: TapeLabel,
  place: { readonly host: string; readonly device: string; readonly at: string },
  files?: readonly MediaFile[],
): MediaEvent {
  const { uuid, name, run, keepUntil } = label;
  return {
    what,
    at: place.at,
    uuid,
    name,
    ...(run === undefined ? {} : { run }),
    ...(keepUntil === undefined ? {} : { keepUntil }),
    host: place.host,
    device: place.device,
    ...(files === undefined ? {} : { files }),
  };
}

function merged(before: KnownTape | undefined, event: MediaEvent): KnownTape {
  const { uuid, name, host, device, at } = event;
  return {
    uuid,
    name,
    run: event.run ?? before?.run,
    keepUntil: event.keepUntil ?? before?.keepUntil,
    files: event.files ?? before?.files ?? [],
    firstSeen: before?.firstSeen ?? at,
    lastSeen: at,
    host,
    device,
    replaced: false,
    // A label with that very uuid that is seen again was not lost after all: somebody has put an image of it back.
    lost: event.what === 'lost',
  };
}

/** @returns the tapes, the one that was seen last first */
export function foldMedia(events: readonly MediaEvent[]): KnownTape[] {
  const tapes = new Map<string, KnownTape>();
  const newestOfName = new Map<string, string>();
  for (const event of events) {
    const before = tapes.get(event.uuid);
    if (!before) newestOfName.set(event.name, event.uuid);
    tapes.delete(event.uuid);
    tapes.set(event.uuid, merged(before, event));
  }
  return [...tapes.values()]
    .reverse()
    .map((tape) => ({ ...tape, replaced: newestOfName.get(tape.name) !== tape.uuid }));
}
