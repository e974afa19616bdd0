/** Reports of recorded journals, and the text of their parts. */
import type { ReportBlock, ReportDocument, ReportTexts } from '../../../contract/report.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { fixtureEvents, type FixtureName } from '../../../folds/journals.test-support.ts';
import { attachmentsOf } from './attachments.ts';
import { reportOf } from './report-document.ts';
import { factsOf } from './report-source.ts';

export const journalHash = '0123456789abcdef'.repeat(4);
export const reportOfEvents = (events: readonly RunEvent[]) =>
  reportOf({ run: events[0]?.run ?? '', events, journalHash });
export const fixture = (name: FixtureName) => reportOfEvents(fixtureEvents(name));

/** The text of the attached file whose name ends like this. */
export const attachedTo = (events: readonly RunEvent[], ending: string) =>
  attachmentsOf(factsOf({ run: events[0]?.run ?? '', events, journalHash })).find(({ name }) =>
    name.endsWith(`.${ending}`),
  )?.text ?? '';
export const attached = (name: FixtureName, ending: string) => attachedTo(fixtureEvents(name), ending);

const textOf = (texts: ReportTexts) => texts.map(({ text }) => text).join('');

function wordsOf(block: ReportBlock): string {
  switch (block.kind) {
    case 'paragraph':
      return textOf(block.texts);
    case 'facts':
      return block.rows.map(({ name, value }) => `${name}: ${textOf(value)}`).join('\n');
    case 'table':
      return [block.caption, ...block.rows.map((row) => row.map(textOf).join(' | '))].join('\n');
    case 'listing':
      return block.lines.join('\n');
    case 'figure':
      return `${block.caption}\n${block.alt}`;
    case 'termination':
      return `${block.line} (${block.status}): ${block.sentence}`;
    case 'signing':
      return block.lines.map(({ who }) => who).join('\n');
  }
}

export const sectionText = ({ sections }: ReportDocument, id: string) =>
  (sections.find((section) => section.id === id)?.blocks ?? []).map(wordsOf).join('\n');
