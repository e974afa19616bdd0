/** Reads back the tape of an ended run, and compares it with what that run wrote. Not part of any run. */
import { failure } from '../../../../contract/errors.ts';
import type { EventOf, RunEvent } from '../../../../contract/events.ts';
import type { Platform } from '../../../site/site-schema.ts';
import type { TapeChanging } from '../../drive/change-tape.ts';
import type { CommandRunner } from '../../hosts/command-runner.ts';
import { requireReadyDrive } from '../../drive/drive-ready.ts';
import { noJournal } from '../../../journal/journal.ts';
import { readRunBack } from './read-run-back.ts';
import type { LiveProgress } from '../../hosts/remote-data.ts';
import { writtenOf } from '../../../journal/run-summary.ts';
import type { HeldFile } from '../../../tape/media-catalogue.ts';

export interface VerifyOptions {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly runner: CommandRunner;
  readonly abort: AbortSignal;
  readonly platform: Platform;
  /** How tapes are changed, and who can be asked to do it. */
  readonly change: TapeChanging['change'];
  readonly ask: TapeChanging['ask'];
  readonly onProgress: (progress: LiveProgress) => void;
  /** Called with the beginning of a tape in layout `plain`, once all of it is proven to be as it was written. */
  readonly onPlainTape?: ((tape: ReadPlainTape) => void) | undefined;
}

/** A tape without a label that was read back. */
export interface ReadPlainTape {
  readonly host: string;
  readonly device: string;
  /** SHA-256 (hex) of its first record. */
  readonly firstRecordSha256: string;
  readonly files: readonly HeldFile[];
}

/** One file of the tape, as it was read back. */
export interface VerifiedFile {
  readonly volume: string;
  readonly bytes: number;
  readonly records: number;
  /** SHA-256 (hex) of the file, if the run computed one. */
  readonly sha256: string | undefined;
  /** The sum of cksum(1), if the run computed that. */
  readonly cksum: number | undefined;
}

/** As the tape inventory lists them. */
function filesOf(
  { volumes, method: ofRun }: EventOf<'run-started'>,
  files: readonly {
    readonly proxy: string;
    readonly tapeFile: number;
    readonly written: { readonly bytes?: number | undefined };
  }[],
): HeldFile[] {
  return files.map(({ proxy, tapeFile: file, written: { bytes } }) => {
    const { method = ofRun } = volumes.find((volume) => volume.proxy === proxy) ?? {};
    return { file, volume: proxy, method, bytes };
  });
}

/**
 * @throws RUN_HAS_NO_TAPE, RUN_HAS_NO_DIGEST, TAPE_NOT_LOADED, TAPE_BUSY, TAPE_IS_ANOTHER, TAPE_DIFFERS and other
 *   errors of reading a tape
 */
export async function verifyRun(options: VerifyOptions): Promise<VerifiedFile[]> {
  const { run, events, runner, abort, onProgress, platform, change, ask } = options;
  const start = events[0];
  if (start?.type !== 'run-started') throw failure('RUN_HAS_NO_TAPE', { run });
  const files = start.volumes.map(({ proxy, tapeFile }) => {
    const written = writtenOf(events, proxy);
    if (!written) throw failure('RUN_HAS_NO_TAPE', { run });
    const sums = [written.crc32, written.cksum, written.onTapeSha256, written.sections];
    if (sums.every((sum) => sum === undefined)) throw failure('RUN_HAS_NO_DIGEST', { run, volume: proxy });
    return { proxy, tapeFile: tapeFile ?? (start.layout === 'labelled' ? 1 : 0), written };
  });
  const drive = { tapeHost: start.tape.host, tapeDevice: start.tape.device };
  await requireReadyDrive(runner, 'verify-run', drive, 'read');
  const room = { runner, abort, journal: noJournal(), progress: onProgress };
  const { layout, recordBytes } = start;
  const step = 'verify-run';
  const changing = { runner, step, drive: { ...drive, platform }, change, ask };
  let first: string | undefined;
  const digests = new Map<string, string>();
  const onFirstRecord = layout === 'plain' ? (sha256: string) => (first = sha256) : undefined;
  await readRunBack(room, {
    ...{ step, run, events, drive, layout, recordBytes, volumes: files, changing },
    onFirstRecord,
    onSha256: (proxy, sha256) => digests.set(proxy, sha256),
  });
  if (first !== undefined)
    options.onPlainTape?.({ ...start.tape, firstRecordSha256: first, files: filesOf(start, files) });
  return files.map(({ proxy, written }) => ({
    volume: proxy,
    bytes: written.bytes ?? 0,
    records: written.records ?? 0,
    // A continued dump has no digest of the whole.
    sha256: written.onTapeSha256 ?? (written.sections && digests.get(proxy)),
    cksum: written.cksum,
  }));
}
