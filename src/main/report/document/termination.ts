/** How the run ended, in one line. Pure. */
import type { ReportTermination } from '../../../contract/report.ts';
import { omissionWords, outcomeOf, type RunOutcome } from '../../../contract/run-outcome.ts';
import { say, translated } from '../../../contract/text/say.ts';
import type { ReportFacts } from './report-source.ts';

const endWords: Readonly<Record<RunOutcome, { line: string; mark: ReportTermination['mark'] }>> = {
  verified: { line: say('Verified'), mark: 'good' },
  unverified: { line: say('Unverified'), mark: 'warning' },
  'verified-act': { line: say('Verified, action required on the cluster'), mark: 'warning' },
  'unverified-act': {
    line: say('Unverified, action required on the cluster'),
    mark: 'warning',
  },
  refused: { line: say('Refused, nothing was touched'), mark: 'bad' },
  'rolled-back': { line: say('Failed, rolled back'), mark: 'bad' },
  act: { line: say('Action required'), mark: 'bad' },
  'tape-mismatch': { line: say('Tape mismatch, the cluster is in its normal state'), mark: 'bad' },
};

/** How the run ended, in one line. */
export function terminationOf({ model: { end, current, at }, times }: ReportFacts): ReportTermination {
  if (end === undefined) {
    const where =
      current === undefined
        ? ''
        : say(', in step {step} ({title})', { step: current.step, title: current.title });
    const when = at === undefined ? '' : ` ${say('at {at}', { at: times.moment(at) })}`;
    return {
      kind: 'termination',
      mark: 'warning',
      line: say('Result: Not ended'),
      status: say('no exit status'),
      sentence: say(
        'The journal shows no end. Its last line was written{when}{where}. The run is running or interrupted.',
        { when, where },
      ),
    };
  }
  const { line, mark } = endWords[outcomeOf(end)];
  const omitted = omissionWords(end);
  return {
    kind: 'termination',
    mark: omitted === '' || mark === 'bad' ? mark : 'warning',
    line: say('Result: {line}{omitted}', { line, omitted }),
    status: say('exit status {exitStatus}', { exitStatus: end.exitStatus }),
    sentence: translated(end.sentence),
  };
}
