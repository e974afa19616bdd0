/** A plan as text: a shell script whose comments say where each line belongs and why it is there. Pure. */
import type { Plan, PlannedStep } from '../contract/plan.ts';
import { bytesText } from '../contract/words.ts';
import { say } from '../contract/text/say.ts';

/** One line of comment, whatever the text holds: what comes from a site file must not begin a line of its own. */
const comment = (text: string) => `# ${text.replace(/\p{Cc}+/gu, ' ')}`;

function stepLines(step: PlannedStep): string[] {
  const { step: id, title, why, endangers, operator, leftOut, commands, runAs } = step;
  const head = [
    '',
    comment(`${id}  ${title}`),
    comment(`    ${why}`),
    ...(endangers === undefined ? [] : [comment(`    ${say('Warning: {endangers}', { endangers })}`)]),
    ...(operator === undefined ? [] : [comment(`    ${operator}`)]),
  ];
  if (leftOut !== undefined) return [...head, comment(`    ${say('skipped: {leftOut}', { leftOut })}`)];
  let host: string | undefined;
  const sent = commands.flatMap((command) => {
    const changed = command.host !== host;
    host = command.host;
    return [...(changed ? [comment(say('on {host}:', { host: command.host }))] : []), command.line];
  });
  const ran =
    runAs.length === 0
      ? []
      : [comment(`    ${say('runs detached, as:')}`), ...runAs.map((line) => comment(`    ${line}`))];
  return [...head, ...sent, ...ran];
}

/** @returns the script, with a guard at its head: its lines are of several hosts and must not be run as a whole */
export function planScript(plan: Plan): string {
  const { job, site, volume, bytes, method, route, steps } = plan;
  return [
    '#!/bin/sh',
    comment(
      say('Job {job} of {site}: {volume}, {bytes}, method {method}, route {route}', {
        job,
        site,
        volume,
        bytes: bytesText(bytes),
        method,
        route,
      }),
    ),
    comment(
      say(
        'These lines belong to several hosts. Run each on the host named above it, and check its result before the next one.',
      ),
    ),
    `echo 'the lines of this plan belong to several hosts: run each on the host named above it' >&2`,
    'exit 1',
    ...steps.flatMap(stepLines),
    '',
  ].join('\n');
}

export interface FoldedCommands {
  readonly shown: readonly PlannedStep['commands'][number][];
  /** Those of the same kind that follow; empty if there are few. */
  readonly folded: readonly PlannedStep['commands'][number][];
}

/** Lists of like commands (the fingerprint's) are folded after their first ones. */
export function foldCommands(commands: PlannedStep['commands'], most = 8, first = 2): FoldedCommands {
  if (commands.length <= most) return { shown: commands, folded: [] };
  return { shown: commands.slice(0, first), folded: commands.slice(first) };
}
