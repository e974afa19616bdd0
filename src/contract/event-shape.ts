/** What the events of a run are made of. See events.ts. */
import { z } from 'zod';
import { alertSeverities } from './tape/drive-health.ts';

/** What sentences that are stored were made of: see StoredPhrase. */
export const saidShape = z
  .array(
    z.looseObject({
      english: z.string(),
      text: z.string(),
      values: z.record(z.string(), z.union([z.string(), z.number()])),
      count: z.number().optional(),
    }),
  )
  .optional();

const common = {
  /** Counts from 1, without a gap. */
  seq: z.int().positive(),
  /** ISO 8601, UTC, milliseconds. */
  at: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  /** Milliseconds since the run began, by the monotonic clock; absent in journals of earlier releases. See run-clock.ts. */
  elapsed: z.number().nonnegative().optional(),
  run: z.string(),
  /** What sentences of the event were made of, for who reads them in another language; absent in journals of earlier releases. */
  said: saidShape,
  /** SHA-256 (hex) of the line before, without its line feed; 64 zeros on the first line. */
  prev: z.string().regex(/^[0-9a-f]{64}$/),
};

/** An event of that type. Unknown fields pass: a later release may have added them. */
export const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.looseObject({ ...common, type: z.literal(type), ...shape });

/** A volume of the run. */
export const volumePair = z.looseObject({
  master: z.string(),
  proxy: z.string(),
  method: z.string().optional(),
  /** Size in blocks of 512 bytes. */
  blocks: z.int().optional(),
  /** Name of its shadow volume. */
  shadow: z.string().optional(),
  /** Number of its file on the tape, from 0. */
  tapeFile: z.int().optional(),
});

/** An error of the table. */
export const errorShape = z.looseObject({
  code: z.string(),
  sentence: z.string(),
  hint: z.string(),
  /** In the place of the hint where it is read on a screen. */
  onScreen: z.string().optional(),
});

/** A stretch of a dump's records that was hashed by itself. */
export const dumpSection = z.looseObject({
  /** Counted from 0, from the beginning of the volume's file. */
  firstRecord: z.int().nonnegative(),
  records: z.int().positive(),
  bytes: z.number(),
  crc32: z.string(),
  /** Of the section's bytes alone. */
  sha256: z.string(),
});

/** Health of a drive. A reading that could not be taken is absent, and `unavailable` says why. See drive-health.ts. */
export const driveHealthShape = {
  alerts: z
    .array(
      z.looseObject({
        flag: z.int().optional(),
        name: z.string(),
        severity: z.enum(alertSeverities),
        remedy: z.string(),
      }),
    )
    .optional(),
  cleaning: z.boolean().optional(),
  loads: z.int().optional(),
  compression: z.enum(['on', 'off']).optional(),
  encryption: z.string().optional(),
  unavailable: z.array(z.looseObject({ what: z.string(), reason: z.string() })),
};
