/** Reports of runs: read from the journals of the state folder, exported as files, and every export recorded. */
import { createHash, randomBytes } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { CopyView } from '../../contract/tape/copied-tape.ts';
import { failure, isFailure } from '../../contract/errors.ts';
import type { TapeLoss } from '../../contract/tape/tape-loss.ts';
import { isTimeZone, ownZone } from '../../contract/time/wall-clock.ts';
import type { ExportWhat, ReportDocument, ReportPaper } from '../../contract/report.ts';
import { writeTrouble } from '../journal/journal.ts';
import { readKept } from '../journal/kept-file.ts';
import { headOf } from '../proof/seal.ts';
import { readSeals } from '../proof/seals-file.ts';
import { signatureOf } from '../proof/signature-facts.ts';
import { commandScript, rateTable } from '../report/document/run-commands.ts';
import { attachmentsOf } from '../report/document/attachments.ts';
import { reportOf } from '../report/document/report-document.ts';
import { factsOf, type ReportSource } from '../report/document/report-source.ts';
import { provenDrills, type ProvenDrill } from '../journal/drill-records.ts';
import { writeReportRecord, type ReportRecord } from '../journal/report-record.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { copiesOf, lostTapesOf } from './known-tapes.ts';
import { version } from './version.ts';

/** Loaded when a report is made: fonts and PDF would add a third to the start time of a short command. */
export const loadPages = () => import('../report/pages/pdf-report.ts');

export interface ExportRequest {
  readonly run: string;
  readonly what: ExportWhat;
  readonly paper: ReportPaper;
}

export interface Exported {
  /** File name without a folder. */
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly content: Buffer;
}

export interface FileRequest extends ExportRequest {
  /** The target path; by default the export's own name in the current folder. */
  readonly file?: string | undefined;
  /** Replaces an existing file. */
  readonly force?: boolean | undefined;
}

const forms: Readonly<Record<ExportWhat, { ending: string; type: string }>> = {
  pdf: { ending: '.pdf', type: 'application/pdf' },
  journal: { ending: '.ndjson', type: 'application/x-ndjson' },
  commands: { ending: '.commands.sh', type: 'text/x-shellscript; charset=utf-8' },
  rates: { ending: '.rates.csv', type: 'text/csv; charset=utf-8' },
};

/** Data outside the journal that may have changed after an export. */
interface Tells {
  readonly signed: boolean;
  readonly sealed: boolean;
}

/** What the tape inventory and the records of copies and drills show of the tapes of a run since it ended. */
interface OfInventory {
  readonly losses: readonly TapeLoss[];
  readonly copies: readonly CopyView[];
  /** The last one that has proven its backup. */
  readonly drill: ProvenDrill | undefined;
}

/** As it is recorded: the same report can be made again. */
const recordOf = ({
  losses,
  copies,
  drill,
}: OfInventory): Pick<ReportRecord, 'lost' | 'copies' | 'drill'> => ({
  ...(losses.length > 0 ? { lost: losses.map((loss) => ({ ...loss })) } : {}),
  ...(copies.length > 0
    ? {
        copies: copies.map(({ at, isImported, tapes, volumes }) => ({
          ...{ at, isImported },
          tapes: tapes.map((tape) => ({ ...tape })),
          volumes: volumes.map((volume) => ({ ...volume })),
        })),
      }
    : {}),
  ...(drill ? { drill: { ...drill, volumes: [...drill.volumes] } } : {}),
});

const tellsAll: Tells = { signed: true, sealed: true };

/** Forms with local times for people; the others are for programs, and have UTC. */
const zonedForms: readonly ExportWhat[] = ['pdf', 'commands'];

export class ReportService {
  readonly #state: StateFolder;
  readonly #zone: string;

  /** @param zone IANA name of the zone of the times; that of this machine by default */
  constructor(state: StateFolder, zone = ownZone()) {
    this.#state = state;
    this.#zone = zone;
  }

  /** The report as a document, for a page. @throws RUN_UNKNOWN, JOURNAL_BROKEN */
  async document(run: string): Promise<ReportDocument> {
    const { source } = await this.#source(run, tellsAll, this.#inventoryOf(run));
    return reportOf({ ...source, zone: this.#zone });
  }

  /**
   * An export of a run, which is recorded.
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, REPORT_UNWRITABLE if it could not be recorded
   */
  async export(request: ExportRequest): Promise<Exported> {
    const { exported, record } = await this.#make(request, this.#inventoryOf(request.run));
    await this.#record(request.run, record);
    return exported;
  }

  /**
   * Writes an export to a file: under a temporary name first, so that it is complete or does not exist.
   * @returns the file's path
   * @throws RUN_UNKNOWN, JOURNAL_BROKEN, REPORT_FILE_THERE, REPORT_UNWRITABLE
   */
  async write({ file, force = false, ...request }: FileRequest): Promise<string> {
    const { exported, record } = await this.#make(request, this.#inventoryOf(request.run));
    const path = resolve(file ?? exported.name);
    try {
      if (!force) await this.requireFree(path);
      await this.#place(path, exported.content, force, () => this.#record(request.run, record));
    } catch (error) {
      throw isFailure(error) ? error : unwritable(path, error);
    }
    return path;
  }

  /** A check before there is anything to write. @throws REPORT_FILE_THERE */
  async requireFree(file: string): Promise<void> {
    const path = resolve(file);
    if (await stat(path).catch(() => undefined)) throw failure('REPORT_FILE_THERE', { file: path });
    // A run that is about to begin may take hours: the modules of its report are loaded before another release may be
    // installed.
    void loadPages().catch(() => undefined);
  }

  /**
   * An earlier export, recreated from what was known then: the same bytes if the journal is the same. @throws
   * RUN_UNKNOWN, JOURNAL_BROKEN
   */
  async again(
    run: string,
    {
      what,
      paper = 'A4',
      signed = true,
      sealed = false,
      lost = [],
      copies = [],
      drill,
      zone = 'UTC',
    }: Partial<ReportRecord> & Pick<ReportRecord, 'what'>,
  ): Promise<Buffer> {
    const losses = lost.map(({ tape, at, by, certain }) => ({ tape, at, by, certain }));
    return (
      await this.#make(
        { run, what, paper },
        { losses, copies, drill },
        {
          signed,
          sealed,
          zone: isTimeZone(zone) ? zone : 'UTC',
        },
      )
    ).exported.content;
  }

  /** An unreadable tape inventory does not prevent a report; `tapes` reports it. */
  #inventoryOf(run: string): OfInventory {
    const drill = provenDrills(this.#state.restoresFolder).get(run);
    try {
      return { losses: lostTapesOf(this.#state, run), copies: copiesOf(this.#state, run), drill };
    } catch (error) {
      if (isFailure(error, 'TAPES_UNREADABLE')) return { losses: [], copies: [], drill };
      throw error;
    }
  }

  async #source(
    run: string,
    tells: Tells,
    inventory: OfInventory,
  ): Promise<{ source: ReportSource; told: Tells }> {
    const { events, lastHash, truncated } = await readRun(this.#state, run);
    const check = tells.signed ? await signatureOf(this.#state, run) : undefined;
    const signature = check === undefined || check.verdict === 'unreadable' ? undefined : check;
    const sealsHead = tells.sealed ? headOf(await readSeals(this.#state), run, lastHash) : undefined;
    return {
      source: { run, events, journalHash: lastHash, torn: truncated, signature, ...inventory, sealsHead },
      told: { signed: signature !== undefined, sealed: sealsHead !== undefined },
    };
  }

  async #make(
    { run, what, paper }: ExportRequest,
    inventory: OfInventory,
    { zone, ...tells }: Tells & { readonly zone: string } = { ...tellsAll, zone: this.#zone },
  ): Promise<{ exported: Exported; record: ReportRecord }> {
    const { source: unzoned, told } = await this.#source(run, tells, inventory);
    const source = { ...unzoned, zone };
    const content = await this.#content(source, what, paper);
    const { ending, type } = forms[what];
    return {
      exported: { name: `${run}${ending}`, type, content },
      record: {
        at: new Date().toISOString(),
        what,
        ...(what === 'pdf' ? { paper, ...told } : {}),
        ...(zonedForms.includes(what) ? { zone } : {}),
        ...(what === 'pdf' ? recordOf(inventory) : {}),
        sha256: createHash('sha256').update(content).digest('hex'),
        journalHash: source.journalHash,
        version,
      },
    };
  }

  async #content(source: ReportSource, what: ExportWhat, paper: ReportPaper): Promise<Buffer> {
    switch (what) {
      case 'pdf':
        return (await loadPages()).pdfOf(reportOf(source), paper, attachmentsOf(factsOf(source)));
      case 'journal':
        return readKept(this.#state.journalFile(source.run));
      case 'commands':
        return Buffer.from(commandScript(source.events, source.zone), 'utf8');
      case 'rates':
        return Buffer.from(rateTable(source.events), 'utf8');
    }
  }

  async #record(run: string, record: ReportRecord): Promise<void> {
    try {
      await writeReportRecord(this.#state, run, record);
    } catch (error) {
      throw unwritable(this.#state.reportsFile(run), error);
    }
  }

  /** @param before done when all bytes are on the disk, and before the file has its name */
  async #place(path: string, content: Buffer, force: boolean, before: () => Promise<void>): Promise<void> {
    const temporary = join(
      dirname(path),
      `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`,
    );
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await before();
      if (force) await rename(temporary, path);
      else await linked(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }
}

/** Unlike rename, link never replaces an existing file. If the file system has no links, that was checked before. */
async function linked(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw failure('REPORT_FILE_THERE', { file: path });
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    await rename(temporary, path);
  }
}

function unwritable(file: string, error: unknown) {
  return failure('REPORT_UNWRITABLE', { file, reason: writeTrouble(error) }, {}, error);
}
