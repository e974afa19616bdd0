/**
 * The shape of a site file: hosts, tape drive, jobs. Defaults stand here and nowhere else.
 *
 * Names that GDS must accept are checked apart (site-rules.ts), so that their message can say what GDS allows.
 */
import { z } from 'zod';
import { isFailure } from '../../contract/errors.ts';
import { commandLine } from '../ssh/quoting.ts';
import { isTapeName } from '../tape/tape-label.ts';
import { commandWords } from './command-words.ts';

const nonEmpty = z.string().min(1, 'must not be empty');

/** A command of the site: a line ("umount /app") or its words (["umount", "/app"]). */
const command = z
  .union([nonEmpty, z.array(z.string()).min(1, 'must not be empty')])
  .transform((value, context) => {
    try {
      const words = Array.isArray(value) ? value : commandWords(value);
      // What no shell could be given is refused here, not in the middle of a run.
      commandLine(words);
      return words;
    } catch (error) {
      context.addIssue({ code: 'custom', message: isFailure(error) ? error.message : String(error) });
      return z.NEVER;
    }
  });

const serviceCommands = z.strictObject({ stop: z.array(command), resume: z.array(command) });

/** Which services use the master: each primary node's own commands, the same ones on each, a question, or none. */
const services = z.union([
  z.literal('ask'),
  z.literal('not-needed'),
  serviceCommands,
  z.strictObject({ nodes: z.record(nonEmpty, serviceCommands) }),
]);

export const jobSchema = z.strictObject({
  class: z.string(),
  volumes: z.array(z.strictObject({ master: z.string(), proxy: z.string() })).min(1, 'names no volume'),
  shadow: z.strictObject({
    class: z.string(),
    /** Names of the shadow group and volume; the proxy's own where absent (GDS guide 6.6.3.7, step 5). */
    group: z.string().optional(),
    volume: z.string().optional(),
    /** GDS disk name -> the device's name on the backup server. */
    disks: z.record(nonEmpty, nonEmpty),
  }),
  method: z.enum(['6a', '6b', '6c', '6d', '6e']).default('6a'),
  route: z.enum(['console', 'server']).default('console'),
  services: services.default('ask'),
  /** Lets fsck repair without asking (-y): the guide's 6b-2 asks. */
  fsck: z.strictObject({ answerYes: z.boolean().default(false) }).prefault({}),
  /** Temporary mount point on the backup server; made and removed by the run (GDS guide 6.6.3.7, steps 6b-3, 6b-5). */
  mountPoint: z
    .string()
    .regex(
      /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/,
      'must be an absolute path of letters, digits, ".", "_" and "-"',
    )
    .default('/mnt1'),
  media: z
    .strictObject({
      layout: z.enum(['plain', 'labelled']).default('plain'),
      overwrite: z.boolean().default(false),
      /** Layout labelled: the name on the label of the tape that the job writes to; a blank one is given it. */
      name: z
        .string()
        .refine(isTapeName, 'must be 1 to 32 letters, digits, "_", "." and "-", and not "data"')
        .optional(),
      /** Layout labelled: how long the tape is not to be overwritten. */
      keep: z
        .string()
        .regex(
          /^[1-9]\d{0,3} (day|week|year)s?$/,
          'must be a number of days, weeks or years, such as "30 days"',
        )
        .optional(),
      recordBytes: z
        .int()
        .min(512)
        .max(1_048_576)
        .multipleOf(512, 'must be a multiple of 512')
        .default(32_768),
    })
    .prefault({}),
  verify: z
    .strictObject({
      /** How many records of 32,768 bytes are compared between the proxy and its shadow before the dump. */
      fingerprint: z.int().min(2, 'must be at least 2 (the first and the last block)').max(4096).default(64),
      readback: z.boolean().default(true),
    })
    .prefault({}),
  approve: z.enum(['operator', 'when-verified']).default('operator'),
  onFailure: z.enum(['halt', 'unwind']).default('halt'),
  /** How often the resynchronisation is looked at; sdxinfo is slow when it is asked often (GDS guide 4.5, D.6). */
  resynchronisation: z
    .strictObject({ everySeconds: z.number().min(0.01).max(3600).default(10) })
    .prefault({}),
});

export const hostSchema = z.strictObject({
  role: z.enum(['primary', 'backup', 'tape']),
  address: nonEmpty.optional(),
  port: z.int().min(1).max(65_535).optional(),
  user: nonEmpty.optional(),
  /** Private key file; "~" is the home folder. Without one: the agent, then the keys of ~/.ssh/config. */
  key: nonEmpty.optional(),
  login: z.enum(['key', 'agent', 'password']).optional(),
  ssh: z.enum(['modern', 'legacy']).default('modern'),
});

export const siteSchema = z.strictObject({
  site: nonEmpty,
  platform: z.enum(['solaris', 'linux']),
  gds: z
    .strictObject({
      /** What sdxinfo prints, and fails with, on a node that has no object at all. Its wording differs by release. */
      noObjectsMessage: nonEmpty.optional(),
    })
    .prefault({}),
  hosts: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is not a host name'), hostSchema),
  tape: z.strictObject({
    host: nonEmpty,
    device: z.string().regex(/^\/dev\/[A-Za-z0-9/_.-]+$/, 'must be a device below /dev'),
    drive: nonEmpty.optional(),
  }),
  jobs: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is not a job name'), jobSchema),
});

export type Site = z.output<typeof siteSchema>;
export type Host = z.output<typeof hostSchema>;
export type Job = z.output<typeof jobSchema>;
export type Method = Job['method'];
export type Route = Job['route'];
export type Platform = Site['platform'];
