/**
 * The shape of a site file: hosts, tape drive, jobs. Defaults are set here and in job-schema.ts, and nowhere else. The descriptions become the
 * reference in docs/site-file.md.
 */
import { z } from 'zod';
import { fileNameEncodings } from '../../contract/file-names.ts';
import { phrase } from '../../contract/text/say.ts';
import { platforms } from './file-system.ts';
import { jobSchema } from './job-schema.ts';
import { librarySchema } from './library-schema.ts';
import { notifySchema } from './notify-schema.ts';
import { becomeWays } from '../ssh/rights.ts';
import { command, lengthOfTime, nonEmpty, seconds, tapeName } from './value-schemas.ts';

/** How hard a host is tried that cannot be reached; a command that may have been started is never sent again. */
const connections = z.strictObject({
  tries: z
    .int()
    .min(1, phrase('must be at least 1'))
    .max(1000)
    .default(3)
    .describe(
      'How often a host is tried before a command counts as unanswered. A run then repeats a query for up to 30 minutes, or 2 while the services are down. A command that may have changed something is never sent again.',
    ),
  everySeconds: seconds.default(5).describe('Seconds between two tries.'),
  keepAliveSeconds: seconds
    .optional()
    .describe(
      'Seconds between keep-alive messages. After three unanswered ones the connection is lost. Default: `ServerAliveInterval` of the ssh configuration, or 15.',
    ),
  runMatchExec: z
    .boolean()
    .optional()
    .describe('`true`: `Match exec` of the ssh configuration may run its command on this machine.'),
});

export const hostSchema = z.strictObject({
  role: z
    .enum(['primary', 'backup', 'tape'])
    .describe(
      '`primary`: a node of the cluster; list all of them. `backup`: the backup server, exactly one. `tape`: a host that only has the drive.',
    ),
  address: nonEmpty.optional().describe('Host name or IP address. Default: the ssh configuration.'),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Port of sshd. Default: the ssh configuration, or 22.'),
  user: nonEmpty
    .optional()
    .describe(
      'Login that may run the GDS commands, itself or with `become`. Default: the ssh configuration, or your own name.',
    ),
  become: z
    .enum(becomeWays)
    .default('none')
    .describe(
      '`sudo`, `pfexec`: put in front of commands that need the rights of an administrator. `check --rights` prints what to allow. `none`: the login has these rights. See [Rights](rights.md).',
    ),
  key: nonEmpty
    .optional()
    .describe(
      'Private key file; `~` is the home folder. Default: the ssh agent, then the keys of the ssh configuration.',
    ),
  login: z
    .enum(['key', 'agent', 'password'])
    .optional()
    .describe('Tries only this method. Secrets are asked for and never written down.'),
  ssh: z
    .enum(['modern', 'legacy'])
    .default('modern')
    .describe('`legacy`: for servers that know only SHA-1 and CBC, such as old Sun SSH.'),
});

const gds = z.strictObject({
  noObjectsMessage: nonEmpty
    .optional()
    .describe(
      'What `env LC_ALL=C sdxinfo` prints on a backup server without any GDS object, if it prints a message: the whole line, `SDX:…` included. The wording differs by release. See [Recovery](recovery.md#how-the-absence-of-a-shadow-is-proven).',
    ),
});

/** Names that udev makes of the path to a device hold colons, such as /dev/tape/by-path/pci-0000:00:1f.2-scsi-0:0:0:0. */
const deviceFile = z.string().regex(/^\/dev\/[A-Za-z0-9/_.:@,+=-]+$/, phrase('must be a device below /dev'));

const tape = z.strictObject({
  host: nonEmpty.describe('The host of the drive: a host of role `backup` or `tape`.'),
  device: deviceFile.describe(
    'A device of the drive, with or without rewind: `/dev/rmt/0`, `/dev/rmt/0cbn` (Solaris); `/dev/st0`, `/dev/nst0`, `/dev/IBMtape0`, or a persistent name such as `/dev/tape/by-id/scsi-3500…-nst` (Linux).',
  ),
  drive: nonEmpty.optional().describe('The drive’s type, such as `LTO-4`, for its minimum streaming rate.'),
  onCriticalAlert: z
    .enum(['refuse', 'warn'])
    .default('refuse')
    .describe(
      'Whether a critical TapeAlert flag of the drive, raised before a run, refuses the run. See [Tapes](tapes.md#drive-health).',
    ),
  rmt: nonEmpty.optional().describe('The tape server program for `media.span`: `/etc/rmt`, `/usr/sbin/rmt`.'),
  rmtDialect: z
    .enum(platforms)
    .optional()
    .describe('The platform whose operation numbers that program uses. Default: those of the platform.'),
  changer: deviceFile
    .optional()
    .describe(
      'A changer controlled with `mtx`. Without it and `nextTape`, the operator is asked for the next tape.',
    ),
  changerDrive: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Number of the drive in the changer, as `mtx status` counts `Data Transfer Element` from 0. Where the changer has several drives, the number is found by the serial number of the drive; the key is required where that cannot be read.',
    ),
  nextTape: command
    .optional()
    .describe(
      'A command on the tape host that changes the tape. It gets one more argument: the name of the wanted tape, or `data` if any tape is accepted.',
    ),
});

const report = z.strictObject({
  folder: z
    .string()
    .regex(/^(\/|~\/)/, phrase('must begin with / or ~/'))
    .describe('Where the report of each run is written at its end. Failing to write it is a warning.'),
  paper: z.enum(['A4', 'Letter']).default('A4').describe('Paper size.'),
});

const sign = z.strictObject({
  key: nonEmpty.describe(
    'Signs the journal of each run at its end: a private key file, or the public key file of a key in an ssh agent. Failing to sign is a warning.',
  ),
});

const journals = z.strictObject({
  compressAfter: lengthOfTime('90 days')
    .optional()
    .describe('Journals of runs that ended this long ago are compressed: `90 days`.'),
});

const pool = z.strictObject({
  tapes: z
    .array(tapeName)
    .min(1, phrase('names no tape'))
    .describe(
      'Names of the tapes. Each run writes to one: first to those that were never written, in this order, then to the one that was written the longest ago.',
    ),
  keep: lengthOfTime('4 weeks').describe(
    'Retention of its tapes, such as `4 weeks`, where `media.keep` of the job does not say otherwise.',
  ),
});

export const siteSchema = z.strictObject({
  site: nonEmpty.describe('The name of the site, for journals, labels and reports.'),
  platform: z.enum(platforms).describe('Names of devices and commands of the hosts.'),
  fileNames: z
    .enum(fileNameEncodings)
    .optional()
    .describe(
      'How names of files on the volumes are encoded, for `where` and the file search. Lists and tapes keep every byte. Default: UTF-8.',
    ),
  gds: gds.prefault({}),
  hosts: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, phrase('is not a host name')), hostSchema)
    .describe('The hosts by name. What the ssh configuration has for a name need not be repeated.'),
  tape: tape.describe('The tape drive.'),
  library: librarySchema
    .optional()
    .describe(
      'The changer in `tape.changer` is a library: a run finds its tape there by the bar code, and loads it. See [Tapes](tapes.md#libraries).',
    ),
  connections: connections.prefault({}),
  report: report.optional(),
  sign: sign.optional(),
  journals: journals.optional(),
  pools: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, phrase('is not the name of a pool')), pool)
    .optional()
    .describe('Pools of tapes by name. A job takes its tapes from the one in `media.pool`.'),
  notify: notifySchema.optional().describe('Who is notified of a run. `check --notify` tests it.'),
  jobs: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, phrase('is not a job name')), jobSchema)
    .describe('The jobs by name.'),
});

export type Site = z.output<typeof siteSchema>;
export type Host = z.output<typeof hostSchema>;
export type Job = z.output<typeof jobSchema>;
export type Method = Job['method'];
export type Route = Job['route'];
export type Platform = Site['platform'];
