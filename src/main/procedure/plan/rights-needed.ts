/**
 * What a job's commands must be allowed to do on hosts whose login is not root. Taken from the steps, queries and
 * detached work of the job, and from the commands that a run adds after errors. Pure.
 */
import { rawDeviceArguments } from '../../../streams/raw-device.ts';
import { rawDevice } from '../../gds/commands.ts';
import { withRights, type Become } from '../../ssh/rights.ts';
import { changerStatusArguments, loadArguments, unloadArguments } from '../../tape/changer.ts';
import { driveIdentifiersArguments, unitSerialArguments } from '../../tape/element-status.ts';
import { driveCommand, withoutRewind } from '../../tape/tape-device.ts';
import { tapeReaderArguments } from '../../../streams/tape/tape-reader.ts';
import { blockBytes, changerOfRun, shadowRawDevice, type Assignment } from '../model/assignment.ts';
import { mayBeContinued } from '../model/dump-sections.ts';
import { sampleBytes } from '../model/samples/fingerprint.ts';
import { holderCommand, isHeldOpen } from '../model/shadow-holder.ts';
import type { DetachedWork } from '../model/detached-work.ts';
import { readOwnFileCommand, readRecordCommand, writeRecordsCommand } from '../model/tape/tape-commands.ts';
import { looksOf } from './looks.ts';
import { dumpWorkOf, hashWorkOf, toolsOfHash } from './server-work.ts';
import { seekOperand } from './step-6-commands.ts';
import { stepsOf } from './steps.ts';

/** A part of a word that differs from run to run: a number of up to so many digits, the name of a run, or any further arguments. */
type Varying = { readonly digits: number } | { readonly varies: 'run' | 'any' };
export type WordPart = string | Varying;
/** One argument. */
export type AllowedWord = readonly WordPart[];

/** A command that a host must allow. */
export interface AllowedCommand {
  readonly host: string;
  readonly program: string;
  readonly words: readonly AllowedWord[];
}

interface Sent {
  readonly host: string;
  readonly argv: readonly string[];
  /** True if its `count=` depends on the run. */
  readonly countsRecords?: true;
}

/** What stands for the name of the run. No name of GDS has a dot (see isGdsName), so no volume is mistaken for it. */
const runWord = 'RUN.NAME';
/** Process numbers of Linux have up to seven digits (proc(5), pid_max). */
const processDigits = 7;
/** Tape files, slots and drives are fewer than 1000. */
const fewDigits = 3;

/** Digits of the number of records in the largest volume, whichever record size is counted. */
function recordDigits({ volumes, job }: Assignment): number {
  const bytes = Math.max(...volumes.map(({ blocks }) => blocks * blockBytes));
  return String(Math.ceil(bytes / Math.min(sampleBytes, job.media.recordBytes))).length;
}

/** The words of one sent command; numbers that depend on the run are given by their greatest length. */
function wordsOf(assignment: Assignment, { argv, countsRecords }: Sent): AllowedWord[] {
  const [program = '', ...words] = argv;
  const varying = countsRecords ? /^(iseek=|skip=|count=)\d+$/ : /^(iseek=|skip=)\d+$/;
  const digits = recordDigits(assignment);
  const isMover = program === 'mt' || program === 'mtx';
  return words.map((word, index): AllowedWord => {
    const operand = varying.exec(word)?.[1];
    if (operand !== undefined) return [operand, { digits }];
    if (isMover && /^\d+$/.test(word)) return [{ digits: words[index - 1] === 'fsr' ? digits : fewDigits }];
    return word.split(runWord).flatMap((text, place): WordPart[] => (place === 0 ? [text] : [run, text]));
  });
}

const run: WordPart = { varies: 'run' };
const any: WordPart = { varies: 'any' };

const onTape = ({ tapeHost: host }: Assignment, argv: readonly string[]): Sent => ({ host, argv });

/** How the head is moved, and what is read and written apart from the dumps. */
function driveCommands(assignment: Assignment): Sent[] {
  const { tapeDevice, job, tapeChange } = assignment;
  const moves = [
    driveCommand(tapeDevice, 'status'),
    driveCommand(tapeDevice, 'rewind'),
    driveCommand(tapeDevice, 'fsf', 1),
    driveCommand(tapeDevice, 'fsr', 1),
    driveCommand(tapeDevice, 'eod'),
    ...(job.media.span || tapeChange.library ? [driveCommand(tapeDevice, 'offline')] : []),
  ];
  const changer = changerOfRun(assignment);
  const changes =
    changer === undefined
      ? []
      : [
          changerStatusArguments(changer),
          loadArguments(changer, 1, 0),
          unloadArguments(changer, 1, 0),
          ...(tapeChange.changerDrive === undefined
            ? [driveIdentifiersArguments(changer), unitSerialArguments(withoutRewind(tapeDevice))]
            : []),
        ];
  return [
    ...[...moves, ...changes].map((argv) => onTape(assignment, argv)),
    readRecordCommand(assignment),
    // A tape of any layout may be identified, and be given a label.
    readOwnFileCommand(assignment),
    writeRecordsCommand(assignment),
  ];
}

/** A dump that is continued: records are read back, and the same ones through the shadow. */
function continuationCommands(assignment: Assignment): Sent[] {
  if (!mayBeContinued(assignment)) return [];
  const countsRecords = true as const;
  const { tapeDevice, backupServer: host, job, volumes } = assignment;
  const { recordBytes } = job.media;
  const read = tapeReaderArguments({ device: withoutRewind(tapeDevice), recordBytes });
  return [
    { ...onTape(assignment, [...read, 'of=/dev/null', 'count=2']), countsRecords },
    { ...onTape(assignment, [...read, 'count=2']), countsRecords },
    ...volumes.flatMap((volume) => {
      const device = rawDeviceArguments(shadowRawDevice(volume), { recordBytes });
      const from = [...device, seekOperand(assignment, 1)];
      return [from, [...from, 'count=2']].map((argv) => ({ host, argv, countsRecords }));
    }),
  ];
}

/** Whether a volume that the backup server no longer shows can still be read. */
const witnessCommands = ({ backupServer: host, volumes }: Assignment): Sent[] =>
  volumes.map(({ shadow }) => ({
    host,
    argv: ['dd', `if=${rawDevice(shadow.class, shadow.volume)}`, 'of=/dev/null', 'bs=512', 'count=1'],
  }));

const ofWork = (host: string, { processes }: DetachedWork): Sent[] =>
  processes.map(({ argv }) => ({ host, argv }));

/** Detached work, by the host that it runs on. */
function workCommands(assignment: Assignment): Sent[] {
  const { route, backupServer, primaryNodes, volumes } = assignment;
  return volumes.flatMap((volume) => [
    // The read-back needs no other rights than the line of its step.
    ...(route === 'server' ? ofWork(backupServer, dumpWorkOf(assignment, volume, runWord)) : []),
    ...(toolsOfHash(assignment).length === 0
      ? []
      : primaryNodes.flatMap((node) => ofWork(node, hashWorkOf(assignment, volume, runWord)))),
  ]);
}

/** Holders of shadows. */
const holderCommands = (assignment: Assignment): Sent[] =>
  assignment.volumes.flatMap((volume) =>
    isHeldOpen(assignment, volume)
      ? [{ host: assignment.backupServer, argv: holderCommand(runWord, volume) }]
      : [],
  );

/** What a step of the job sends, whichever node is tried first. */
function stepCommands(assignment: Assignment): Sent[] {
  const { primaryNodes } = assignment;
  return primaryNodes.flatMap((first) => {
    const missing = primaryNodes
      .filter((node) => node !== first)
      .map((node) => ({ node, since: '', reason: '' }));
    const steps = stepsOf({ ...assignment, missing }).filter(({ leftOut }) => leftOut === undefined);
    return steps.flatMap(({ performance, commands, around }) => [
      // The lines of the guide that detached work runs in another form.
      ...(performance === 'dump' && assignment.route === 'server' ? [] : commands),
      ...(around ? [...around.before, ...around.after] : []),
    ]);
  });
}

/** Whether a host must allow a command. One of the site file that begins with sudo is allowed as its author has it. */
const isAllowed = (become: Become | undefined, argv: readonly string[]) => withRights(argv, become) !== argv;

/** Processes of work and holders are ended, and queried for their progress. */
function processCommands({ platform, become = {} }: Assignment, sent: readonly Sent[]): AllowedCommand[] {
  const hosts = [...new Set(sent.map(({ host }) => host))].filter((host) => become[host] !== undefined);
  return hosts.flatMap((host): AllowedCommand[] => [
    { host, program: 'kill', words: [['-TERM'], [any]] },
    { host, program: 'kill', words: [['-KILL'], [any]] },
    ...(platform === 'linux'
      ? [{ host, program: 'cat', words: [['/proc/', { digits: processDigits }, '/io']] }]
      : []),
  ]);
}

/** sdxinfo only shows: any arguments are allowed, so that it can also be used by hand. */
export const sdxinfoAllowed = (host: string): AllowedCommand => ({
  host,
  program: 'sdxinfo',
  words: [[any]],
});

/** The site's command gets the name of the next tape: its last word differs. */
function nextTapeCommand({ tapeChange, tapeHost: host, job, become = {} }: Assignment): AllowedCommand[] {
  const [program, ...words] = tapeChange.nextTape ?? [];
  if (program === undefined || !job.media.span || !isAllowed(become[host], [program, ...words])) return [];
  return [{ host, program, words: [...words.map((word) => [word]), [any]] }];
}

/** The commands that a host must allow, in the form in which it allows them. */
export function allowedCommands(assignment: Assignment, sent: readonly Sent[]): AllowedCommand[] {
  const { become = {} } = assignment;
  return sent.flatMap((one): AllowedCommand[] => {
    const { host, argv } = one;
    if (!isAllowed(become[host], argv)) return [];
    const [program = ''] = argv;
    return [
      program === 'sdxinfo' ? sdxinfoAllowed(host) : { host, program, words: wordsOf(assignment, one) },
    ];
  });
}

/**
 * What the hosts of a job must allow, each command once.
 * @returns nothing for hosts whose login has the rights already
 */
export function rightsNeeded(assignment: Assignment): AllowedCommand[] {
  const detached = [...workCommands(assignment), ...holderCommands(assignment)];
  const sent = [
    ...looksOf(assignment),
    ...stepCommands(assignment),
    ...driveCommands(assignment),
    ...continuationCommands(assignment),
    ...witnessCommands(assignment),
    ...detached,
  ];
  return uniqueCommands([
    ...allowedCommands(assignment, sent),
    ...processCommands(assignment, detached),
    ...nextTapeCommand(assignment),
  ]);
}

/** Each command once, in their order. */
export const uniqueCommands = (commands: readonly AllowedCommand[]): AllowedCommand[] => [
  ...new Map(commands.map((command) => [JSON.stringify(command), command])).values(),
];
