/** A section before it is numbered. */
import type { ReportBlock, ReportMark, ReportSection } from '../../../contract/report.ts';
import { say } from '../../../contract/text/say.ts';

export interface SectionDraft {
  readonly id: string;
  readonly title: string;
  /** 1 where nothing is said. */
  readonly level?: 1 | 2 | 3;
  readonly newPage?: boolean;
  /** Details: numbered by letters, after the rest. */
  readonly appendix?: boolean;
  readonly blocks: readonly ReportBlock[];
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Numbers sections `1`, `1.1`, … and appendices `A`, `A.1`, …; what comes first is the summary and has no number. */
export function numbered(drafts: readonly SectionDraft[]): ReportSection[] {
  const counts = [0, 0, 0];
  let appendices = 0;
  return drafts.map(({ id, title, level = 1, newPage = false, appendix = false, blocks }, index) => {
    if (index === 0) return { id, number: '', title, level, newPage, blocks };
    if (appendix && level === 1) {
      appendices += 1;
      counts.fill(0);
    } else {
      counts[level - 1] = (counts[level - 1] ?? 0) + 1;
      counts.fill(0, level);
    }
    const top = appendix ? (letters[appendices - 1] ?? '') : String(counts[0]);
    const number = [top, ...counts.slice(1, level)].join('.');
    return { id, number, title, level, newPage, blocks };
  });
}

export const verdictMarks: Readonly<Record<string, ReportMark>> = {
  equal: 'good',
  holds: 'good',
  differs: 'bad',
  fails: 'bad',
  'not-shown': 'unknown',
  unknown: 'unknown',
  pending: 'unknown',
  waiting: 'unknown',
};

const verdictWords: Readonly<Record<string, string>> = {
  equal: say('equal'),
  holds: say('holds'),
  differs: say('differs'),
  fails: say('fails'),
  'not-shown': say('not shown'),
  pending: say('not proven'),
};

export const verdictWord = (verdict: string): string => verdictWords[verdict] ?? verdict;

const stateWords = {
  done: say('done'),
  failed: say('failed'),
  skipped: say('skipped'),
  running: say('running'),
  'broken-off': say('interrupted'),
} as const;

/** How a step ended. */
export const stepWord = (state: keyof typeof stateWords): string => stateWords[state];
