/**
 * What all commands of the command line have in common: the global options, the console they work on, and the exit status.
 *
 * A command loads what it works with when it is performed: `--help`, and what only reads journals, start without ssh, lab and procedure.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { failure } from '../../contract/errors.ts';
import { said, say } from '../../contract/text/say.ts';
import { languageNamed } from '../../contract/text/language-named.ts';
import { languageVariable } from '../application/chosen-language.ts';
import type { ShadowtapeConsole } from '../application/console.ts';
import { version } from '../application/version.ts';
import { StateFolder, defaultStateFolder } from '../journal/state-folder.ts';
import { saidHelp, usageErrorText } from './commander-texts.ts';
import { readConfig } from './config-file.ts';
import { givenOptions, type GlobalOptionWords } from './given-options.ts';
import { chooseDisplay, colorChoices, type DisplayChoice } from './terminal/display.ts';
import { shownLines } from './terminal/lines.ts';
import { note, standardError, standardOutput } from './terminal/output.ts';
import { terminalHostKeys, terminalSecret } from './terminal/terminal.ts';
import { belowOptions } from './terminal/help-text.ts';

interface GlobalOptions extends DisplayChoice {
  readonly site?: string;
  readonly state: string;
  readonly trust: boolean;
  readonly lang: string;
}

/** Of commands that may begin the embedded lab. */
export interface LabFlags {
  readonly freshLab?: boolean;
  readonly fault?: string[];
}

export interface JsonOption {
  readonly json?: boolean;
}

const exitStatuses = say(`Exit status:
  0  verified, or unverified where the read-back is skipped
  1  wrong usage or configuration, or refused before anything was touched
  2  failed, rolled back: the cluster is in its normal state
  3  action required: the cluster is not proven to be normal; the last lines show its state. The backup may be verified
  4  tape mismatch: the tape does not hold what was read

A run is named by its whole name, by a beginning that no other run has, or by "latest": the run that began last.

Without --site the embedded lab is used: three ssh hosts, a GDS cluster and a tape drive on this machine.`);

export const methodOption = () =>
  new Option('--method <number>', say('use this method instead of the job’s')).choices([
    '6a',
    '6b',
    '6c',
    '6d',
    '6e',
  ]);
export const routeOption = () =>
  new Option('--route <route>', say('use this route instead of the job’s')).choices(['console', 'server']);
export const nodesOption = () =>
  new Option(
    '--nodes <which>',
    say('require all primary nodes to answer, or any one of them, instead of what the job says'),
  ).choices(['all', 'any']);
export const nodeDownOption = () =>
  new Option(
    '--node-down <node...>',
    say('nodes that do not answer and that you know to be down (halted or powered off)'),
  );
export const jsonOption = () => new Option('--json', say('print JSON, one object per line'));
export const freshLabOption = () =>
  new Option('--fresh-lab', say('start with a new embedded lab; the previous one is lost'));
export const faultOption = () =>
  new Option('--fault <spec...>', say('enable faults of the embedded lab: NAME or NAME=VALUE'));

export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_533)
    throw new InvalidArgumentError(say('a port is a number up to 65533.'));
  return port;
}

/** Texts of the help that commander does not wrap. */
const wrappedHelp = (text: string, { columns }: { readonly columns: number | undefined }): string =>
  text
    .split('\n')
    .flatMap((line) => shownLines(line, { width: columns || undefined, colors: false }))
    .join('\n');

/** The banner of a host, on standard error: standard output is for the command alone. */
function onBanner(host: string, text: string): void {
  for (const line of text.trimEnd().split(/\r?\n/)) note(`${host}: ${line}`);
}

export class CommandLine {
  /** Of the process; 0 unless a command says otherwise. */
  exitStatus = 0;
  #hasEnded = false;
  readonly program = new Command('shadowtape')
    .description(
      say(
        'Backs PRIMECLUSTER GDS volumes up to tape through a backup server: part, shadow, verify, dump, rejoin.',
      ),
    )
    .version(version, '-V, --version', say('output the version number'))
    .addOption(
      new Option('--site <file>', say('site file: hosts, tape drive, jobs; without it the embedded lab')).env(
        'SHADOWTAPE_SITE',
      ),
    )
    .addOption(
      new Option('--state <dir>', say('where journals, known hosts and the lab live'))
        .env('SHADOWTAPE_STATE')
        .default(defaultStateFolder()),
    )
    .option('--trust', say('accept new host keys, and show their fingerprints'), false)
    .addOption(
      new Option('-q, --quiet', say('print only answers, warnings and errors; of a run, its end'))
        .default(false)
        .conflicts('verbose'),
    )
    .option(
      '-v, --verbose',
      say('also print every command of a run, and all that failed commands have printed'),
      false,
    )
    .option(
      '--utc',
      say('show times in UTC, not in the time zone of this machine; JSON always has UTC'),
      false,
    )
    .addOption(
      new Option('--color <when>', say('color statuses; auto: on a terminal, unless NO_COLOR is set'))
        .choices(colorChoices)
        .default('auto'),
    )
    .addOption(
      new Option(
        '--lang <language>',
        say('language of all texts; commands, JSON and journals never depend on it'),
      )
        .env(languageVariable)
        .default('en'),
    )
    .addHelpText('after', belowOptions(exitStatuses))
    .showHelpAfterError(say('(shadowtape --help shows more)'))
    .helpOption('-h, --help', say('display help for command'))
    .helpCommand('help [command]', say('display help for command'))
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => said(title), ...saidHelp })
    .configureOutput({
      writeOut: (text) => void standardOutput.write(wrappedHelp(text, standardOutput)),
      writeErr: (text) => void standardError.write(wrappedHelp(text, standardError)),
      outputError: (text, write) => write(usageErrorText(text)),
      getOutHelpWidth: () => standardOutput.columns ?? 80,
      getErrHelpWidth: () => standardError.columns ?? 80,
    })
    .exitOverride()
    .hook('preAction', () => this.#configure());

  /** The configuration file applies where no option and no environment variable does. @throws CONFIG_…, LANGUAGE_UNKNOWN */
  async #configure(): Promise<void> {
    languageNamed(this.#globals.lang);
    const config = await readConfig();
    for (const [key, value] of Object.entries(config)) {
      const source = this.program.getOptionValueSource(key);
      if (source === undefined || source === 'default')
        this.program.setOptionValueWithSource(key, value, 'config');
    }
    chooseDisplay(this.#globals);
  }

  get #globals(): GlobalOptions {
    return this.program.opts<GlobalOptions>();
  }

  /** Of a run: later errors do not change it. */
  endWith(exitStatus: number): void {
    this.exitStatus = exitStatus;
    this.#hasEnded = true;
  }

  /** True once the exit status is final. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get state(): StateFolder {
    return new StateFolder(this.#globals.state);
  }

  /** @param folder the usual one if it is omitted */
  stateAt(folder: string | undefined): StateFolder {
    return folder === undefined ? this.state : new StateFolder(folder);
  }

  /** True if host keys that are seen for the first time are accepted. */
  get trust(): boolean {
    return this.#globals.trust;
  }

  /** Undefined on the embedded lab. */
  get siteFile(): string | undefined {
    return this.#globals.site;
  }

  /** `--state DIR` and `--site FILE` as they must be repeated, or nothing if they were not given. */
  get again(): GlobalOptionWords {
    const { state, site } = this.#globals;
    return givenOptions(state === defaultStateFolder() ? undefined : state, site);
  }

  /**
   * Opens the console of the site, or of the embedded lab, and closes it after the work.
   * @throws LAB_OPTION_WITH_SITE, and errors of opening
   */
  async withConsole<Result>(
    lab: LabFlags,
    work: (console: ShadowtapeConsole) => Promise<Result>,
  ): Promise<Result> {
    const { siteFile, state } = this;
    if (siteFile !== undefined && (lab.freshLab || lab.fault)) {
      throw failure('LAB_OPTION_WITH_SITE', { option: lab.freshLab ? '--fresh-lab' : '--fault' });
    }
    const { openConsole } = await import('../application/console.ts');
    const console = await openConsole({
      state,
      siteFile,
      lab: { fresh: lab.freshLab ?? false, faults: lab.fault ?? [] },
      confirmHostKey: terminalHostKeys(this.#globals.trust, note),
      askSecret: terminalSecret,
      onBanner,
    });
    try {
      if (console.isLab) note(say('no --site given: using the embedded lab'));
      return await work(console);
    } finally {
      await console.close();
    }
  }
}
