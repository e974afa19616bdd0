/** What a reader skipped although it exited 0: written to the journal, and counted from it. Pure. */
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { givenOmissions, type Omissions } from '../../../contract/run-outcome.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { ReaderOutput, Remark } from '../../../streams/reader-output.ts';

type Warning = Extract<NewEvent, { type: 'warning' }>;

const ofKind = {
  skipped: { one: 'not on tape', more: 'more files are not on tape' },
  inconsistent: { one: 'changed while it was read', more: 'more files changed while they were read' },
} as const;

function warningOf(step: string, tool: string, { kind, file, said }: Remark): Warning {
  if (kind !== 'skipped' && kind !== 'inconsistent')
    return { type: 'warning', step, text: `${tool}: ${said}` };
  const text = `${ofKind[kind].one}: ${tool}: ${said}`;
  return { type: 'warning', step, text, kind, ...(file === undefined ? {} : { file }) };
}

/**
 * The warnings for all messages of a reader: one per file, and one more for all files beyond those that are kept.
 * @param step in which it read
 */
export function warningsOf(step: string, output: ReaderOutput): Warning[] {
  const { remarks, tool } = output;
  const beyond = (['skipped', 'inconsistent'] as const).flatMap((kind): Warning[] => {
    const count = output.count(kind) - remarks.filter((remark) => remark.kind === kind).length;
    const text = phrase('{tool}: {count} {more}; their names were not kept', {
      tool,
      count,
      more: ofKind[kind].more,
    });
    return count === 0 ? [] : [{ type: 'warning', step, text, kind, count }];
  });
  return [...remarks.map((remark) => warningOf(step, tool, remark)), ...beyond];
}

/**
 * How many files are missing on the tape of a run, and how many of its records are zeros. What a step reported before
 * it was repeated does not count.
 */
export function omissionsOf(events: readonly RunEvent[]): Omissions {
  const counts = new Map<string, Record<keyof Omissions, number>>();
  for (const event of events) {
    if (event.type === 'step-started') counts.delete(event.step);
    if (event.type !== 'warning' || event.kind === undefined) continue;
    const ofStep = counts.get(event.step) ?? { skipped: 0, inconsistent: 0, unreadable: 0 };
    ofStep[event.kind] += event.count ?? 1;
    counts.set(event.step, ofStep);
  }
  const total = (kind: keyof Omissions) =>
    [...counts.values()].reduce((sum, ofStep) => sum + ofStep[kind], 0) || undefined;
  return givenOmissions({
    skipped: total('skipped'),
    inconsistent: total('inconsistent'),
    unreadable: total('unreadable'),
  });
}
