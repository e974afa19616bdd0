/** What a reader skipped although it exited 0: written to the journal, and counted from it. Pure. */
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import { givenOmissions, type Omissions } from '../../../contract/run-outcome.ts';
import { phrase, phraseCount } from '../../../contract/text/say.ts';
import type { ReaderOutput, Remark } from '../../../streams/reader-output.ts';

type Warning = Extract<NewEvent, { type: 'warning' }>;

/** What is said of each kind: of one file, with the message of the reader, and of those whose names were not kept. */
const ofKind = {
  skipped: {
    one: (message: string) => phrase('not on tape: {message}', { message }),
    more: (tool: string, count: number) =>
      phraseCount(
        count,
        '{tool}: {count} more file is not on tape; its name was not kept',
        '{tool}: {count} more files are not on tape; their names were not kept',
        { tool },
      ),
  },
  inconsistent: {
    one: (message: string) => phrase('changed while it was read: {message}', { message }),
    more: (tool: string, count: number) =>
      phraseCount(
        count,
        '{tool}: {count} more file changed while it was read; its name was not kept',
        '{tool}: {count} more files changed while they were read; their names were not kept',
        { tool },
      ),
  },
} as const;

function warningOf(step: string, tool: string, { kind, file, said }: Remark): Warning {
  const message = `${tool}: ${said}`;
  if (kind !== 'skipped' && kind !== 'inconsistent') return { type: 'warning', step, text: message };
  const text = ofKind[kind].one(message);
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
    return count === 0 ? [] : [{ type: 'warning', step, text: ofKind[kind].more(tool, count), kind, count }];
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
