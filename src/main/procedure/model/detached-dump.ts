/**
 * The dump of the route `server` as detached work: the reading command, the digests in the same pass, and dd to the tape; or the
 * guide's own command, alone.
 *
 *     reader > read;  tee to-cksum < read > to-writer;  cksum < to-cksum;  dd < to-writer
 */
import { tapeReaderArguments } from '../../../streams/tape/tape-reader.ts';
import { tapeWriterArguments } from '../../../streams/tape/tape-writer.ts';
import type { Platform } from '../../site/site-schema.ts';
import { keepingNumbers } from './samples/kept-samples.ts';
import { requireWork, workFile, type DetachedProcess, type DetachedWork } from './detached-work.ts';

/** `cksum` is on every host and also counts the bytes; SHA-256 is computed in addition. */
export type WorkDigest = 'cksum' | 'sha256';

export interface WorkCommand {
  readonly argv: readonly string[];
  readonly directory?: string;
}

interface DigestOrder {
  readonly folder: string;
  readonly digest: WorkDigest;
  readonly platform: Platform;
  /** 512 to 1,048,576, a multiple of 512. */
  readonly recordBytes: number;
}

export interface DumpWorkOrder extends DigestOrder {
  /** Writes the dump to its standard output. */
  readonly reader: WorkCommand;
  readonly tapeDevice: string;
}

export interface ReadBackWorkOrder extends DigestOrder {
  readonly tapeDevice: string;
  /** Sampled records of a raw device that are kept in the folder; none by default. */
  readonly samples?: { readonly records: readonly number[]; readonly volumeBytes: number } | undefined;
  /** True if the login may not open the tape: one dd reads it, and the records are taken from its output. */
  readonly readsApart?: boolean | undefined;
}

/** `digest` comes with Solaris 10 and later (digest(1)), sha256sum with GNU. */
export function sha256Arguments(platform: Platform): string[] {
  return platform === 'solaris' ? ['digest', '-a', 'sha256'] : ['sha256sum'];
}

/**
 * The words that make tar fill whole records: into a pipe it writes `b` blocks of 512 bytes at a time, the last ones
 * padded with zeros (tar(1), b). dd after it has nothing to pad.
 */
export function tarReader(directory: string, recordBytes: number): WorkCommand {
  return { argv: ['tar', 'cbf', String(recordBytes / 512), '-', '.'], directory };
}

/** tar changes into the folder itself: the login may not enter it, and the command that is allowed names the folder. */
export const withFolderNamed = ({ argv, directory }: WorkCommand): WorkCommand =>
  directory === undefined ? { argv } : { argv: [...argv.slice(0, -1), '-C', directory, ...argv.slice(-1)] };

function digests({ digest, platform }: Pick<DigestOrder, 'digest' | 'platform'>): DetachedProcess[] {
  const cksum: DetachedProcess = { name: 'cksum', argv: ['cksum'], keepsOutput: true };
  if (digest === 'cksum') return [cksum];
  return [cksum, { name: 'sha256', argv: sha256Arguments(platform), keepsOutput: true }];
}

/** Everything that the reader writes goes to each of the takers. */
function distribute(
  folder: string,
  reader: DetachedProcess,
  takers: readonly DetachedProcess[],
  measured: string,
  keeper?: DetachedProcess,
): DetachedWork {
  if (keeper) return withKeeper(distribute(folder, reader, takers, measured), keeper);
  const from = { ...reader, output: 'read' };
  const last = takers.at(-1);
  const others = takers.slice(0, -1);
  if (last === undefined) throw new Error('somebody takes what is read');
  if (others.length === 0) {
    return requireWork({
      folder,
      fifos: ['read'],
      processes: [from, { ...last, input: 'read' }],
      measured,
    });
  }
  const fifoOf = ({ name }: DetachedProcess) => `to-${name}`;
  const tee: DetachedProcess = {
    name: 'tee',
    argv: ['tee', ...others.map((taker) => workFile({ folder }, fifoOf(taker)))],
    input: 'read',
    output: fifoOf(last),
  };
  return requireWork({
    folder,
    fifos: ['read', ...takers.map(fifoOf)],
    processes: [from, tee, ...takers.map((taker) => ({ ...taker, input: fifoOf(taker) }))],
    measured,
  });
}

/** The process that keeps records runs between the reader and the takers of its output. */
function withKeeper({ processes, ...work }: DetachedWork, keeper: DetachedProcess): DetachedWork {
  const [reader, ...others] = processes.map((process) =>
    process.input === 'read' ? { ...process, input: 'kept' } : process,
  );
  if (reader === undefined) throw new Error('somebody reads');
  const between = { ...keeper, input: 'read', output: 'kept' };
  return requireWork({
    ...work,
    fifos: [...work.fifos, 'kept'],
    processes: [reader, between, ...others],
  });
}

/**
 * A dump whose digest is taken in the same pass.
 * @throws ARGUMENT_FORBIDDEN, RECORD_SIZE_WRONG
 */
export function dumpWork(order: DumpWorkOrder): DetachedWork {
  const { folder, reader, tapeDevice: device, recordBytes } = order;
  const writer = { name: 'writer', argv: tapeWriterArguments({ device, recordBytes }) };
  return distribute(folder, { name: 'reader', ...reader }, [...digests(order), writer], 'writer');
}

/**
 * The guide's own command, alone (GDS guide 6.6.3.7, steps 6a, 6b-4, 6c-3, 6d-5, 6e-4): no digest.
 * @throws ARGUMENT_FORBIDDEN
 */
export function guideWork(folder: string, command: WorkCommand): DetachedWork {
  return requireWork({ folder, fifos: [], processes: [{ name: 'dump', ...command }], measured: 'dump' });
}

/** The dd that reads a whole volume: in pieces of 1 MiB, the last of which may be short. */
export const wholeReader = (device: string): string[] => ['dd', `if=${device}`, 'bs=1048576'];

/**
 * Reads a whole volume on a cluster node, and takes its digest.
 * @throws ARGUMENT_FORBIDDEN
 */
export function hashWork(
  order: Omit<DigestOrder, 'recordBytes'> & { readonly device: string },
): DetachedWork {
  const reader = { name: 'reader', argv: wholeReader(order.device) };
  return distribute(order.folder, reader, digests(order), 'reader');
}

/**
 * Reads one file from the current position of the tape, and computes its digest.
 * @throws ARGUMENT_FORBIDDEN, RECORD_SIZE_WRONG
 */
export function readBackWork(order: ReadBackWorkOrder): DetachedWork {
  const { folder, tapeDevice: device, recordBytes, samples } = order;
  const reader = { name: 'reader', argv: tapeReaderArguments({ device, recordBytes }) };
  if (!samples) return distribute(folder, reader, digests(order), 'reader');
  const numbers = keepingNumbers(samples.records, recordBytes, samples.volumeBytes);
  if (order.readsApart) {
    const keeping = { from: 'input', platform: order.platform, recordBytes, numbers } as const;
    const keeper = { name: 'keeper', argv: ['cat'], keeping };
    return distribute(folder, reader, digests(order), 'reader', keeper);
  }
  const keeping = { from: 'tape', tapeDevice: device, recordBytes, numbers } as const;
  return distribute(folder, { ...reader, keeping }, digests(order), 'reader');
}
