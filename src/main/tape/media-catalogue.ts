/**
 * The list of every tape that was seen, labeled or written: an append-only file, one event per line, folded into a
 * list. Pure.
 */
import { z } from 'zod';
import type { TapeLoss } from '../../contract/tape/tape-loss.ts';
import type { TapeLabel } from './tape-label.ts';

const mediaEventSchema = z.looseObject({
  what: z.enum(['seen', 'labelled', 'written', 'lost', 'moved']),
  at: z.iso.datetime(),
  uuid: z.string(),
  name: z.string(),
  run: z.string().optional(),
  keepUntil: z.string().optional(),
  host: z.string(),
  device: z.string(),
  layout: z.enum(['plain', 'labelled']).optional(),
  firstRecordSha256: z.string().optional(),
  onto: z.enum(['blank', 'data']).optional(),
  by: z.string().optional(),
  certain: z.boolean().optional(),
  declaredBy: z.string().optional(),
  found: z.boolean().optional(),
  location: z.string().optional(),
  copyOf: z.string().optional(),
  /** The data files after the label, if known. */
  files: z
    .array(
      z.looseObject({
        file: z.int(),
        volume: z.string(),
        method: z.string(),
        bytes: z.number().optional(),
        /** If the volume is on several tapes: the first of its records on this one, from 0, and how many. */
        firstRecord: z.int().optional(),
        records: z.int().optional(),
      }),
    )
    .optional(),
});

export interface HeldFile {
  readonly file: number;
  readonly volume: string;
  readonly method: string;
  readonly bytes?: number | undefined;
  /** If the volume is on several tapes: the first of its records on this one, from 0, and how many. */
  readonly firstRecord?: number | undefined;
  readonly records?: number | undefined;
}

export interface MediaEvent {
  /** `lost`: the contents of the tape are overwritten, or the tape cannot be found. `moved`: a person put the tape somewhere. */
  readonly what: 'seen' | 'labelled' | 'written' | 'lost' | 'moved';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly uuid: string;
  readonly name: string;
  readonly run?: string | undefined;
  readonly keepUntil?: string | undefined;
  readonly host: string;
  readonly device: string;
  /** `plain`: the tape has no label; its uuid is made from the run's name. Absent if it has a label. */
  readonly layout?: 'plain' | 'labelled' | undefined;
  /** SHA-256 (hex) of the first record of a tape in layout `plain`. */
  readonly firstRecordSha256?: string | undefined;
  /** With `labelled`: what was on the tape before. Absent in inventories of earlier releases, which do not have it. */
  readonly onto?: 'blank' | 'data' | undefined;
  /** With `lost`: the run that overwrote the tape; absent if it was done by hand. */
  readonly by?: string | undefined;
  /** With `lost`: false if several tapes begin with the same record, and this is one of them. */
  readonly certain?: boolean | undefined;
  /** With `lost`: who declared the tape missing; its contents are unchanged. */
  readonly declaredBy?: string | undefined;
  /** With `moved`: a tape that was declared lost is found. */
  readonly found?: boolean | undefined;
  /** With `moved`: where the tape is now, in the words of that person. */
  readonly location?: string | undefined;
  /** Of a second copy: uuid of the tape that was copied. */
  readonly copyOf?: string | undefined;
  readonly files?: readonly HeldFile[] | undefined;
}

/** One writing of one tape: a label that is written again has another uuid. */
export interface KnownTape {
  readonly uuid: string;
  readonly name: string;
  readonly run: string | undefined;
  readonly keepUntil: string | undefined;
  readonly files: readonly HeldFile[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Where it was last. */
  readonly host: string;
  readonly device: string;
  /** Where a person put the tape after that; absent if not recorded. */
  readonly location?: string | undefined;
  /** Of a second copy: uuid of the tape that was copied. Until `files` are known, the copy is incomplete. */
  readonly copyOf?: string | undefined;
  /** True if a later label has the same name: this one is then most likely gone. */
  readonly replaced: boolean;
  /** When a person declared the tape missing, and who; absent if it is not missing. */
  readonly declaredLost?: { readonly at: string; readonly by: string } | undefined;
  /** True if its contents are known to be overwritten, or the tape is declared lost. */
  readonly lost: boolean;
  /** How; undefined if it is not known to be lost. */
  readonly loss: Omit<TapeLoss, 'tape'> | undefined;
  /** SHA-256 (hex) of the first record of a tape without a label; undefined if it has one. */
  readonly firstRecordSha256: string | undefined;
}

/** @returns undefined for a line that is not an event, such as an incomplete one */
export function parseMediaLine(line: string): MediaEvent | undefined {
  try {
    const event = mediaEventSchema.safeParse(JSON.parse(line));
    return event.success ? event.data : undefined;
  } catch {
    return undefined;
  }
}

/** The event of a label, with what is known of the files after it. */
export function mediaEvent(
  what: MediaEvent['what'],
  label: TapeLabel,
  place: { readonly host: string; readonly device: string; readonly at: string },
  files?: readonly HeldFile[],
  more?: Pick<MediaEvent, 'onto' | 'by'>,
): MediaEvent {
  const { uuid, name, run, keepUntil, copyOf } = label;
  return {
    what,
    at: place.at,
    uuid,
    name,
    ...(run === undefined ? {} : { run }),
    ...(keepUntil === undefined ? {} : { keepUntil }),
    ...(copyOf === undefined ? {} : { copyOf }),
    host: place.host,
    device: place.device,
    ...(files === undefined ? {} : { files }),
    ...more,
  };
}

function copyFields(before: KnownTape | undefined, event: MediaEvent): Pick<KnownTape, 'copyOf'> {
  const copyOf = event.copyOf ?? before?.copyOf;
  return copyOf === undefined ? {} : { copyOf };
}

function merged(before: KnownTape | undefined, event: MediaEvent): KnownTape {
  const { uuid, name, host, device, at } = event;
  return {
    ...copyFields(before, event),
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
    // A tape that is seen again was not lost after all: it was another one, or somebody has restored an image of it.
    lost: event.what === 'lost' && event.certain !== false,
    loss: event.what === 'lost' ? { at, by: event.by, certain: event.certain ?? true } : undefined,
    firstRecordSha256: event.firstRecordSha256 ?? before?.firstRecordSha256,
  };
}

/** A tape that is put somewhere is unchanged: its data was not read. */
function moved(before: KnownTape, { location, found }: MediaEvent): KnownTape {
  if (!found) return { ...before, location };
  return { ...before, declaredLost: undefined, ...(location === undefined ? {} : { location }) };
}

/** A tape that was not seen since keeps its last known place. */
const missing = (before: KnownTape, { at, declaredBy: by = '' }: MediaEvent): KnownTape => ({
  ...before,
  declaredLost: { at, by },
});

/** What is certain to be overwritten stays so, wherever the tape is. */
function withDeclaredLoss(tape: KnownTape): KnownTape {
  const { declaredLost: declared, loss } = tape;
  if (!declared || loss?.certain) return tape;
  const { at, by: declaredBy } = declared;
  return { ...tape, lost: true, loss: { at, by: undefined, certain: true, declaredBy } };
}

/** Earlier releases did not say which tape a label replaced: most likely the one that had the same name. */
function withLikelyLoss(before: KnownTape | undefined, event: MediaEvent): KnownTape | undefined {
  const { what, onto, uuid, at, run: by } = event;
  if (what !== 'labelled' || onto !== undefined || !before || before.uuid === uuid || before.loss)
    return undefined;
  return { ...before, loss: { at, by, certain: false } };
}

/** @returns all tapes, including those without a label, the one that was seen last first */
export function foldMedia(events: readonly MediaEvent[]): KnownTape[] {
  const tapes = new Map<string, KnownTape>();
  const newestOfName = new Map<string, string>();
  for (const event of events) {
    const before = tapes.get(event.uuid);
    if (event.what === 'moved' || event.declaredBy !== undefined) {
      const change = event.what === 'moved' ? moved : missing;
      if (before) tapes.set(event.uuid, change(before, event));
      continue;
    }
    const likely = withLikelyLoss(tapes.get(newestOfName.get(event.name) ?? ''), event);
    if (likely) tapes.set(likely.uuid, likely);
    if (!before) newestOfName.set(event.name, event.uuid);
    tapes.delete(event.uuid);
    tapes.set(event.uuid, merged(before, event));
  }
  return [...tapes.values()]
    .reverse()
    .map(withDeclaredLoss)
    .map((tape) => ({ ...tape, replaced: hasLabel(tape) && newestOfName.get(tape.name) !== tape.uuid }));
}

/** False for a tape in layout `plain`. */
export const hasLabel = ({ firstRecordSha256 }: KnownTape): boolean => firstRecordSha256 === undefined;
