/** The commands of a step as they are shown: state checks apart, and one that was sent again and again only once. Pure. */
import type { Plan } from '../contract/plan.ts';
import type { CommandModel, RunModel } from './run/run-model.ts';

/** A look at the hosts is sent around every step; what is sent in fewer steps belongs to them. */
const stepsOfLook = 3;

const keyOf = ({ host, line }: { readonly host: string; readonly line: string }) => `${host} ${line}`;

/** The commands that are sent to check the hosts around the steps: those of the plan, else those that many steps have sent. */
export function lookLines(model: RunModel, plan: Plan | undefined): ReadonlySet<string> {
  const seenIn = new Map<string, Set<string>>();
  for (const { step, commands } of model.passes)
    for (const command of commands) {
      if (command.changes) continue;
      const key = keyOf(command);
      seenIn.set(key, (seenIn.get(key) ?? new Set()).add(step));
    }
  const frequent = [...seenIn].filter(([, steps]) => steps.size >= stepsOfLook).map(([key]) => key);
  return new Set([...(plan?.looks ?? []), ...model.otherCommands].map(keyOf).concat(frequent));
}

interface CommandGroup {
  /** The last time it was sent. */
  readonly command: CommandModel;
  readonly times: number;
}

export interface GroupedCommands {
  readonly own: readonly CommandGroup[];
  readonly looks: readonly CommandModel[];
}

export function groupCommands(
  commands: readonly CommandModel[],
  looks: ReadonlySet<string>,
): GroupedCommands {
  const own: { command: CommandModel; times: number }[] = [];
  for (const command of commands) {
    if (!command.changes && looks.has(keyOf(command))) continue;
    const last = own.at(-1);
    if (last && keyOf(last.command) === keyOf(command))
      own[own.length - 1] = { command, times: last.times + 1 };
    else own.push({ command, times: 1 });
  }
  return { own, looks: commands.filter((command) => !command.changes && looks.has(keyOf(command))) };
}
