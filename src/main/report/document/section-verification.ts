/** The proof that the shadow is the same blocks: each rule with both values, and the fingerprint of the content. */
import type { ReportBlock, ReportFigure, ReportTable } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import type { VerifiedVolume } from '../../../folds/verification.ts';
import { allOf, type ReportFacts } from './report-source.ts';
import { marked, plain, quiet, strong } from './report-words.ts';
import { bindingFacts } from './section-binding.ts';
import { verdictMarks, verdictWord, type SectionDraft } from './section-draft.ts';

/** The rules of more volumes than these are in an appendix. */
const volumesInBody = 5;

/** Why each rule is there is in the attached checks; where it comes from is the same for all volumes. */
function ruleTable({ proxy, rules }: VerifiedVolume, several: boolean): ReportTable {
  return {
    kind: 'table',
    caption: several ? say('Rules, {proxy}', { proxy }) : say('Rules'),
    columns: [
      { title: say('Rule'), share: several ? 25 : 16 },
      { title: say('On the cluster / expected'), share: several ? 31 : 21 },
      { title: say('Through the shadow / seen'), share: several ? 31 : 21 },
      { title: say('Verdict'), share: several ? 13 : 9 },
      ...(several ? [] : [{ title: say('Source of the rule'), share: 33 }]),
    ],
    rows: rules.map((rule) => [
      plain(rule.title),
      plain(rule.expected),
      rule.blocking ? [strong(rule.actual)] : plain(rule.actual),
      [marked(verdictMarks[rule.verdict] ?? 'unknown', verdictWord(rule.verdict))],
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
    say('{equal} of {samples} sampled records match', { equal, samples: samples.length }),
    ...(differs > 0 ? [say('{differs} DIFFER', { differs })] : []),
    ...(waiting > 0 ? [say('{waiting} were read on one side only', { waiting })] : []),
  ];
  return [
    {
      kind: 'figure',
      caption: several
        ? say('Fingerprint of {proxy}: {parts}', { proxy, parts: parts.join(', ') })
        : say('Fingerprint: {parts}', { parts: parts.join(', ') }),
      alt: say('{proxy}: {parts}. Records {samples}.', {
        proxy,
        parts: parts.join(', '),
        samples: samples.map(({ record }) => countText(record)).join(', '),
      }),
      figure: { kind: 'fingerprint', volume: proxy, blocks: cluster.blocks, samples },
    },
  ];
}

function overview(volumes: readonly VerifiedVolume[], where: string): ReportTable {
  return {
    kind: 'table',
    caption: say('Verdict of each volume; {where}', { where }),
    columns: [
      { title: say('Volume'), share: 20 },
      { title: say('Shadow'), share: 20 },
      { title: say('First block'), share: 16, align: 'right' },
      { title: say('Blocks'), share: 16, align: 'right' },
      { title: say('Records matching'), share: 13, align: 'right' },
      { title: say('Verdict'), share: 15 },
    ],
    rows: volumes.map(({ proxy, shadow, cluster, samples, verdict }) => [
      plain(proxy),
      plain(shadow),
      plain(cluster.first === undefined ? '-' : countText(cluster.first)),
      plain(cluster.blocks === undefined ? '-' : countText(cluster.blocks)),
      plain(`${samples.filter((sample) => sample.verdict === 'equal').length} / ${samples.length}`),
      [marked(verdictMarks[verdict] ?? 'unknown', verdictWord(verdict))],
    ]),
  };
}

function intro(facts: ReportFacts): ReportBlock[] {
  const { verification, model, times } = facts;
  const { verdict, answered, error, startedAt } = verification;
  const words = {
    equal: say('Every rule holds and every sampled record matches.'),
    differs: say(
      'The shadow does NOT map the same blocks as the proxy: at least one rule or sampled record differs.',
    ),
    pending: say('The verification did not finish.'),
  }[verdict];
  const when =
    startedAt === undefined
      ? ''
      : ` ${
          facts.model.start?.restore
            ? say('Verified at {at}, before anything was written.', { at: times.moment(startedAt) })
            : say('Verified at {at}, before the dump.', { at: times.moment(startedAt) })
        }`;
  const approval =
    answered === undefined
      ? model.start !== undefined && verdict === 'equal'
        ? say('No approval was needed: the job or the operator allows the dump of a verified shadow.')
        : say('It was not approved.')
      : say('Answered “{answer}” by {by} at {at}.', {
          answer: answered.answer,
          by: answered.by,
          at: times.moment(answered.at),
        });
  return [
    {
      kind: 'paragraph',
      texts: [
        marked(verdictMarks[verdict] ?? 'unknown', words),
        {
          text: say('{when} {approval} The reason for each rule is in the attached checks.', {
            when,
            approval,
          }),
        },
      ],
    },
    ...(error === undefined
      ? []
      : [
          {
            kind: 'paragraph' as const,
            texts: [
              strong(`${error.code}: `),
              ...plain(error.sentence),
              quiet(` ${say('Hint: {hint}', { hint: error.hint })}`),
            ],
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
    const shadow = volume === undefined ? say('shadow') : say('shadow of {volume}', { volume });
    const text =
      verdict === 'holds'
        ? say('From the verification to the end of the dump, the {shadow} was {actual}.', { shadow, actual })
        : say('The {shadow} {actual}.', { shadow, actual });
    return { kind: 'paragraph', texts: [marked(verdictMarks[verdict] ?? 'unknown', text)] };
  });
}

function ofVolumes(facts: ReportFacts, appendix: boolean): SectionDraft[] {
  return facts.verification.volumes.map((volume) => ({
    id: `verification-${volume.proxy}${appendix ? '-all' : ''}`,
    title: say('{proxy} and its shadow {shadow}', { proxy: volume.proxy, shadow: volume.shadow }),
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
  const head = { id: 'verification', title: say('Verification of the shadow') };
  if (verification.stage === 'none')
    return {
      body: [
        {
          ...head,
          blocks: [{ kind: 'paragraph', texts: plain(say('The run ended before the verification.')) }],
        },
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
        { ...head, blocks: [...intro(facts), overview(volumes, say('the rules are below'))] },
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
          overview(volumes, say('the rules are in the appendix “Verification, all volumes”')),
        ],
      },
    ],
    rest: [
      { id: 'verification-all', title: say('Verification, all volumes'), appendix: true, blocks: [] },
      ...ofVolumes(facts, true),
    ],
  };
}
