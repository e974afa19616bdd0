/** copy: a second copy of the tapes of a run, in another drive. */
import type { CopyResult, PreparedCopy } from '../../application/console.ts';
import { jsonOption, type CommandLine, type JsonOption } from '../command-line.ts';
import type { JsonOutput } from '../json-output.ts';
import { dayText } from '../terminal/display.ts';
import { print, printJson, standardError } from '../terminal/output.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { showError } from '../terminal/shown-error.ts';
import { stoppable } from '../terminal/stop-signals.ts';
import { hasTerminal, terminalAsk } from '../terminal/terminal.ts';
import { bytesText } from '../terminal/text.ts';
import { loginName } from '../../owner/login-name.ts';

interface CopyOptions extends JsonOption {
  readonly to: readonly string[];
  readonly drive?: string;
  readonly from?: string;
  readonly keep?: string;
  readonly dryRun: boolean;
}

const copyText = `
The tapes of the run are read in the drive of the site file, or in the one of --from. The copy is written in the drive
of --drive, or in that of the site file. They must be two drives, on one host or on two.

What is read is compared with what the run wrote. Then the copy is read back and compared with the same. A copy has a
label of its own, and the files of the tape with the same records.

Exit status:
  0  the copy holds what the run wrote
  1  no tape was written to
  2  the copy is incomplete; copy again, the same tape may be used
  4  tape mismatch: the tape of the run, or the copy, does not hold what the run wrote`;

function previewLines({ run, from, drive, keepUntil, plan }: PreparedCopy): string[] {
  const bytes = plan.dumps.reduce((sum, { source }) => sum + (source.written.bytes ?? 0), 0);
  const [first, ...others] = plan.tapes.map(({ name }) => `"${name}"`);
  const tapes = others.length === 0 ? `the tape ${first}` : `the tapes ${[first, ...others].join(', ')}`;
  const kept = keepUntil === undefined ? 'without an end of retention' : `keep until ${dayText(keepUntil)}`;
  return [
    `copy of run ${run}: ${bytesText(bytes)}, to ${tapes}; ${kept}`,
    `  read in ${from.device} on ${from.host}, written in ${drive.device} on ${drive.host}`,
  ];
}

function resultLines({ run, tapes, volumes, record }: CopyResult): string[] {
  const held = tapes.map((name) => `"${name}"`).join(', ');
  const proven = volumes.map(
    ({ volume, bytes, sha256 }) =>
      `verified: the copy holds ${volume} of run ${run}: ${bytesText(bytes)}, SHA-256 ${sha256}`,
  );
  return [...(held === '' ? [] : [...proven, `copied: run ${run} is also on ${held}`]), `record: ${record}`];
}

async function copy(line: CommandLine, run: string, options: CopyOptions): Promise<void> {
  const { json = false, dryRun, ...request } = options;
  line.exitStatus = await line.withConsole({}, async (console) => {
    const prepared = await console.copyService.prepare({ run, ...request });
    const { from, drive, keepUntil, plan } = prepared;
    if (dryRun && json) printJson<JsonOutput['copy']>({ run, from, drive, keepUntil, tapes: plan.tapes });
    if (!json) previewLines(prepared).forEach(print);
    if (dryRun) return 0;
    const progress = new ProgressLine(standardError);
    const ask = hasTerminal() ? terminalAsk(progress, loginName()) : undefined;
    const result = await stoppable((abort) =>
      console.copyService.perform(prepared, { abort, ask, onProgress: (live) => progress.show(live) }),
    ).finally(() => progress.clear());
    if (json) printJson<JsonOutput['copy']>({ ...result, error: result.error?.toInfo() });
    else resultLines(result).forEach(print);
    if (result.error) showError(result.error, line.again);
    return result.exitStatus;
  });
}

export function registerCopy(line: CommandLine): void {
  line.program
    .command('copy')
    .description('write a second copy of the tapes of a run, and compare it with what the run wrote')
    .argument('<run>')
    .requiredOption('--to <tape...>', 'names of the tapes of the copy: one for each tape of the run')
    .option('--drive <host:device>', 'the drive that is written to; default: that of the site file')
    .option('--from <host:device>', 'the drive that is read; default: that of the site file')
    .option('--keep <time>', 'retention, such as "8 weeks"; default: that of the pool, or of the run')
    .option('--dry-run', 'only show what would be copied', false)
    .addOption(jsonOption())
    .addHelpText('after', copyText)
    .action((run: string, options: CopyOptions) => copy(line, run, options));
}
