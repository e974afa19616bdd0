/** Commands that are scripts: a number where they were sent, and the full text once. Pure. */
import type { ReportText } from '../../../contract/report.ts';
import { countText, printable } from '../../../contract/words.ts';
import type { RunModel } from '../../../folds/run-model.ts';
import { code, quiet } from './report-words.ts';
import type { SectionDraft } from './section-draft.ts';

/** A longer line is not readable in a table. */
const longestLine = 400;
const shownOfLine = 60;

const isScript = (line: string) => line.includes('\n') || line.length > longestLine;

/** Each script by its text: `S1`, `S2`, … in the order of sending. */
export type Scripts = ReadonlyMap<string, string>;

export function scriptsOf({ passes, otherCommands }: RunModel): Scripts {
  const sent = [...passes.flatMap(({ commands }) => commands), ...otherCommands]
    .toSorted((one, other) => one.seq - other.seq)
    .map(({ line }) => line)
    .filter(isScript);
  return new Map([...new Set(sent)].map((line, index) => [line, `S${index + 1}`]));
}

/** The beginning of its first line. */
const beginning = (line: string) => (line.split('\n')[0] ?? '').slice(0, shownOfLine);

/** A command as it is in a table. */
export function commandTexts(line: string, scripts: Scripts): ReportText[] {
  const name = scripts.get(line);
  return name === undefined
    ? [code(line)]
    : [code(beginning(line)), quiet(` … script ${name}: see “Scripts”`)];
}

/** The same in a listing. */
export function listedCommand(line: string, scripts: Scripts): string {
  const name = scripts.get(line);
  return name === undefined ? line : `${beginning(line)} … (script ${name})`;
}

export function scriptAppendix(scripts: Scripts): SectionDraft[] {
  if (scripts.size === 0) return [];
  const listings = [...scripts].map(([line, name]) => {
    const lines = printable(line).split('\n');
    return { kind: 'listing' as const, caption: `${name}, ${countText(lines.length)} lines`, lines };
  });
  return [{ id: 'scripts', title: 'Scripts', appendix: true, blocks: listings }];
}
