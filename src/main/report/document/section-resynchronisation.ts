/** The rejoin of the proxies after a dump, or of the masters in a restore, and how their copies were watched. */
import { bytesText } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { ownCommands } from './own-commands.ts';
import type { ReportFacts } from './report-source.ts';
import { marked, plain, tookText } from './report-words.ts';
import { stepWord, type SectionDraft } from './section-draft.ts';

/** How often each line was sent; the copies of several volumes are checked one after the other. */
function mostOfOneLine(lines: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** Progress is reported less often than a copy is checked: what counts is the queries, as in the list of steps. */
const checksOf = (facts: ReportFacts): number =>
  facts.model.passes
    .filter(({ progress }) => progress?.what === 'resynchronisation')
    .reduce((sum, pass) => sum + mostOfOneLine(ownCommands(pass, facts).map(({ line }) => line)), 0);

/** What the checks showed; nothing where none is known. */
function checkedText(facts: ReportFacts): string | undefined {
  const { events, times } = facts;
  const last = events
    .flatMap((event) => (event.type === 'progress' && event.what === 'resynchronisation' ? [event] : []))
    .at(-1);
  if (last?.total !== undefined)
    return say('The last check showed {bytes} of {total} copied at {at}.', {
      bytes: bytesText(last.bytes),
      total: bytesText(last.total),
      at: times.moment(last.at),
    });
  const checks = checksOf(facts);
  if (checks === 0) return undefined;
  return sayCount(checks, 'The copy was checked {count} time.', 'The copy was checked {count} times.');
}

export function resynchronisationSection(facts: ReportFacts): SectionDraft {
  const { model, times } = facts;
  const { startedAt } = model;
  const steps = model.passes.filter(({ phase, commands, progress }) =>
    phase === 'rejoin' || progress?.what === 'resynchronisation' ? commands.length > 0 : false,
  );
  const checked = checkedText(facts);
  return {
    id: 'resynchronisation',
    title: say('Resynchronization'),
    level: 2,
    blocks:
      steps.length === 0
        ? [{ kind: 'paragraph', texts: plain(say('No proxy was rejoined in this run.')) }]
        : [
            {
              kind: 'table',
              caption: say('Rejoin and copy of the proxy'),
              columns: [
                { title: say('Step'), share: 14 },
                { title: say('What'), share: 46 },
                { title: say('Start ({word})', { word: times.word }), share: 15 },
                { title: say('Took'), share: 12, align: 'right' },
                { title: say('Result'), share: 13 },
              ],
              rows: steps.map(({ step, title, startedAt: at, milliseconds, state }) => [
                plain(step),
                plain(title),
                plain(times.clock(at, startedAt)),
                plain(tookText(milliseconds)),
                [marked(state === 'done' ? 'good' : state === 'failed' ? 'bad' : 'unknown', stepWord(state))],
              ]),
            },
            ...(checked === undefined ? [] : [{ kind: 'paragraph' as const, texts: plain(checked) }]),
          ],
  };
}
