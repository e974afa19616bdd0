/** Words and numbers as the command line prints them. */
import { isFailure, type ErrorInfo } from '../../../contract/errors.ts';
import { printable } from '../../../contract/words.ts';
import { asGiven, type GlobalOptionWords } from '../given-options.ts';

export { bytesText, countText, durationText, printable, rateText } from '../../../contract/words.ts';

/** The run of an error is in its sentence. */
type Shown = Exclude<keyof ErrorInfo['evidence'], 'run'>;

const evidenceNames: Readonly<Record<Shown, string>> = {
  host: 'host',
  command: 'command',
  exitStatus: 'exit status',
  signal: 'signal',
  stdout: 'output',
  stderr: 'error output',
  expected: 'expected',
  actual: 'seen',
  also: 'also',
};

function evidenceLines(evidence: ErrorInfo['evidence']): string[] {
  return (Object.keys(evidenceNames) as Shown[]).flatMap((name) => {
    const value = evidence[name];
    if (value === undefined || value === '') return [];
    const text = String(value).trimEnd();
    const lines = text.split('\n').slice(0, name === 'also' ? undefined : 12);
    const shown = text.includes('\n') ? `\n      ${lines.join('\n      ')}` : text;
    return [`    ${evidenceNames[name]}: ${shown}`];
  });
}

/**
 * Sentence, hint and evidence of an error, a line each. Control characters of a host's output are made visible.
 * @param given the global options, for the commands of the hint
 */
export function errorText(error: unknown, given?: GlobalOptionWords): string {
  if (!isFailure(error))
    return `shadowtape: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  const lines = [
    `shadowtape: ${error.message}`,
    ...(error.hint ? [`  hint: ${given ? asGiven(error.hint, given) : error.hint}`] : []),
    ...evidenceLines(error.evidence),
  ];
  return printable(lines.join('\n'));
}
