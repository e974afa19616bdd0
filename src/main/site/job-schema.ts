/**
 * The shape of a job in a site file. Defaults are set here and nowhere else, and the descriptions become the reference in docs/site-file.md.
 *
 * Names that GDS must accept are checked apart (site-rules.ts), so that their message can say what GDS allows.
 */
import { z } from 'zod';
import { fileSystems, methods } from './file-system.ts';
import { notifySchema } from './notify-schema.ts';
import { scheduleSchema } from './schedule-schema.ts';
import { age, command, duration, lengthOfTime, nonEmpty, rate, seconds, tapeName } from './value-schemas.ts';
import { areDumpHours } from '../../contract/time/dump-hours.ts';
import { phrase } from '../../contract/text/say.ts';

const serviceCommands = z.strictObject({
  stop: z.array(command).describe('Commands that stop the services, in this order.'),
  resume: z
    .array(command)
    .describe(
      'Commands that start them again. With as many `resume` as `stop` commands, the last one resumes what the first one stopped.',
    ),
});

/**
 * Which services use the master: each primary node's own commands, the same ones on each, or on the one that has the file system mounted; a
 * question, or none.
 */
const services = z.union([
  z.literal('ask'),
  z.literal('not-needed'),
  serviceCommands,
  z.strictObject({ nodes: z.record(nonEmpty, serviceCommands) }),
  z.strictObject({ whereMounted: serviceCommands }),
]);

const method = z.enum(methods);

const volumePair = z.strictObject({
  master: z.string().describe('The volume that the services use.'),
  proxy: z.string().describe('Its proxy volume, which is parted and backed up.'),
  method: method.optional().describe('The method of this volume, if it is not the method of the job.'),
});

const scriptPhase = z.enum(['part', 'shadow', 'verify', 'dump', 'remove', 'rejoin']);

/** A command before or after a phase. */
const script = z
  .strictObject({
    before: scriptPhase.optional().describe('Run the command before this phase.'),
    after: scriptPhase
      .optional()
      .describe('Run the command after this phase. Give either `before` or `after`.'),
    host: nonEmpty.describe('A host of the site.'),
    command: command.describe('Words, not shell.'),
  })
  .refine(({ before, after }) => (before === undefined) !== (after === undefined), {
    error: phrase('takes either before or after, with the name of a phase'),
  });

/** Records that the fingerprint samples where the job does not say how many. */
export const usualSamples = 64;

const shadow = z.strictObject({
  class: z.string().describe('The class of the shadow on the backup server. It must not exist there.'),
  group: z
    .string()
    .optional()
    .describe('Name of the shadow group, for a job with one volume. Default: the name of the proxy’s group.'),
  volume: z
    .string()
    .optional()
    .describe('Name of the shadow volume, for a job with one volume. Default: the name of the proxy.'),
  disks: z
    .record(nonEmpty, nonEmpty)
    .describe(
      'Each GDS disk of the proxy, and the name that the same disk has on the backup server: `{ Disk3: c1t1d3 }`.',
    ),
  stripeWidth: z
    .record(nonEmpty, z.int().min(1, phrase('must be at least one block')))
    .optional()
    .describe(
      'Stripe widths in blocks of 512 bytes, by stripe group: `{ Group2: 32 }`. Needed where `sdxinfo -G -e long` does not show the width.',
    ),
});

const media = z.strictObject({
  layout: z
    .enum(['plain', 'labelled'])
    .default('plain')
    .describe(
      '`plain`: the layout of the GDS guide, without a label. `labelled`: a label before the data and a manifest after it.',
    ),
  overwrite: z
    .boolean()
    .default(false)
    .describe(
      '`true`: a tape that is not blank is overwritten, and the run records what it held. In layout `labelled` only a tape with a label and the right name is overwritten.',
    ),
  name: tapeName
    .optional()
    .describe(
      'Layout `labelled`: the name of the tape that the job writes to. A blank tape gets this name. Default: site, job and day.',
    ),
  pool: nonEmpty
    .optional()
    .describe(
      'Layout `labelled`: a pool of the site, instead of `name`. It says which tape each run writes to. See [Unattended operation](unattended.md#pools-of-tapes).',
    ),
  span: z
    .boolean()
    .default(false)
    .describe(
      'Layout `labelled`, route `console`: where a tape ends, the dump continues on the next one. See [Tapes](tapes.md#several-tapes).',
    ),
  keep: lengthOfTime('30 days')
    .optional()
    .describe(
      'Layout `labelled`: retention, such as `30 days`, `8 weeks` or `7 years`. It ends at the start of its last day. Until then only a job with `overwrite: true` overwrites the tape. Default: that of the pool.',
    ),
  recordBytes: z
    .int()
    .min(512)
    .max(1_048_576)
    .multipleOf(512, phrase('must be a multiple of 512'))
    .default(32_768)
    .describe('Bytes in each tape record. The GDS guide uses 32,768.'),
});

const verify = z.strictObject({
  fingerprint: z
    .union([
      z.int().min(2, phrase('must be at least 2 (the first and the last block)')).max(4096),
      z.literal('all'),
    ])
    .default(usualSamples)
    .describe(
      'How many records of 32 KiB are compared between the proxy and its shadow; as many others are compared with the data on tape. `all` (method 6a): also hashes the whole proxy on a cluster node after the shadow is removed, see [Evidence](evidence.md#the-whole-proxy).',
    ),
  readback: z
    .boolean()
    .default(true)
    .describe('`false`: the tape is not read back, and the run ends `unverified`.'),
  digest: z
    .enum(['sha256', 'cksum', 'none'])
    .default('sha256')
    .describe(
      'Route `server`: the digest that is taken while the dump runs. `sha256` takes both. `none` runs the command of the guide alone, and the run ends `unverified`.',
    ),
  unheld: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe(
      'Methods 6b to 6e, where the backup server does not let a process hold the shadow open. `refuse`: the run ends with `SHADOW_NOT_HELD` before anything is dumped. `allow`: it continues; SECURITY.md says what that leaves unproven.',
    ),
});

const resynchronisation = z.strictObject({
  everySeconds: seconds
    .default(10)
    .describe(
      'Seconds between two `sdxinfo` queries while the proxy is copied. `sdxinfo` is slow when it is called often (GDS guide 4.5, D.6).',
    ),
  atOnce: z.int().min(1).optional().describe('How many proxies are copied at the same time. Default: all.'),
  wait: z.boolean().default(true).describe('`false`: the run ends while the copy still runs.'),
});

const part = z.strictObject({
  synchroniseFirst: z
    .boolean()
    .default(false)
    .describe(
      '`true`: a proxy that is already parted is rejoined first, and the run waits for the copy. The data of the proxy is then lost.',
    ),
  tries: z
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe(
      'How often the part is tried, the first time included. It is not tried again once a proxy was parted.',
    ),
  everySeconds: seconds.default(60).describe('Seconds between two tries.'),
});

const restore = z.strictObject({
  makeFileSystem: z
    .strictObject({
      ufs: command
        .optional()
        .describe(
          'Default: `newfs`. The plan of a restore and the report of the backup show how its ufs was made; `mkfs -F ufs -m DEVICE` shows it of an existing one.',
        ),
      sfxfs: command.optional().describe('No default: a restore of 6d and 6e needs it.'),
    })
    .prefault({})
    .describe(
      'Commands that make the new file system into which files are restored (6b to 6e), by file system. The raw device is added to the command.',
    ),
});

/** A second person, who is not the operator. */
const approvedByOther = z.strictObject({
  by: z
    .literal('other')
    .describe(
      'A second person approves each run with a signature, on a screen or with `shadowtape approve RUN`. `--yes` does not.',
    ),
  signers: z
    .string()
    .regex(/^(\/|~\/)/, phrase('must begin with / or ~/'))
    .describe(
      'File of allowed signers, as in `ssh-keygen -Y verify -f`. A line names one person; the operator’s own key does not count.',
    ),
  revoked: z
    .string()
    .regex(/^(\/|~\/)/, phrase('must begin with / or ~/'))
    .optional()
    .describe('File of public keys that no longer count, one on each line.'),
});

export const jobSchema = z.strictObject({
  class: z.string().describe('The disk class of the master and the proxy.'),
  volumes: z
    .array(volumePair)
    .min(1, phrase('names no volume'))
    .describe(
      'Pairs of master and proxy. Several are parted in one instant and dumped one after another, each into a tape file of its own.',
    ),
  shadow: shadow.describe('What is built on the backup server.'),
  method: method
    .default('6a')
    .describe(
      'The step of the GDS guide: 6a raw device with `dd`; ufs: 6b `tar`, 6c `ufsdump`; sfxfs: 6d `tar`, 6e `sfxdump`. Linux: 6a; ext3: 6b `tar`, 6c `dump`.',
    ),
  fileSystem: z
    .enum(fileSystems)
    .optional()
    .describe(
      'What is on the volumes. A method that cannot back it up is refused: a GFS Shared File System takes 6a only. Default: as the method implies.',
    ),
  nodes: z
    .enum(['all', 'any'])
    .default('all')
    .describe(
      '`all`: every primary node must answer. `any`: the run continues without a node that cannot be reached, see [Recovery](recovery.md#when-a-node-does-not-answer).',
    ),
  route: z
    .enum(['console', 'server'])
    .default('console')
    .describe(
      '`console`: the data passes through this machine. `server`: the dump runs on the backup server. See [Routes](routes.md).',
    ),
  services: services
    .default('ask')
    .describe(
      'What uses the master. `{ stop: [umount /app], resume: [mount /app] }` on every primary node, `{ nodes: { node1: { stop: […], resume: […] } }}`, `{ whereMounted: { stop: […], resume: […] } }` on the node that has a file system of the masters mounted at that moment (see [Failover](recovery.md#services-that-move)), `not-needed`, or `ask`. A command is words, not shell: put shell code into a script.',
    ),
  fsck: z
    .strictObject({
      answerYes: z
        .boolean()
        .default(false)
        .describe(
          '`true` adds `-y` to step 6b-2, which otherwise stops at a file system that was mounted at the part. On Linux `fsck.ext3 -p` runs without it, which makes safe repairs. The step is skipped where a stop command of `services` is `umount` of that file system, by its mount point or its device.',
        ),
    })
    .prefault({}),
  mountPoint: z
    .string()
    .regex(
      /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/,
      phrase('must be an absolute path of letters, digits, ".", "_" and "-"'),
    )
    .default('/mnt1')
    .describe(
      'Temporary mount point on the backup server. The run creates and removes it (steps 6b-3 and 6b-5).',
    ),
  media: media.prefault({}),
  protect: z
    .strictObject({
      every: age
        .optional()
        .describe(
          'How old the newest verified backup of a volume may be, such as `24 hours`, `3 days` or `1 week`. `shadowtape status` judges by it.',
        ),
    })
    .prefault({}),
  schedule: scheduleSchema
    .optional()
    .describe('When the job is due. `shadowtape schedule install` sets up what starts it.'),
  drill: z
    .strictObject({
      schedule: scheduleSchema.describe(
        'When a drill is due: the newest verified backup of the job is read from its tape and compared. `shadowtape schedule install` sets up what starts it.',
      ),
      to: z
        .string()
        .min(1)
        .optional()
        .describe(
          'A folder, `HOST:/PATH` or of this computer: each drill also extracts the backup into a new folder below it, and removes that again. Default: the tape is only read.',
        ),
    })
    .optional(),
  verify: verify.prefault({}),
  approve: z
    .union([z.enum(['operator', 'when-verified']), approvedByOther])
    .default('operator')
    .describe(
      'Who approves the dump: an operator, the run itself when every rule holds, or a second person (`{ by: other, signers: FILE }`).',
    ),
  timeLimits: z
    .record(
      z.string().regex(/^(\d[a-e]?(-\d+)?|[a-z][a-z-]*)$/, phrase('is not the name of a step or a phase')),
      duration,
    )
    .optional()
    .describe(
      'Time limits by step or phase: `{ "3-3": 5 minutes, dump: 12 hours }`. Default: an hour for a command, none for data.',
    ),
  notify: notifySchema.optional().describe('Replaces `notify` of the site.'),
  onFailure: z
    .enum(['halt', 'unwind'])
    .default('halt')
    .describe(
      'What happens when the dump, or a step after it, fails. `halt`: everything stays as it is, and the commands for a rollback are printed. `unwind`: roll back. A failure before the dump is always rolled back.',
    ),
  onSkippedFiles: z
    .enum(['warn', 'fail'])
    .default('warn')
    .describe(
      'What happens when `tar` exits with 0 but skipped files, or files changed while it read them. `warn`: the run ends with 0 as `verified, 3 files skipped`. `fail`: the dump fails, and the cluster is rolled back. See [Tapes](tapes.md#what-tar-leaves-out).',
    ),
  restore: restore.prefault({}),
  limit: rate
    .optional()
    .describe(
      'Route `console`: how fast the volume is read at most, such as `80 MB/s`. The tape drive still gets its data in runs at full speed, from a buffer of 64 MiB.',
    ),
  dumpHours: z
    .string()
    .refine(
      areDumpHours,
      phrase('must be two different times from 00:00 to 23:59 in quotes, such as "20:00-06:00"'),
    )
    .optional()
    .describe(
      'Route `console`: the hours in which the dump reads, such as `"20:00-06:00"`, in the zone of `schedule`, else in that of the console. Outside of them it is paused after a whole record, and continues by itself. See [Slowing a dump down](routes.md#slowing-a-dump-down).',
    ),
  onReadError: z
    .enum(['fail', 'zero-and-list'])
    .default('fail')
    .describe(
      'Method 6a, route `console`: what happens where a record of the volume cannot be read. `fail`: the dump fails. `zero-and-list`: zeros of the same length are written in its place, and the run ends with 0 as `verified, 2 unreadable records`. See [Evidence](evidence.md#unreadable-records).',
    ),
  resynchronisation: resynchronisation.prefault({}),
  part: part.prefault({}),
  rejoin: z
    .enum(['after-backup', 'leave-parted'])
    .default('after-backup')
    .describe(
      '`leave-parted`: the proxy stays parted until the next run, which needs `part.synchroniseFirst`.',
    ),
  scripts: z
    .array(script)
    .default([])
    .describe('Commands of the site around the phases of a run. One that fails fails the run.'),
});
