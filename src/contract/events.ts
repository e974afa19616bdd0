/**
 * The events of a run: what the journal holds, what `--json` prints, and what screen, history and report fold.
 *
 * One JSON object a line. Field names are never renamed once released; more may be added, so every schema lets
 * unknown fields pass.
 */
import { z } from 'zod';
import { dataEvents } from './data-events.ts';
import { errorShape, event, volumePair } from './event-shape.ts';
import { restoreEvents, restoreShape } from './restore-events.ts';
import { runVerdicts } from './run-outcome.ts';

const verdictWords = ['equal', 'holds', 'differs', 'fails', 'not-shown'] as const;
export type VerdictWord = (typeof verdictWords)[number];

export const runEventSchema = z.discriminatedUnion('type', [
  event('run-started', {
    job: z.string(),
    site: z.string(),
    route: z.enum(['console', 'server']),
    layout: z.enum(['plain', 'labelled']),
    /** The pool that its tape is from, and the name of that tape. */
    pool: z.string().optional(),
    tapeName: z.string().optional(),
    method: z.enum(['6a', '6b', '6c', '6d', '6e']),
    volumes: z.array(volumePair),
    operator: z.string(),
    version: z.string(),
    class: z.string(),
    tape: z.object({ host: z.string(), device: z.string() }),
    recordBytes: z.int(),
    /** Size of the first volume in blocks of 512 bytes. This and what follows is what a run that is resumed must agree with. */
    blocks: z.int().optional(),
    shadow: z
      .looseObject({
        class: z.string(),
        /** The first volume's; absent if it is on a single disk. */
        group: z.string().optional(),
        volume: z.string(),
        disks: z.array(z.looseObject({ name: z.string(), device: z.string() })),
      })
      .optional(),
    mountPoint: z.string().optional(),
    /** How many records the fingerprint samples. */
    fingerprint: z.int().optional(),
    /** The whole proxy is hashed on the cluster after the dump. */
    fingerprintAll: z.boolean().optional(),
    /** What the drive is, as the site file names it, and how fast it streams, in bytes per second. */
    drive: z
      .looseObject({ name: z.string(), floor: z.number().optional(), top: z.number().optional() })
      .optional(),
    hosts: z
      .array(z.looseObject({ name: z.string(), role: z.enum(['primary', 'backup', 'tape']) }))
      .optional(),
    /** Counts the runs of a state folder: names and times do not order them where a clock was set back. */
    order: z.int().positive().optional(),
    /** `any`: the run continues without a primary node that does not answer. */
    nodes: z.enum(['all', 'any']).optional(),
    /** What the hosts run; Solaris where absent. */
    platform: z.enum(['solaris', 'linux']).optional(),
    /** Of the console: version of Node.js, and the system it runs on. */
    node: z.string().optional(),
    system: z.string().optional(),
    /** What the run restores; a run without it is a backup. */
    restore: restoreShape.optional(),
  }),
  /** Another process resumes the run, or rolls it back. */
  event('run-resumed', {
    by: z.string(),
    version: z.string(),
    mode: z.enum(['resume', 'unwind']),
    reason: z.string(),
    node: z.string().optional(),
    system: z.string().optional(),
  }),
  /**
   * A primary node of a run with `nodes: any`. `missing`: it does not answer; `down`: somebody says that it is down; `back`: it answers again.
   * `gds-failed`: it answers, and its sdxinfo ends with an error; `gds-back`: GDS on it answers again.
   */
  event('node', {
    step: z.string(),
    node: z.string(),
    what: z.enum(['missing', 'down', 'back', 'gds-failed', 'gds-back']),
    /** All but `down`: since when it, or its GDS, did not answer; ISO 8601, UTC. */
    since: z.string().optional(),
    /** missing, gds-failed: why it cannot be reached, or what sdxinfo said; a sentence. */
    reason: z.string().optional(),
    /** missing, gds-failed: what is not checked on it, one phrase each. */
    unchecked: z.array(z.string()).optional(),
    /** missing, gds-failed: the node that commands of the cluster go to. */
    instead: z.string().optional(),
    /** missing: whether the run has the lock of its class there. */
    locked: z.boolean().optional(),
    /** down: who says so. */
    by: z.string().optional(),
  }),
  /**
   * Which machines the hosts are, right after the run began and after each resume; a node that did not answer is
   * reported when it does.
   */
  event('hosts-identified', {
    hosts: z.array(
      z.looseObject({
        name: z.string(),
        address: z.string(),
        port: z.int(),
        /** Type and fingerprint: `ssh-ed25519 SHA256:…`. */
        hostKey: z.string(),
        /** What the system says of the machine; absent if it does not. */
        machine: z.string().optional(),
      }),
    ),
  }),
  event('observed', {
    /** What was found against what the journal lets expect, one sentence each. */
    findings: z.array(z.string()),
    /** Commands whose end is not known, and which effect was seen: `of` is the `seq` of the intent. */
    settled: z.array(z.object({ of: z.int(), ended: z.enum(['good', 'bad']) })).optional(),
    /** Each detached dump as it was found: `ended` means exit status 0. */
    dumps: z.array(z.object({ volume: z.string(), state: z.string() })).optional(),
  }),
  event('step-started', { step: z.string(), title: z.string(), phase: z.string(), unwinding: z.boolean() }),
  event('check', {
    step: z.string(),
    rule: z.string(),
    title: z.string(),
    /** The proxy volume, where the run has several. */
    volume: z.string().optional(),
    expected: z.string(),
    actual: z.string(),
    verdict: z.enum(verdictWords),
    /** Why the rule is there. */
    why: z.string().optional(),
    source: z.string(),
  }),
  /** Where the volumes of the run lay when the shadow was verified, as sdxinfo showed it on both sides. */
  event('layout', {
    step: z.string(),
    /** The boot of the backup server, if it reported one; see model/boot-identity. */
    boot: z.string().optional(),
    /** Groups, and single disks that are in none; only those that a volume of the run, or its master, is in. */
    spaces: z.array(
      z.looseObject({
        side: z.enum(['primary', 'backup']),
        class: z.string(),
        group: z.string().optional(),
        /** `mirror`, `stripe`, `single`, … */
        kind: z.string().optional(),
        disks: z.array(z.looseObject({ name: z.string(), device: z.string().optional() })),
        /** Size in blocks of 512 bytes. */
        blocks: z.int().optional(),
        volumes: z.array(
          z.looseObject({
            name: z.string(),
            first: z.int(),
            blocks: z.int(),
            status: z.string().optional(),
            /** Of a proxy volume. */
            master: z.string().optional(),
          }),
        ),
      }),
    ),
  }),
  event('intent', {
    step: z.string(),
    host: z.string(),
    argv: z.array(z.string()),
    /** The command line as it is sent. */
    line: z.string(),
    changes: z.boolean(),
  }),
  event('outcome', {
    step: z.string(),
    /** `seq` of the intent that this is the outcome of. */
    of: z.int(),
    /** Absent when the command ended without one (signal, connection lost, canceled). */
    exitStatus: z.int().optional(),
    signal: z.string().optional(),
    milliseconds: z.number(),
    /** Text is cut at 8,192 characters; the whole length in bytes is in the event, too. Bulk data is never kept. */
    stdout: z.string(),
    stdoutBytes: z.int(),
    stderr: z.string(),
    stderrBytes: z.int(),
    /** True for another exit status than 0 that is an answer, such as "no". */
    expected: z.boolean().optional(),
    error: errorShape.optional(),
  }),
  event('asked', {
    step: z.string(),
    question: z.string(),
    text: z.string(),
    choices: z.array(z.string()),
    /** Where a second person answers: what that person signs. */
    statement: z.string().optional(),
  }),
  event('answered', {
    step: z.string(),
    question: z.string(),
    choices: z.array(z.string()),
    answer: z.string(),
    by: z.string(),
    /** Why, in the answerer's own words, where that was asked. */
    reason: z.string().optional(),
    /** Where a second person approved: what was signed, and the signature in OpenSSH's format. */
    signed: z
      .looseObject({
        statement: z.string(),
        signature: z.string(),
        keyType: z.string(),
        fingerprint: z.string(),
      })
      .optional(),
  }),
  /** A process on the backup server holds a shadow volume open, so that nobody can remove or rebuild it. */
  event('hold', {
    step: z.string(),
    host: z.string(),
    volume: z.string(),
    device: z.string(),
    /** `lost`: its end is not known, since the connection was lost. `ended`: it ended although it was wanted. */
    what: z.enum(['taken', 'refused', 'released', 'lost', 'ended']),
    /** Number of the process. */
    pid: z.int().optional(),
    reason: z.string().optional(),
  }),
  /** The journal up to here was taken from a tape: what came after, and how the run ended, is not known. */
  event('imported', {
    by: z.string(),
    version: z.string(),
    tape: z.object({ name: z.string(), uuid: z.string() }),
    /** `journal`: the lines before this one are the run's own; `manifest`: they were made of the manifest, which had no journal. */
    from: z.enum(['journal', 'manifest']),
  }),
  /** Work that runs on a host without the console: dump and read-back on route `server`, and the hash of the whole proxy. */
  event('work', {
    step: z.string(),
    host: z.string(),
    volume: z.string(),
    purpose: z.enum(['dump', 'read-back', 'hash']),
    /** Holds its output, process numbers and exit statuses. */
    folder: z.string(),
    what: z.enum(['starting', 'taken-up', 'ended', 'stopped', 'cleared']),
  }),
  event('warning', {
    step: z.string(),
    text: z.string(),
    /**
     * Where a reader left something out: `skipped`: not on the tape; `inconsistent`: changed while it was read; `unreadable`: zeros are on
     * the tape.
     */
    kind: z.enum(['skipped', 'inconsistent', 'unreadable']).optional(),
    /** The file, as the reader names it. */
    file: z.string().optional(),
    /** How many files it is for, where they are too many to be listed. */
    count: z.int().optional(),
    /** unreadable: the proxy volume, and the number of its record on tape, from 0. */
    volume: z.string().optional(),
    record: z.int().optional(),
  }),
  event('step-finished', {
    step: z.string(),
    result: z.enum(['done', 'skipped', 'failed']),
    reason: z.string().optional(),
    error: errorShape.optional(),
    milliseconds: z.number(),
  }),
  event('run-finished', {
    verdict: z.enum(runVerdicts),
    exitStatus: z.int(),
    sentence: z.string(),
    hint: z.string().optional(),
    /** In the place of the hint where it is read on a screen. */
    onScreen: z.string().optional(),
    code: z.string().optional(),
    /** The operator gave the run up: what it left on the hosts is no longer waited for. */
    discarded: z.boolean().optional(),
    /**
     * The rollback has left the proxies parted, since nothing proves that the run has parted them (PART_NOT_PROVEN): a
     * person then says whose part it is.
     */
    partUnproven: z.boolean().optional(),
    /** How many files the tape does not hold though the run is verified or unverified. */
    skipped: z.int().optional(),
    /** How many files changed while they were read. */
    inconsistent: z.int().optional(),
    /** How many records could not be read, and are zeros on the tape. */
    unreadable: z.int().optional(),
    /** Current state of the objects, one sentence each. */
    stands: z.array(z.string()),
  }),
  ...dataEvents,
  ...restoreEvents,
]);

export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEventType = RunEvent['type'];
export type EventOf<Type extends RunEventType> = Extract<RunEvent, { type: Type }>;

/** An event as its writer gives it: the journal adds `seq`, `at`, `elapsed`, `run`, `said` and `prev`. */
export type NewEvent = {
  [Type in RunEventType]: Omit<Declared<EventOf<Type>>, 'seq' | 'at' | 'elapsed' | 'run' | 'said' | 'prev'>;
}[RunEventType];

/** Drops the index signature that a loose schema adds, so that a misspelt field is a type error. */
type Declared<Event> = { [Key in keyof Event as string extends Key ? never : Key]: Event[Key] };
