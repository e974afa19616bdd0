import { Option } from 'commander';
import type { CheckLine } from '../../contract/plan.ts';
import { say, translated } from '../../contract/text/say.ts';
import type { ShadowtapeConsole } from '../application/console.ts';
import { jsonOption, type CommandLine } from './command-line.ts';
import { asGiven, type GlobalOptionWords } from './given-options.ts';
import type { JsonOutput } from './json-output.ts';
import { isQuiet } from './terminal/display.ts';
import { print, printJson } from './terminal/output.ts';
import { stoppable } from './terminal/stop-signals.ts';

/** A line of `check`, with its hint below where there is one. */
function checkLineText({ host, what, good, said, hint }: CheckLine, given: GlobalOptionWords): string {
  const line = `${good ? '✓' : '✗'} ${host.padEnd(8)} ${translated(what)}: ${translated(said)}`;
  return hint === undefined ? line : `${line}\n    ${say('hint: {hint}', { hint: asGiven(hint, given) })}`;
}

/** Measures the rates; Ctrl-C ends it. */
function measureRates(console: ShadowtapeConsole, show: (line: CheckLine) => void): Promise<void> {
  return stoppable((abort) => console.rateService.measure(show, abort));
}

interface CheckOptions {
  readonly json?: boolean;
  readonly rate: boolean;
  readonly notify: boolean;
  readonly rights: boolean;
  readonly drive?: readonly string[] | undefined;
}

/** Lines of sudoers and of RBAC are printed bare, to be copied into their files, under the name of their host. */
class RightsText {
  readonly #given: GlobalOptionWords;
  readonly #missing: CheckLine[] = [];
  #host = '';
  #count = 0;

  constructor(given: GlobalOptionWords) {
    this.#given = given;
  }

  show(line: CheckLine): void {
    if (line.what === 'rights') return print(checkLineText(line, this.#given));
    if (line.host !== this.#host) print(`# ${line.host}`);
    this.#host = line.host;
    this.#count += 1;
    if (!line.good) this.#missing.push(line);
    print(line.said);
  }

  /** Which of the lines sudo does not allow yet. */
  end(): void {
    const [first] = this.#missing;
    if (first === undefined) return;
    print(
      say('# not allowed yet: {missing} of {count}', { missing: this.#missing.length, count: this.#count }),
    );
    for (const { host, said } of this.#missing) print(`✗ ${host.padEnd(8)} ${said}`);
    print(`    ${say('hint: {hint}', { hint: first.hint ?? '' })}`);
  }
}

async function checkRights(
  console: ShadowtapeConsole,
  { json, drive }: Pick<CheckOptions, 'drive'> & { readonly json: boolean },
  given: GlobalOptionWords,
) {
  const text = new RightsText(given);
  const show = (shown: CheckLine) => (json ? printJson<JsonOutput['check']>(shown) : text.show(shown));
  const lines = await console.checkRights(show, drive);
  if (!json) text.end();
  return lines;
}

export function registerCheck(line: CommandLine): void {
  line.program
    .command('check')
    .description(
      say('connect to every host and check host keys, commands, classes and tape; changes nothing'),
    )
    .addOption(jsonOption())
    .option('--rate', say('also measure the rates of ssh and of digests, for the plans that follow'), false)
    .option('--notify', say('also send a test message over each notify entry of the site file'), false)
    .option(
      '--rights',
      say('only print what sudo or pfexec must allow, and check that sudo allows it'),
      false,
    )
    .addOption(
      new Option(
        '--drive <host:device...>',
        say('with --rights: also what second copies need on these drives'),
      ).implies({ rights: true }),
    )
    .action(async ({ json = false, rate, notify, rights, drive }: CheckOptions) => {
      const show = (shown: CheckLine) => {
        if (json) printJson<JsonOutput['check']>(shown);
        else if (!shown.good || !isQuiet()) print(checkLineText(shown, line.again));
      };
      const lines = await line.withConsole({}, async (console) => {
        if (rights) return checkRights(console, { json, drive }, line.again);
        const checked = await console.check(show);
        if (rate && checked.every(({ good }) => good)) await measureRates(console, show);
        if (notify) checked.push(...(await console.tryNotifications(show)));
        return checked;
      });
      line.exitStatus = lines.every(({ good }) => good) ? 0 : 1;
    });
}
