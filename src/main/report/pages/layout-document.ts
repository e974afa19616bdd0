/** Lays a whole report out: sections on pages, a list of contents where it is long, page numbers and running titles. */
import type { ReportBlock, ReportDocument, ReportPaper, ReportSection } from '../../../contract/report.ts';
import { say } from '../../../contract/text/say.ts';
import { Flow, type Frame } from './flow.ts';
import {
  headingHeight,
  layoutHeading,
  layoutListing,
  layoutParagraph,
  layoutSigning,
  layoutTermination,
  listingStart,
  paragraphHeight,
  paragraphStart,
  signingHeight,
} from './layout-blocks.ts';
import { contentsHeight, contentsOf, layoutContents } from './layout-contents.ts';
import { figureStart, layoutFigure } from './layout-figure.ts';
import { factsStart, layoutFacts, layoutTable, tableStart } from './layout-table.ts';
import { inks, nodeOf, type Page, type PlaceItem, type StructNode } from './page-items.ts';
import type { Typesetter } from './typesetter.ts';

export interface LaidOut {
  readonly pages: readonly Page[];
  readonly tree: StructNode;
}

const papers: Readonly<Record<ReportPaper, { width: number; height: number }>> = {
  A4: { width: 595.28, height: 841.89 },
  Letter: { width: 612, height: 792 },
};

/** Width and height in points. */
export const paperSize = (paper: ReportPaper): readonly [number, number] => [
  papers[paper].width,
  papers[paper].height,
];

function frameOf(paper: ReportPaper): Frame {
  const { width, height } = papers[paper];
  const side = 46;
  return {
    pageWidth: width,
    pageHeight: height,
    left: side,
    top: 56,
    width: width - 2 * side,
    bottom: height - 50,
  };
}

/** Longer reports have a list of contents; the outline of the PDF has it in any case. */
const pagesWithoutContents = 12;

function startOf(flow: Flow, block: ReportBlock | undefined): number {
  switch (block?.kind) {
    case 'table':
      return tableStart(flow, block);
    case 'figure':
      return figureStart(block);
    case 'listing':
      return listingStart(flow, block);
    case 'paragraph':
      return paragraphStart(flow, block.texts);
    case 'facts':
      return factsStart(flow, block);
    case 'signing':
      return signingHeight(block);
    default:
      return 40;
  }
}

const blockGap = 9;
const leadingLines = 6 * 13;

/** What must be on one page from a block on: a short paragraph stays with what it leads to. */
function startFrom(flow: Flow, blocks: readonly ReportBlock[], at: number): number {
  const block = blocks[at];
  const next = blocks[at + 1];
  if (block?.kind !== 'paragraph' || next === undefined) return startOf(flow, block);
  const height = paragraphHeight(flow, block.texts);
  if (height > leadingLines) return startOf(flow, block);
  return Math.min(height + blockGap + startFrom(flow, blocks, at + 1), flow.wholeRoom);
}

function layoutBlock(flow: Flow, block: ReportBlock, parent: StructNode): void {
  switch (block.kind) {
    case 'termination':
      return layoutTermination(flow, block, parent);
    case 'paragraph':
      return layoutParagraph(flow, block.texts, parent);
    case 'facts':
      return layoutFacts(flow, block, parent);
    case 'table':
      return layoutTable(flow, block, parent);
    case 'listing':
      return layoutListing(flow, block, parent);
    case 'figure':
      return layoutFigure(flow, block, parent);
    case 'signing':
      return layoutSigning(flow, block, parent);
  }
}

/** What must be on the same page as a heading: what comes first below it, or the next heading with what comes below that. */
function headStart(flow: Flow, sections: readonly ReportSection[], index: number): number {
  const section = sections[index];
  if (!section) return 0;
  const next = sections[index + 1];
  const [first] = section.blocks;
  const below =
    first === undefined && next !== undefined && next.level > section.level
      ? headStart(flow, sections, index + 1)
      : startFrom(flow, section.blocks, 0);
  return headingHeight(flow, section) + below;
}

function layoutSection(
  flow: Flow,
  sections: readonly ReportSection[],
  index: number,
  parent: StructNode,
): void {
  const section = sections[index];
  if (!section) return;
  if (section.newPage && !flow.isAtTop) flow.newPage();
  flow.ensure(Math.min(headStart(flow, sections, index), flow.wholeRoom));
  layoutHeading(flow, section, parent);
  section.blocks.forEach((block, at) => {
    if (at > 0) {
      flow.gap(blockGap);
      flow.ensure(startFrom(flow, section.blocks, at));
    }
    layoutBlock(flow, block, parent);
  });
}

function placesOf(pages: readonly Page[], from: number, shift: number): Map<string, number> {
  return new Map(
    pages.flatMap(({ items }, index) =>
      items
        .filter((item): item is PlaceItem => item.kind === 'place')
        .map(({ id }) => [id, index + 1 + (index >= from ? shift : 0)] as const),
    ),
  );
}

/** Puts the list of contents below the summary, or on a page of its own after it. */
function addContents({ flow, tree, summary }: Filled, sections: readonly ReportSection[]): void {
  const part: StructNode = nodeOf('Sect', undefined);
  const list = new Flow(flow.setter, flow.frame);
  const below = flow.pages[summary.pages - 1];
  const room = flow.frame.bottom - summary.end;
  const fitting = contentsOf(sections.slice(1)).find((each) => contentsHeight(flow, each) <= room);
  const fits = below !== undefined && fitting !== undefined;
  const entries = fitting ?? contentsOf(sections.slice(1))[0] ?? [];
  if (fits) {
    list.pages.splice(0, 1, below);
    list.y = summary.end;
  }
  layoutContents(list, entries, part, placesOf(flow.pages, summary.pages, fits ? 0 : 1));
  if (!fits) flow.pages.splice(summary.pages, 0, ...list.pages);
  tree.children.splice(1, 0, part);
}

interface Filled {
  readonly flow: Flow;
  readonly tree: StructNode;
  /** How many pages the summary takes, and where on the last of them it ends. */
  readonly summary: { readonly pages: number; readonly end: number };
}

function fill(setter: Typesetter, { sections }: ReportDocument, frame: Frame): Filled {
  const flow = new Flow(setter, frame);
  const tree = nodeOf('Document', undefined);
  let part = nodeOf('Sect', tree);
  let summary: Filled['summary'] = { pages: 1, end: frame.bottom };
  sections.forEach((section, index) => {
    if (index === 1) summary = { pages: flow.pages.length, end: flow.y };
    if (section.level === 1 && index > 0) part = nodeOf('Sect', tree);
    layoutSection(flow, sections, index, part);
  });
  return { flow, tree, summary };
}

/** Running titles are artifacts: a screen reader does not read them. */
function frameThePages(
  { flow }: { flow: Flow },
  { run, title, journalHash, times, ended }: ReportDocument,
): void {
  const [kind = ''] = title.split(',');
  const { left, width, pageHeight } = flow.frame;
  const right = left + width;
  const whole = flow.pages.length;
  flow.pages.forEach(({ items }, index) => {
    const page = new Flow(flow.setter, flow.frame);
    page.text(undefined, say('Shadowtape {kind}', { kind: kind.toLowerCase() }), left, 34, {
      size: 7.4,
      tone: 'quiet',
    });
    page.text(
      undefined,
      ended ? say('run {run}', { run }) : say('run {run}, NOT ENDED', { run }),
      right,
      34,
      {
        size: 7.4,
        font: 'bold',
        align: 'right',
      },
    );
    page.line(undefined, left, 40, right, 40, { stroke: inks.rule, width: 0.5 });
    const base = pageHeight - 30;
    page.line(undefined, left, base - 11, right, base - 11, { stroke: inks.rule, width: 0.5 });
    page.text(undefined, say('journal {hash}…', { hash: journalHash.slice(0, 16) }), left, base, {
      size: 7.4,
      font: 'mono',
      tone: 'quiet',
    });
    page.text(undefined, times, left + width / 2, base, {
      size: 7.4,
      tone: 'quiet',
      align: 'middle',
    });
    page.text(undefined, `${index + 1} / ${whole}`, right, base, { size: 8, font: 'bold', align: 'right' });
    items.push(...page.page.items);
  });
}

export function layoutReport(setter: Typesetter, report: ReportDocument, paper: ReportPaper): LaidOut {
  const frame = frameOf(paper);
  const filled = fill(setter, report, frame);
  if (filled.flow.pages.length > pagesWithoutContents) addContents(filled, report.sections);
  frameThePages(filled, report);
  return { pages: filled.flow.pages, tree: filled.tree };
}
