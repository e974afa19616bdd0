/** Labels a tape by hand: a new name, and nothing after it. */
import { randomUUID } from 'node:crypto';
import { refusalByHand, type FoundTape } from '../../tape/overwrite-rule.ts';
import { encodeLabel, requireTapeName, type TapeLabel } from '../../tape/tape-label.ts';
import { ownRecordBytes } from '../../tape/sealed-record.ts';
import { requireReadyDrive } from './drive-ready.ts';
import { writeRecords } from './own-file.ts';
import type { DataRoom } from '../hosts/remote-data.ts';
import { lookAtTape, type KnownDrive } from './tape-look.ts';
import { rewindCommand, writeRecordsCommand } from '../model/tape/tape-commands.ts';
import { goToFile } from './tape-position.ts';

const step = 'label';

/** Receives the contents of a tape before they are lost. */
export interface ScratchOrder {
  readonly drive: KnownDrive;
  /** The current name of the tape, or `data`; undefined if only a blank tape may be written. */
  readonly overwrite: string | undefined;
  /** Adds which run wrote it, if known. */
  readonly recognize: (found: FoundTape) => FoundTape;
  /** Called for a tape that is not blank, right before it is overwritten. */
  readonly onLoss: (found: FoundTape) => void;
}

export interface LabelOrder extends ScratchOrder {
  readonly site: string;
  readonly name: string;
  /** Called when the write begins: from here on the contents of the tape may be lost, whatever follows. */
  readonly onWrite?: (() => void) | undefined;
}

export interface LabelledTape {
  /** What was there before. */
  readonly before: FoundTape;
  readonly label: TapeLabel;
}

/**
 * Makes sure that the contents of the tape may be lost, and reports them.
 * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_WRITE_PROTECTED, TAPE_STATE_UNKNOWN, TAPE_NOT_BLANK_NAME_IT,
 *   TAPE_IS_ANOTHER, TAPE_KEPT, DRIVE_LOCK_LOST
 */
export async function requireScratch(
  { runner }: DataRoom,
  stepId: string,
  { drive, overwrite, recognize, onLoss }: ScratchOrder,
): Promise<FoundTape> {
  await requireReadyDrive(runner, stepId, drive, 'write');
  const tape = recognize(await lookAtTape(runner, stepId, drive));
  const trouble = refusalByHand(tape, overwrite, new Date());
  if (trouble) throw trouble;
  // A command that has lost the lock of the drive must not overwrite anything.
  await runner.beforeSending(stepId, writeRecordsCommand(drive));
  if (!tape.blank) onLoss(tape);
  return tape;
}

/**
 * Writes the label, and rewinds.
 * @throws TAPE_NAME_FORBIDDEN, what requireScratch throws, and errors of writing to tape
 */
export async function labelTape(room: DataRoom, order: LabelOrder): Promise<LabelledTape> {
  const { drive, site } = order;
  const name = requireTapeName(order.name);
  const before = await requireScratch(room, step, order);
  const label: TapeLabel = {
    name,
    uuid: randomUUID(),
    writtenAt: new Date().toISOString(),
    site,
    volumes: [],
    recordBytes: ownRecordBytes,
  };
  await goToFile(room.runner, step, drive, 0);
  order.onWrite?.();
  await writeRecords(room, step, writeRecordsCommand(drive), encodeLabel(label));
  await room.runner.send(step, rewindCommand(drive));
  return { before, label };
}
