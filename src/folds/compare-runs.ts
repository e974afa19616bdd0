/** Two runs side by side: what they were, how long each step took, how fast the data went, and which commands differ. Pure. */
import { outcomeOf, outcomeWords } from '../contract/run-outcome.ts';
import { bytesText, durationText, rateText } from '../contract/words.ts';
import type { VerdictWord } from '../contract/events.ts';
import { inEnglish, phrase, said } from '../contract/text/say.ts';
import { changedCommands, meaningsOf, type ChangedCommand } from './command-meaning.ts';
import { shortDigest } from './hop-lines.ts';
import { averageRate } from './figures.ts';
import { warningsOf } from './run-warnings.ts';
import type { LegModel, PassModel, RunModel, VolumeModel } from './run/run-model.ts';

interface ComparedFact {
  readonly name: string;
  readonly one: string;
  readonly other: string;
  readonly differs: boolean;
}

interface ComparedStep {
  readonly step: string;
  readonly title: string;
  /** Milliseconds; undefined if it was not performed. */
  readonly one: number | undefined;
  readonly other: number | undefined;
  /**
   * What only one of the two has done, as `HOST # COMMAND`: queries and samples are not counted, a script stands for the programs that it
   * starts, and RUN for the name of the run.
   */
  readonly onlyOne: readonly string[];
  readonly onlyOther: readonly string[];
  /** The same programs with other words; both lines are in the lists above, too. */
  readonly changed: readonly ChangedCommand[];
  /** True if only one has performed it, its commands differ, or it has taken markedly longer. */
  readonly differs: boolean;
}

/** What a rule has seen: the topology, the blocks, the tape. */
interface ComparedCheck {
  readonly step: string;
  readonly rule: string;
  readonly title: string;
  /** The proxy volume, where the run has several. */
  readonly volume: string | undefined;
  /** Undefined if it was not checked. */
  readonly one: string | undefined;
  readonly other: string | undefined;
  readonly differs: boolean;
}

export interface Comparison {
  readonly facts: readonly ComparedFact[];
  readonly steps: readonly ComparedStep[];
  readonly checks: readonly ComparedCheck[];
}

const missing = '–';

/** Name and value of a fact; what is measured also has its amount, since two measurements are never the same. */
type Fact = readonly [name: string, value: string, amount?: number];

function averageOf(name: string, { legs }: RunModel, what: LegModel['what']): Fact {
  const average = averageRate(legs.filter((leg) => leg.what === what));
  return average === undefined ? [name, missing] : [name, rateText(average), average];
}

const millisecondsOf = ({ milliseconds, end }: RunModel): number | undefined =>
  end ? milliseconds : undefined;

function tapeOf({ tapes, start }: RunModel): string {
  const names = tapes.flatMap(({ name }) => name ?? []);
  return names.length > 0
    ? names.join(', ')
    : start
      ? phrase('{device} on {host}', { device: start.tape.device, host: start.tape.host })
      : missing;
}

const sum = (sizes: readonly (number | undefined)[]) =>
  sizes.reduce<number>((total, size) => total + (size ?? 0), 0);

/** What the beginning of the run records. */
function factsOfStart({ start }: RunModel): Fact[] {
  const factOfStart = (fact: (event: NonNullable<RunModel['start']>) => string) =>
    start ? fact(start) : missing;
  return [
    [phrase('Job'), factOfStart(({ job }) => job)],
    [phrase('Site'), factOfStart(({ site }) => site)],
    [phrase('Class'), factOfStart((event) => event.class)],
    [phrase('Volumes'), factOfStart(({ volumes }) => volumes.map(({ proxy }) => proxy).join(', '))],
    [phrase('Method'), factOfStart(({ method }) => method)],
    [phrase('Route'), factOfStart(({ route }) => route)],
    [phrase('Layout'), factOfStart(({ layout }) => layout)],
    [phrase('Record size'), factOfStart(({ recordBytes }) => `${recordBytes.toLocaleString('en-US')} B`)],
    [phrase('Operator'), factOfStart(({ operator }) => operator)],
    [phrase('Version'), factOfStart(({ version }) => version)],
  ];
}

function digestOf({ digests: { device, handed } }: VolumeModel): string {
  const digest = device ?? handed;
  return (digest && shortDigest(digest)) ?? missing;
}

/** Its result. */
function factsOfEnd(model: RunModel): Fact[] {
  const { volumes, end, sessions } = model;
  const milliseconds = millisecondsOf(model);
  const handed = volumes.flatMap(({ digests }) => digests.handed?.bytes ?? []);
  return [
    [
      phrase('Verdict'),
      end
        ? phrase('{verdict}, exit status {status}', {
            verdict: inEnglish(() => said(outcomeWords[outcomeOf(end)])),
            status: end.exitStatus,
          })
        : 'unfinished',
    ],
    milliseconds === undefined
      ? [phrase('Took'), missing]
      : [phrase('Took'), durationText(milliseconds / 1000), milliseconds],
    [phrase('Volume size'), bytesText(sum(volumes.map(({ bytes }) => bytes)))],
    [phrase('On tape'), handed.length === 0 ? missing : bytesText(sum(handed))],
    averageOf(phrase('Dump rate'), model, 'dump'),
    averageOf(phrase('Read-back rate'), model, 'read-back'),
    [phrase('Data digest'), volumes.map(digestOf).join(', ')],
    [phrase('Tape'), tapeOf(model)],
    [
      phrase('Resumed'),
      sessions.length > 1 ? phrase('{times} times', { times: sessions.length - 1 }) : phrase('never'),
    ],
    [phrase('Warnings'), String(warningsOf(model).length)],
  ];
}

const factsOf = (model: RunModel): Fact[] => [...factsOfEnd(model), ...factsOfStart(model)];

const verdictWords: Readonly<Record<VerdictWord, string>> = {
  equal: phrase('equal'),
  holds: phrase('holds'),
  differs: phrase('differs'),
  fails: phrase('fails'),
  'not-shown': phrase('not-shown'),
};

interface StepSum {
  readonly title: string;
  readonly milliseconds: number;
  readonly sent: ReadonlySet<string>;
}

function sumOf(passes: readonly PassModel[], run: string): StepSum | undefined {
  const last = passes.findLast(({ state }) => state !== 'skipped');
  if (!last) return undefined;
  const changing = passes.flatMap(({ commands }) => commands.filter(({ changes }) => changes));
  return {
    title: last.title,
    milliseconds: sum(passes.map(({ milliseconds }) => milliseconds)),
    sent: new Set(
      changing.flatMap(({ host, line }) => meaningsOf(line, run).map((meaning) => `${host} # ${meaning}`)),
    ),
  };
}

/** The step ids of both, in the order of the first; those of the second alone follow the one before them. */
function stepIds(one: RunModel, other: RunModel): string[] {
  const ids = [...new Set(one.passes.map(({ step }) => step))];
  let before = -1;
  for (const { step } of other.passes) {
    const at = ids.indexOf(step);
    if (at < 0) ids.splice(before + 1, 0, step);
    before = at < 0 ? before + 1 : at;
  }
  return ids;
}

/** The lock's folder has process and time of its owner: it is always another. */
const isOwn = (line: string) => /shadowtape-[^/]+\.lock\//.test(line);

function compareStep(step: string, one: RunModel, other: RunModel): ComparedStep {
  const first = sumOf(
    one.passes.filter((pass) => pass.step === step),
    one.run,
  );
  const second = sumOf(
    other.passes.filter((pass) => pass.step === step),
    other.run,
  );
  const only = (mine: StepSum | undefined, theirs: StepSum | undefined) =>
    mine && theirs ? [...mine.sent].filter((line) => !theirs.sent.has(line) && !isOwn(line)) : [];
  const compared = {
    step,
    title: first?.title ?? second?.title ?? '',
    one: first?.milliseconds,
    other: second?.milliseconds,
    onlyOne: only(first, second),
    onlyOther: only(second, first),
  };
  const changed = changedCommands(compared.onlyOne, compared.onlyOther);
  return { ...compared, changed, differs: stepDiffers(compared) };
}

type Check = PassModel['checks'][number];

/** The last look of each rule: of each step, and of each volume. */
function lastChecks({ passes }: RunModel): Map<string, Check> {
  const last = new Map<string, Check>();
  for (const { step, checks } of passes)
    for (const check of checks) last.set(JSON.stringify([step, check.rule, check.volume]), check);
  return last;
}

function compareChecks(one: RunModel, other: RunModel): ComparedCheck[] {
  const [first, second] = [lastChecks(one), lastChecks(other)];
  const seen = (check: Check | undefined) =>
    check && phrase('{actual} ({verdict})', { actual: check.actual, verdict: verdictWords[check.verdict] });
  return [...new Set([...first.keys(), ...second.keys()])].flatMap((key) => {
    const [mine, theirs] = [first.get(key), second.get(key)];
    const either = mine ?? theirs;
    if (!either) return [];
    const { rule, title, volume } = either;
    const [step = ''] = JSON.parse(key) as string[];
    return {
      step,
      rule,
      title,
      volume,
      one: seen(mine),
      other: seen(theirs),
      differs: seen(mine) !== seen(theirs),
    };
  });
}

/** Milliseconds, and part of the longer one, below which a difference of times is chance. */
const chance = { milliseconds: 2000, part: 0.25 };

/** True if only one of the two has performed it, its commands are others, or it has taken markedly longer. */
export function stepDiffers({
  one,
  other,
  onlyOne,
  onlyOther,
}: Omit<ComparedStep, 'changed' | 'differs'>): boolean {
  if (onlyOne.length + onlyOther.length > 0 || one === undefined || other === undefined) return true;
  const gap = Math.abs(one - other);
  return gap > chance.milliseconds && gap > chance.part * Math.max(one, other);
}

/** Amounts differ where they do so markedly; anything else where it is not the same. */
function factDiffers([, value, amount]: Fact, [, otherValue, otherAmount]: Fact): boolean {
  if (amount === undefined || otherAmount === undefined) return value !== otherValue;
  return Math.abs(amount - otherAmount) > chance.part * Math.max(amount, otherAmount);
}

export function compareRuns(one: RunModel, other: RunModel): Comparison {
  const second = factsOf(other);
  return {
    facts: factsOf(one).map((fact, index) => {
      const [name, value] = fact;
      const other = second[index] ?? [name, missing];
      return { name, one: value, other: other[1], differs: factDiffers(fact, other) };
    }),
    steps: stepIds(one, other)
      .map((step) => compareStep(step, one, other))
      .filter((step) => step.one !== undefined || step.other !== undefined),
    checks: compareChecks(one, other),
  };
}
