/** The site's own commands around the phases of a run. */
import type { Assignment } from './assignment.ts';
import type { Phase, Step } from './step.ts';

type Script = Assignment['job']['scripts'][number];

function scriptStep({ before, after, host, command }: Script, number: number): Step {
  const phase = before ?? after ?? 'dump';
  return {
    id: `script-${number}`,
    phase,
    title: `Script ${before === undefined ? 'after' : 'before'} phase ${phase}`,
    why: 'the site file asks for it (scripts)',
    source: 'site file',
    performance: 'commands',
    commands: [{ host, argv: command, guide: false, changes: true }],
  };
}

/** Puts the job's scripts before the first and behind the last step of their phases. */
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
