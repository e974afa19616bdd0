#!/usr/bin/env node
/** The command line: the same console without a screen. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CheckLine } from '../../contract/plan.ts';
import { failure, isFailure } from '../../contract/errors.ts';
import {
  openConsole,
  ReportDesk,
  StateFolder,
  defaultStateFolder,
  version,
  type ShadowtapeConsole,
} from '../console.ts';
import { showCommand, verifyCommand } from './history-commands.ts';
import {
  compareCommand,
  indexCommand,
  runsCommand,
  trendsCommand,
  whereCommand,
} from './history-search-commands.ts';
import { faultsText, labCommand } from './lab-command.ts';
import { locksCommand, unlockCommand } from './lock-commands.ts';
import { checkLineText, measureRates } from './check-command.ts';
import { planText } from './plan-text.ts';
import {
  stateCommand,
  stateCompressCommand,
  stateExportCommand,
  stateImportCommand,
  stateRemoveCommand,
} from './keeping-commands.ts';
import { auditCommand, auditText, showSigned, signCommand } from './proof-commands.ts';
import { reportAtEnd, reportCommand, reportText } from './report-commands.ts';
import { runCommand, takeUpCommand } from './run-command.ts';
import { serveCommand } from './serve-command.ts';
import {
  driveCheckCommand,
  identifyCommand,
  importCommand,
  labelCommand,
  tapesCommand,
} from './tape-commands.ts';
import { terminalHostKeys, terminalSecret } from './terminal.ts';
import { errorText, printable } from './text.ts';

interface GlobalOptions {
  readonly site?: string;
  readonly state: string;
  readonly trust: boolean;
}

interface LabOptions {
  readonly freshLab?: boolean;
  readonly fault?: string[];
}

interface JobOptions extends LabOptions {
  readonly method?: '6a' | '6b' | '6c' | '6d' | '6e';
  readonly route?: 'console' | 'server';
  readonly json?: boolean;
}

interface TapeOptions extends LabOptions {
  readonly overwrite?: string;
  readonly json?: boolean;
}

const exitStatuses = `
Exit status:
  0  done and verified
  1  wrong usage or configuration, or refused before anything was touched
  2  failed, and the cluster is back in its normal state
  3  failed, and an operator must act: the last lines say what stands where
  4  the tape does not hold what was read

Without --site the embedded lab is used: three ssh hosts, a GDS cluster and a tape drive on this machine.`;

const say = (line: string) => process.stderr.write(`${printable(line)}\n`);

const program = new Command('shadowtape')
  .description(
    'Backs PRIMECLUSTER GDS volumes up to tape through a backup server: part, shadow, verify, dump, rejoin.',
  )
  .version(version)
  .option('--site <file>', 'site file: hosts, tape drive, jobs; without it the embedded lab')
  .option('--state <dir>', 'where journals, known hosts and the lab live', defaultStateFolder())
  .option('--trust', 'accept host keys that are seen for the first time, and show them', false)
  .addHelpText('after', exitStatuses)
  .showHelpAfterError('(shadowtape --help tells more)')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride();

const methodOption = () =>
  new Option('--method <number>', 'another method than the job’s').choices(['6a', '6b', '6c', '6d', '6e']);
const routeOption = () =>
  new Option('--route <route>', 'another route than the job’s').choices(['console', 'server']);
const jsonOption = () => new Option('--json', 'print JSON, an object a line');
const freshLabOption = () =>
  new Option('--fresh-lab', 'begin with a new embedded lab, and lose the one before');
const faultOption = () =>
  new Option('--fault <spec...>', 'switch faults of the embedded lab on: NAME or NAME=VALUE');

const globals = () => program.opts<GlobalOptions>();

async function withConsole<Result>(
  lab: LabOptions,
  work: (console: ShadowtapeConsole) => Promise<Result>,
): Promise<Result> {
  const { site, state, trust } = globals();
  if (site !== undefined && (lab.freshLab || lab.fault)) {
    throw failure('LAB_OPTION_WITH_SITE', { option: lab.freshLab ? '--fresh-lab' : '--fault' });
  }
  const console = await openConsole({
    state: new StateFolder(state),
    siteFile: site,
    lab: { fresh: lab.freshLab ?? false, faults: lab.fault ?? [] },
    confirmHostKey: terminalHostKeys(trust, say),
    askSecret: terminalSecret,
  });
  try {
    if (console.isLab) say('no --site was given: this is the embedded lab');
    return await work(console);
  } finally {
    await console.close();
  }
}

/** `--state DIR` as it has to be given again, or nothing where the default is used. */
function stateOption(): string {
  const { state } = globals();
  return state === defaultStateFolder() ? '' : ` --state ${state}`;
}

/** `--site FILE` as it has to be given again, or nothing on the embedded lab. */
function siteOption(): string {
  const { site } = globals();
  return site === undefined ? '' : ` --site ${site}`;
}

const again = () => ({ stateOption: stateOption(), siteOption: siteOption() });

let exitStatus = 0;

program
  .command('plan')
  .description('print every step with its host and exact command line; changes nothing')
  .argument('[job]')
  .addOption(methodOption())
  .addOption(routeOption())
  .addOption(jsonOption())
  .option('--all', 'print long lists of like commands whole', false)
  .action(async (job: string | undefined, options: JobOptions & { all: boolean }) => {
    const plan = await withConsole({}, (console) => console.plan({ job, ...options }));
    if (options.json) plan.steps.forEach((step) => process.stdout.write(`${JSON.stringify(step)}\n`));
    else process.stdout.write(planText(plan, options.all));
  });

program
  .command('check')
  .description('reach every host, look at host keys, commands, classes and tape; changes nothing')
  .addOption(jsonOption())
  .option('--rate', 'also measure how fast the hosts are over ssh, for the plans that follow', false)
  .option('--notify', 'also send a test message over each way that the site file names', false)
  .action(async ({ json, rate, notify }: { json?: boolean; rate: boolean; notify: boolean }) => {
    const show = (line: CheckLine) =>
      process.stdout.write(json ? `${JSON.stringify(line)}\n` : `${printable(checkLineText(line))}\n`);
    const lines = await withConsole({}, async (console) => {
      const checked = await console.check(show);
      if (rate && checked.every(({ good }) => good)) await measureRates(console, show);
      if (notify) checked.push(...(await console.tryNotifications(show)));
      return checked;
    });
    exitStatus = lines.every(({ good }) => good) ? 0 : 1;
  });

program
  .command('run')
  .description('run a job: part, shadow, verify, dump, read back, remove, rejoin')
  .argument('[job]')
  .addOption(methodOption())
  .addOption(routeOption())
  .option('--yes', 'approve the shadow when every rule holds; asks nothing', false)
  .option('--report <file>', 'write the report of the run into a PDF at its end')
  .addOption(jsonOption())
  .addOption(freshLabOption())
  .addOption(faultOption())
  .action(async (job: string | undefined, options: JobOptions & { yes: boolean; report?: string }) => {
    const { method, route, yes, json = false, report } = options;
    const desk = new ReportDesk(new StateFolder(globals().state));
    if (report !== undefined) await desk.requireFree(report);
    exitStatus = await withConsole(options, (console) =>
      runCommand(console, {
        ...{ job, method, route, yes, json, ...again() },
        ...(report === undefined ? {} : { atEnd: (run) => reportAtEnd(desk, run, report) }),
      }),
    );
  });

interface TakeUpOptions extends LabOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly takeOverLock?: boolean;
}

function takeUpAction(mode: 'resume' | 'unwind') {
  return async (run: string, options: TakeUpOptions) => {
    const { yes = false, json = false, takeOverLock = false } = options;
    exitStatus = await withConsole(options, (console) =>
      takeUpCommand(console, { mode, run, takeOverLock, yes, json, ...again() }),
    );
  };
}

const takeOverOption = () =>
  new Option('--take-over-lock', 'take the lock of this run over, though another process holds it');

program
  .command('resume')
  .description('go on with a run whose console died, or that was left where it stood')
  .argument('<run>')
  .option('--yes', 'approve the shadow when every rule holds; asks nothing', false)
  .addOption(takeOverOption())
  .addOption(jsonOption())
  .addOption(faultOption())
  .action(takeUpAction('resume'));

program
  .command('unwind')
  .description('bring the cluster back from such a run: remove the shadow, rejoin the proxy')
  .argument('<run>')
  .addOption(takeOverOption())
  .addOption(jsonOption())
  .addOption(faultOption())
  .action(takeUpAction('unwind'));

program
  .command('locks')
  .description('list the locks of the classes of the site: whose they are, since when, and whether they live')
  .addOption(jsonOption())
  .addOption(faultOption())
  .action(async ({ json = false, ...lab }: JobOptions) => {
    exitStatus = await withConsole(lab, (console) => locksCommand(console, json));
  });

program
  .command('unlock')
  .description('remove the lock of a class that a run has left behind')
  .argument('<class>')
  .option('--yes', 'remove it without asking', false)
  .addOption(faultOption())
  .action(async (className: string, { yes, ...lab }: LabOptions & { yes: boolean }) => {
    exitStatus = await withConsole(lab, (console) => unlockCommand(console, className, { yes }));
  });

function limitOf(text: string): number {
  const limit = Number(text);
  if (!/^\d+$/.test(text) || limit < 1 || limit > 1_000_000)
    throw new InvalidArgumentError('a limit is a number from 1.');
  return limit;
}

const limitOption = (what: string) => new Option('--limit <number>', what).argParser(limitOf);

const searchText = `
Search: words are looked for everywhere, and all must be found; "quoted phrases"; and key:value:
  tape: host: operator: job: site: class: volume: code:     a part of it, such as tape:NIGHTLY code:TAPE_
  verdict:failed method:6b route:server status:3            verified, unverified, failed, unfinished, unreadable
  after:2026-11 before:2026-11-22                           UTC; after counts that day in, before does not
  longer:2h shorter:30min larger:1T smaller:20G`;

program
  .command('runs')
  .description('list the runs, newest first, or those that fit a search')
  .argument('[query...]')
  .addOption(limitOption('at most so many; without it 200, with --json all'))
  .addOption(jsonOption())
  .addHelpText('after', searchText)
  .action(async (words: string[], { limit, json = false }: { limit?: number; json?: boolean }) => {
    exitStatus = await runsCommand(new StateFolder(globals().state), words, { limit, json });
  });

program
  .command('where')
  .description('say on which tapes a file is, newest first, and how it is got back')
  .argument('<file>', 'a base name, a path as it is in the archive, DIRECTORY/, or a pattern with * and ?')
  .addOption(limitOption('at most so many; without it 20'))
  .addOption(jsonOption())
  .action(async (file: string, { limit, json = false }: { limit?: number; json?: boolean }) => {
    exitStatus = await whereCommand(new StateFolder(globals().state), file, { limit, json });
  });

program
  .command('compare')
  .description('say what differs between two runs: sizes, rates, times, steps, commands, what was seen')
  .argument('<run>')
  .argument('<other>')
  .option('--all', 'also what is the same', false)
  .addOption(jsonOption())
  .action(async (run: string, other: string, { all, json = false }: { all: boolean; json?: boolean }) => {
    exitStatus = await compareCommand(new StateFolder(globals().state), [run, other], { all, json });
  });

program
  .command('trends')
  .description('show size, rate and times of each volume over all runs')
  .option('--volume <proxy>', 'of this proxy volume alone')
  .addOption(jsonOption())
  .action(async ({ volume, json = false }: { volume?: string; json?: boolean }) => {
    exitStatus = await trendsCommand(new StateFolder(globals().state), { volume, json });
  });

program
  .command('index')
  .description('bring the index of the history up to date, and say what it holds')
  .option('--rebuild', 'build it anew from the journals', false)
  .action(async ({ rebuild }: { rebuild: boolean }) => {
    exitStatus = await indexCommand(new StateFolder(globals().state), rebuild);
  });

program
  .command('show')
  .description('show everything that a run did')
  .argument('<run>')
  .addOption(jsonOption())
  .action(async (run: string, { json = false }: { json?: boolean }) => {
    exitStatus = await showCommand(new StateFolder(globals().state), run, json);
  });

program
  .command('verify')
  .description('read the tape back and compare it with what the run wrote')
  .argument('<run>')
  .addOption(faultOption())
  .action(async (run: string, options: LabOptions) => {
    exitStatus = await withConsole(options, (console) => verifyCommand(console, run));
  });

interface ReportOptions {
  readonly output?: string;
  readonly paper: 'A4' | 'Letter';
  readonly as: 'pdf' | 'journal' | 'commands' | 'rates';
  readonly force: boolean;
}

program
  .command('report')
  .description('write the report of a run as a PDF, or its commands, rates or journal')
  .argument('<run>')
  .option('-o, --output <file>', 'where to; without it the name of the run in this folder')
  .addOption(new Option('--paper <size>', 'paper of the PDF').choices(['A4', 'Letter']).default('A4'))
  .addOption(
    new Option('--as <form>', 'what is written')
      .choices(['pdf', 'commands', 'rates', 'journal'])
      .default('pdf'),
  )
  .option('--force', 'replace a file that is there', false)
  .addHelpText('after', reportText)
  .action(async (run: string, options: ReportOptions) => {
    exitStatus = await reportCommand(new StateFolder(globals().state), run, options);
  });

program
  .command('audit')
  .description('prove that journals, lists of files, signatures and reports are as they were written')
  .argument('[run...]', 'all of them, where none is named')
  .option('--report <file>', 'a report that is to be one of those exported here')
  .option('--signers <file>', 'allowed signers, as ssh-keygen -Y verify -f takes them')
  .addOption(jsonOption())
  .addHelpText('after', auditText)
  .action(async (runs: string[], options: { report?: string; signers?: string; json?: boolean }) => {
    const { json = false, report, signers } = options;
    const state = new StateFolder(globals().state);
    const desk = new ReportDesk(state);
    exitStatus = await auditCommand(state, {
      ...{ runs, json, report, signers },
      render: (run, record) => desk.again(run, record),
    });
  });

program
  .command('sign')
  .description('sign the journal of a run that has ended, so that ssh-keygen -Y verify can check it')
  .argument('<run>')
  .option('--key <file>', 'a private key, or the public one of a key that an ssh agent holds')
  .addOption(jsonOption())
  .action(async (run: string, { key, json = false }: { key?: string; json?: boolean }) => {
    const { site, state } = globals();
    const folder = new StateFolder(state);
    if (site === undefined) exitStatus = await signCommand(folder, run, { key, json });
    else
      await withConsole({}, async (console) =>
        showSigned(await console.sign(run, key), folder.journalFile(run), json),
      );
  });

const stateProgram = program
  .command('state')
  .description('what the state folder takes of the disk; export, import, compress, remove')
  .action(async () => {
    exitStatus = await stateCommand(new StateFolder(globals().state));
  });

stateProgram
  .command('export')
  .description('write all but the lab and the index into an archive')
  .argument('<file>', 'NAME.tar.gz')
  .action(async (file: string) => {
    exitStatus = await stateExportCommand(new StateFolder(globals().state), file);
  });

stateProgram
  .command('import')
  .description('take from an archive what is not there yet; what differs stays as it is, and is told')
  .argument('<file>', 'NAME.tar.gz')
  .action(async (file: string) => {
    exitStatus = await stateImportCommand(new StateFolder(globals().state), file);
  });

stateProgram
  .command('compress')
  .description('compress journals and lists of files of runs that have ended')
  .option('--older-than <age>', 'only of runs that ended so long ago: 90 days, 12 weeks, 2 years')
  .action(async ({ olderThan }: { olderThan?: string }) => {
    exitStatus = await stateCompressCommand(new StateFolder(globals().state), olderThan);
  });

stateProgram
  .command('remove')
  .description('remove all that is kept of a run; the list of seals keeps what it was')
  .argument('<run>')
  .option('--yes-remove <run>', 'the name of the run once more: removes it without asking')
  .action(async (run: string, { yesRemove }: { yesRemove?: string }) => {
    exitStatus = await stateRemoveCommand(new StateFolder(globals().state), run, yesRemove);
  });

program
  .command('identify')
  .description('say what is on the tape in the drive; writes nothing to it')
  .option('--import', 'take the tape, and its run, into the state folder; asks for further tapes', false)
  .option('--changer', 'with --import: go through all tapes of the changer', false)
  .addOption(jsonOption())
  .addOption(freshLabOption())
  .addOption(faultOption())
  .action(
    async ({
      json = false,
      import: imports,
      changer,
      ...lab
    }: JobOptions & { import: boolean; changer: boolean }) => {
      exitStatus = await withConsole(lab, (console) =>
        imports || changer ? importCommand(console, { changer, json }) : identifyCommand(console, json),
      );
    },
  );

const overwriteOption = () =>
  new Option(
    '--overwrite <name>',
    'the present name of the tape, which is then lost; data: one without a label',
  );

program
  .command('label')
  .description('give the tape in the drive a label: its name, for jobs in layout labelled')
  .argument('<name>')
  .addOption(overwriteOption())
  .addOption(jsonOption())
  .addOption(freshLabOption())
  .addOption(faultOption())
  .action(async (name: string, { json = false, overwrite, ...lab }: TapeOptions) => {
    exitStatus = await withConsole(lab, (console) => labelCommand(console, name, { overwrite, json }));
  });

program
  .command('tapes')
  .description('list every tape with a label that was seen, the last one first')
  .addOption(jsonOption())
  .action(({ json = false }: { json?: boolean }) => {
    exitStatus = tapesCommand(new StateFolder(globals().state), json);
  });

program
  .command('drive-check')
  .description('write and read records of several sizes, space over file marks, measure the speed')
  .requiredOption('--scratch', 'says that what the tape holds may be lost')
  .addOption(overwriteOption())
  .addOption(jsonOption())
  .addOption(freshLabOption())
  .addOption(faultOption())
  .action(async ({ json = false, overwrite, ...lab }: TapeOptions) => {
    exitStatus = await withConsole(lab, (console) => driveCheckCommand(console, { overwrite, json }));
  });

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_533) throw new InvalidArgumentError('a port is a number up to 65533.');
  return port;
}

program
  .command('lab')
  .description('keep the embedded lab running until Ctrl-C, and print its site file')
  .option('--listen <port>', 'ports of the three hosts begin here; 0: any that are free', portOf, 0)
  .addOption(freshLabOption())
  .addOption(faultOption())
  .addHelpText('after', faultsText)
  .action(async (options: LabOptions & { listen: number }) => {
    exitStatus = await labCommand(new StateFolder(globals().state), {
      port: options.listen,
      fresh: options.freshLab ?? false,
      faults: options.fault ?? [],
    });
  });

program
  .command('serve')
  .description('show the console in a browser of this machine, until Ctrl-C')
  .option('--port <port>', 'where it listens on 127.0.0.1; 0: any port that is free', portOf, 0)
  .action(async ({ port }: { port: number }) => {
    const { site, state } = globals();
    const options = { state: new StateFolder(state), siteFile: site, port };
    exitStatus = await serveCommand(options, (line) => process.stdout.write(`${printable(line)}\n`));
  });

/** What commander throws has been printed already. */
function isUsage(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'exitCode' in error && error.name === 'CommanderError';
}

try {
  // Said plainly, since Electron as Node would be taken for an application of its own.
  await program.parseAsync(process.argv.slice(2), { from: 'user' });
} catch (error) {
  if (isUsage(error)) exitStatus = error.exitCode;
  else {
    exitStatus = process.exitCode === 4 ? 4 : 1;
    process.stderr.write(`${errorText(error)}\n`);
    if (!isFailure(error)) exitStatus = 70;
  }
}
process.exitCode = exitStatus;
