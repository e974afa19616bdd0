/** Imports a tape and its run into a state folder that does not know them. Writes nothing to the tape. */
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { CopiedTape } from '../../contract/tape/copied-tape.ts';
import { failure, isFailure } from '../../contract/errors.ts';
import type { NewEvent } from '../../contract/events.ts';
import { phrase } from '../../contract/text/say.ts';
import type { IdentifiedTape, ManifestPlace } from '../procedure/drive/identify-tape.ts';
import { copySuffix, provenCopies } from '../journal/copy-records.ts';
import { Journal } from '../journal/journal.ts';
import { journalFromTape } from '../journal/journal-on-tape.ts';
import { parseJournal } from '../journal/journal-reader.ts';
import { readKept } from '../journal/kept-file.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { mediaEvent, type HeldFile as FileOnTape } from '../tape/media-catalogue.ts';
import { MediaFile } from '../tape/media-file.ts';
import type { TapeLabel } from '../tape/tape-label.ts';
import type { TapeManifest } from '../tape/tape-manifest.ts';
import { eventsOfManifest } from './manifest-events.ts';
import { discard, temporaryName, writeWhole } from './whole-file.ts';

/**
 * `imported`: the run is known now; `there`: it was known; `tape`: the tape alone, since it has no manifest; `nothing`: no label; `unread`:
 * it was passed over.
 */
export interface ImportedTape {
  readonly what: 'imported' | 'there' | 'tape' | 'nothing' | 'unread';
  readonly run: string | undefined;
  readonly sentence: string;
}

export interface Importer {
  /** `marion@jump1` */
  readonly by: string;
  /** Of shadowtape. */
  readonly version: string;
}

/** A tape with label and manifest. */
interface WrittenTape extends IdentifiedTape {
  readonly label: TapeLabel;
  readonly manifest: TapeManifest;
  readonly manifestPlace: ManifestPlace;
}

const isWritten = (tape: IdentifiedTape): tape is WrittenTape =>
  tape.label !== undefined && tape.manifest !== undefined && tape.manifestPlace !== undefined;

/** What one tape holds, by a manifest that may speak of several. */
function filesOn({ files }: TapeManifest, uuid: string): FileOnTape[] {
  return files.flatMap(({ file, volume, method, bytes, parts }): FileOnTape[] => {
    if (!parts) return [{ file, volume, method, bytes }];
    return parts
      .filter((part) => part.uuid === uuid)
      .map((part) => ({
        file: part.file,
        volume,
        method,
        bytes: part.bytes,
        firstRecord: part.firstRecord,
        records: part.records,
      }));
  });
}

/** The tape, and those others that its manifest speaks of. @throws TAPES_UNWRITABLE */
function noteTapes(state: StateFolder, tape: IdentifiedTape & { readonly label: TapeLabel }): void {
  const media = new MediaFile(state.tapesFile);
  const { label, manifest, host, device } = tape;
  const place = { host, device, at: new Date().toISOString() };
  // Of a tape that was imported before the one with the manifest no more than its label is known.
  const told = media.list().tapes.filter(({ files, lost }) => files.length > 0 || lost);
  const known = new Set(told.map(({ uuid }) => uuid));
  const others = new Map(
    (manifest?.files ?? []).flatMap(({ parts = [] }) => parts.map((part) => [part.uuid, part.name] as const)),
  );
  others.delete(label.uuid);
  for (const [uuid, name] of others)
    if (!known.has(uuid) && manifest)
      media.append(mediaEvent('seen', { ...label, uuid, name }, place, filesOn(manifest, uuid)));
  media.append(mediaEvent('seen', label, place, manifest ? filesOn(manifest, label.uuid) : undefined));
}

/** The run's own journal; undefined if the manifest has none. @throws TAPE_IMPORT_DIFFERS */
async function ownJournal({ label, manifest }: WrittenTape): Promise<Buffer | undefined> {
  const { gzip, sha256 } = manifest.journal;
  if (gzip === undefined) return undefined;
  const { run } = manifest;
  try {
    const content = await journalFromTape(gzip);
    const { events, lastHash, truncated } = parseJournal(
      phrase('the journal on {name}', { name: label.name }),
      content,
    );
    if (truncated || lastHash !== sha256)
      throw new Error('it does not end with the line named in the manifest');
    if (events.some((event) => event.run !== run)) throw new Error('it belongs to another run');
    return content;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw failure('TAPE_IMPORT_DIFFERS', { run, tape: label.name, reason }, {}, error);
  }
}

async function journalHere(state: StateFolder, run: string): Promise<Buffer | undefined> {
  try {
    return await readKept(state.journalFile(run));
  } catch (error) {
    if (isFailure(error)) throw error;
    return undefined;
  }
}

/** Whether the journal that is there is the one that is on the tape. */
function compare(here: Buffer, tape: WrittenTape, own: Buffer | undefined): ImportedTape {
  const { run, journal } = tape.manifest;
  const there = phrase('run {run} already exists', { run });
  const events = parseJournal(run, here).events;
  const agrees = own
    ? here.subarray(0, own.length).equals(own)
    : events.some(({ prev }) => prev === journal.sha256) ||
      parseJournal(run, here).lastHash === journal.sha256;
  if (agrees)
    return { what: 'there', run, sentence: phrase('{there}, and its journal matches the tape', { there }) };
  if (events.some(({ type }) => type === 'imported'))
    return {
      what: 'there',
      run,
      sentence: phrase('{there}: it was imported from the manifest of a tape', { there }),
    };
  const sentence = phrase(
    '{there}, and its journal is not the one on tape "{name}": check it with shadowtape audit {run}',
    { there, name: tape.label.name, run },
  );
  return { what: 'there', run, sentence };
}

/** What every imported journal ends with: where it comes from, and the manifest, which was written after what it holds. */
function lastEvents(tape: WrittenTape, { by, version }: Importer, from: 'journal' | 'manifest'): NewEvent[] {
  const { label, manifestPlace, host, device } = tape;
  return [
    { type: 'imported', by, version, tape: { name: label.name, uuid: label.uuid }, from },
    { type: 'manifest', step: 'manifest', host, device, ...manifestPlace },
  ];
}

/** Writes the journal under another name, and gives it its own when it is whole. @throws STATE_FILE_UNWRITABLE, JOURNAL_UNWRITABLE */
async function writeJournal(
  state: StateFolder,
  run: string,
  own: Buffer | undefined,
  before: readonly NewEvent[],
  last: readonly NewEvent[],
): Promise<void> {
  const file = state.journalFile(run);
  const temporary = temporaryName(file);
  try {
    if (own) await writeWhole(temporary, own, { mode: 'new' });
    const journal = own
      ? Journal.reopen({ file: temporary, run }, parseJournal(temporary, own))
      : new Journal({ file: temporary, run });
    try {
      for (const event of [...before, ...last]) journal.append(event);
    } finally {
      journal.close();
    }
    await rename(temporary, file);
  } finally {
    await discard(temporary);
  }
}

async function importRun(state: StateFolder, tape: WrittenTape, importer: Importer): Promise<ImportedTape> {
  const { run } = tape.manifest;
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run))
    throw failure('TAPE_IMPORT_DIFFERS', {
      run,
      tape: tape.label.name,
      reason: phrase('it does not name a run'),
    });
  const own = await ownJournal(tape);
  const here = await journalHere(state, run);
  if (here) return compare(here, tape, own);
  const from = own ? 'journal' : 'manifest';
  const before = own ? [] : eventsOfManifest(tape);
  await writeJournal(state, run, own, before, lastEvents(tape, importer, from));
  const what = own
    ? phrase('with its journal up to {writtenAt}', { writtenAt: tape.manifest.writtenAt })
    : phrase('from its manifest, which has no journal');
  return {
    what: 'imported',
    run,
    sentence: phrase('run {run} was imported from tape "{name}", {what}; the end of the run is not known', {
      run,
      name: tape.label.name,
      what,
    }),
  };
}

/** A second copy takes the place of the run's tape where all of it is on this one. @throws STATE_FILE_UNWRITABLE */
async function noteCopy(state: StateFolder, tape: WrittenTape): Promise<void> {
  const { label, labelSha256, manifest, manifestPlace, host, device } = tape;
  const { copyOf, name, uuid, writtenAt, keepUntil } = label;
  if (copyOf === undefined || labelSha256 === undefined) return;
  if (manifest.files.some(({ parts }) => parts !== undefined)) return;
  const known = provenCopies(state.restoresFolder, manifest.run);
  if (known.some(({ tapes }) => tapes.some((each) => each.uuid === uuid))) return;
  const copied: CopiedTape = {
    ...{ number: 1, copyOf, name, uuid, writtenAt, keepUntil, host, device, labelSha256 },
    manifest: manifestPlace,
  };
  const at = new Date().toISOString();
  const line = { type: 'copy-imported', at, run: manifest.run, tapes: [copied] };
  await mkdir(state.restoresFolder, { recursive: true, mode: 0o700 });
  const file = join(state.restoresFolder, `${uuid}${copySuffix}.ndjson`);
  await writeWhole(file, `${JSON.stringify(line)}\n`, { mode: 'new' });
}

/**
 * @throws TAPE_IMPORT_DIFFERS, TAPES_UNWRITABLE, TAPES_UNREADABLE, STATE_FILE_UNWRITABLE, JOURNAL_UNWRITABLE, JOURNAL_BROKEN where the
 *   journal that is there is
 */
export async function importTape(
  state: StateFolder,
  tape: IdentifiedTape,
  importer: Importer,
): Promise<ImportedTape> {
  const { label } = tape;
  if (!label) {
    const sentence = tape.blank
      ? phrase('the tape is blank: nothing was imported')
      : phrase('the tape has no label: nothing was imported');
    return { what: 'nothing', run: undefined, sentence };
  }
  await state.prepare();
  noteTapes(state, { ...tape, label });
  if (isWritten(tape)) {
    const imported = await importRun(state, tape, importer);
    await noteCopy(state, tape);
    return imported;
  }
  const of = label.run === undefined ? '' : phrase(' of run {run}', { run: label.run });
  const sentence = phrase(
    'tape "{name}"{of} was added to the tape inventory; it has no manifest: that is on the last tape of the run, or the run was interrupted',
    { name: label.name, of },
  );
  return { what: 'tape', run: label.run, sentence };
}
