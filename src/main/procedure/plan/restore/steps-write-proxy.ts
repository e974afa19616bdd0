/**
 * Way A, first half: from tape to the proxy. The master is not touched. What is written is read back through the
 * shadow, and again on the cluster after the shadow is removed. `writeProxySteps` at the end lists the steps.
 */
import { rawDeviceArguments } from '../../../../streams/raw-device.ts';
import { tapeWriterArguments } from '../../../../streams/tape/tape-writer.ts';
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import { saidList, utcText } from '../../../../contract/words.ts';
import { say, sayCount } from '../../../../contract/text/say.ts';
import { importedWords, otherProxiesWords, othersWords, skippedWords } from '../../model/restore-words.ts';
import {
  isLabelled,
  proxiesOf,
  shadowRawDevice,
  type Assignment,
  type VolumeAssignment,
} from '../../model/assignment.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import {
  partsInOrderCommands,
  readBackCommands,
  readBackLabelledCommands,
  readDataCommands,
  readSeveralTapesCommands,
  recognitionCommands,
  rewindCommand,
} from '../../model/tape/tape-commands.ts';
import { isProxyJoined, isProxyStopped, judgeStopped } from '../cluster-checks.ts';
import { judgeNoShadow } from '../shadow-checks.ts';
import { fingerprintStep, partStep, stopProxyStep } from '../steps-3-4-part.ts';
import { shadowSteps } from '../steps-5-shadow.ts';
import { activateStep, type VolumePart } from '../steps-6-backup.ts';
import { removeStep } from '../steps-7-8-rejoin.ts';
import { startStep } from '../steps-whole-proxy.ts';
import { basedOn, restoreStep, stepIdOf } from './based-on.ts';
import { judgeDisksProven } from './restore-checks.ts';
import { writeFilesSteps } from './steps-write-files.ts';

/** The tapes of a volume whose backup is on several; none if it is on one. */
const tapesOf = ({ volumes }: RestoreOrder, { proxy }: VolumeAssignment) =>
  volumes.find((volume) => volume.proxy === proxy)?.tapes ?? [];

/** Numbers of the tape files of all volumes, in the order in which they are read. */
const partsOf = ({ volumes }: Assignment, order: RestoreOrder): number[] =>
  volumes.flatMap((volume) => tapesOf(order, volume).map(({ file }) => file));

/** What reads the dumps of the volumes, with label and manifest. */
function readWholeCommands(assignment: Assignment, order: RestoreOrder): StepCommand[] {
  const { volumes, job } = assignment;
  const { recordBytes } = job.media;
  const parts = partsOf(assignment, order);
  if (parts.length > 0) return readSeveralTapesCommands(assignment, recordBytes, parts);
  if (isLabelled(assignment))
    return readBackLabelledCommands(assignment, recordBytes, volumes, order.manifestFile);
  const read = volumes.flatMap((volume) => tapeReadCommands(assignment, volume));
  // The rewinding device has rewound when it is closed.
  return rewinds(assignment) ? read : [...read, rewindCommand(assignment)];
}

/** Everything is read before anything is changed. */
export function readTapeStep(assignment: Assignment, order: RestoreOrder): Step {
  const proxies = saidList(proxiesOf(assignment));
  const names = [
    ...new Set(assignment.volumes.flatMap((volume) => tapesOf(order, volume).map(({ name }) => name))),
  ];
  return {
    id: 'read-tape',
    phase: 'prepare',
    title: sayCount(
      Math.max(names.length, 1),
      'Read the tape of run {run} and compare',
      'Read the {count} tapes of run {run} and compare',
      { run: order.run },
    ),
    why: say(
      'a bad tape must not cost the proxy: the whole dump of {proxies} is read, and its digest compared with that of the backup, before anything is changed',
      { proxies },
    ),
    ...(names.length > 1
      ? { notes: [say('the tapes in order: {names}. They are read twice', { names: names.join(', ') })] }
      : {}),
    source: 'Shadowtape',
    performance: 'restore-tape',
    commands: readWholeCommands(assignment, order),
  };
}

function partForRestore(assignment: Assignment, { begins, partedBy }: RestoreOrder): Step {
  const proxies = saidList(proxiesOf(assignment));
  return restoreStep(partStep(assignment), {
    why: say(
      'the tape is written to the parted proxy; the master keeps its data until the restored proxy is proven',
    ),
    endangers: say(
      'the master has no synchronized copy from now on. Nothing rejoins {proxies} before the master is proven, even after a failure',
      { proxies },
    ),
    notes: [
      say(
        'the cluster does not see what the backup server writes, so pjrm is off: with pjrm=on, GDS would not copy it in a restore',
      ),
    ],
    ...(begins === 'parted'
      ? {
          leftOut: sayCount(
            assignment.volumes.length,
            '{proxies} is parted already, with pjrm=off, by run {run}',
            '{proxies} are parted already, with pjrm=off, by run {run}',
            { proxies, run: partedBy ?? 'unknown' },
          ),
        }
      : {}),
  });
}

/** A proxy that was parted before is stopped; its fingerprint is taken on the cluster. */
function openProxyStep(assignment: Assignment, { begins }: RestoreOrder): Step[] {
  if (begins === 'joined') return [];
  return [
    restoreStep(startStep(assignment), {
      id: 'open-proxy',
      phase: 'part',
      why: say('the fingerprint is taken on the cluster, and a stopped volume cannot be read'),
      before: {
        looks: ['primaries', 'backup'],
        fresh: ['primaries'],
        judge: (world) => [...judgeStopped(assignment, world), ...judgeNoShadow(assignment, world)],
      },
    }),
  ];
}

function stopForRestore(assignment: Assignment, { begins }: RestoreOrder): Step {
  const step = stopProxyStep(assignment);
  return restoreStep(step, {
    why: say('nothing on the cluster may open the proxy while the backup server writes its blocks'),
    ...(begins === 'joined'
      ? {}
      : {
          unwinds: {
            looks: ['primaries'],
            isDone: (world) => isProxyJoined(assignment, world) || isProxyStopped(assignment, world),
          },
        }),
  });
}

/** The physical disks are proven before each use of the shadow, because it is written to. */
function shadowForRestore(assignment: Assignment): Step[] {
  return shadowSteps(assignment).map((step) => {
    const { before } = step;
    return restoreStep(step, {
      ...(step.id === 'verify'
        ? {
            why: say(
              'every rule of the configuration, the serial numbers of the disks and the fingerprint are checked before anything is written',
            ),
            endangers: say('writing through a wrong shadow destroys other data of the cluster'),
          }
        : {}),
      ...(before
        ? {
            before: {
              ...before,
              judge: (world) => [...before.judge(world), ...judgeDisksProven(assignment, world)],
            },
          }
        : {}),
    });
  });
}

/** What is lost in addition to the data of the proxy, one sentence each. */
function approvalNotes(
  assignment: Assignment,
  { run, skipped = 0, others = [], otherProxies = [], imported }: RestoreOrder,
): string[] {
  return [
    ...(assignment.volumes.some(({ method }) => method !== '6a')
      ? [say('files are restored into a new file system')]
      : []),
    ...(imported === true ? [importedWords(run)] : []),
    ...(skipped > 0 ? [skippedWords(skipped)] : []),
    ...(others.length > 0 ? [othersWords(assignment, others)] : []),
    ...(otherProxies.length > 0 ? [otherProxiesWords(assignment, otherProxies)] : []),
  ];
}

function approveStep(assignment: Assignment, order: RestoreOrder): Step {
  const { run, at } = order;
  const proxies = saidList(proxiesOf(assignment));
  return {
    id: 'approve-overwrite',
    phase: 'dump',
    title: say('Approve: overwrite {proxies}', { proxies }),
    why: sayCount(
      assignment.volumes.length,
      '{proxies} is overwritten with the backup of run {run}: data of {at}',
      '{proxies} are overwritten with the backup of run {run}: data of {at}',
      { proxies, run, at: utcText(at) },
    ),
    notes: approvalNotes(assignment, order),
    endangers: say('the current data of {proxies} is lost', { proxies }),
    source: 'Shadowtape',
    performance: 'approve-overwrite',
    guarded: 'before',
    commands: [],
  };
}

/** True if the dump is read from the rewinding device. */
const rewinds = (assignment: Assignment): boolean =>
  !isLabelled(assignment) && assignment.volumes.length === 1 && assignment.volumes[0]?.tapeFile === 0;

function tapeReadCommands(assignment: Assignment, { tapeFile }: VolumeAssignment): StepCommand[] {
  const { tapeHost, tapeDevice, job } = assignment;
  const { recordBytes } = job.media;
  return rewinds(assignment)
    ? readBackCommands(tapeHost, tapeDevice, recordBytes)
    : readDataCommands(assignment, recordBytes, tapeFile);
}

/** Recognizes each tape in its turn, and reads its part. */
function readInOrderCommands({ assignment, volume }: VolumePart, order: RestoreOrder): StepCommand[] {
  const { recordBytes } = assignment.job.media;
  const files = tapesOf(order, volume).map(({ file }) => file);
  return files.length > 0
    ? partsInOrderCommands(assignment, recordBytes, files)
    : [...recognitionCommands(assignment), ...tapeReadCommands(assignment, volume)];
}

/** The first command finds the device, the last one writes it; those between them read the tape. */
function writeStep({ assignment, volume }: VolumePart, order: RestoreOrder): Step {
  const { run } = order;
  const { backupServer: host, job } = assignment;
  const device = shadowRawDevice(volume);
  const { recordBytes } = job.media;
  return {
    id: stepIdOf(assignment, 'write', volume),
    phase: 'dump',
    title: say('Write the tape to {proxy} through the shadow', { proxy: volume.proxy }),
    why: say(
      'the tape of run {run} goes record by record to the blocks of {proxy}; its digest is taken on the way',
      { run, proxy: volume.proxy },
    ),
    endangers: say('until it ends {proxy} holds incomplete data', { proxy: volume.proxy }),
    source: basedOn('GDS guide 6.6.3.7, step 6a'),
    performance: 'restore-write',
    guarded: 'around',
    volumes: [volume.proxy],
    commands: [
      { host, argv: ['test', '-c', device], guide: false, changes: false },
      ...readInOrderCommands({ assignment, volume }, order),
      { host, argv: tapeWriterArguments({ device, recordBytes }), guide: false, changes: true },
    ],
  };
}

function readShadowStep({ assignment, volume }: VolumePart): Step {
  const { backupServer: host, job } = assignment;
  const { recordBytes } = job.media;
  const isRaw = volume.method === '6a';
  return {
    id: stepIdOf(assignment, 'read-shadow', volume),
    phase: 'dump',
    title: isRaw
      ? say('Read {proxy} back through the shadow and compare', { proxy: volume.proxy })
      : say('Read {proxy} back through the shadow', { proxy: volume.proxy }),
    why: isRaw
      ? say(
          'what a device accepted is not yet what it holds: every byte is read again, and its SHA-256 compared with that of the backup',
        )
      : say(
          'the SHA-256 of the whole volume with its restored files is what proxy and master are compared with',
        ),
    source: 'Shadowtape',
    performance: 'read-volume',
    reads: 'shadow',
    guarded: 'around',
    volumes: [volume.proxy],
    commands: [
      {
        host,
        argv: rawDeviceArguments(shadowRawDevice(volume), { recordBytes }),
        guide: false,
        changes: false,
      },
    ],
  };
}

function writeVolumeSteps(part: VolumePart, order: RestoreOrder): Step[] {
  const { assignment, volume } = part;
  return [
    restoreStep(activateStep(part, '6b-1'), {
      id: stepIdOf(assignment, 'activate', volume),
      why: say('the tape is written through the shadow'),
    }),
    ...(volume.method === '6a'
      ? [writeStep(part, order)]
      : writeFilesSteps(part, order.run, readInOrderCommands(part, order))),
    readShadowStep(part),
  ];
}

/** From the tape to the proxy; the shadow is removed at the end. */
export function writeProxySteps(assignment: Assignment, order: RestoreOrder): Step[] {
  return [
    partForRestore(assignment, order),
    ...openProxyStep(assignment, order),
    fingerprintStep(assignment),
    stopForRestore(assignment, order),
    ...shadowForRestore(assignment),
    approveStep(assignment, order),
    ...assignment.volumes.flatMap((volume) => writeVolumeSteps({ assignment, volume }, order)),
    restoreStep(removeStep(assignment), {
      why: say(
        'nothing may reach the blocks of the proxy through the backup server once it is copied to the master',
      ),
    }),
  ];
}
