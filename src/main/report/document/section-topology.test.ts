import { describe, expect, it } from 'vitest';
import type { ReportDocument } from '../../../contract/report.ts';
import { fixtureEvents } from '../../../folds/journals.test-support.ts';
import { fixture, reportOfEvents, sectionText } from './report-text.test-support.ts';
import { withLayout } from './report.test-support.ts';

describe('the topology', () => {
  it('of a restore shows the tape that was read, and none where the proxy itself was', () => {
    const events = fixtureEvents('restore');
    const tapeOf = (report: ReportDocument) =>
      report.sections
        .flatMap(({ blocks }) => blocks)
        .flatMap((block) =>
          block.kind === 'figure' && block.figure.kind === 'topology' ? [block.figure.tape] : [],
        );
    expect(tapeOf(reportOfEvents(events))).toEqual([
      { title: '/dev/rmt/0 on node3', files: ['Volume2'], isRead: true },
    ]);
    const fromProxy = events.map((event) =>
      event.type === 'run-started' && event.restore
        ? { ...event, restore: { ...event.restore, from: 'proxy' as const } }
        : event,
    );
    expect(tapeOf(reportOfEvents(fromProxy))).toEqual([undefined]);
    expect(sectionText(reportOfEvents(events), 'verification')).toContain('before anything was written.');
  });

  it('draws where master, proxy and shadow lay, and says the same in words', () => {
    const [, section] = reportOfEvents(withLayout()).sections;
    const figure = section?.blocks.find((block) => block.kind === 'figure');
    expect(figure?.alt).toBe(
      'Proxy volume Volume2: blocks 65,536 to 81,919; shadow volume Volume2: blocks 65,536 to 81,919; the same blocks.',
    );
    expect(figure?.figure).toMatchObject({
      primary: 'node1 and node2',
      backup: 'node3',
      shadowed: [
        {
          masters: [{ extents: [{ name: 'Volume1', role: 'master' }] }],
          ties: [{ proxy: 'Volume2', shadow: 'Volume2', mark: 'good' }],
        },
      ],
    });
  });

  it('of a journal of an earlier release holds what the rules compared, and reports it', () => {
    const text = sectionText(fixture('raw-dd'), 'topology');
    expect(text).toContain('This journal was written by an earlier release');
    expect(text).toContain('Proxy volume Volume2: blocks 65,536 to 81,919');
  });

  it('says where the shadow is not the same blocks', () => {
    const events = withLayout().map((event) =>
      event.type === 'check' && event.step === 'verify' && event.rule === 'first-block'
        ? { ...event, actual: '66,560', verdict: 'differs' as const }
        : event,
    );
    const report = reportOfEvents(events);
    expect(sectionText(report, 'topology')).toContain('NOT the same blocks');
    expect(sectionText(report, 'verification')).toContain('First block | 65,536 | 66,560 | differs |');
  });
});
