import {
  jsonOption,
  methodOption,
  nodesOption,
  routeOption,
  type CommandLine,
  type JsonOption,
} from './command-line.ts';
import { printJson, standardOutput } from './output.ts';
import { planText } from './plan-text.ts';

interface PlanOptions extends JsonOption {
  readonly method?: '6a' | '6b' | '6c' | '6d' | '6e';
  readonly route?: 'console' | 'server';
  readonly nodes?: 'all' | 'any';
  readonly all: boolean;
}

export function registerPlan(line: CommandLine): void {
  line.program
    .command('plan')
    .description('print every step with its host and exact command lines; changes nothing')
    .argument('[job]')
    .addOption(methodOption())
    .addOption(routeOption())
    .addOption(nodesOption())
    .addOption(jsonOption())
    .option('--all', 'print long lists of similar commands in full', false)
    .action(async (job: string | undefined, options: PlanOptions) => {
      const plan = await line.withConsole({}, (console) => console.plan({ job, ...options }));
      if (options.json) {
        for (const { node, ...told } of plan.missing ?? []) printJson({ missing: node, ...told });
        plan.steps.forEach(printJson);
      } else standardOutput.write(planText(plan, options.all));
    });
}
