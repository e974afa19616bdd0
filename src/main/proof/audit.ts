/** The audit: whether the files of the runs are unchanged. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { failure } from '../../contract/errors.ts';
import type { AuditLine, AuditVerdict } from '../../contract/proof.ts';
import { phrase } from '../../contract/text/say.ts';
import { readTrouble } from '../journal/kept-file.ts';
import { readReportRecords, type ReportRecord } from '../journal/report-record.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { auditRun, type AuditOptions } from './audit-run.ts';
import { readSeals } from './seals-file.ts';
import type { ReadSeals } from './seal.ts';

export type { AuditOptions } from './audit-run.ts';

/** Names that lead to no other folder. */
const isRunName = (run: string) => /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(run);

function auditSeals(file: string, { trouble, isTorn, seals, lastHash }: ReadSeals): AuditLine | undefined {
  const line = { run: undefined, subject: 'seals', file } as const;
  if (trouble) return { ...line, verdict: 'wrong', line: trouble.line, sentence: trouble.sentence };
  if (isTorn)
    return {
      ...line,
      verdict: 'unproven',
      line: seals.length + 1,
      sentence: phrase('line {seals} of the list of seals is incomplete: a console died while writing it', {
        seals: seals.length + 1,
      }),
    };
  if (seals.length === 0) return undefined;
  return {
    ...line,
    verdict: 'proven',
    sentence: phrase('{seals}, chain intact; head {lastHash}', { seals: sealsText(seals.length), lastHash }),
  };
}

const sealsText = (count: number) => (count === 1 ? phrase('1 seal') : phrase('{count} seals', { count }));

/** @param head one that was published: the list must still reach to it */
function auditHead(file: string, head: string, { hashes, lastHash }: ReadSeals): AuditLine {
  const line = { run: undefined, subject: 'seals', file } as const;
  const place = hashes.indexOf(head);
  if (place < 0) {
    const list =
      hashes.length === 0
        ? phrase('there are no seals')
        : phrase('{seals}, head {lastHash}', { seals: sealsText(hashes.length), lastHash });
    return {
      ...line,
      verdict: 'wrong',
      sentence: phrase(
        'the list of seals does not contain the published head {head} ({list}): seals were removed from its end, with or without their runs, or the list was replaced',
        { head, list },
      ),
    };
  }
  const later = hashes.length - place - 1;
  return {
    ...line,
    verdict: 'proven',
    sentence: phrase('line {place} of the list of seals is the published head{more}', {
      place: place + 1,
      more: later === 0 ? phrase('; nothing was sealed since') : phrase('; sealed since: {later}', { later }),
    }),
  };
}

export interface AuditStateOptions extends AuditOptions {
  /** A head of the list of seals that was published: SHA-256 (hex). */
  readonly head?: string | undefined;
}

/** Runs that are there, and those that a seal lists; removed ones only if requested. */
async function namesOf(state: StateFolder, { seals }: ReadSeals): Promise<string[]> {
  const sealed = new Map(seals.map(({ run, what }) => [run, what]));
  const missing = [...sealed].flatMap(([run, what]) => (what === 'removed' ? [] : [run]));
  return [...new Set([...(await state.runs()), ...missing])].sort();
}

/**
 * Audits runs, one after the other, and the list of seals first.
 * @param runs all of them where none is named
 * @param listener called with each line at once
 * @throws RUN_UNKNOWN for what cannot be the name of a run
 */
export async function auditState(
  options: AuditStateOptions,
  runs: readonly string[] = [],
  listener: (line: AuditLine) => void = () => undefined,
): Promise<AuditLine[]> {
  const { state } = options;
  const lines: AuditLine[] = [];
  const tell = (line: AuditLine) => {
    lines.push(line);
    listener(line);
  };
  const seals = await readSeals(state);
  const ofSeals = auditSeals(state.sealsFile, seals);
  // A named run is proven by its own seal, but not by a list that was tampered with.
  if (ofSeals && (runs.length === 0 || ofSeals.verdict !== 'proven')) tell(ofSeals);
  if (options.head !== undefined) tell(auditHead(state.sealsFile, options.head, seals));
  const unknown = runs.find((run) => !isRunName(run));
  if (unknown !== undefined) throw failure('RUN_UNKNOWN', { run: unknown });
  const names = runs.length > 0 ? runs : await namesOf(state, seals);
  for (const run of names) (await auditRun(options, run, seals.seals)).lines.forEach(tell);
  return lines;
}

/** Makes the report of a run again, as it was exported. */
export type RenderReport = (run: string, record: Pick<ReportRecord, 'what' | 'paper'>) => Promise<Buffer>;

interface Found {
  readonly run: string;
  readonly record: ReportRecord;
}

async function recordedAs(state: StateFolder, digest: string): Promise<Found | undefined> {
  for (const run of (await state.runs()).reverse()) {
    const { records } = await readReportRecords(state, run);
    const record = records.findLast(({ sha256 }) => sha256 === digest);
    if (record) return { run, record };
  }
  return undefined;
}

async function auditFound(
  options: AuditOptions,
  file: string,
  { run, record }: Found,
  render: RenderReport | undefined,
): Promise<AuditLine> {
  const line = { run, subject: 'report', file } as const;
  const { journal } = await auditRun(options, run, (await readSeals(options.state)).seals);
  if (!journal || journal.line.verdict === 'wrong')
    return {
      ...line,
      verdict: 'wrong',
      sentence: phrase('the journal of run {run} was changed: {sentence}', {
        run,
        sentence: journal?.line.sentence ?? phrase('it cannot be read'),
      }),
    };
  const { chain } = journal;
  const was = phrase('exported {at} by shadowtape {version}', { at: record.at, version: record.version });
  if (record.journalHash !== chain.lastHash)
    return chain.hashes.includes(record.journalHash)
      ? {
          ...line,
          verdict: 'unproven',
          sentence: phrase('{was}; the journal of run {run} has grown since then', { was, run }),
        }
      : {
          ...line,
          verdict: 'wrong',
          sentence: phrase('{was}, from a journal other than the current one of run {run}', { was, run }),
        };
  const again = await render?.(run, record).catch(() => undefined);
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  const isSame = again && createHash('sha256').update(again).digest('hex') === digest;
  const anew =
    again === undefined
      ? ''
      : isSame
        ? phrase('; recreated, it is identical')
        : phrase('; recreated by this version, it differs');
  return {
    ...line,
    verdict: 'proven',
    sentence: phrase(
      'the report of run {run}, {was}, from the current journal: final hash {lastHash}{anew}',
      { run, was, lastHash: chain.lastHash, anew },
    ),
  };
}

/**
 * Whether a report is one that was exported here, of a journal that is as it was then.
 * @throws REPORT_UNREADABLE
 */
export async function auditReport(
  options: AuditOptions,
  file: string,
  render?: RenderReport,
): Promise<AuditLine> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw failure('REPORT_UNREADABLE', { file, reason: readTrouble(error) }, {}, error);
  }
  const digest = createHash('sha256').update(bytes).digest('hex');
  const found = await recordedAs(options.state, digest);
  if (found) return auditFound(options, file, found, render);
  return {
    run: undefined,
    subject: 'report',
    file,
    verdict: 'wrong',
    sentence: phrase(
      'no export of this state folder has its sha256 {digest}: it was changed, or comes from elsewhere',
      { digest },
    ),
  };
}

/** The worst of all verdicts. */
export function auditVerdictOf(lines: readonly Pick<AuditLine, 'verdict'>[]): AuditVerdict {
  if (lines.some(({ verdict }) => verdict === 'wrong')) return 'wrong';
  return lines.some(({ verdict }) => verdict === 'unproven') ? 'unproven' : 'proven';
}
