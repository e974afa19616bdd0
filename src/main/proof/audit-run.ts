/** Looks through all that is kept of a run: journal, catalogues, signature, exports. */
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { isFailure } from '../../contract/errors.ts';
import type { AuditLine } from '../../contract/proof.ts';
import { phrase } from '../../contract/text/say.ts';
import { isMissing, readKept, statKept } from '../journal/kept-file.ts';
import { wholeLines } from '../journal/journal-reader.ts';
import { readReportRecords, type ReportRecord } from '../journal/report-record.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { auditJournal, auditMissing, type AuditedJournal } from './audit-journal.ts';
import { auditSignature, type SignatureDemand } from './audit-signature.ts';
import type { CheckedChain } from './chain.ts';
import { lastSealOf, type Seal } from './seal.ts';

export interface AuditOptions extends SignatureDemand {
  readonly state: StateFolder;
}

interface CatalogueEvent {
  readonly type: 'catalogue';
  readonly file: string;
  readonly sha256: string;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function cataloguesOf(content: Buffer, { parsed }: CheckedChain): CatalogueEvent[] {
  const { lines } = wholeLines(content);
  return lines
    .filter((_line, index) => parsed[index]?.type === 'catalogue')
    .map((line) => JSON.parse(line.toString('utf8')) as CatalogueEvent);
}

async function auditCatalogue(
  { state }: AuditOptions,
  run: string,
  event: CatalogueEvent,
  isImported: boolean,
): Promise<AuditLine> {
  // The state folder may lie elsewhere now: the list is searched for next to the journal.
  const file = join(state.runsFolder, basename(event.file));
  const line = { run, subject: 'catalogue', file } as const;
  try {
    const actual = sha256(await readKept(file));
    if (actual === event.sha256)
      return {
        ...line,
        verdict: 'proven',
        sentence: phrase('the file list is unchanged: sha256 {actual}', { actual }),
      };
    return {
      ...line,
      verdict: 'wrong',
      sentence: phrase('the file list was changed: its sha256 is {actual}, the journal has {sha256}', {
        actual,
        sha256: event.sha256,
      }),
    };
  } catch (error) {
    if (!isMissing(error)) return { ...line, verdict: 'wrong', sentence: messageOf(error) };
    return isImported
      ? {
          ...line,
          verdict: 'unproven',
          sentence: phrase('there is no file list: the run was imported from a tape'),
        }
      : { ...line, verdict: 'wrong', sentence: phrase('the file list is missing') };
  }
}

const exportWords = ({ what, paper, at }: ReportRecord) =>
  phrase('{what} of {at}', {
    what:
      what === 'pdf'
        ? `report${paper === undefined ? '' : ` (${paper})`}`
        : phrase('export ({what})', { what }),
    at,
  });

/** True if the journal has, or once had, that final hash. */
const endsSo = ({ hashes }: CheckedChain, hash: string) => hashes.includes(hash);

async function auditExports({ state }: AuditOptions, run: string, chain: CheckedChain): Promise<AuditLine[]> {
  const { records, unreadableLines } = await readReportRecords(state, run);
  const line = { run, subject: 'report', file: state.reportsFile(run) } as const;
  const damaged = unreadableLines.map((number): AuditLine => ({
    ...line,
    line: number,
    verdict: 'wrong',
    sentence: phrase('line {number} of the list of exports is not a record', { number }),
  }));
  const foreign = records
    .filter(({ journalHash }) => !endsSo(chain, journalHash))
    .map((record): AuditLine => ({
      ...line,
      verdict: 'wrong',
      sentence: phrase('the {export} was made from another journal with the final hash {journalHash}', {
        export: exportWords(record),
        journalHash: record.journalHash,
      }),
    }));
  return [...damaged, ...foreign];
}

async function readJournalOf(state: StateFolder, run: string, seals: readonly Seal[]) {
  const file = state.journalFile(run);
  try {
    const content = await readKept(file);
    const found = await statKept(file);
    return { content, audited: auditJournal(run, found?.file ?? file, content, seals) };
  } catch (error) {
    return { error };
  }
}

function unreadable(state: StateFolder, run: string, seals: readonly Seal[], error: unknown): AuditLine {
  const seal = lastSealOf(seals, run);
  const file = state.journalFile(run);
  if (isMissing(error) && seal) return auditMissing(run, file, seal);
  if (isMissing(error))
    return { run, subject: 'journal', file, verdict: 'wrong', sentence: phrase('there is no such run') };
  const sentence = isFailure(error)
    ? error.message
    : phrase('the journal cannot be read: {message}', { message: messageOf(error) });
  return { run, subject: 'journal', file, verdict: 'wrong', sentence };
}

export interface AuditedRun {
  readonly lines: readonly AuditLine[];
  /** Undefined if the journal cannot be read. */
  readonly journal: AuditedJournal | undefined;
}

/** @param seals of all runs, oldest first */
export async function auditRun(
  options: AuditOptions,
  run: string,
  seals: readonly Seal[],
): Promise<AuditedRun> {
  const { state } = options;
  const read = await readJournalOf(state, run, seals);
  if ('error' in read) return { lines: [unreadable(state, run, seals, read.error)], journal: undefined };
  const { content, audited } = read;
  const isImported = audited.chain.parsed.some((line) => line?.type === 'imported');
  const catalogues = await Promise.all(
    cataloguesOf(content, audited.chain).map((event) => auditCatalogue(options, run, event, isImported)),
  );
  const signature = await auditSignature(state, run, audited.chain, options);
  const exports = await auditExports(options, run, audited.chain);
  return {
    lines: [audited.line, ...catalogues, signature, ...exports],
    journal: audited,
  };
}
