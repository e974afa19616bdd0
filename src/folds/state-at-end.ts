/** Current state after a run: sentences, and the commands that are left to be done by hand. Pure. */
import { translated } from '../contract/text/say.ts';

export interface HandCommand {
  readonly host: string;
  readonly line: string;
  /** What must first be made sure of; undefined if nothing must. */
  readonly condition: string | undefined;
}

export interface StateAtEnd {
  readonly sentences: readonly string[];
  readonly byHand: readonly HandCommand[];
}

const handPattern = /^run by hand on ([^\s:,]+)(?:, (.*?))?: (.*)$/s;

/** The same in journals of release 0.1.0: the condition comes before the host. */
const earlierPattern = /^by hand(?:, (?<condition>.*?))?, on (?<host>[^\s:]+): (?<line>.*)$/s;

/** What a sentence leaves to be done by hand; undefined if it is a sentence about the state. @param sentence in English */
export function handCommandOf(sentence: string): HandCommand | undefined {
  const [, host, condition, line] = handPattern.exec(sentence) ?? [];
  if (host !== undefined && line !== undefined) return { host, line, condition };
  const earlier = earlierPattern.exec(sentence)?.groups;
  if (earlier?.['host'] === undefined || earlier['line'] === undefined) return undefined;
  return { host: earlier['host'], line: earlier['line'], condition: earlier['condition'] };
}

/** @param stands the sentences of `run-finished` */
export function readState(stands: readonly string[]): StateAtEnd {
  const sentences: string[] = [];
  const byHand: HandCommand[] = [];
  for (const sentence of stands) {
    const command = handCommandOf(sentence);
    if (command === undefined) sentences.push(sentence);
    else byHand.push(command);
  }
  return { sentences, byHand };
}

/**
 * The sentences for a page, which finds the commands in them: of those only the conditions are in the language of the
 * program.
 */
export const translatedState = (stands: readonly string[]): string[] =>
  stands.map((sentence) => {
    const command = handCommandOf(sentence);
    if (command === undefined) return translated(sentence);
    const { condition } = command;
    return condition === undefined ? sentence : sentence.replace(condition, () => translated(condition));
  });

/** As text for a terminal: a comment before each line says where it belongs. */
export function handText(commands: readonly HandCommand[]): string {
  return commands
    .map(
      ({ host, line, condition }) =>
        `# on ${host}${condition === undefined ? '' : `, ${condition}`}\n${line}\n`,
    )
    .join('');
}
