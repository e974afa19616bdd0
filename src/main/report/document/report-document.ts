/** Folds the journal of a run into its report. Pure: the same source gives the same document. */
import type { ReportDocument } from '../../../contract/report.ts';
import { say, spokenLanguage } from '../../../contract/text/say.ts';
import { attachmentSection } from './attachments.ts';
import { factsOf, type ReportSource } from './report-source.ts';
import { named } from './report-words.ts';
import { dataSections, digestAppendix } from './section-data.ts';
import { numbered } from './section-draft.ts';
import { proofSections } from './section-proof.ts';
import { restoreOf } from './section-restore.ts';
import { stepSection } from './section-steps.ts';
import { summarySection } from './section-summary.ts';
import { tapeSections } from './section-tapes.ts';
import { topologySections } from './section-topology.ts';
import { decisionSection, troubleSections } from './section-troubles.ts';
import { terminationOf } from './termination.ts';
import { verificationSections } from './section-verification.ts';

/** @param source events of a run in their order, those of progress included */
export function reportOf(source: ReportSource): ReportDocument {
  const facts = factsOf(source);
  const { model } = facts;
  const isRestore = restoreOf(facts) !== undefined;
  const topology = topologySections(facts);
  const verification = verificationSections(facts);
  const volumes = named(model.volumes.map(({ proxy }) => proxy));
  return {
    run: source.run,
    title: isRestore
      ? say('Restore report, run {run}', { run: source.run })
      : say('Backup report, run {run}', { run: source.run }),
    author: model.start?.operator ?? say('not in the journal'),
    subject: `${volumes}: ${terminationOf(facts).line}`,
    language: spokenLanguage(),
    at: source.events.at(-1)?.at ?? '1970-01-01T00:00:00.000Z',
    ended: model.end !== undefined,
    journalHash: source.journalHash,
    times:
      facts.times.word === 'UTC' ? say('times are UTC') : say('times are {zone}', { zone: facts.times.zone }),
    sections: numbered([
      summarySection(facts),
      { ...topology.body, newPage: true },
      ...verification.body,
      // A restore dumps nothing, and writes to no tape.
      ...(isRestore ? [] : [...dataSections(facts), ...tapeSections(facts)]),
      ...troubleSections(facts),
      decisionSection(facts),
      stepSection(facts),
      ...proofSections(facts),
      attachmentSection(facts),
      ...(topology.rest === undefined ? [] : [topology.rest]),
      ...verification.rest,
      ...(isRestore ? [] : digestAppendix(facts)),
    ]),
  };
}
