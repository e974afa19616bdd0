import type { TapeModel } from '../gds/lab-model.ts';
import type { TapeOperationName } from './tape-operations.ts';

/** How the rmt servers of Solaris and of Linux differ. */
export interface RmtDialect {
  /** Operations of the command I by their number, as mtio.h of the system has them. */
  readonly operations: readonly (TapeOperationName | undefined)[];
  /** What an operation gets that the drive does not know: errno and its text. */
  readonly unknownOperation: readonly [number, string];
  /** What a successful O is answered with. */
  readonly opened: number;
  /** I is answered with the count that was asked for; otherwise with 0. */
  readonly answersCount: boolean;
  /** Version 1 of the protocol: I-1, i and s. */
  readonly isExtended: boolean;
  /** Line by line: S needs a newline, and C ends the server. */
  readonly isLineBased: boolean;
  /** The struct mtget of S. */
  readonly status: (tape: Readonly<TapeModel>) => Buffer;
}

/** The optimum blocking factor of an LTO drive, in blocks of 512 bytes; MT_LTO and MTF_SCSI of illumos sys/mtio.h. */
const lto = { type: 0x3b, flags: 0x01, blockingFactor: 512 } as const;

/** What the command s is answered with, by its letter (illumos cmd/rmt/rmt.c, MTS_TYPE and the like). */
export function extendedStatus(tape: Readonly<TapeModel>, letter: string): number | undefined {
  const values: Record<string, number> = {
    T: lto.type,
    D: 0,
    E: tape.senseKey,
    R: 0,
    F: tape.position.file,
    B: tape.position.block,
    f: lto.flags,
    b: lto.blockingFactor,
  };
  return values[letter];
}

/** struct mtget of a 32-bit program on SPARC (illumos sys/mtio.h): 24 bytes, big-endian, two of them between erreg and resid. */
function solarisStatus(tape: Readonly<TapeModel>): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.writeInt16BE(lto.type, 0);
  bytes.writeInt16BE(tape.senseKey, 4);
  bytes.writeInt32BE(tape.position.file, 12);
  bytes.writeInt32BE(tape.position.block, 16);
  bytes.writeUInt16BE(lto.flags, 20);
  bytes.writeInt16BE(lto.blockingFactor, 22);
  return bytes;
}

/** struct mtget of x86_64 (linux/mtio.h): five longs and two ints, little-endian. */
function linuxStatus(tape: Readonly<TapeModel>): Buffer {
  const [scsi2, online, immediateReport, atBeginning, atFileMark] = [
    0x72,
    1 << 24,
    1 << 16,
    2 ** 30,
    2 ** 31,
  ];
  const { offset, file, block } = tape.position;
  const isBehindMark = offset > 0 && block === 0;
  const general =
    online + immediateReport + (offset === 0 ? atBeginning : 0) + (isBehindMark ? atFileMark : 0);
  const bytes = Buffer.alloc(48);
  bytes.writeBigInt64LE(BigInt(scsi2), 0);
  bytes.writeBigInt64LE(BigInt(general), 24);
  bytes.writeInt32LE(file, 40);
  bytes.writeInt32LE(block, 44);
  return bytes;
}

/** illumos cmd/rmt/rmt.c: numbers go to the ioctl MTIOCTOP as they are. */
const solaris: RmtDialect = {
  operations: [
    ...(['weof', 'fsf', 'bsf', 'fsr', 'bsr', 'rewind', 'offline', 'status'] as const),
    ...(['retension', 'erase', 'eom', 'nbsf'] as const),
  ],
  unknownOperation: [25, 'Inappropriate ioctl for device'],
  opened: 3,
  answersCount: true,
  isExtended: true,
  isLineBased: false,
  status: solarisStatus,
};

/** rmt of GNU paxutils 1.34 with the numbers of linux/mtio.h, which it hands to the ioctl as they are. */
const linux: RmtDialect = {
  operations: [
    undefined,
    ...(['fsf', 'bsf', 'fsr', 'bsr', 'weof', 'rewind', 'offline', 'status', 'retension'] as const),
    ...([undefined, undefined, 'eom', 'erase'] as const),
  ],
  unknownOperation: [38, 'Function not implemented'],
  opened: 0,
  answersCount: false,
  isExtended: false,
  isLineBased: true,
  status: linuxStatus,
};

export const rmtDialects = { solaris, linux } as const;
