/** The proof that the shadow is the same blocks: each rule with both values, and the fingerprint of the content. */
import type { ReportBlock, ReportFigure, ReportTable } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import type { VerifiedVolume } from '../../../folds/verification.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { marked, plain, quiet, strong } from './report-words.ts';
import { bindingFacts } from './section-binding.ts';
import { verdictMarks, verdictWords, type SectionDraft } from './section-draft.ts';

/** The rules of more volumes than these are in an appendix. */
const volumesInBody = 5;

const wordOf = (verdict: string) => verdictWords[verdict] ?? verdict;

/** Why each rule is there is in the attached checks; where it comes from is the same for all volumes. */
function ruleTable({ proxy, rules }: VerifiedVolume, several: boolean): ReportTable {
  return {
    kind: 'table',
    caption: several ? `Rules, ${proxy}` : 'Rules',
    columns: [
      { title: 'Rule', share: several ? 25 : 17 },
      { title: 'On the cluster / expected', share: several ? 31 : 23 },
      { title: 'Through the shadow / seen', share: several ? 31 : 23 },
      { title: 'Verdict', share: several ? 13 : 11 },
      ...(several ? [] : [{ title: 'Source of the rule', share: 26 }]),
    ],
    rows: rules.map((rule) => [
      plain(rule.title),
      plain(rule.expected),
      rule.blocking ? [strong(rule.actual)] : plain(rule.actual),
      [marked(verdictMarks[rule.verdict] ?? 'unknown', wordOf(rule.verdict))],
      ...(several ? [] : [[quiet(rule.source)]]),
    ]),
  };
}

function fingerprintFigure(volume: VerifiedVolume, several: boolean): ReportFigure[] {
  const { samples, proxy, cluster } = volume;
  if (samples.length === 0) return [];
  const count = (verdict: string) => samples.filter((sample) => sample.verdict === verdict).length;
  const [equal, differs, waiting] = [count('equal'), count('differs'), count('waiting')];
  const parts = [
    `${equal} of ${samples.length} sampled records match`,
    ...(differs > 0 ? [`${differs} DIFFER`] : []),
    ...(waiting > 0 ? [`${waiting} were read on one side only`] : []),
  ];
  return [
    {
      kind: 'figure',
      caption: `Fingerprint${several ? ` of ${proxy}` : ''}: ${parts.join(', ')}`,
      alt: `${proxy}: ${parts.join(', ')}. Records ${samples.map(({ record }) => countText(record)).join(', ')}.`,
      figure: { kind: 'fingerprint', volume: proxy, blocks: cluster.blocks, samples },
    },
  ];
}

function overview(volumes: readonly VerifiedVolume[], where: string): ReportTable {
  return {
    kind: 'table',
    caption: `Verdict of each volume; ${where}`,
    columns: [
      { title: 'Volume', share: 20 },
      { title: 'Shadow', share: 20 },
      { title: 'First block', share: 16, align: 'right' },
      { title: 'Blocks', share: 16, align: 'right' },
      { title: 'Records matching', share: 13, align: 'right' },
      { title: 'Verdict', share: 15 },
    ],
    rows: volumes.map(({ proxy, shadow, cluster, samples, verdict }) => [
      plain(proxy),
      plain(shadow),
      plain(cluster.first === undefined ? '-' : countText(cluster.first)),
      plain(cluster.blocks === undefined ? '-' : countText(cluster.blocks)),
      plain(`${samples.filter((sample) => sample.verdict === 'equal').length} / ${samples.length}`),
      [marked(verdictMarks[verdict] ?? 'unknown', wordOf(verdict))],
    ]),
  };
}

function intro(facts: ReportFacts): ReportBlock[] {
  const { verification, model, times } = facts;
  const { verdict, answered, error, startedAt } = verification;
  const words = {
    equal: 'Every rule holds and every sampled record matches.',
    differs:
      'The shadow does NOT map the same blocks as the proxy: at least one rule or sampled record differs.',
    pending: 'The verification did not finish.',
  }[verdict];
  const when = startedAt === undefined ? '' : ` Verified at ${times.moment(startedAt)}, before the dump.`;
  const approval =
    answered === undefined
      ? model.start !== undefined && verdict === 'equal'
        ? 'No approval was needed: the job or the operator allows the dump of a verified shadow.'
        : 'It was not approved.'
      : `Answered “${answered.answer}” by ${answered.by} at ${times.moment(answered.at)}.`;
  return [
    {
      kind: 'paragraph',
      texts: [
        marked(verdictMarks[verdict] ?? 'unknown', words),
        { text: `${when} ${approval} The reason for each rule is in the attached checks.` },
      ],
    },
    ...(error === undefined
      ? []
      : [
          {
            kind: 'paragraph' as const,
            texts: [strong(`${error.code}: `), { text: error.sentence }, quiet(` Hint: ${error.hint}`)],
          },
        ]),
    ...heldOpen(facts),
  ];
}

/** Whether somebody could have removed or rebuilt the shadow meanwhile; the last word on each volume counts. */
function heldOpen(facts: ReportFacts): ReportBlock[] {
  const told = allOf(facts, 'check').filter(({ rule }) => rule === 'shadow-held');
  const last = new Map(told.map((check) => [check.volume, check] as const));
  return [...last.values()].map(({ volume, actual, verdict }) => {
    const shadow = `shadow${volume === undefined ? '' : ` of ${volume}`}`;
    const text =
      verdict === 'holds'
        ? `From the verification to the end of the dump, the ${shadow} was ${actual}.`
        : `The ${shadow} ${actual}.`;
    return { kind: 'paragraph', texts: [marked(verdictMarks[verdict] ?? 'unknown', text)] };
  });
}

function ofVolumes(facts: ReportFacts, appendix: boolean): SectionDraft[] {
  return facts.verification.volumes.map((volume) => ({
    id: `verification-${volume.proxy}${appendix ? '-all' : ''}`,
    title: `${volume.proxy} and its shadow ${volume.shadow}`,
    level: 2 as const,
    appendix,
    blocks: [
      ruleTable(volume, true),
      ...fingerprintFigure(volume, true),
      ...bindingFacts(facts, volume.proxy, true),
    ],
  }));
}

export function verificationSections(facts: ReportFacts): { body: SectionDraft[]; rest: SectionDraft[] } {
  const { verification, several } = facts;
  const head = { id: 'verification', title: 'Verification of the shadow' };
  if (verification.stage === 'none')
    return {
      body: [
        { ...head, blocks: [{ kind: 'paragraph', texts: plain('The run ended before the verification.') }] },
      ],
      rest: [],
    };
  const { volumes } = verification;
  const [first] = volumes;
  if (!several && first)
    return {
      body: [
        {
          ...head,
          blocks: [
            ...intro(facts),
            ruleTable(first, false),
            ...fingerprintFigure(first, false),
            ...bindingFacts(facts, first.proxy, false),
          ],
        },
      ],
      rest: [],
    };
  if (volumes.length <= volumesInBody)
    return {
      body: [
        { ...head, blocks: [...intro(facts), overview(volumes, 'the rules are below')] },
        ...ofVolumes(facts, false),
      ],
      rest: [],
    };
  return {
    body: [
      {
        ...head,
        blocks: [
          ...intro(facts),
          overview(volumes, 'the rules are in the appendix “Verification, all volumes”'),
        ],
      },
    ],
    rest: [
      { id: 'verification-all', title: 'Verification, all volumes', appendix: true, blocks: [] },
      ...ofVolumes(facts, true),
    ],
  };
}
