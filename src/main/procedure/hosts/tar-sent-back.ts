/** The contents of a folder on a host, as its tar sends them back: names, kinds and digests, no data. */
import { readBack } from '../../../streams/tape/read-back.ts';
import { TarContents } from '../../../streams/tar/tar-contents.ts';
import type { StepCommand } from '../model/step.ts';
import { close, evidenceOf, open, reader, type DataRoom } from './remote-data.ts';

/** Default of tar: 20 blocks. */
const tarRecordBytes = 10_240;

/**
 * @param step under which the command is journaled
 * @param command writes an archive to its standard output
 * @throws COMMAND_FAILED, COPY_CANCELLED, and errors of opening and reading
 */
export async function tarSentBack(
  room: DataRoom,
  step: string,
  command: StepCommand,
  abort: AbortSignal,
): Promise<TarContents> {
  const found = new TarContents();
  const source = await open(room, step, command, reader(room, step));
  try {
    await readBack({
      source: source.end,
      recordBytes: tarRecordBytes,
      through: found.observer().stream,
      reads: 'device',
      abort,
      evidence: evidenceOf(command),
    });
    return found;
  } finally {
    await close(room, step, source);
  }
}
