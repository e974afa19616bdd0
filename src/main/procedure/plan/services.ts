/** Which resume commands a run still owes: those of what it stopped, less those that have ended well. Pure. */
import type { RunMarks } from '../model/run-marks.ts';
import type { StepCommand } from '../model/step.ts';
import { commandLine } from '../../ssh/quoting.ts';

/**
 * Where a node has as many resume as stop commands, the last resumes what the first stopped, and so on: then only what was
 * stopped is resumed. Otherwise every resume command of a node counts as soon as one of its stop commands does.
 */
function belongsToStopped(
  stops: readonly StepCommand[],
  resumes: readonly StepCommand[],
  resume: StepCommand,
  marks: RunMarks,
): boolean {
  const ofNode = resumes.filter(({ host }) => host === resume.host);
  const stopCount = stops.filter(({ host }) => host === resume.host).length;
  const mirror = stopCount - 1 - ofNode.indexOf(resume);
  return marks.servicesStopped.some(
    ({ host, place }) => host === resume.host && (ofNode.length !== stopCount || place === mirror),
  );
}

/** The resume commands, each of which knows when it has nothing left to do. */
export function resumeCommands(
  stops: readonly StepCommand[],
  resumes: readonly StepCommand[],
): StepCommand[] {
  const hasEndedWell = ({ host, argv }: StepCommand, marks: RunMarks) =>
    marks.servicesResumed.some((resumed) => resumed.host === host && resumed.line === commandLine(argv));
  return resumes.map((resume) => ({
    ...resume,
    isDone: (_world, marks) =>
      !belongsToStopped(stops, resumes, resume, marks) || hasEndedWell(resume, marks),
  }));
}
