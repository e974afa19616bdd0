/** restore: files and images from tape, to this computer or to a host of the site. */
import { InvalidArgumentError, Option } from 'commander';
import { failure } from '../../contract/errors.ts';
import type {
  Overwrite,
  PreparedRestore,
  RestoredFile,
  RestoreResult,
  ShadowtapeConsole,
  Where,
} from '../application/console.ts';
import { jsonOption, type CommandLine, type JsonOption } from './command-line.ts';
import { withHistory } from './history-search-commands.ts';
import { note, print, printJson, standardError } from './output.ts';
import { ProgressLine } from './progress-line.ts';
import { previewLines, resultLines, type ShownPath } from './restore-text.ts';
import { stoppable } from './stop-signals.ts';
import { hasTerminal, terminalAsk } from './terminal.ts';
import { errorText } from './text.ts';

interface RestoreOptions extends JsonOption {
  readonly to?: string;
  readonly volume?: string;
  readonly asOf?: string;
  readonly overwrite: Overwrite;
  readonly tapeFile?: number;
  readonly dryRun: boolean;
}

const restoreText = `
WHAT is a run, paths and patterns as where takes them, or a run and then paths. Without paths, all files of the run are
restored. A path without a run comes from the newest run that holds it, up to --as-of.

A run of method 6a is restored as an image: --to names the file. Methods 6b and 6d have files: --to names a folder, which
is made if it is missing. On a host it must be new or empty.

Exit status:
  0  everything that was named is restored, and the tape holds what its run wrote
  1  nothing was written
  2  something was written, and something is missing, differs, or was left out: the lines say what`;

function tapeFileOf(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('a tape file is a number from 0.');
  return Number(text);
}

function showPreview(prepared: PreparedRestore, json: boolean): void {
  const { preview, target } = prepared;
  if (json) preview.forEach((dump) => printJson({ ...dump, to: target }));
  else previewLines(prepared).forEach(print);
}

/** Performs it and prints the result. @returns the exit status */
async function perform(
  console: ShadowtapeConsole,
  prepared: PreparedRestore,
  { json, shown, given }: { json: boolean; shown: ShownPath; given: CommandLine['again'] },
): Promise<number> {
  const progress = new ProgressLine(standardError);
  const ask = hasTerminal() ? terminalAsk(progress, process.env['USER'] ?? 'operator') : undefined;
  const onFile = (file: RestoredFile) => {
    if (json) printJson(file);
  };
  let result: RestoreResult;
  try {
    result = await stoppable((abort) =>
      console.fileRestoreService.perform(prepared, {
        ...{ abort, ask, onFile },
        onProgress: (live) => progress.show(live),
      }),
    );
  } finally {
    progress.clear();
  }
  if (json) printJson({ ...result, files: undefined, error: result.error?.toInfo() });
  else resultLines(result, prepared.target, shown).forEach(print);
  if (result.error) note(errorText(result.error, given));
  return result.exitStatus;
}

async function restoreCommand(
  line: CommandLine,
  what: readonly string[],
  { json = false, dryRun, to, ...options }: RestoreOptions,
): Promise<number> {
  if (to === undefined) throw failure('RESTORE_PLACE_UNNAMED');
  if (what.length === 0 && options.tapeFile === undefined) throw failure('RESTORE_UNNAMED');
  const where: Where = (file, limit) => withHistory(line.state, (history) => history.where({ file, limit }));
  return line.withConsole({}, async (console) => {
    const prepared = await console.fileRestoreService.prepare({ what, to, ...options }, where);
    const shown = { fileNames: console.site.fileNames };
    if (dryRun || !json) showPreview(prepared, json);
    if (dryRun) return 0;
    return perform(console, prepared, { json, shown, given: line.again });
  });
}

export function registerRestore(line: CommandLine): void {
  line.program
    .command('restore')
    .description('restore files or an image from tape, to this computer or to a host')
    .argument('[what...]', 'a run, paths and patterns, or a run and then paths')
    .option('--to <place>', 'a folder or file of this computer, or HOST:/PATH')
    .option('--volume <proxy>', 'the proxy volume, where the run has several')
    .option('--as-of <run|date>', 'take paths from the newest run up to this run, day or time (UTC)')
    .addOption(
      new Option('--overwrite <which>', 'replace files that exist')
        .choices(['never', 'older', 'always'])
        .default('never'),
    )
    .addOption(
      new Option(
        '--tape-file <number>',
        'restore this file of the tape in the drive, which needs no run; the first one is 0',
      )
        .argParser(tapeFileOf)
        .conflicts(['volume', 'asOf', 'dryRun']),
    )
    .option('--dry-run', 'show tapes, names, space and the same commands by hand; read no tape', false)
    .addOption(jsonOption())
    .addHelpText('after', restoreText)
    .action(async (what: string[], options: RestoreOptions) => {
      line.exitStatus = await restoreCommand(line, what, options);
    });
}
