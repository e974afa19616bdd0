/** Which sampled records of a volume bind its dump to what the cluster held: how many, how far apart, and what they were compared with. */
import type { EventOf } from '../../../contract/events.ts';
import type { ReportBlock, ReportFactList as FactsBlock } from '../../../contract/report.ts';
import { coverageText } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { marked, plain } from './report-words.ts';
import { verdictMarks } from './section-draft.ts';

type Row = FactsBlock['rows'][number];

/** The last check of a rule for a volume; a run of one volume names none in its checks. */
function checkOf(facts: ReportFacts, rule: string, proxy: string): EventOf<'check'> | undefined {
  return allOf(facts, 'check').findLast(
    (check) => check.rule === rule && (check.volume === undefined || check.volume === proxy),
  );
}

function comparison(name: string, check: EventOf<'check'> | undefined): Row[] {
  if (!check) return [];
  const words = say('{actual}; expected: {expected}', { actual: check.actual, expected: check.expected });
  return [{ name, value: [marked(verdictMarks[check.verdict] ?? 'unknown', words)] }];
}

function baselineRows(facts: ReportFacts, proxy: string): Row[] {
  const baseline = allOf(facts, 'baseline').findLast(({ volume }) => volume === proxy);
  if (!baseline) return [];
  const { blocks, changed } = baseline;
  const distinct = new Set(blocks.map(({ sha256 }) => sha256)).size;
  const since =
    changed === 0
      ? say('all match the cluster')
      : say('{changed} changed by the commands between the verification and the dump', { changed });
  return [
    {
      name: say('Baseline'),
      value: plain(
        say('{blocks}, {distinct} distinct, before the dump; {since}', {
          blocks: sayCount(blocks.length, '{count} record', '{count} records'),
          distinct,
          since,
        }),
      ),
    },
    ...comparison(say('After the dump'), checkOf(facts, 'baseline-records', proxy)),
  ];
}

/** How much of the volumes the fingerprints cover, for the first page; nothing where the journal does not tell. */
export function coverageRows({ model, several }: ReportFacts): Row[] {
  const told = model.fingerprints.flatMap(({ primary }) => (primary?.coverage ? [primary] : []));
  const [first] = told;
  if (first === undefined) return [];
  const sum = (of: 'records' | 'sampled' | 'distinct') =>
    told.reduce((total, { coverage }) => total + (coverage?.[of] ?? 0), 0);
  const whole = {
    ...{ records: sum('records'), sampled: sum('sampled'), distinct: sum('distinct') },
    largestGap: Math.max(...told.map(({ coverage }) => coverage?.largestGap ?? 0)),
  };
  const of = several
    ? say(', {told} together', { told: sayCount(told.length, '{count} volume', '{count} volumes') })
    : '';
  return [{ name: say('Fingerprint'), value: plain(`${coverageText(whole, first.recordBytes)}${of}`) }];
}

/**
 * Coverage, the second set, and the baseline of a volume; nothing where the journal has none, as those of earlier releases.
 * @param several true: the caption names the volume
 */
export function bindingFacts(facts: ReportFacts, proxy: string, several: boolean): ReportBlock[] {
  const primary = facts.model.fingerprints.find(({ volume }) => volume === proxy)?.primary;
  const second = primary?.second ?? [];
  const rows: Row[] = [
    ...(primary?.coverage === undefined
      ? []
      : [{ name: say('Coverage'), value: plain(coverageText(primary.coverage, primary.recordBytes)) }]),
    ...(primary === undefined || second.length === 0
      ? []
      : [
          {
            name: say('Sets'),
            value: plain(
              say(
                '{blocks} read on both sides; {second} read only on the cluster, before the proxy was stopped',
                {
                  blocks: sayCount(primary.blocks.length, '{count} record', '{count} records'),
                  second: second.length,
                },
              ),
            ),
          },
        ]),
    ...comparison(say('As written to tape'), checkOf(facts, 'streamed-records', proxy)),
    ...baselineRows(facts, proxy),
  ];
  if (rows.length === 0) return [];
  return [
    {
      kind: 'facts',
      caption: several ? say('Sampled records of {proxy}', { proxy }) : say('Sampled records'),
      rows,
    },
  ];
}
