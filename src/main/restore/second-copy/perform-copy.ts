/**
 * Copies the tapes of a run: the data is compared with what the run wrote, and the copy is read back and compared with
 * the same. Both drives are locked meanwhile.
 */
import type { CopiedTape, ProvenCopy } from '../../../contract/tape/copied-tape.ts';
import type { RunEvent } from '../../../contract/events.ts';
import type { TapeChanging } from '../../procedure/drive/change-tape.ts';
import { requireLabelOf, requireManifestOf } from '../../procedure/drive/read-labelled-tape.ts';
import { TapesInOrder } from '../../procedure/drive/tapes-in-order.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { DataRoom } from '../../procedure/hosts/remote-data.ts';
import { eventsOnCopy } from '../../procedure/model/tape/copied-run.ts';
import { fileOfManifest } from '../../procedure/model/tape/manifest-file.ts';
import { rewindCommand } from '../../procedure/model/tape/tape-commands.ts';
import { unreadableRecords } from '../../procedure/model/unreadable-records.ts';
import { encodeManifest, type ManifestFile, type TapeManifest } from '../../tape/tape-manifest.ts';
import { insertFirstTape, readSource } from '../read-source.ts';
import { whileReleasing } from '../release-drive.ts';
import { sourceOnCopy, type KnownTapes } from '../source-tapes.ts';
import type { CopyPlan, PlannedDump } from './copy-plan.ts';
import { splitIntoFiles } from './split-into-files.ts';
import { TargetTapes, type TargetOrder } from './target-tapes.ts';

/** A volume that is on the copy as its run wrote it. */
export interface CopiedVolume {
  readonly volume: string;
  readonly bytes: number;
  /** Hexadecimal; of the whole dump. */
  readonly sha256: string;
}

export interface Copying {
  /** Both commands that read and commands that write are sent by its runner. */
  readonly room: DataRoom;
  /** Sends commands that a cancel does not end. */
  readonly afterwards: CommandRunner;
  readonly from: TapeChanging;
  readonly to: TapeChanging;
  readonly known: KnownTapes;
  /** Earlier copies, any of which may be read instead of the run's own tapes. */
  readonly copies: readonly ProvenCopy[];
  /** Of the run. */
  readonly events: readonly RunEvent[];
  readonly order: TargetOrder;
  /** The journal of the run, as the manifest carries it. */
  readonly journal: TapeManifest['journal'];
  /** Called for each verified volume. */
  readonly onVolume: (volume: CopiedVolume) => void;
}

function manifestFiles(
  { events }: Copying,
  { dumps, tapes, recordBytes }: CopyPlan,
  written: readonly CopiedTape[],
): ManifestFile[] {
  return dumps.map(({ source, parts }) => {
    const { volume, method, written: dump } = source;
    const unreadable = unreadableRecords(events, volume);
    const named = parts.flatMap((part) => {
      const tape = written[part.number - 1];
      return tape ? [{ ...part, name: tape.name, uuid: tape.uuid }] : [];
    });
    return fileOfManifest({
      ...{ file: parts[0]?.file ?? 1, volume, method, recordBytes, written: dump, unreadable },
      parts: tapes.length > 1 ? named : [],
    });
  });
}

/** Reads a volume of the run, and writes it. The first tape of the run is in its drive before anything is written. */
async function copyDump(
  copying: Copying,
  target: TargetTapes,
  { source, parts }: PlannedDump,
): Promise<void> {
  const { from, known, copies } = copying;
  const { runner, abort, journal, progress } = copying.room;
  const room: DataRoom = { runner, abort, journal, progress: (live) => progress({ ...live, what: 'dump' }) };
  const reading = { room, changing: from, known, copies };
  const { source: read, tapes } = await insertFirstTape(source, reading);
  const through = splitIntoFiles(
    parts.map(({ bytes }) => bytes),
    async (index) => {
      const part = parts[index];
      if (!part) throw new Error('a file is opened for a part');
      return target.openFile(part);
    },
  );
  await readSource(read, tapes, { ...reading, through });
}

function proven({ order }: Copying, { written }: TargetTapes): ProvenCopy {
  return { at: new Date().toISOString(), run: order.plan.run, tapes: written };
}

/** Reads the copy like a backup. @throws errors of reading a tape, and those of a mismatch */
async function readBackCopy(copying: Copying, target: TargetTapes): Promise<void> {
  const { room, to, events, known, order, onVolume } = copying;
  const { run, dumps, recordBytes } = order.plan;
  const copy = proven(copying, target);
  const writer = { run, events: eventsOnCopy(events, copy.tapes) };
  const { runner, step, drive } = to;
  if (copy.tapes.length === 1) await requireLabelOf(runner, step, drive, writer);
  const tapes = new TapesInOrder(room, to, { recordBytes });
  for (const { source } of dumps) {
    const { bytes, sha256 } = await readSource(sourceOnCopy(source, copy), tapes, {
      ...{ room, changing: to, known },
    });
    onVolume({ volume: source.volume, bytes, sha256 });
  }
  await requireManifestOf(runner, step, drive, writer);
  await runner.send(step, rewindCommand(drive));
}

async function writeCopy(copying: Copying, target: TargetTapes): Promise<void> {
  const { order, journal } = copying;
  const { plan } = order;
  try {
    for (const dump of plan.dumps) await copyDump(copying, target, dump);
  } finally {
    await target.release();
  }
  const last = await target.ready(plan.tapes.length);
  const manifest = encodeManifest({
    ...{ label: last.uuid, name: last.name, run: plan.run, writtenAt: new Date().toISOString(), journal },
    files: manifestFiles(copying, plan, target.written),
  });
  await target.writeManifest(manifest);
}

/**
 * The target tape is checked before the tape of the run is requested, and again before its first byte.
 * @throws the refusal of the target tape, errors of reading, writing and changing tapes, RESTORE_TAPE_DIFFERS,
 *   TAPE_DIFFERS, COPY_TAPE_TOO_SHORT
 */
export async function performCopy(copying: Copying): Promise<ProvenCopy> {
  const { room, afterwards, from, to, order } = copying;
  const target = new TargetTapes(room, to, order);
  return whileReleasing(afterwards, from.drive, () =>
    whileReleasing(afterwards, to.drive, async () => {
      await target.requireFirst();
      await writeCopy(copying, target);
      await readBackCopy(copying, target);
      return proven(copying, target);
    }),
  );
}
