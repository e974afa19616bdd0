/** copy: a second copy of the tapes of a run, in another drive. */
import { say } from '../../../contract/text/say.ts';
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
import { belowOptions } from '../terminal/help-text.ts';

interface CopyOptions extends JsonOption {
  readonly to: readonly string[];
  readonly drive?: string;
  readonly from?: string;
  readonly keep?: string;
  readonly dryRun: boolean;
}

const copyText =
  say(`The tapes of the run are read in the drive of the site file, or in the one of --from. The copy is written in the drive
of --drive, or in that of the site file. They must be two drives, on one host or on two.

What is read is compared with what the run wrote. Then the copy is read back and compared with the same. A copy has a
label of its own, and the files of the tape with the same records.

Exit status:
  0  the copy holds what the run wrote
  1  no tape was written to
  2  the copy is incomplete; copy again, the same tape may be used
  4  tape mismatch: the tape of the run, or the copy, does not hold what the run wrote`);

function previewLines({ run, from, drive, keepUntil, plan }: PreparedCopy): string[] {
  const bytes = plan.dumps.reduce((sum, { source }) => sum + (source.written.bytes ?? 0), 0);
  const [first, ...others] = plan.tapes.map(({ name }) => `"${name}"`);
  const tapes =
    others.length === 0
      ? say('the tape {tape}', { tape: first ?? '' })
      : say('the tapes {tapes}', { tapes: [first, ...others].join(', ') });
  const kept =
    keepUntil === undefined
      ? say('without an end of retention')
      : say('keep until {keepUntil}', { keepUntil: dayText(keepUntil) });
  return [
    say('copy of run {run}: {bytes}, to {tapes}; {kept}', { run, bytes: bytesText(bytes), tapes, kept }),
    `  ${say('read in {device} on {host}, written in {toDevice} on {toHost}', { device: from.device, host: from.host, toDevice: drive.device, toHost: drive.host })}`,
  ];
}

function resultLines({ run, tapes, volumes, record }: CopyResult): string[] {
  const held = tapes.map((name) => `"${name}"`).join(', ');
  const proven = volumes.map(({ volume, bytes, sha256 }) =>
    say('verified: the copy holds {volume} of run {run}: {bytes}, SHA-256 {sha256}', {
      volume,
      run,
      bytes: bytesText(bytes),
      sha256,
    }),
  );
  return [
    ...(held === '' ? [] : [...proven, say('copied: run {run} is also on {held}', { run, held })]),
    say('record: {record}', { record }),
  ];
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
    .description(say('write a second copy of the tapes of a run, and compare it with what the run wrote'))
    .argument('<run>')
    .requiredOption('--to <tape...>', say('names of the tapes of the copy: one for each tape of the run'))
    .option('--drive <host:device>', say('the drive that is written to; default: that of the site file'))
    .option('--from <host:device>', say('the drive that is read; default: that of the site file'))
    .option('--keep <time>', say('retention, such as "8 weeks"; default: that of the pool, or of the run'))
    .option('--dry-run', say('only show what would be copied'), false)
    .addOption(jsonOption())
    .addHelpText('after', belowOptions(copyText))
    .action((run: string, options: CopyOptions) => copy(line, run, options));
}
