/** Writes the manifest behind the dump: what the files of the tape hold, with their digests. */
import { createHash } from 'node:crypto';
import { encodeManifest, type ManifestFile } from '../tape/tape-manifest.ts';
import type { TapeLabel } from '../tape/tape-label.ts';
import { dataFile, manifestFile } from './labelled-steps.ts';
import { writeRecords } from './own-file.ts';
import type { Performer } from './perform-commands.ts';
import { noteTape } from './perform-label.ts';
import { requireOwnLabel } from './read-labelled-tape.ts';
import type { RunContext } from './run-context.ts';
import { lastOf } from './run-summary.ts';
import { standAtFile } from './tape-position.ts';

function writtenFile({ assignment, journal }: RunContext): ManifestFile {
  const handed = journal.events.findLast((event) => event.type === 'digest' && event.hop === 'handed');
  if (handed?.type !== 'digest') throw new Error('the dump is performed before its manifest is written');
  const { proxy, method, job } = assignment;
  return {
    file: dataFile,
    volume: proxy,
    method,
    recordBytes: job.media.recordBytes,
    bytes: handed.bytes ?? 0,
    records: handed.records ?? 0,
    paddingBytes: handed.paddingBytes ?? 0,
    crc32: handed.crc32 ?? '',
    sha256: handed.onTapeSha256 ?? '',
  };
}

export const performManifest: Performer = async (context, step) => {
  const { journal, assignment } = context;
  const [, write, rewind] = step.commands;
  const label = lastOf(journal.events, 'label');
  if (!write || !rewind || !label) throw new Error('the tape is labelled, and the step has its commands');
  const file = writtenFile(context);
  const bytes = encodeManifest({
    label: label.uuid,
    name: label.name,
    run: journal.run,
    writtenAt: new Date().toISOString(),
    journal: { sha256: journal.lastHash },
    files: [file],
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
  const { volume, method, recordBytes } = file;
  const written: TapeLabel = {
    name,
    uuid,
    writtenAt,
    keepUntil,
    run: journal.run,
    site: assignment.siteName,
    volumes: [],
    recordBytes,
  };
  noteTape(context, step, 'written', written, [{ file: dataFile, volume, method, bytes: file.bytes }]);
  await context.runner.send(step.id, rewind);
};
