/** Where journals, known hosts and the embedded lab are kept: by default the XDG state folder. */
import { access, constants, mkdir, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../../contract/errors.ts';
import { isMissing, readTrouble } from './kept-file.ts';
import { requireNoLink } from './own-files.ts';

export function defaultStateFolder(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const state = environment['XDG_STATE_HOME'];
  // A relative path is to be ignored (XDG Base Directory Specification).
  const base = state?.startsWith('/') ? state : join(homedir(), '.local', 'state');
  return join(base, 'shadowtape');
}

/** What is next to the journal of a run has one word more: RUN.catalogue.ndjson, RUN.reports.ndjson. */
const journalName = /^(.+?)(?<!\.(?:catalogue|reports))\.ndjson(?:\.gz)?$/;

export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get knownHostsFile(): string {
    return join(this.path, 'known_hosts');
  }

  get ratesFile(): string {
    return join(this.path, 'rates.json');
  }

  /** What checks learned of the health of drives last. */
  get driveHealthFile(): string {
    return join(this.path, 'drive-health.json');
  }

  /** Every tape that was seen, an event a line. */
  get tapesFile(): string {
    return join(this.path, 'tapes.ndjson');
  }

  /** Opens `/metrics` of `serve`, and nothing else. */
  get metricsTokenFile(): string {
    return join(this.path, 'metrics-token');
  }

  /** Results of the nights of scheduled jobs, an event a line. */
  get scheduleFile(): string {
    return join(this.path, 'schedule.ndjson');
  }

  get labFolder(): string {
    return join(this.path, 'lab');
  }

  /** Makes the folder where it is missing. @throws STATE_FOLDER_UNUSABLE */
  async prepare(): Promise<void> {
    try {
      await mkdir(this.path, { recursive: true, mode: 0o700 });
      await access(this.path, constants.W_OK);
      for (const folder of [this.runsFolder, this.restoresFolder, this.liveFolder, this.labFolder])
        await requireNoLink(folder);
    } catch (error) {
      // Code that only names the folder does not load what writes journals.
      const { writeTrouble } = await import('./journal.ts');
      throw failure('STATE_FOLDER_UNUSABLE', { folder: this.path, reason: writeTrouble(error) }, {}, error);
    }
  }

  /** What ended journals were, a line each, chained as a journal is. */
  get sealsFile(): string {
    return join(this.path, 'seals.ndjson');
  }

  /** A file a run that continues now: the process that performs it. */
  get liveFolder(): string {
    return join(this.path, 'live');
  }

  get runsFolder(): string {
    return join(this.path, 'runs');
  }

  /** A file a restore of files or of an image: what was read and written. */
  get restoresFolder(): string {
    return join(this.path, 'restores');
  }

  /** Where a run writes its journal. A journal that was compressed is in this file's place with .gz after its name. */
  journalFile(run: string): string {
    return join(this.path, 'runs', `${run}.ndjson`);
  }

  /** What a run asks a second person to sign. */
  approvalFile(run: string): string {
    return join(this.path, 'approvals', `${run}.json`);
  }

  /** The signature of a second person, until the run has read it. */
  approvalSignatureFile(run: string): string {
    return join(this.path, 'approvals', `${run}.sig`);
  }

  /** The signature over the bytes of the journal, as ssh-keygen -Y sign makes it. */
  signatureFile(run: string): string {
    return `${this.journalFile(run)}.sig`;
  }

  /** What a tar archive of that run holds, an entry a line. */
  catalogueFile(run: string): string {
    return join(this.path, 'runs', `${run}.catalogue.ndjson`);
  }

  /** What was exported of that run, a record a line. */
  reportsFile(run: string): string {
    return join(this.path, 'runs', `${run}.reports.ndjson`);
  }

  /** Names of all runs, oldest first. @throws STATE_FILE_UNREADABLE */
  async runs(): Promise<string[]> {
    let files: string[];
    try {
      await requireNoLink(this.runsFolder);
      files = await readdir(this.runsFolder);
    } catch (error) {
      // Where there is a file instead, it is reported by the writer.
      if (isMissing(error)) return [];
      const reason = readTrouble(error);
      throw failure('STATE_FILE_UNREADABLE', { file: this.runsFolder, reason }, {}, error);
    }
    const names = files.flatMap((file) => journalName.exec(file)?.[1] ?? []);
    return [...new Set(names)].sort();
  }
}

/** True for the name of a run whose first volume is this one. Names of other volumes may begin like it. */
export const isRunOf = (run: string, volume: string): boolean =>
  /^\d{8}-\d{6}-(.*)$/s.exec(run)?.[1]?.startsWith(volume.toLowerCase()) ?? false;

/** `20261122-020004-volume2`: UTC, so that runs sort by time wherever they were started. */
export function runName(at: Date, volume: string): string {
  const digits = at.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${digits}-${volume.toLowerCase()}`;
}
