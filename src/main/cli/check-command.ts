import type { CheckLine } from '../../contract/plan.ts';
import type { ShadowtapeConsole } from '../application/console.ts';
import { jsonOption, type CommandLine } from './command-line.ts';
import { asGiven, type GlobalOptionWords } from './given-options.ts';
import type { JsonOutput } from './json-output.ts';
import { isQuiet } from './terminal/display.ts';
import { print, printJson } from './terminal/output.ts';
import { stoppable } from './terminal/stop-signals.ts';

/** A line of `check`, with its hint below where there is one. */
function checkLineText({ host, what, good, said, hint }: CheckLine, given: GlobalOptionWords): string {
  const line = `${good ? '✓' : '✗'} ${host.padEnd(8)} ${what}: ${said}`;
  return hint === undefined ? line : `${line}\n    hint: ${asGiven(hint, given)}`;
}

/** Measures the rates; Ctrl-C ends it. */
function measureRates(console: ShadowtapeConsole, show: (line: CheckLine) => void): Promise<void> {
  return stoppable((abort) => console.rateService.measure(show, abort));
}

interface CheckOptions {
  readonly json?: boolean;
  readonly rate: boolean;
  readonly notify: boolean;
}

export function registerCheck(line: CommandLine): void {
  line.program
    .command('check')
    .description('connect to every host and check host keys, commands, classes and tape; changes nothing')
    .addOption(jsonOption())
    .option('--rate', 'also measure the rates of ssh and of digests, for the plans that follow', false)
    .option('--notify', 'also send a test message over each notify entry of the site file', false)
    .action(async ({ json, rate, notify }: CheckOptions) => {
      const show = (shown: CheckLine) => {
        if (json) printJson<JsonOutput['check']>(shown);
        else if (!shown.good || !isQuiet()) print(checkLineText(shown, line.again));
      };
      const lines = await line.withConsole({}, async (console) => {
        const checked = await console.check(show);
        if (rate && checked.every(({ good }) => good)) await measureRates(console, show);
        if (notify) checked.push(...(await console.tryNotifications(show)));
        return checked;
      });
      line.exitStatus = lines.every(({ good }) => good) ? 0 : 1;
    });
}
