import type { Plan } from '../../contract/plan.ts';
import { failure } from '../../contract/errors.ts';
import { say } from '../../contract/text/say.ts';
import type { ShadowtapeConsole } from '../application/console.ts';
import {
  jsonOption,
  methodOption,
  nodesOption,
  routeOption,
  type CommandLine,
  type JsonOption,
} from './command-line.ts';
import type { JsonOutput } from './json-output.ts';
import { print, printJson } from './terminal/output.ts';
import { planLines } from './plan-text.ts';

interface PlanOptions extends JsonOption {
  readonly method?: '6a' | '6b' | '6c' | '6d' | '6e';
  readonly route?: 'console' | 'server';
  readonly nodes?: 'all' | 'any';
  readonly all: boolean;
  readonly fromProxy: boolean;
  readonly replace?: readonly string[];
}

/** @throws PLAN_OF_TWO for two words of which the first is not "restore" */
function planned(
  console: ShadowtapeConsole,
  job: string | undefined,
  [run, ...further]: readonly string[],
  options: PlanOptions,
): Promise<Plan> {
  if (run === undefined) return console.plan({ job, ...options });
  if (job !== 'restore') throw failure('PLAN_OF_TWO', { first: job ?? '', second: run });
  const { fromProxy, replace } = options;
  return console.volumeRestoreService.plan({ run, further, fromProxy, replace });
}

export function registerPlan(line: CommandLine): void {
  line.program
    .command('plan')
    .description(say('print every step with its host and exact command lines; changes nothing'))
    .argument('[job]', say('a job; or the word "restore" and a run'))
    .argument('[run...]', say('after "restore": the run whose backup would be restored'))
    .addOption(methodOption())
    .addOption(routeOption())
    .addOption(nodesOption())
    .addOption(jsonOption())
    .option('--all', say('print long lists of similar commands in full'), false)
    .option('--from-proxy', say('of a restore: from the parted proxy instead of the tape'), false)
    .option('--replace <volume...>', say('of a restore: the master volumes, where the run has several'))
    .action(async (job: string | undefined, runs: readonly string[], options: PlanOptions) => {
      const plan = await line.withConsole({}, (console) => planned(console, job, runs, options));
      if (options.json) {
        for (const { node, why } of plan.outside ?? []) printJson<JsonOutput['plan']>({ outside: node, why });
        for (const { node, ...told } of plan.missing ?? [])
          printJson<JsonOutput['plan']>({ missing: node, ...told });
        plan.steps.forEach((step) => printJson<JsonOutput['plan']>(step));
      } else planLines(plan, options.all).forEach(print);
    });
}
