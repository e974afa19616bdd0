/** report: what a run did, as a PDF for people, or as a file for programs. */
import type { ExportWhat, ReportPaper } from '../../contract/report.ts';
import { Option } from 'commander';
import { failure } from '../../contract/errors.ts';
import { say } from '../../contract/text/say.ts';
import type { ReportService, StateFolder } from '../application/console.ts';
import type { CommandLine } from './command-line.ts';
import { shownZone } from './terminal/display.ts';
import { printVerbatim, standardOutput } from './terminal/output.ts';
import { printable } from './terminal/text.ts';
import { belowOptions } from './terminal/help-text.ts';

interface ReportCommandOptions {
  /** By default the run's name in the current folder. */
  readonly output?: string | undefined;
  readonly paper: ReportPaper;
  readonly as: ExportWhat;
  readonly force: boolean;
}

/** As a file name: the output of the command. */
export const standardOutputName = '-';

const reportText =
  say(`The PDF of a journal is the same, byte for byte, each time. Every export is recorded next to the journal:
"shadowtape audit --report FILE" shows whether a PDF is one of them.

Forms:
  pdf       the report: tagged, with embedded fonts, to print, sign and keep
  commands  every command that was sent, as a shell script to read; it exits before its first line
  rates     throughput over time, as CSV
  journal   the journal itself, uncompressed`);

/** The result of a run does not change if its report cannot be written. @returns the last line of the run */
export async function reportAtEnd(desk: ReportService, run: string, file: string): Promise<string> {
  try {
    return printable(
      say('report: {file}', { file: await desk.write({ run, what: 'pdf', paper: 'A4', file }) }),
    );
  } catch (error) {
    return printable(
      say('the report was not written: {message}', {
        message: error instanceof Error ? error.message : String(error),
      }),
    );
  }
}

/** @returns the exit status */
async function reportCommand(
  state: StateFolder,
  run: string,
  { output, paper, as: what, force }: ReportCommandOptions,
): Promise<number> {
  const { ReportService } = await import('../application/report-service.ts');
  const reports = new ReportService(state, shownZone());
  if (output === standardOutputName) {
    if (what === 'pdf' && standardOutput.isTTY) throw failure('REPORT_ON_TERMINAL', {});
    standardOutput.write((await reports.export({ run, what, paper })).content);
  } else printVerbatim(await reports.write({ run, what, paper, file: output, force }));
  return 0;
}

interface ReportOptions {
  readonly output?: string;
  readonly paper: ReportPaper;
  readonly as: ExportWhat;
  readonly force: boolean;
}

export function registerReport(line: CommandLine): void {
  line.program
    .command('report')
    .description(say('write the report of a run as a PDF, or its commands, rates or journal'))
    .argument('<run>')
    .option(
      '-o, --output <file>',
      say('output file; "-" for the standard output (default: the name of the run, in this folder)'),
    )
    .addOption(
      new Option('--paper <size>', say('paper size of the PDF')).choices(['A4', 'Letter']).default('A4'),
    )
    .addOption(
      new Option('--as <form>', say('what to write'))
        .choices(['pdf', 'commands', 'rates', 'journal'])
        .default('pdf'),
    )
    .option('--force', say('replace an existing file'), false)
    .addHelpText('after', belowOptions(reportText))
    .action(async (run: string, options: ReportOptions) => {
      line.exitStatus = await reportCommand(line.state, run, options);
    });
}
