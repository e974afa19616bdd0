/** Writes the manifest after the dump: the contents of the tape files, with their digests. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isFailure } from '../../../../contract/errors.ts';
import type { HeldFile } from '../../../tape/media-catalogue.ts';
import {
  encodeManifest,
  type ManifestFile,
  type ManifestPart,
  type TapeManifest,
} from '../../../tape/tape-manifest.ts';
import type { TapeLabel } from '../../../tape/tape-label.ts';
import { manifestFileOf, type VolumeAssignment } from '../../model/assignment.ts';
import { fileOfManifest } from '../../model/tape/manifest-file.ts';
import type { Journal } from '../../../journal/journal.ts';
import { packJournal } from '../../../journal/journal-on-tape.ts';
import { writeRecords } from '../../drive/own-file.ts';
import type { Performer } from '../perform-commands.ts';
import { noteTape } from './note-tape.ts';
import { requireOwnLabel } from '../../drive/read-labelled-tape.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { lastOf, writtenOf } from '../../../journal/run-summary.ts';
import { unreadableRecords } from '../../model/unreadable-records.ts';
import { nextFile, partsOf, type TapePart } from '../../model/tape/run-tapes.ts';
import { goToNextTape } from '../dump/spanning-dump.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import { standAtFile } from '../../drive/tape-position.ts';

function manifestPart({ number, name, uuid, file, firstRecord, records, bytes }: TapePart): ManifestPart {
  return { number, name, uuid, file, firstRecord, records, bytes };
}

function writtenFile({ assignment, journal }: RunContext, volume: VolumeAssignment): ManifestFile {
  const { proxy, method, tapeFile: file } = volume;
  const written = writtenOf(journal.events, proxy);
  const parts = partsOf(journal.events, proxy).map(manifestPart);
  const unreadable = unreadableRecords(journal.events, proxy);
  if (!written) throw new Error('the dump is performed before its manifest is written');
  const { recordBytes } = assignment.job.media;
  return fileOfManifest({ file, volume: proxy, method, recordBytes, written, unreadable, parts });
}

/** The number of the manifest's file: after the last file of the tape in the drive. */
function manifestFileNow({ assignment, journal }: RunContext, uuid: string): number {
  return assignment.job.media.span ? nextFile(journal.events, uuid) : manifestFileOf(assignment.volumes);
}

/** The journal so far is written to tape, too: if the console is lost, the run is not. What cannot be read is omitted. */
async function journalOnTape({ file, lastHash: sha256 }: Journal): Promise<TapeManifest['journal']> {
  const packed = await readFile(file)
    .then((content) => packJournal(content))
    .catch(() => undefined);
  return packed === undefined ? { sha256 } : { sha256, gzip: packed };
}

/** @throws TAPE_END_OF_MEDIUM if the tape is full, and other errors of writing */
async function writeManifest(context: RunContext, step: Step, write: StepCommand): Promise<void> {
  const { journal, assignment } = context;
  const label = lastOf(journal.events, 'label');
  if (!label) throw new Error('the tape is labelled before its manifest is written');
  const bytes = encodeManifest({
    label: label.uuid,
    name: label.name,
    run: journal.run,
    writtenAt: new Date().toISOString(),
    journal: await journalOnTape(journal),
    files: assignment.volumes.map((volume) => writtenFile(context, volume)),
  });
  const file = manifestFileNow(context, label.uuid);
  await standAtFile(context.runner, step.id, assignment, file);
  await writeRecords(context, step.id, write, bytes);
  journal.append({
    type: 'manifest',
    step: step.id,
    host: assignment.tapeHost,
    device: assignment.tapeDevice,
    file,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
}

/** The contents of a tape, for the tape inventory. */
function filesOn(context: RunContext, uuid: string): HeldFile[] {
  const { assignment, journal } = context;
  return assignment.volumes.flatMap((volume): HeldFile[] => {
    const { proxy, method } = volume;
    const parts = partsOf(journal.events, proxy);
    if (parts.length === 0) {
      const { file, bytes } = writtenFile(context, volume);
      return [{ file, volume: proxy, method, bytes }];
    }
    return parts
      .filter((part) => part.uuid === uuid)
      .map(({ file, bytes, firstRecord, records }) => ({
        file,
        volume: proxy,
        method,
        bytes,
        firstRecord,
        records,
      }));
  });
}

/** Records each tape that the run has written in the tape inventory. */
function noteTapes(context: RunContext, step: Step): void {
  const { assignment, journal } = context;
  const parts = assignment.volumes.flatMap(({ proxy }) => partsOf(journal.events, proxy));
  const last = lastOf(journal.events, 'label');
  const uuids = new Set([...parts.map(({ uuid }) => uuid), ...(last ? [last.uuid] : [])]);
  for (const event of journal.events) {
    if (event.type !== 'label' || !uuids.has(event.uuid)) continue;
    const { name, uuid, writtenAt, keepUntil } = event;
    const label: TapeLabel = {
      name,
      uuid,
      writtenAt,
      keepUntil,
      run: journal.run,
      site: assignment.siteName,
      volumes: [],
      recordBytes: assignment.job.media.recordBytes,
    };
    noteTape(context, step, 'written', label, { files: filesOn(context, uuid) });
  }
}

export const performManifest: Performer = async (context, step) => {
  const [, write, rewind] = step.commands;
  if (!write || !rewind) throw new Error('the step has its commands');
  await requireOwnLabel(context, step.id);
  try {
    await writeManifest(context, step, write);
  } catch (error) {
    if (!context.assignment.job.media.span || !isFailure(error, 'TAPE_END_OF_MEDIUM')) throw error;
    await goToNextTape(context, step);
    await writeManifest(context, step, write);
  }
  noteTapes(context, step);
  await context.runner.send(step.id, rewind);
};
