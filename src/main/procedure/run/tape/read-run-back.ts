/** Reads back everything that a run has written to its tape, file by file, and compares it with what was sent to tape. */
import { failure } from '../../../../contract/errors.ts';
import type { RunEvent } from '../../../../contract/events.ts';
import { readBackAndCompare, type OfCluster, type WrittenDigest } from '../../drive/compare-read-back.ts';
import type { TapeChanging } from '../../drive/change-tape.ts';
import {
  type Drive,
  readBackCommands,
  readDataCommands,
  rewindCommand,
} from '../../model/tape/tape-commands.ts';
import { requireLabelOf, requireManifestOf } from '../../drive/read-labelled-tape.ts';
import { SeveralTapes } from './read-several-tapes.ts';
import type { DataRoom } from '../../hosts/remote-data.ts';
import { partsOf } from '../../model/tape/run-tapes.ts';
import { writtenOf } from '../../../journal/run-summary.ts';
import type { StepCommand } from '../../model/step.ts';
import { goToFile } from '../../drive/tape-position.ts';

export interface ReadBackRun {
  readonly step: string;
  readonly run: string;
  /** They have what the run wrote: digests, label, manifest. */
  readonly events: readonly RunEvent[];
  readonly drive: Drive;
  readonly layout: 'plain' | 'labelled';
  readonly recordBytes: number;
  /** How tapes are changed, where the run has several. */
  readonly changing: TapeChanging;
  /** Reads a volume's file from the position of the head; by default over ssh, into this program. */
  readonly readFile?: ((proxy: string, written: WrittenDigest) => Promise<void>) | undefined;
  /**
   * Records of a volume that are compared with the cluster as they are read back: of a dump that was continued on its
   * tape, which was not compared as a whole when it was written. Absent if no run is performed.
   */
  readonly ofCluster?: ((proxy: string) => OfCluster) | undefined;
  /** Called with the digest of a volume's file, once it is proven to be as it was written. */
  readonly onSha256?: ((proxy: string, sha256: string) => void) | undefined;
  /** Called with the digest of the first record of tape file 0. */
  readonly onFirstRecord?: ((sha256: string) => void) | undefined;
  /** True if any tape of several may be in the drive, or none: see ReadingTapes. */
  readonly namesFound?: boolean | undefined;
  /** See ReadingTapes. */
  readonly isFirstLoaded?: boolean | undefined;
  /** In the order of the tape's files. */
  readonly volumes: readonly { readonly proxy: string; readonly tapeFile: number }[];
}

/** The commands that move the head to a volume's file, and read it. */
function commandsFor({ drive, layout, recordBytes, volumes }: ReadBackRun, tapeFile: number): StepCommand[] {
  const { tapeHost, tapeDevice } = drive;
  return layout === 'plain' && volumes.length === 1 && tapeFile === 0
    ? readBackCommands(tapeHost, tapeDevice, recordBytes)
    : readDataCommands(drive, recordBytes, tapeFile);
}

function requireWritten({ run, events }: ReadBackRun, volume: string): WrittenDigest {
  const written = writtenOf(events, volume);
  if (!written) throw failure('RUN_HAS_NO_TAPE', { run });
  return written;
}

async function readFile(
  room: DataRoom,
  order: ReadBackRun,
  proxy: string,
  tapeFile: number,
  written: WrittenDigest,
): Promise<void> {
  const { step, recordBytes, drive } = order;
  if (!order.readFile) {
    const commands = commandsFor(order, tapeFile);
    const onFirstRecord = tapeFile === 0 ? order.onFirstRecord : undefined;
    return readBackAndCompare(room, {
      ...{ step, volume: proxy, recordBytes, commands, written, onFirstRecord },
      ofCluster: written.sections && order.ofCluster?.(proxy),
      onSha256: (sha256) => order.onSha256?.(proxy, sha256),
    });
  }
  await goToFile(room.runner, step, drive, tapeFile);
  await order.readFile(proxy, written);
}

/**
 * @throws RUN_HAS_NO_TAPE if a volume was not dumped completely, TAPE_IS_ANOTHER, TAPE_DIFFERS, TAPE_READ_FAILED and
 *   other errors of reading a tape
 */
export async function readRunBack(room: DataRoom, order: ReadBackRun): Promise<void> {
  const { step, drive, layout, volumes } = order;
  const written = volumes.map(({ proxy }) => requireWritten(order, proxy));
  if (volumes.some(({ proxy }) => partsOf(order.events, proxy).length > 0)) {
    const { recordBytes, namesFound, isFirstLoaded } = order;
    const tapes = new SeveralTapes(room, order.changing, order, {
      ...{ recordBytes, namesFound, isFirstLoaded },
    });
    for (const [index, { proxy }] of volumes.entries()) {
      const { sections } = written[index] ?? {};
      const ofCluster = sections && order.ofCluster?.(proxy);
      const sha256 = await tapes.read(proxy, written[index] ?? {}, ofCluster);
      order.onSha256?.(proxy, sha256);
    }
    await tapes.readManifest();
    await room.runner.send(step, rewindCommand(drive));
    return;
  }
  if (layout === 'labelled') await requireLabelOf(room.runner, step, drive, order);
  for (const [index, { proxy, tapeFile }] of volumes.entries())
    await readFile(room, order, proxy, tapeFile, written[index] ?? {});
  if (layout === 'labelled') await requireManifestOf(room.runner, step, drive, order);
  // The rewinding device has rewound when it was closed.
  if (order.readFile || layout === 'labelled' || volumes.some(({ tapeFile }) => tapeFile > 0))
    await room.runner.send(step, rewindCommand(drive));
}
