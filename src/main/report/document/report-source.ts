/** What a report is made of: the events of a run, and what is next to its journal. */
import type { CopyView } from '../../../contract/tape/copied-tape.ts';
import type { SignatureFacts } from '../../../contract/proof.ts';
import type { TapeLoss } from '../../../contract/tape/tape-loss.ts';
import type { ProvenDrill } from '../../journal/drill-records.ts';
import type { EventOf, RunEvent, RunEventType } from '../../../contract/events.ts';
import { lookLines } from '../../../folds/command-groups.ts';
import { foldRun } from '../../../folds/run/run-fold.ts';
import type { RunModel } from '../../../folds/run/run-model.ts';
import { reportTimes, type ReportTimes } from './report-times.ts';
import { warningsOf, type RunWarning } from '../../../folds/run-warnings.ts';
import { verificationOf, type Verification } from '../../../folds/verification.ts';

interface ReportSignature {
  readonly facts: SignatureFacts;
  /** `voided`: of the journal before its run was resumed; `wrong`: of other bytes; `unknown`: could not be checked. */
  readonly verdict: 'good' | 'voided' | 'wrong' | 'unknown';
  readonly reason: string;
}

export interface ReportSource {
  readonly run: string;
  readonly events: readonly RunEvent[];
  /** SHA-256 (hex) of the last line of the journal. */
  readonly journalHash: string;
  /** True if the last line is incomplete: the console died while it wrote. */
  readonly torn?: boolean | undefined;
  /** Who signed the journal, and whether it is a signature of these bytes; undefined if not verified. */
  readonly signature?: ReportSignature | undefined;
  /** Tapes of the run that were overwritten since; absent if none is known. */
  readonly losses?: readonly TapeLoss[] | undefined;
  /** Second copies of its tapes, the latest first; absent if none is known. */
  readonly copies?: readonly CopyView[] | undefined;
  /** The last drill that has proven the backup; absent if none is known. */
  readonly drill?: ProvenDrill | undefined;
  /** IANA name of the zone of its times; absent: UTC. */
  readonly zone?: string | undefined;
  /** Head of the list of seals right after the run was sealed; undefined if it was not. */
  readonly sealsHead?: string | undefined;
}

/** The same, folded: what the sections are written from. */
export interface ReportFacts extends ReportSource {
  readonly model: RunModel;
  readonly times: ReportTimes;
  readonly verification: Verification;
  /** Host and line of the commands that only look around steps. */
  readonly looks: ReadonlySet<string>;
  readonly several: boolean;
  /** Of the journal, and of dumps that were too slow for the drive. */
  readonly warnings: readonly RunWarning[];
}

export function factsOf(source: ReportSource): ReportFacts {
  const model = foldRun(source.events);
  return {
    ...source,
    model,
    times: reportTimes(source.zone),
    verification: verificationOf(model),
    looks: lookLines(model, undefined),
    several: model.volumes.length > 1,
    warnings: warningsOf(model),
  };
}

/** All events of a type. */
export function allOf<Type extends RunEventType>({ events }: ReportFacts, type: Type): EventOf<Type>[] {
  return events.filter((event): event is EventOf<Type> => event.type === type);
}
