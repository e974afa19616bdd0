/** Errors on the standard error. */
import { isFailure, type ErrorInfo } from '../../../contract/errors.ts';
import { say } from '../../../contract/text/say.ts';
import { asGiven, type GlobalOptionWords } from '../given-options.ts';
import { isVerbose } from './display.ts';
import { toned, type Line } from './lines.ts';
import { standardError, warn } from './output.ts';
import { printable } from './text.ts';

/** The others are in the sentence of the error. */
type Shown = Exclude<keyof ErrorInfo['evidence'], 'run' | 'knownIn'>;

const evidenceNames: Readonly<Record<Shown, string>> = {
  host: say('host'),
  command: say('command'),
  exitStatus: say('exit status'),
  signal: say('signal'),
  stdout: say('output'),
  stderr: say('error output'),
  expected: say('expected'),
  actual: say('seen'),
  parser: say('parser'),
  also: say('also'),
};

/** Lines of a host's output that are shown of each stream. */
const shownOutput = 12;

/** The evidence, one value per line. @param whole true: everything that a host printed */
function evidenceLines(evidence: ErrorInfo['evidence'], whole: boolean): string[] {
  return (Object.keys(evidenceNames) as Shown[]).flatMap((name) => {
    const value = evidence[name];
    if (value === undefined || value === '') return [];
    const text = String(value).trimEnd();
    const lines = text.split('\n').slice(0, whole || name === 'also' ? undefined : shownOutput);
    const shown = text.includes('\n') ? `\n      ${lines.join('\n      ')}` : text;
    return [`    ${evidenceNames[name]}: ${shown}`];
  });
}

interface ShownError {
  /** Sentence and hint. */
  readonly told: readonly Line[];
  /** The output of a host is shown unchanged. */
  readonly seen: readonly string[];
}

/**
 * @param given the global options, for the commands of the hint
 * @param whole true: everything that a host printed
 */
export function shownError(error: unknown, given?: GlobalOptionWords, whole = false): ShownError {
  if (!isFailure(error)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { told: [], seen: [`shadowtape: ${text}`] };
  }
  const { sentence, hint, evidence } = error.told;
  const hintLine = hint && `  ${say('hint: {hint}', { hint: given ? asGiven(hint, given) : hint })}`;
  return {
    told: [[toned('bad', 'shadowtape:'), ` ${sentence}`], ...(hintLine ? [hintLine] : [])],
    seen: evidenceLines(evidence, whole),
  };
}

/** Prints an error. @param given see `shownError` */
export function showError(error: unknown, given?: GlobalOptionWords): void {
  const { told, seen } = shownError(error, given, isVerbose());
  told.forEach(warn);
  for (const text of seen) standardError.write(`${printable(text)}\n`);
}
