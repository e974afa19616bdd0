/**
 * The events of a run that tell of bytes: what was read, sampled and written, what is on which tape, and what digests say of it. See events.ts.
 */
import { z } from 'zod';
import { driveHealthShape, dumpSection, event } from './event-shape.ts';
import { fileNameEncodings } from './file-names.ts';

/** A place where the same bytes pass: read from the device, sent to the tape host, counted there, read back. */
export const hops = ['device', 'handed', 'counted', 'readback'] as const;
export type Hop = (typeof hops)[number];

export const dataEvents = [
  event('progress', {
    step: z.string(),
    what: z.enum(['dump', 'read-back', 'resynchronisation', 'fingerprint']),
    bytes: z.number(),
    total: z.number().optional(),
    records: z.int().optional(),
    /** Bytes a second, over the last seconds. */
    rate: z.number().optional(),
    /** Seconds since it began, where nothing shows its progress. */
    elapsedSeconds: z.number().optional(),
    /** How full the start watermark's buffer is, 0 to 1. */
    bufferFill: z.number().optional(),
    words: z.string().optional(),
  }),
  /**
   * How the file system on a shadow was made, as its own tool shows it: for who makes it again. Absent if that tool is not known, is not
   * installed, or did not answer.
   */
  event('file-system-made', {
    step: z.string(),
    volume: z.string(),
    host: z.string(),
    fileSystem: z.enum(['ufs', 'ext3']),
    tool: z.enum(['mkfs', 'dumpe2fs']),
    /** What it printed: its first 4,096 characters. */
    text: z.string(),
  }),
  /** The dump is paused after a whole record, or continues. */
  event('pause', {
    step: z.string(),
    what: z.enum(['paused', 'continued']),
    /** paused: who asked for it. */
    by: z.string().optional(),
    /** paused: true if nobody has to continue it, because the hours of the job will. */
    continuesByItself: z.boolean().optional(),
  }),
  event('fingerprint', {
    step: z.string(),
    volume: z.string(),
    side: z.enum(['primary', 'backup']),
    host: z.string(),
    seed: z.string(),
    recordBytes: z.int(),
    /** Record number -> SHA-256 (hex) of that record's bytes. */
    blocks: z.array(z.object({ record: z.int(), sha256: z.string() })),
    /** Of the cluster: further records, which are compared with what is written to tape. */
    second: z.array(z.object({ record: z.int(), sha256: z.string() })).optional(),
    /** What both sets tell of the volume: its records, different contents among the sampled, records in the largest gap. */
    coverage: z
      .looseObject({ records: z.int(), sampled: z.int(), distinct: z.int(), largestGap: z.int() })
      .optional(),
  }),
  /** Records as the shadow shows them after the last command that changes blocks on purpose: compared again after the dump. */
  event('baseline', {
    step: z.string(),
    volume: z.string(),
    host: z.string(),
    recordBytes: z.int(),
    blocks: z.array(z.object({ record: z.int(), sha256: z.string() })),
    /** Records that are not as the cluster held them. */
    changed: z.int(),
  }),
  event('tape', {
    step: z.string(),
    host: z.string(),
    device: z.string(),
    /** What the first record is: `blank`, or a description of what was found. */
    found: z.string(),
    blank: z.boolean(),
    label: z.string().optional(),
    /** Of the first record; absent if the tape is blank or the record cannot be read. */
    firstRecordSha256: z.string().optional(),
    /** Runs whose data is on the tape, as far as known. Several: one of them, since their first records are the same. */
    writtenBy: z.array(z.string()).optional(),
    position: z.looseObject({ file: z.int().optional(), record: z.int().optional() }),
    overwritten: z.boolean(),
  }),
  /** Health of the drive. */
  event('drive-health', {
    step: z.string(),
    when: z.enum(['before', 'after']),
    host: z.string(),
    device: z.string(),
    ...driveHealthShape,
  }),
  /** A library has moved a cartridge between a slot and the drive of the run, and shows it there. */
  event('cartridge', {
    step: z.string(),
    host: z.string(),
    changer: z.string(),
    what: z.enum(['loaded', 'unloaded']),
    slot: z.int(),
    /** As the changer counts its drives, from 0. */
    drive: z.int(),
    /** Absent if the cartridge has none. */
    barcode: z.string().optional(),
    /** loaded: the tape that the run asked for. */
    name: z.string().optional(),
  }),
  /** A label was written: file 0 of the tape. */
  event('label', {
    step: z.string(),
    host: z.string(),
    device: z.string(),
    name: z.string(),
    uuid: z.string(),
    writtenAt: z.string(),
    keepUntil: z.string().optional(),
    /** Which tape of the run it is, from 1. */
    number: z.int().optional(),
    /** The changer's slot that it came from. */
    slot: z.int().optional(),
    /** Of the whole record. */
    sha256: z.string(),
  }),
  /**
   * What was read of a volume so far, from `firstRecord` on: a dump that is interrupted is compared with it when it is continued. Not all of
   * it need be on tape.
   */
  event('dump-checkpoint', { step: z.string(), volume: z.string(), ...dumpSection.shape }),
  /** A dump that was interrupted is continued on its tape. */
  event('dump-continued', {
    step: z.string(),
    volume: z.string(),
    /** uuid of the tape's label. */
    uuid: z.string(),
    /** Records of the volume that stay on the tape: it is written on after them. */
    records: z.int().positive(),
    /** Records of the whole volume. */
    of: z.int(),
    /** What these records hold, from the first one on. */
    sections: z.array(dumpSection),
  }),
  /** What one tape holds of a volume's dump; written when that tape is closed. */
  event('tape-part', {
    step: z.string(),
    volume: z.string(),
    /** Which tape of the run, from 1. */
    number: z.int(),
    name: z.string(),
    uuid: z.string(),
    /** Number of the tape file. */
    file: z.int(),
    /** Counted from 0, over all tapes. */
    firstRecord: z.int(),
    records: z.int(),
    bytes: z.int(),
  }),
  /** The manifest was written: the last file of the tape. */
  event('manifest', {
    step: z.string(),
    host: z.string(),
    device: z.string(),
    file: z.int(),
    bytes: z.int(),
    sha256: z.string(),
  }),
  event('digest', {
    step: z.string(),
    volume: z.string(),
    hop: z.enum(hops),
    bytes: z.number().optional(),
    records: z.int().optional(),
    crc32: z.string().optional(),
    /** What POSIX cksum prints of the bytes: checksum, decimal. */
    cksum: z.int().optional(),
    sha256: z.string().optional(),
    paddingBytes: z.int().optional(),
    /** What a read-back must give: the SHA-256 of the device's bytes and the padding after them. */
    onTapeSha256: z.string().optional(),
    /**
     * Hop `handed`, of a dump that was continued on its tape: what its file must hold, from the first record to the last. Such a dump
     * has no SHA-256 of the whole until it is read back.
     */
    sections: z.array(dumpSection).optional(),
    /** Of the first record of the tape: layout `plain`, hop `handed`, the volume in tape file 0. A tape without a label is known by it. */
    firstRecordSha256: z.string().optional(),
  }),
  /** The whole proxy was read on the cluster, after the shadow was removed. */
  event('proxy-hash', {
    step: z.string(),
    volume: z.string(),
    host: z.string(),
    bytes: z.number(),
    milliseconds: z.number(),
    /** What POSIX cksum prints of the bytes: checksum, decimal. */
    cksum: z.int(),
    sha256: z.string().optional(),
  }),
  event('catalogue', {
    step: z.string(),
    volume: z.string(),
    entries: z.int(),
    /** The file next to the journal that lists the entries, one JSON object a line. */
    file: z.string(),
    sha256: z.string(),
    /** How names in it are encoded, as the site file says; UTF-8 where absent. */
    fileNames: z.enum(fileNameEncodings).optional(),
  }),
] as const;
