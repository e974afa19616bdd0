/** How a command is written in a table of the report: as sent, or by its beginning where it is a script. Pure. */
import type { ReportTexts } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import { code, quiet } from './report-words.ts';

/** A longer line is not readable in a table. A query, such as the script that holds a device open, is shown whole in the attached file. */
const longestLines = { change: 400, query: 160 } as const;
const shownOfLine = 60;

/** The attached file has all of a script. @param changes whether the command changes something: then it is shown longer */
export function commandTexts(line: string, changes: boolean): ReportTexts {
  const longestLine = changes ? longestLines.change : longestLines.query;
  const lines = line.split('\n');
  if (lines.length === 1 && line.length <= longestLine) return [code(line)];
  const rest =
    lines.length === 1
      ? say('{line} characters', { line: countText(line.length) })
      : say('a script of {lines} lines', { lines: countText(lines.length) });
  return [
    code((lines[0] ?? '').slice(0, shownOfLine)),
    quiet(` ${say('… {rest}, in full in the attached commands', { rest })}`),
  ];
}
