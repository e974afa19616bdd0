/** The current state after a run, with the commands that are left to be done by hand, as lines of a terminal. */
import { say, told } from '../../../contract/text/say.ts';
import { handCommandOf } from '../../../folds/stands.ts';
import { exact, type Line } from '../terminal/lines.ts';

function standLine(sentence: string): Line {
  const command = handCommandOf(sentence);
  if (command === undefined) return `  ${told(sentence)}`;
  const { host, line, condition } = command;
  const where =
    condition === undefined
      ? say('run by hand on {host}:', { host })
      : say('run by hand on {host}, {condition}:', { host, condition });
  return [`  ${where} `, exact(line)];
}

/** @param stands the sentences of `run-finished` */
export const standLines = (stands: readonly string[]): Line[] => stands.map(standLine);
