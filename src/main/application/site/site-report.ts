/** The report that a site file requests for every run, in its own folder. */
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ReportPaper } from '../../../contract/report.ts';
import { phrase } from '../../../contract/text/say.ts';
import { ReportService } from '../report-service.ts';
import type { StateFolder } from '../../journal/state-folder.ts';

export interface SiteReport {
  readonly state: StateFolder;
  readonly run: string;
  /** As the site file has it; `~` is the home of the user who runs the console. */
  readonly folder: string;
  readonly paper: ReportPaper;
}

/** The report of a resumed run is written again. Never throws. @param notice called with a sentence for each failure */
export async function writeSiteReport(
  { state, run, folder, paper }: SiteReport,
  notice: (sentence: string) => void,
): Promise<void> {
  const place = folder.replace(/^~(?=\/)/, () => homedir());
  try {
    await mkdir(place, { recursive: true, mode: 0o700 });
    await new ReportService(state).write({
      run,
      what: 'pdf',
      paper,
      file: join(place, `${run}.pdf`),
      force: true,
    });
  } catch (error) {
    notice(
      phrase('the report of run {run} was not written: {reason}', {
        run,
        reason: error instanceof Error ? error.message : String(error),
      }),
    );
  }
}
