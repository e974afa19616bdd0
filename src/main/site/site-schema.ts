/**
 * The shape of a site file: hosts, tape drive, jobs. Defaults stand here and nowhere else.
 *
 * Names that GDS must accept are checked apart (site-rules.ts), so that their message can say what GDS allows.
 */
import { z } from 'zod';
import { fileNameEncodings } from '../../contract/file-names.ts';
import { isTapeName } from '../tape/tape-label.ts';
import { fileSystems } from './file-system.ts';
import { notifySchema } from './notify-schema.ts';
import { command, duration, nonEmpty } from './value-schemas.ts';

const serviceCommands = z.strictObject({ stop: z.array(command), resume: z.array(command) });

/** Which services use the master: each primary node's own commands, the same ones on each, a question, or none. */
const services = z.union([
  z.literal('ask'),
  z.literal('not-needed'),
  serviceCommands,
  z.strictObject({ nodes: z.record(nonEmpty, serviceCommands) }),
]);

const method = z.enum(['6a', '6b', '6c', '6d', '6e']);

/** Names that udev makes of a way to a device hold colons, such as /dev/tape/by-path/pci-0000:00:1f.2-scsi-0:0:0:0. */
const deviceFile = z.string().regex(/^\/dev\/[A-Za-z0-9/_.:@,+=-]+$/, 'must be a device below /dev');

/** One pair; its own method where it is not dumped as the job's others are. */
const volumePair = z.strictObject({ master: z.string(), proxy: z.string(), method: method.optional() });

const scriptPhase = z.enum(['part', 'shadow', 'verify', 'dump', 'remove', 'rejoin']);

/** A command before or after a phase. */
const script = z
  .strictObject({
    before: scriptPhase.optional(),
    after: scriptPhase.optional(),
    /** A host of the site. */
    host: nonEmpty,
    command,
  })
  .refine(({ before, after }) => (before === undefined) !== (after === undefined), {
    error: 'takes either before or after, with the name of a phase',
  });

/** Records that the fingerprint samples where the job does not say how many. */
export const usualSamples = 64;

export const jobSchema = z.strictObject({
  class: z.string(),
  volumes: z.array(volumePair).min(1, 'names no volume'),
  shadow: z.strictObject({
    class: z.string(),
    /** Names of the shadow group and volume, of jobs with one volume; the proxy's own where absent (GDS guide 6.6.3.7, step 5). */
    group: z.string().optional(),
    volume: z.string().optional(),
    /** GDS disk name -> the device's name on the backup server. */
    disks: z.record(nonEmpty, nonEmpty),
    /** Stripe group, as the cluster names it -> its stripe width in blocks of 512 bytes, where sdxinfo does not show it. */
    stripeWidth: z.record(nonEmpty, z.int().min(1, 'must be at least one block')).optional(),
  }),
  method: method.default('6a'),
  /** What is on the volumes; what the method is for where absent. */
  fileSystem: z.enum(fileSystems).optional(),
  /** `any`: the run continues without a primary node that cannot be reached, as long as another one answers. */
  nodes: z.enum(['all', 'any']).default('all'),
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
      /** Layout labelled, route console: where a tape ends, the dump goes on to the next one. */
      span: z.boolean().default(false),
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
      /**
       * How many records of 32,768 bytes are compared between the proxy and its shadow before the dump. `all`: the usual number, and after
       * the dump a cluster node hashes the whole proxy.
       */
      fingerprint: z
        .union([
          z.int().min(2, 'must be at least 2 (the first and the last block)').max(4096),
          z.literal('all'),
        ])
        .default(usualSamples),
      readback: z.boolean().default(true),
      /** Route server: taken on the backup server in the same pass; `none` runs the guide's command alone, and proves nothing. */
      digest: z.enum(['sha256', 'cksum', 'none']).default('sha256'),
      /**
       * A shadow that the backup server does not allow to be held open, where the records of its dump cannot be matched (6b to 6e):
       * somebody may put another one in its place for one command, and nothing shows it.
       */
      unheld: z.enum(['refuse', 'allow']).default('refuse'),
    })
    .prefault({}),
  approve: z.enum(['operator', 'when-verified']).default('operator'),
  /** Step or phase -> how long each of its commands may take; an hour where absent, and for ever a stream of data. */
  timeLimits: z
    .record(
      z.string().regex(/^(\d[a-e]?(-\d+)?|[a-z][a-z-]*)$/, 'is not the name of a step or a phase'),
      duration,
    )
    .optional(),
  /** In the place of the site's. */
  notify: notifySchema.optional(),
  onFailure: z.enum(['halt', 'unwind']).default('halt'),
  /** Files that tar skips, or that change while it reads them, though it ends with exit status 0. */
  onSkippedFiles: z.enum(['warn', 'fail']).default('warn'),
  /** How often the resynchronisation is looked at; sdxinfo is slow when it is asked often (GDS guide 4.5, D.6). */
  resynchronisation: z
    .strictObject({
      everySeconds: z.number().min(0.01).max(3600).default(10),
      /** How many proxies are copied at the same time; all of them where absent. */
      atOnce: z.int().min(1).optional(),
      /** False: the run ends while the copy goes on. */
      wait: z.boolean().default(true),
    })
    .prefault({}),
  part: z
    .strictObject({
      /** A proxy that is found parted is rejoined first, and waited for: what it held is then gone. */
      synchroniseFirst: z.boolean().default(false),
      /** How often the part is tried, the first time included. */
      tries: z.int().min(1).max(100).default(1),
      everySeconds: z.number().min(0.01).max(3600).default(60),
    })
    .prefault({}),
  /** `leave-parted`: what was backed up stays on the proxy until the next run, for an instant restore. */
  rejoin: z.enum(['after-backup', 'leave-parted']).default('after-backup'),
  /** Commands of the site around the phases of a run; one that fails fails the run. */
  scripts: z.array(script).default([]),
});

/** How hard a host is tried that cannot be reached; a command that may have been started is never sent again. */
const connections = z.strictObject({
  /** All of them together, the first included. */
  tries: z.int().min(1, 'must be at least 1').max(1000).default(3),
  everySeconds: z.number().min(0.01).max(3600).default(5),
  /** A peer that answers none of three such questions is gone. ServerAliveInterval of the ssh configuration, else 15, where absent. */
  keepAliveSeconds: z.number().min(0.01).max(3600).optional(),
  /** True: `Match exec` of the ssh configuration may run its command. */
  runMatchExec: z.boolean().optional(),
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
  /** How names of files on the volumes are encoded; UTF-8 where absent. For people alone: lists and tapes keep every byte. */
  fileNames: z.enum(fileNameEncodings).optional(),
  gds: z
    .strictObject({
      /** What sdxinfo prints, and fails with, on a node that has no object at all. Its wording differs by release. */
      noObjectsMessage: nonEmpty.optional(),
    })
    .prefault({}),
  hosts: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is not a host name'), hostSchema),
  tape: z.strictObject({
    host: nonEmpty,
    device: deviceFile,
    drive: nonEmpty.optional(),
    /** The tape server of the tape host, for dumps that go on to a next tape. */
    rmt: nonEmpty.optional(),
    /** Whose numbers the tape server takes for what it does with the tape; those of the platform where absent. */
    rmtDialect: z.enum(['solaris', 'linux']).optional(),
    /** What changes the tape: a changer that mtx(1) works, or a command of the site on the tape host; the operator where absent. */
    changer: deviceFile.optional(),
    /** The number of the drive in the changer, as mtx counts them from 0; needed where it has several. */
    changerDrive: z.int().min(0).optional(),
    nextTape: command.optional(),
  }),
  connections: connections.prefault({}),
  /** Where the report of each run is written at its end; failing to is a warning. */
  report: z
    .strictObject({
      folder: z.string().regex(/^(\/|~\/)/, 'must begin with / or ~/'),
      paper: z.enum(['A4', 'Letter']).default('A4'),
    })
    .optional(),
  /** Signs the journal of each run at its end; failing to is a warning. */
  sign: z
    .strictObject({
      /** A private key file, or the public one of a key that an ssh agent holds. */
      key: nonEmpty,
    })
    .optional(),
  journals: z
    .strictObject({
      /** Journals of runs that ended so long ago are compressed. */
      compressAfter: z
        .string()
        .regex(
          /^[1-9]\d{0,3} (day|week|year)s?$/,
          'must be a number of days, weeks or years, such as "90 days"',
        )
        .optional(),
    })
    .optional(),
  notify: notifySchema.optional(),
  jobs: z.record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'is not a job name'), jobSchema),
});

export type Site = z.output<typeof siteSchema>;
export type Host = z.output<typeof hostSchema>;
export type Job = z.output<typeof jobSchema>;
export type Method = Job['method'];
export type Route = Job['route'];
export type Platform = Site['platform'];
