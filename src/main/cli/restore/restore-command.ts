/** restore: a volume on the cluster; or, with `--to`, files and images to this computer or to a host of the site. */
import { InvalidArgumentError, Option } from 'commander';
import { failure } from '../../../contract/errors.ts';
import { say } from '../../../contract/text/say.ts';
import type {
  Overwrite,
  PreparedRestore,
  RestoredFile,
  RestoreResult,
  ShadowtapeConsole,
  Where,
} from '../../application/console.ts';
import { faultOption, jsonOption, type CommandLine, type JsonOption } from '../command-line.ts';
import { drill } from './drill-command.ts';
import { withHistory } from '../history/history-search-commands.ts';
import type { JsonOutput } from '../json-output.ts';
import { print, printJson, standardError } from '../terminal/output.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { previewLines, resultLines, targetText, type ShownPath } from './restore-text.ts';
import { restoreVolume, type RestoreVolumeOptions } from './restore-volume-command.ts';
import { isRunWord, runWord } from '../named-runs.ts';
import { stoppable } from '../terminal/stop-signals.ts';
import { hasTerminal, terminalAsk, typedOnTerminal } from '../terminal/terminal.ts';
import { showError } from '../terminal/shown-error.ts';
import { loginName } from '../../owner/login-name.ts';
import { belowOptions } from '../terminal/help-text.ts';

interface FileOptions extends JsonOption {
  readonly to: string;
  readonly volume?: string;
  readonly asOf?: string;
  readonly overwrite: Overwrite;
  readonly tapeFile?: number;
  readonly replace?: readonly string[];
  readonly dryRun: boolean;
}

const restoreText =
  say(`Without --to, the master volumes of the run are restored on the cluster: docs/restore.md. Its exit statuses are those of run.

With --to, the cluster is left alone:
WHAT is a run, paths and patterns as where takes them, or a run and then paths. Without paths, all files of the run are
restored. A path without a run comes from the newest run that holds it, up to --as-of.

A run of method 6a is restored as an image: --to names the file, or a raw device of a Solaris host or a disk or
partition of a Linux host that nothing uses. --replace repeats the path of that device. Methods 6b and 6d have files: --to names a folder, which
is made if it is missing. On a host it must be new or empty. Methods 6c and 6e have a dump, which is restored whole to
such a folder of a host that has ufsrestore or sfxrestore.

With --drill, all tapes of the run are read and compared with what it wrote, and nothing is written. With --to, what is
read is also extracted into a new folder below DIR, compared, and removed again. A drill ends with 0 if the tapes hold
what was written, with 4 if they do not or cannot be read, with 2 if not all of it was extracted or the new folder
stays, and with 1 if nothing is proven.

Exit status with --to:
  0  everything that was named is restored, and the tape holds what its run wrote
  1  nothing was written
  2  something was written, and something is missing, differs, or was left out: the lines say what`);

function tapeFileOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError(say('a tape file is a number from 0.'));
  return Number(text);
}

function showPreview(prepared: PreparedRestore, json: boolean): void {
  const { preview, target } = prepared;
  if (json) preview.forEach((dump) => printJson<JsonOutput['restore']>({ ...dump, to: target }));
  else previewLines(prepared).forEach(print);
}

interface Performing {
  readonly json: boolean;
  readonly shown: ShownPath;
  readonly given: CommandLine['again'];
  /** The device that may be overwritten. */
  readonly replace: readonly string[] | undefined;
}

/** On a terminal the path of a device is typed, if it was not given. @returns what may be overwritten */
async function namedDevice(
  { target }: PreparedRestore,
  replace: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  if (replace !== undefined || !isDeviceOfHost(targetText(target)) || !hasTerminal()) return replace;
  const typed = await typedOnTerminal(
    `${say('All data of {target} will be lost. Type its path to overwrite it:', { target: targetText(target) })} `,
  );
  return typed === undefined ? undefined : [typed];
}

/** Performs it and prints the result. @returns the exit status */
async function perform(
  console: ShadowtapeConsole,
  prepared: PreparedRestore,
  { json, shown, given, replace }: Performing,
): Promise<number> {
  const progress = new ProgressLine(standardError);
  const ask = hasTerminal() ? terminalAsk(progress, loginName()) : undefined;
  const onFile = (file: RestoredFile) => {
    if (json) printJson<JsonOutput['restore']>(file);
  };
  let result: RestoreResult;
  try {
    result = await stoppable((abort) =>
      console.fileRestoreService.perform(prepared, {
        ...{ abort, ask, onFile, replace },
        onProgress: (live) => progress.show(live),
      }),
    );
  } finally {
    progress.clear();
  }
  const { exitStatus, sources, uncompared, notes, error, record } = result;
  if (json)
    printJson<JsonOutput['restore']>({
      ...{ exitStatus, sources, uncompared, notes, record },
      error: error?.toInfo(),
    });
  else resultLines(result, prepared.target, shown).forEach(print);
  if (error) showError(error, given);
  return exitStatus;
}

async function restoreFiles(
  line: CommandLine,
  what: readonly string[],
  { json = false, dryRun, ...options }: FileOptions,
): Promise<number> {
  if (what.length === 0 && options.tapeFile === undefined) throw failure('RESTORE_UNNAMED');
  const where: Where = (file, limit) => withHistory(line.state, (history) => history.where({ file, limit }));
  return line.withConsole({}, async (console) => {
    const prepared = await console.fileRestoreService.prepare({ what, ...options }, where);
    const shown = { fileNames: console.site.fileNames };
    if (dryRun || !json) showPreview(prepared, json);
    if (dryRun) return 0;
    const replace = await namedDevice(prepared, options.replace);
    return perform(console, prepared, { json, shown, given: line.again, replace });
  });
}

type RestoreOptions = Omit<FileOptions, 'to' | 'overwrite'> &
  RestoreVolumeOptions & {
    readonly to?: string;
    readonly overwrite?: Overwrite;
    readonly drill?: boolean;
    readonly ifDue?: boolean;
  };

/** `node1:/dev/rdsk/c2t0d0s2`: the overwritten device is named with --replace, like a volume. */
const isDeviceOfHost = (to: string): boolean => /^[^/:]+:\/dev\//.test(to);

/** Options of the one form that the other would ignore. */
const ofFiles = ['volume', 'asOf', 'tapeFile', 'overwrite'] as const;
const ofVolumes = ['replace', 'fromProxy', 'yes', 'fault'] as const;
const flagOf = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @throws RESTORE_OPTION_MISFIT, RESTORE_UNNAMED */
async function restore(line: CommandLine, words: readonly string[], options: RestoreOptions): Promise<void> {
  const { to, overwrite = 'never' } = options;
  if (options.ifDue && !options.drill) throw failure('DRILL_IF_DUE_ALONE');
  if (options.drill) return drill(line, words, options);
  const misfit = (to === undefined ? ofFiles : ofVolumes)
    .filter((name) => name !== 'replace' || !isDeviceOfHost(to ?? ''))
    .find((name) => options[name] !== undefined);
  if (misfit !== undefined)
    throw failure('RESTORE_OPTION_MISFIT', {
      option: flagOf(misfit),
      form: to === undefined ? 'without' : 'with',
    });
  const [first, ...more] = words;
  const what = first === undefined ? [] : [await runWord(line.state, first), ...more];
  if (to !== undefined) {
    line.exitStatus = await restoreFiles(line, what, { ...options, overwrite, to });
    return;
  }
  const [run] = what;
  if (run === undefined || !more.every(isRunWord) || options.dryRun) throw failure('RESTORE_PLACE_UNNAMED');
  const further = await Promise.all(more.map((word) => runWord(line.state, word)));
  await restoreVolume(line, { run, further }, options);
}

export function registerRestore(line: CommandLine): void {
  line.program
    .command('restore')
    .description(
      say(
        'restore the volumes of a run on the cluster; with --to, files or an image; with --drill, prove that it can be read',
      ),
    )
    .argument('[what...]', say('a run; with --to also paths and patterns, or a run and then paths'))
    .option(
      '--replace <volume...>',
      say(
        'the master volumes that are replaced; needed with --yes, and where the run has several volumes. With --to a device: its path',
      ),
    )
    .option('--yes', say('approve without asking if every rule holds; only together with --replace'))
    .option('--from-proxy', say('from the parted proxy, which still holds the backup; the tape is not read'))
    .addOption(faultOption())
    .option('--to <place>', say('a folder or file of this computer, or HOST:/PATH'))
    .option('--volume <proxy>', say('with --to or --drill: the proxy volume, where the run has several'))
    .option(
      '--as-of <run|date>',
      say('with --to: take paths from the newest run up to this run, day or time (UTC)'),
    )
    .addOption(
      new Option('--overwrite <which>', say('with --to: replace files that exist'))
        .choices(['never', 'older', 'always'])
        .default(undefined, 'never'),
    )
    .addOption(
      new Option(
        '--tape-file <number>',
        say('with --to: restore this file of the tape in the drive, which needs no run; the first one is 0'),
      )
        .argParser(tapeFileOf)
        .conflicts(['volume', 'asOf', 'dryRun']),
    )
    .option(
      '--dry-run',
      say('with --to: show tapes, names, space and the same commands by hand; read no tape'),
      false,
    )
    .addOption(
      new Option(
        '--drill',
        say(
          'read all tapes of the run and compare them; with --to DIR also extract the backup there, and remove it again',
        ),
      ).conflicts(['replace', 'fromProxy', 'yes', 'fault', 'asOf', 'overwrite', 'tapeFile', 'dryRun']),
    )
    .option(
      '--if-due',
      say(
        'with --drill: WHAT is a job. Drill its newest verified run if its drill schedule is due; record drills that were missed',
      ),
    )
    .addOption(jsonOption())
    .addHelpText('after', belowOptions(restoreText))
    .action((what: string[], options: RestoreOptions) => restore(line, what, options));
}
