/** A report is read at a desk, and signed: a good run of any method is six sheets at most, one of three volumes nine. */
import { expect, it } from 'vitest';
import { reportOf } from '../../src/main/report/document/report-document.ts';
import { attachmentsOf } from '../../src/main/report/document/attachments.ts';
import { factsOf } from '../../src/main/report/document/report-source.ts';
import { pdfOf } from '../../src/main/report/pages/pdf-report.ts';
import type { RunEvent } from '../../src/contract/events.ts';
import { runScene } from '../support/lab-run.ts';
import { pageCount } from '../support/pdf-tools.ts';
import { sceneOfTest } from '../support/scene-of-test.ts';

/** As a run has it whose drive did not stream, for each volume. */
const slowDump = (volume: number): string =>
  `the dump of volume ${volume} averaged 20.2 MB/s, below the drive’s minimum streaming rate of 40.0 MB/s: the drive was shoe-shining; the data is not affected`;

/** The run with so many warnings more. */
function withWarnings(events: readonly RunEvent[], count: number): RunEvent[] {
  return events.flatMap((event): RunEvent[] => {
    if (event.type !== 'run-finished') return [event];
    const { seq, at, run, prev } = event;
    const warned = Array.from({ length: count }, (_, volume) => ({
      ...{ seq, at, run, prev },
      ...({ type: 'warning', step: '6a', text: slowDump(volume + 1) } as const),
    }));
    return [...warned, event];
  });
}

/** With what a kept journal adds: its last line, the head of the seals, a zone. */
async function pagesOf(events: readonly RunEvent[], paper: 'A4' | 'Letter'): Promise<number> {
  const [journalHash, sealsHead] = ['a'.repeat(64), 'b'.repeat(64)];
  const source = { run: events[0]?.run ?? '', events, journalHash, sealsHead, zone: 'America/New_York' };
  return pageCount(await pdfOf(reportOf(source), paper, attachmentsOf(factsOf(source))));
}

it.each([
  ['raw-dd', 6, 1],
  ['ufs-tar', 6, 1],
  ['ufsdump', 6, 1],
  ['sfxfs-tar', 6, 1],
  ['sfxdump', 6, 1],
  ['three-volumes', 9, 3],
])(
  'the report of a good run of %s has %i pages at most, with warnings and on each paper',
  async (job, most, warnings) => {
    const end = await runScene(await sceneOfTest({ jobs: [job] }), { job });
    expect(end).toMatchObject({ exitStatus: 0 });
    const events = withWarnings(end.events, warnings);
    expect(await pagesOf(events, 'A4')).toBeLessThanOrEqual(most);
    expect(await pagesOf(events, 'Letter')).toBeLessThanOrEqual(most);
  },
);
