/** Which sampled records of a volume bind its dump to what the cluster held: how many, how far apart, and what they were compared with. */
import type { EventOf } from '../../../contract/events.ts';
import type { ReportBlock, ReportFactList as FactsBlock, ReportTable } from '../../../contract/report.ts';
import { countText, coverageText } from '../../../contract/words.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { code, countOf, marked, plain } from './report-words.ts';
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
  const words = `${check.actual}; expected: ${check.expected}`;
  return [{ name, value: [marked(verdictMarks[check.verdict] ?? 'unknown', words)] }];
}

function baselineRows(facts: ReportFacts, proxy: string): Row[] {
  const baseline = allOf(facts, 'baseline').findLast(({ volume }) => volume === proxy);
  if (!baseline) return [];
  const { blocks, changed } = baseline;
  const distinct = new Set(blocks.map(({ sha256 }) => sha256)).size;
  const since =
    changed === 0
      ? 'all match the cluster'
      : `${changed} changed by the commands between the verification and the dump`;
  return [
    {
      name: 'Baseline',
      value: plain(`${countOf(blocks.length, 'record')}, ${distinct} distinct, before the dump; ${since}`),
    },
    ...comparison('After the dump', checkOf(facts, 'baseline-records', proxy)),
  ];
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
      : [{ name: 'Coverage', value: plain(coverageText(primary.coverage, primary.recordBytes)) }]),
    ...(primary === undefined || second.length === 0
      ? []
      : [
          {
            name: 'First set',
            value: plain(`${countOf(primary.blocks.length, 'record')}, read on both sides`),
          },
          {
            name: 'Second set',
            value: plain(
              `${countOf(second.length, 'record')}, read only on the cluster, before the proxy was stopped`,
            ),
          },
        ]),
    ...comparison('As written to tape', checkOf(facts, 'streamed-records', proxy)),
    ...baselineRows(facts, proxy),
  ];
  if (rows.length === 0) return [];
  return [{ kind: 'facts', caption: `Sampled records${several ? ` of ${proxy}` : ''}`, rows }];
}

/** The hashes of the second set; nothing where there is none. */
export function secondSetTable({
  volume,
  recordBytes,
  host,
  second = [],
}: Pick<EventOf<'fingerprint'>, 'volume' | 'recordBytes' | 'host' | 'second'>): ReportTable[] {
  if (second.length === 0) return [];
  return [
    {
      kind: 'table',
      caption: `Second set of ${volume}: ${countText(recordBytes)} bytes each; on the cluster by ${host}`,
      columns: [
        { title: 'Record', share: 12, align: 'right' },
        { title: 'SHA-256 on the cluster', share: 88 },
      ],
      rows: second.map(({ record, sha256 }) => [plain(countText(record)), [code(sha256)]]),
    },
  ];
}
