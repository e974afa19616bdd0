/** How a command is written in a table of the report: as sent, or by its beginning where it is a script. Pure. */
import type { ReportTexts } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import { code, quiet } from './report-words.ts';

/** A longer line is not readable in a table. */
const longestLine = 400;
const shownOfLine = 60;

/** The attached file has all of a script. */
export function commandTexts(line: string): ReportTexts {
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
