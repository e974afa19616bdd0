/** What a run's verification of the shadow came to, volume by volume: rules with both values, blocks of both sides, fingerprint. */
import type { EventOf, VerdictWord } from '../contract/events.ts';
import { say } from '../contract/text/say.ts';
import type { RunModel } from './run/run-model.ts';
import type { State } from './states.ts';

/** What a rule came to, as a chip says it. */
export const verdictChips: Readonly<Record<VerdictWord, { readonly state: State; readonly word: string }>> = {
  equal: { state: 'ok', word: say('equal') },
  holds: { state: 'ok', word: say('holds') },
  differs: { state: 'bad', word: say('differs') },
  fails: { state: 'bad', word: say('fails') },
  'not-shown': { state: 'idle', word: say('not shown') },
};

export interface RuleLine {
  readonly rule: string;
  readonly title: string;
  readonly expected: string;
  readonly actual: string;
  readonly verdict: EventOf<'check'>['verdict'];
  /** Why the rule is there; in journals of earlier releases where it comes from. */
  readonly why: string;
  /** Where it comes from. */
  readonly source: string;
  readonly blocking: boolean;
}

/** Where a volume lies, as one side shows it; undefined if it does not tell. */
export interface SideBlocks {
  readonly first: number | undefined;
  readonly blocks: number | undefined;
  /** Blocks of the disk. */
  readonly size: number | undefined;
  /** `Disk3=c1t1d3 · 1,736,704 blocks`. */
  readonly disks: string;
}

/** A sampled record, and whether both sides hash the same. `waiting`: one side is not read yet. */
export interface SampledRecord {
  readonly record: number;
  /** Blocks from the volume's first to the record's first. */
  readonly block: number;
  readonly verdict: 'equal' | 'differs' | 'waiting';
}

export type Verdict = 'equal' | 'differs' | 'pending';

export interface VerifiedVolume {
  readonly proxy: string;
  readonly master: string;
  readonly shadow: string;
  readonly rules: readonly RuleLine[];
  readonly cluster: SideBlocks;
  readonly backup: SideBlocks;
  readonly samples: readonly SampledRecord[];
  readonly verdict: Verdict;
}

export interface Verification {
  /** `none`: the run has not come so far. */
  readonly stage: 'none' | 'going-on' | 'done';
  readonly verdict: Verdict;
  readonly volumes: readonly VerifiedVolume[];
  readonly startedAt: number | undefined;
  /** What is approved once the shadow is proven: a dump, or in a restore that the proxy is overwritten through it. */
  readonly approves: 'dump' | 'overwrite';
  /** Who answered the question, and what. */
  readonly answered: EventOf<'answered'> | undefined;
  readonly error: { readonly code: string; readonly sentence: string; readonly hint: string } | undefined;
}

const blockBytes = 512;

/** `65,536` and `1,048,576 blocks`; undefined for any other text, such as `none` or what nodes do not agree on. */
export function numberIn(text: string | undefined): number | undefined {
  const [, figures] = /^(\d{1,3}(?:,\d{3})*)(?: blocks?)?$/.exec(text ?? '') ?? [];
  return figures === undefined ? undefined : Number(figures.replaceAll(',', ''));
}

/** The largest of `Disk3: 1,736,704 blocks, Disk4: 1,736,704 blocks`. */
export function largestDisk(text: string | undefined): number | undefined {
  const sizes = [...(text ?? '').matchAll(/: (\d[\d,]*) blocks?/g)].map(([, figures = '']) =>
    Number(figures.replaceAll(',', '')),
  );
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

const isBlocking = ({ verdict }: EventOf<'check'>) => verdict === 'differs' || verdict === 'fails';

/** The last check of each rule, in the order in which the rules are shown. */
function lastOfEachRule(checks: readonly EventOf<'check'>[]): EventOf<'check'>[] {
  return [...new Map(checks.map((check) => [check.rule, check] as const)).values()];
}

function ruleLine(check: EventOf<'check'>): RuleLine {
  const { rule, title, volume, expected, actual, verdict, why, source } = check;
  const plainTitle = volume === undefined ? title : title.replace(` (${volume})`, '');
  const judged = { rule, title: plainTitle, expected, actual, verdict };
  return { ...judged, why: why ?? source, source, blocking: isBlocking(check) };
}

function sideBlocks(checks: readonly EventOf<'check'>[], side: 'expected' | 'actual'): SideBlocks {
  const resultOf = (rule: string) => checks.find((check) => check.rule === rule)?.[side];
  const sizes = resultOf('device-sizes');
  return {
    first: numberIn(resultOf('first-block')),
    blocks: numberIn(resultOf('size')),
    size: largestDisk(sizes),
    disks: sizes ?? resultOf('disk-names') ?? '',
  };
}

/** Compares the two sides of a fingerprint, record by record. */
export function compareSamples(
  primary: EventOf<'fingerprint'> | undefined,
  backup: EventOf<'fingerprint'> | undefined,
): SampledRecord[] {
  const known = primary ?? backup;
  const others = new Map(backup?.blocks.map(({ record, sha256 }) => [record, sha256] as const));
  return (known?.blocks ?? []).map(({ record, sha256 }) => {
    const block = (record * (known?.recordBytes ?? 0)) / blockBytes;
    const other = primary === undefined ? undefined : others.get(record);
    const verdict = other === undefined ? 'waiting' : other === sha256 ? 'equal' : 'differs';
    return { record, block, verdict };
  });
}

function verdictOf(rules: readonly RuleLine[], samples: readonly SampledRecord[]): Verdict {
  if (rules.some(({ blocking }) => blocking) || samples.some(({ verdict }) => verdict === 'differs'))
    return 'differs';
  const isCompared = rules.some(({ rule }) => rule === 'fingerprint');
  return isCompared && samples.every(({ verdict }) => verdict === 'equal') ? 'equal' : 'pending';
}

const together = (verdicts: readonly Verdict[]): Verdict => {
  if (verdicts.includes('differs')) return 'differs';
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === 'equal') ? 'equal' : 'pending';
};

const approvals: readonly string[] = ['approve-shadow', 'approve-overwrite'];

/** Of the latest verification of a run; a resumed run has several. */
export function verificationOf({ passes, volumes, fingerprints, start }: RunModel): Verification {
  const pass = passes.findLast(({ phase }) => phase === 'verify');
  const shadows = new Map(start?.volumes.map(({ proxy, shadow }) => [proxy, shadow] as const));
  const verified = volumes.map(({ master, proxy }): VerifiedVolume => {
    const ofVolume = (pass?.checks ?? []).filter(({ volume }) => volume === undefined || volume === proxy);
    const checks = lastOfEachRule(ofVolume);
    const rules = checks.map(ruleLine);
    const pair = fingerprints.find(({ volume }) => volume === proxy);
    // A fingerprint that was read through an earlier shadow says nothing of this one.
    const isOfPass = pass !== undefined && pair?.backup !== undefined && pair.backup.seq > pass.key;
    const samples = compareSamples(pair?.primary, isOfPass ? pair.backup : undefined);
    return {
      proxy,
      master,
      shadow: shadows.get(proxy) ?? start?.shadow?.volume ?? proxy,
      rules,
      cluster: sideBlocks(checks, 'expected'),
      backup: sideBlocks(checks, 'actual'),
      samples,
      verdict: verdictOf(rules, samples),
    };
  });
  const question = passes
    .filter(({ key }) => pass !== undefined && key >= pass.key)
    .flatMap(({ questions }) => questions)
    .findLast(({ asked }) => approvals.includes(asked.question));
  return {
    stage: pass === undefined ? 'none' : pass.state === 'running' ? 'going-on' : 'done',
    verdict: together(verified.map(({ verdict }) => verdict)),
    volumes: verified,
    startedAt: pass?.startedAt,
    approves: start?.restore ? 'overwrite' : 'dump',
    answered: question?.answered,
    error: pass?.error,
  };
}
