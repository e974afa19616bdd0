/** Describes the current state, and whether the cluster is in its normal state. Pure. */
import { alertText } from '../../../contract/tape/drive-health.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { inEnglish, phrase, phrases } from '../../../contract/text/say.ts';
import { sdxinfo } from '../../gds/commands.ts';
import { commandNode, type Assignment, type VolumeAssignment } from '../model/assignment.ts';
import { commandLine } from '../../ssh/quoting.ts';
import { sightOf } from '../../gds/backup-sight.ts';
import { foreignObjects } from '../../gds/no-shadow.ts';
import { findVolume, slicesOfVolume } from '../../gds/report-lookup.ts';
import { isFreeOfShadows, isShadowUnmounted, shadowPlaceOf } from '../plan/shadow-checks.ts';
import { isJoinedAndInSync, isJoining, isProxyJoined } from '../plan/cluster-checks.ts';
import { lockPlaces, placesHeld } from '../model/lock-places.ts';
import { missingWords } from '../model/missing-node.ts';
import { workHost, type IncompleteBy, type RunMarks } from '../model/run-marks.ts';
import type { Look, Step } from '../model/step.ts';
import { mountsOfClass, type World } from '../model/world.ts';

function isCleared(assignment: Assignment, world: World, marks: RunMarks): boolean {
  if (world.primaries.length === 0 || !world.backup) return false;
  return (
    isFreeOfShadows(assignment, world) &&
    isShadowUnmounted(assignment, world) &&
    !marks.mountPointMade &&
    !marks.operatorStopped &&
    marks.servicesStopped.length === 0
  );
}

/** True if nothing of the run remains: joined and in sync, no shadow, nothing mounted, services resumed. */
export function isNormal(assignment: Assignment, world: World, marks: RunMarks): boolean {
  return isCleared(assignment, world, marks) && isJoinedAndInSync(assignment, world);
}

/** True if nothing is left to do after the last step: a job may leave the proxy parted, or the copy in progress. */
export function isAtRest(assignment: Assignment, world: World, marks: RunMarks): boolean {
  const { rejoin, resynchronisation } = assignment.job;
  if (!isCleared(assignment, world, marks)) return false;
  if (rejoin === 'leave-parted') return true;
  return resynchronisation.wait ? isJoinedAndInSync(assignment, world) : isProxyJoined(assignment, world);
}

function proxySentence(assignment: Assignment, volume: VolumeAssignment, world: World): string {
  const { class: className } = assignment;
  const { proxy, master } = volume;
  const first = world.primaries[0];
  const shown = first && findVolume(first.report, className, proxy);
  if (!first || !shown) return phrase('{proxy}: not seen', { proxy });
  if (isJoinedAndInSync(assignment, world, [volume]))
    return phrase('{proxy}: joined to {master}, in sync', { proxy, master });
  const slices = slicesOfVolume(first.report, className, proxy).map(({ disk, status }) =>
    phrase('slice of {disk} {word}', { disk, word: status.word }),
  );
  const words = [`PROXY ${shown.proxy?.word ?? '*'}`, `STATUS ${shown.status?.word ?? '?'}`, ...slices];
  return phrase('{proxy}: {state} (as {node} shows it)', {
    proxy,
    state: phrases(words, ', '),
    node: first.node,
  });
}

/** A rejoin returns at once, and its copy needs no console: the end of the run must mention that it is in progress. */
function copySentences(assignment: Assignment, world: World, { rejoined }: RunMarks): string[] {
  const isSeen = world.primaries.length > 0;
  return assignment.volumes.flatMap((volume) => {
    const { master, proxy } = volume;
    const isCopying =
      isJoining(assignment, world, [volume]) && !isJoinedAndInSync(assignment, world, [volume]);
    if (isSeen ? !isCopying : !rejoined.includes(proxy)) return [];
    const look = commandLine(sdxinfo({ show: ['slice'], class: assignment.class, object: proxy }));
    const state = isSeen ? 'continues' : phrase('may be running and continues');
    return [
      phrase(
        'the copy from {master} to {proxy} {state} by itself: on {commandNode}, {look} shows COPY until it has ended',
        { master, proxy, state, commandNode: commandNode(assignment), look },
      ),
    ];
  });
}

/** Objects of other classes on the disks of the job, as the backup server shows them, in words. */
export function foreignOnDisks(assignment: Assignment, world: World): string[] {
  return world.backup ? foreignObjects(world.backup, shadowPlaceOf(assignment, world)) : [];
}

function backupSentences(assignment: Assignment, world: World): string[] {
  const { backup } = world;
  const { backupServer, shadow } = assignment;
  if (!backup) return [phrase('{backupServer}: not seen', { backupServer })];
  const { report, mounts } = backup;
  const inClass = (object: { class: string }) => object.class === shadow.class;
  const left = [
    ...report.volumes
      .filter(inClass)
      .map(({ name, status }) => phrase('volume {name} ({word})', { name, word: status?.word ?? '?' })),
    ...report.groups.filter(inClass).map(({ name }) => phrase('group {name}', { name })),
    ...report.disks.filter(inClass).map(({ name }) => phrase('disk {name}', { name })),
  ];
  const mounted = mountsOfClass(mounts, shadow.class).map(({ device, mountPoint }) =>
    phrase('{backupServer}: {device} is mounted on {mountPoint}', { backupServer, device, mountPoint }),
  );
  const sight = sightOf(backup);
  const foreign = foreignOnDisks(assignment, world);
  const absent =
    sight.shown === 'unknown'
      ? phrase('unknown whether shadow objects exist: {evidence}', { evidence: sight.evidence })
      : phrase('no shadow object of {class}', { class: shadow.class });
  const objects =
    left.length === 0
      ? absent
      : phrase('shadow objects of {class}: {left}', { class: shadow.class, left: phrases(left, ', ') });
  const onDisks =
    foreign.length === 0
      ? []
      : [
          phrase('{backupServer}: on disks of the job: {foreign}', {
            backupServer,
            foreign: foreign.join(', '),
          }),
        ];
  return [phrases([backupServer, objects], ': '), ...onDisks, ...mounted];
}

/** What may have to be removed or started by hand although no host shows it. */
export function markSentences(assignment: Assignment, marks: RunMarks): string[] {
  const hosts = [...new Set(marks.servicesStopped.map(({ host }) => host))];
  const stopped = hosts.map((host) => {
    const lines = marks.servicesStopped.filter((service) => service.host === host).map(({ line }) => line);
    return phrase('services: stopped on {host} ({lines}), not all resumed', {
      host,
      lines: lines.join('; '),
    });
  });
  const { backupServer, job } = assignment;
  return [
    ...stopped,
    ...(marks.operatorStopped ? [phrase('services: stopped by the operator, not resumed')] : []),
    ...(marks.mountPointMade
      ? [
          phrase('{backupServer}: the mount point {mountPoint} still exists', {
            backupServer,
            mountPoint: job.mountPoint,
          }),
        ]
      : []),
    ...marks.works.map(({ volume, purpose, folder, isOver }) =>
      isOver
        ? phrase('{workHost}: files of the {purpose} of {volume} are in {folder}', {
            workHost: workHost(assignment, purpose),
            purpose,
            volume,
            folder,
          })
        : phrase('{workHost}: the {purpose} of {volume} may still run; {folder} shows its progress', {
            workHost: workHost(assignment, purpose),
            purpose,
            volume,
            folder,
          }),
    ),
    ...placesHeld(lockPlaces(assignment), marks.locks).map(({ host, folder }) =>
      phrase('{host}: the lock {folder} still exists', { host, folder }),
    ),
  ];
}

const incompleteWords: Readonly<Record<IncompleteBy, string>> = {
  manifest: phrase('not a backup: the dump finished, but the manifest was not written'),
  records: phrase('not a backup: its records are not those of the cluster'),
  unjudged: phrase('not a proven backup: the dump finished, but it was neither checked nor read back'),
};

const tapeWords = {
  incomplete: 'not a backup: the dump did not finish',
  written: 'written completely, but not read back',
  verified: 'written completely, read back and compared: it holds the backup',
  bad: 'not a backup: the read-back differs from what was written',
  unread: 'not a proven backup: it was written completely, but reading it back failed',
  suspect: 'suspect: it differs from the data of the proxy',
} as const;

function badTape({ proxyDiffers, tapeUnread }: RunMarks): keyof typeof tapeWords {
  if (proxyDiffers) return 'suspect';
  return tapeUnread ? 'unread' : 'bad';
}

/** The state of the tape of a failed run; nothing if it was not written. */
export function tapeSentences({ tapeDevice, tapeHost }: Assignment, marks: RunMarks): string[] {
  if (marks.tape === 'untouched') return [];
  const words =
    marks.tape === 'incomplete' && marks.incompleteBy
      ? incompleteWords[marks.incompleteBy]
      : tapeWords[marks.tape === 'bad' ? badTape(marks) : marks.tape];
  return [
    phrase('tape in {device} on {host}: {contents}', { device: tapeDevice, host: tapeHost, contents: words }),
  ];
}

/** What the drive reported after the run: a sentence for each flag that requires action. */
export function driveSentences(events: readonly RunEvent[]): string[] {
  const last = events.findLast((event) => event.type === 'drive-health' && event.when === 'after');
  const alerts = last?.type === 'drive-health' ? (last.alerts ?? []) : [];
  return alerts
    .filter(({ severity }) => severity !== 'information')
    .map((alert) =>
      phrase('the drive reports {inEnglish}: {remedy}', {
        inEnglish: inEnglish(() => alertText(alert)),
        remedy: alert.remedy,
      }),
    );
}

function isSeen(look: Look, world: World): boolean {
  return look === 'primaries' ? world.primaries.length > 0 : world.backup !== undefined;
}

/**
 * Sentences, most important first.
 * @param stillTrue the world without the sides that may have changed since the last query
 */
export function whatStands(
  assignment: Assignment,
  world: World,
  marks: RunMarks,
  stillTrue: World = world,
): string[] {
  const dated = (look: Look, sentence: string) =>
    isSeen(look, world) && !isSeen(look, stillTrue)
      ? phrase('{sentence} - it may have changed since then', { sentence })
      : sentence;
  return [
    ...assignment.volumes.map((volume) => dated('primaries', proxySentence(assignment, volume, world))),
    ...copySentences(assignment, world, marks).map((sentence) => dated('primaries', sentence)),
    ...backupSentences(assignment, world).map((sentence) => dated('backup', sentence)),
    ...(world.missing ?? []).map((missing) => inEnglish(() => missingWords(assignment, missing))),
    ...markSentences(assignment, marks),
  ];
}

/**
 * The commands that roll the cluster back by hand, in the guide's order: those of the rollback steps that are not done.
 * @param world without the sides that could not be queried: all their commands are listed
 */
export function commandsByHand(steps: readonly Step[], world: World, marks: RunMarks): string[] {
  return steps.flatMap(({ unwinds, commands }) => {
    if (!unwinds) return [];
    const seen = unwinds.looks.every((look) => isSeen(look, world));
    if (seen ? unwinds.isDone(world, marks) : unwinds.mayBeNeeded?.(marks) === false) return [];
    const left = commands.filter((command) => !seen || !command.isDone?.(world, marks));
    const conditions = [...(seen ? [] : [phrase('if not yet done')]), unwinds.provided?.(world, marks)];
    const condition = phrases(
      conditions.filter((word) => word !== undefined),
      ', ',
    );
    return left.map(({ host, argv }) =>
      condition === ''
        ? phrase('run by hand on {host}: {line}', { host, line: commandLine(argv) })
        : phrase('run by hand on {host}, {condition}: {line}', { host, condition, line: commandLine(argv) }),
    );
  });
}
