/** Two runs side by side: what differs in facts, checks, steps and commands. */
import { say, translated } from '../../../contract/text/say.ts';
import type { compareTwo } from '../../history/history.ts';
import { columnsOf, exact, padded, shownLines, toned, type Line } from '../terminal/lines.ts';
import { durationText } from '../terminal/text.ts';

type Comparison = Awaited<ReturnType<typeof compareTwo>>;
type ComparedStep = Comparison['steps'][number];
type ComparedCheck = Comparison['checks'][number];

/** A check of a step that only one of the two performed adds nothing to the step. */
function isOfMissingStep(check: ComparedCheck, steps: readonly ComparedStep[]): boolean {
  const step = steps.find((one) => one.step === check.step);
  return (
    (check.one === undefined && step?.one === undefined) ||
    (check.other === undefined && step?.other === undefined)
  );
}

/** Differences that matter. */
export function differencesOf({ facts, steps, checks }: Comparison): Comparison {
  return {
    facts: facts.filter(({ differs }) => differs),
    steps: steps.filter(({ differs }) => differs),
    checks: checks.filter((check) => check.differs && !isOfMissingStep(check, steps)),
  };
}

/** Columns of the name, and of each value, without a terminal. */
const fixed = { name: 26, value: 30 };
const gap = '  ';
/** On a narrower terminal the two values follow below the name. */
const leastWidth = 72;

type Row = readonly [name: string, one: string, other: string];

const cellLines = (text: string, width: number): string[] => shownLines(text, { width, colors: false });

function sideBySide([name, ...values]: Row, width: number): string[] {
  const nameWidth = Math.min(fixed.name, Math.floor(width / 3));
  const valueWidth = Math.floor((width - nameWidth) / 2) - gap.length;
  const widths = [nameWidth, valueWidth, valueWidth];
  const cells = [name, ...values].map((text, index) => cellLines(text, widths[index] ?? valueWidth));
  // A path that does not fit its column is not cut.
  if (cells.some((lines, index) => lines.some((line) => columnsOf(line) > (widths[index] ?? 0))))
    return below([name, ...values]);
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, row) =>
    cells
      .map((lines, index) => padded(lines[row] ?? '', widths[index] ?? 0))
      .join(gap)
      .trimEnd(),
  );
}

const below = ([name, one, other]: Row): string[] => [
  ...(name === '' ? [] : [name]),
  `  1: ${one}`,
  `  2: ${other}`,
];

function rowLines(row: Row, width: number | undefined): string[] {
  const [name, one, other] = row;
  if (width === undefined)
    return [`${name.padEnd(fixed.name)}  ${one.padEnd(fixed.value)}  ${other}`.trimEnd()];
  return width < leastWidth ? below(row) : sideBySide(row, width);
}

const stepTime = (milliseconds: number | undefined) =>
  milliseconds === undefined ? say('not performed') : durationText(milliseconds / 1000);

const shownCheck = (found: string | undefined): string =>
  found === undefined ? say('not checked') : translated(found);

const wordsText = (words: readonly string[]): string => (words.length === 0 ? '-' : words.join(' '));

/** Commands with other words, and those that only one of the two has sent. */
function commandLines({ changed, onlyOne, onlyOther }: ComparedStep): Line[] {
  const paired = new Set(changed.flatMap(({ lines }) => lines));
  const only = (lines: readonly string[], sign: string): Line[] =>
    lines.filter((line) => !paired.has(line)).map((line) => [exact(`  ${sign} ${line}`)]);
  return [
    ...changed.map(({ host, program, one, other }): Line => {
      const words =
        one.length + other.length === 0
          ? say('the same words in another order')
          : say('{one} in the first, {other} in the second', {
              one: wordsText(one),
              other: wordsText(other),
            });
      return `  ${say('{program} on {host}: {words}', { program, host, words })}`;
    }),
    ...only(onlyOne, '-'),
    ...only(onlyOther, '+'),
  ];
}

/**
 * @param runs their names
 * @param width columns of the terminal; undefined if none is
 */
export function comparisonLines(
  runs: readonly [string, string],
  { facts, steps, checks }: Comparison,
  width: number | undefined,
): Line[] {
  if (facts.length + steps.length + checks.length === 0) return [say('nothing differs')];
  const several = new Set(checks.map(({ step }) => step)).size > 1;
  const checkName = ({ step, title, volume }: ComparedCheck) =>
    `${several ? `${step} ` : ''}${translated(title)}${volume === undefined ? '' : `, ${volume}`}`;
  return [
    ...rowLines(['', ...runs], width).map((text): Line => [toned('heading', text)]),
    ...facts.flatMap(({ name, one, other }) =>
      rowLines([translated(name), translated(one), translated(other)], width),
    ),
    ...checks.flatMap((check) =>
      rowLines([checkName(check), shownCheck(check.one), shownCheck(check.other)], width),
    ),
    ...steps.flatMap((step) => [
      ...rowLines(
        [`${step.step} ${translated(step.title)}`, stepTime(step.one), stepTime(step.other)],
        width,
      ),
      ...commandLines(step),
    ]),
  ];
}
