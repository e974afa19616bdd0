/** The site's own commands around the phases of a run. */
import { phrase, say } from '../../../contract/text/say.ts';
import type { Assignment } from '../model/assignment.ts';
import type { Phase, Step } from '../model/step.ts';

type Script = Assignment['job']['scripts'][number];

const scriptId = (number: number) => `script-${number}`;
const isScript = ({ id }: Step) => /^script-\d+$/.test(id);

function scriptStep({ before, after, host, command }: Script, number: number): Step {
  const phase = before ?? after ?? 'dump';
  return {
    id: scriptId(number),
    phase,
    title:
      before === undefined
        ? say('Script after phase {phase}', { phase })
        : say('Script before phase {phase}', { phase }),
    why: say('set in the site file (scripts)'),
    source: phrase('site file'),
    performance: 'commands',
    commands: [{ host, argv: command, guide: false, changes: true, ofSite: true }],
  };
}

/** Puts the job's scripts before the first and after the last step of their phases. */
export function withScripts({ job }: Assignment, steps: readonly Step[]): Step[] {
  const scripts = job.scripts.map((script, index) => ({ script, step: scriptStep(script, index + 1) }));
  const around = (place: 'before' | 'after', phase: Phase) =>
    scripts.flatMap(({ script, step }) => (script[place] === phase ? [step] : []));
  return steps.flatMap((step, index) => [
    ...(steps[index - 1]?.phase === step.phase ? [] : around('before', step.phase)),
    step,
    ...(steps[index + 1]?.phase === step.phase ? [] : around('after', step.phase)),
  ]);
}

/**
 * Puts the remaining scripts among the steps of a resumed run: each before the first of the steps after it.
 * @param steps all steps of the run, in their order
 * @param isLeft whether a script has not finished
 */
export function withScriptsLeft(
  steps: readonly Step[],
  todo: readonly Step[],
  isLeft: (script: Step) => boolean,
): Step[] {
  const placeOf = (step: Step) => steps.indexOf(step);
  const missing = steps.filter((step) => isScript(step) && !todo.includes(step) && isLeft(step));
  return missing.reduce<Step[]>(
    (known, script) => {
      const before = known.findLastIndex((step) => placeOf(step) < placeOf(script));
      return known.toSpliced(before + 1, 0, script);
    },
    [...todo],
  );
}
