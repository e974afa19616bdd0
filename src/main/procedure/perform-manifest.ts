/** Writes the manifest behind the dump: what the files of the tape hold, with their digests. */
import { createHash } from 'node:crypto';
import { encodeManifest, type ManifestFile } from '../tape/tape-manifest.ts';
import type { TapeLabel } from '../tape/tape-label.ts';
import type { VolumeAssignment } from './assignment.ts';
import { manifestFileOf } from './labelled-steps.ts';
import { writeRecords } from './own-file.ts';
import type { Performer } from './perform-commands.ts';
import { noteTape } from './perform-label.ts';
import { requireOwnLabel } from './read-labelled-tape.ts';
import type { RunContext } from './run-context.ts';
import { lastOf, writtenOf } from './run-summary.ts';
import { standAtFile } from './tape-position.ts';

function writtenFile({ assignment, journal }: RunContext, volume: VolumeAssignment): ManifestFile {
  const { proxy, method, tapeFile: file } = volume;
  const written = writtenOf(journal.events, proxy);
  if (!written) throw new Error('the dump is performed before its manifest is written');
  return {
    file,
    volume: proxy,
    method,
    recordBytes: assignment.job.media.recordBytes,
    bytes: written.bytes ?? 0,
    records: written.records ?? 0,
    paddingBytes: written.paddingBytes ?? 0,
    crc32: written.crc32 ?? '',
    sha256: written.onTapeSha256 ?? '',
  };
}

export const performManifest: Performer = async (context, step) => {
  const { journal, assignment } = context;
  const [, write, rewind] = step.commands;
  const label = lastOf(journal.events, 'label');
  if (!write || !rewind || !label) throw new Error('the tape is labelled, and the step has its commands');
  const files = assignment.volumes.map((volume) => writtenFile(context, volume));
  const manifestFile = manifestFileOf(assignment.volumes);
  const bytes = encodeManifest({
    label: label.uuid,
    name: label.name,
    run: journal.run,
    writtenAt: new Date().toISOString(),
    journal: { sha256: journal.lastHash },
    files,
  });
  await requireOwnLabel(context, step.id);
  await standAtFile(context.runner, step.id, assignment, manifestFile);
  await writeRecords(context, step.id, write, bytes);
  journal.append({
    type: 'manifest',
    step: step.id,
    host: assignment.tapeHost,
    device: assignment.tapeDevice,
    file: manifestFile,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  const { name, uuid, writtenAt, keepUntil } = label;
  const written: TapeLabel = {
    name,
    uuid,
    writtenAt,
    keepUntil,
    run: journal.run,
    site: assignment.siteName,
    volumes: [],
    recordBytes: assignment.job.media.recordBytes,
  };
  const listedFiles = files.map(({ file, volume, method, bytes: size }) => ({
    file,
    volume,
    method,
    bytes: size,
  }));
  noteTape(context, step, 'written', written, listedFiles);
  await context.runner.send(step.id, rewind);
};
