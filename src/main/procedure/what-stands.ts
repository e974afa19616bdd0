/** Says in words what stands where, and whether the cluster is in its normal state. Pure. */
import type { Assignment } from './assignment.ts';
import { commandLine } from '../ssh/quoting.ts';
import { findVolume, slicesOfVolume } from '../gds/report-lookup.ts';
import { isJoinedAndInSync, isShadowGone, isShadowUnmounted } from './checks.ts';
import { lockFolder } from './lock.ts';
import type { RunMarks } from './run-marks.ts';
import type { Step } from './step.ts';
import { mountsOfClass, type BackupReport, type World } from './world.ts';

/** True where nothing is left of the run: joined and in sync, no shadow, nothing mounted, services resumed. */
export function isNormal(assignment: Assignment, world: World, marks: RunMarks): boolean {
  if (world.primaries.length === 0 || !world.backup) return false;
  return (
    isJoinedAndInSync(assignment, world) &&
    isShadowGone(assignment, world) &&
    isShadowUnmounted(assignment, world) &&
    !marks.mountPointMade &&
    !marks.operatorStopped &&
    marks.servicesStopped.length === 0
  );
}

function proxySentence(assignment: Assignment, world: World): string {
  const { proxy, master, class: className } = assignment;
  const first = world.primaries[0];
  const volume = first && findVolume(first.report, className, proxy);
  if (!first || !volume) return `${proxy}: not seen`;
  if (isJoinedAndInSync(assignment, world)) return `${proxy}: joined to ${master}, in sync`;
  const slices = slicesOfVolume(first.report, className, proxy).map(({ disk, status }) => `slice of ${disk} ${status.word}`);
  const words = [`PROXY ${volume.proxy?.word ?? '*'}`, `STATUS ${volume.status?.word ?? '?'}`, ...slices];
  return `${proxy}: ${words.join(', ')} (as ${first.node} shows it)`;
}

function backupSentences(assignment: Assignment, backup: BackupReport | undefined): string[] {
  const { backupServer, shadow } = assignment;
  if (!backup) return [`${backupServer}: not seen`];
  const { report, mounts } = backup;
  const inClass = (object: { class: string }) => object.class === shadow.class;
  const left = [
    ...report.volumes.filter(inClass).map(({ name, status }) => `volume ${name} (${status?.word ?? '?'})`),
    ...report.groups.filter(inClass).map(({ name }) => `group ${name}`),
    ...report.disks.filter(inClass).map(({ name }) => `disk ${name}`),
  ];
  const mounted = mountsOfClass(mounts, shadow.class).map(({ device, mountPoint }) => `${backupServer}: ${device} is mounted on ${mountPoint}`);
  const objects = left.length === 0 ? `no shadow object of ${shadow.class}` : `shadow objects of ${shadow.class}: ${left.join(', ')}`;
  return [`${backupServer}: ${objects}`, ...mounted];
}

function markSentences(assignment: Assignment, marks: RunMarks): string[] {
  const hosts = [...new Set(marks.servicesStopped.map(({ host }) => host))];
  const { backupServer, job } = assignment;
  return [
    ...(hosts.length > 0 ? [`services: stopped on ${hosts.join(' and ')}, not resumed`] : []),
    ...(marks.operatorStopped ? ['services: stopped by the operator, not resumed'] : []),
    ...(marks.mountPointMade ? [`${backupServer}: the mount point ${job.mountPoint} is still there`] : []),
    ...(marks.lockMade ? [`${backupServer}: the lock ${lockFolder(assignment.class)} is still there`] : []),
  ];
}

/** Sentences, most important first. */
export function whatStands(assignment: Assignment, world: World, marks: RunMarks): string[] {
  return [proxySentence(assignment, world), ...backupSentences(assignment, world.backup), ...markSentences(assignment, marks)];
}

/** The commands that bring the cluster back by hand, in the guide's order: those of the unwinding steps that are not done. */
export function commandsByHand(steps: readonly Step[], world: World, marks: RunMarks): string[] {
  const seen = world.primaries.length > 0 && world.backup !== undefined;
  return steps
    .filter((step) => step.unwinds && (!seen || !step.unwinds.isDone(world, marks)))
    .flatMap((step) => step.commands.filter((command) => !seen || !command.isDone?.(world, marks)))
    .map(({ host, argv }) => `by hand, on ${host}: ${commandLine(argv)}`);
}
