/** Lays a whole report out: sections on pages, a list of contents where it is long, page numbers and running titles. */
import type { ReportBlock, ReportDocument, ReportPaper, ReportSection } from '../../contract/report.ts';
import { Flow, type Frame } from './flow.ts';
import {
  headingHeight,
  layoutHeading,
  layoutListing,
  layoutParagraph,
  layoutSigning,
  layoutTermination,
  listingStart,
  paragraphStart,
  signingHeight,
} from './layout-blocks.ts';
import { figureStart, layoutFigure } from './layout-figure.ts';
import { layoutFacts, layoutTable, tableStart } from './layout-table.ts';
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
  const side = 50;
  return {
    pageWidth: width,
    pageHeight: height,
    left: side,
    top: 62,
    width: width - 2 * side,
    bottom: height - 56,
  };
}

/** Longer reports have a list of contents. */
const pagesWithoutContents = 6;

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
    case 'signing':
      return signingHeight(block);
    default:
      return 40;
  }
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

/** What must stand on the same page as a heading: what comes first below it, or the next heading with what comes below that. */
function headStart(flow: Flow, sections: readonly ReportSection[], index: number): number {
  const section = sections[index];
  if (!section) return 0;
  const next = sections[index + 1];
  const [first] = section.blocks;
  const below =
    first === undefined && next !== undefined && next.level > section.level
      ? headStart(flow, sections, index + 1)
      : startOf(flow, first);
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
    if (at > 0) flow.gap(9);
    layoutBlock(flow, block, parent);
  });
}

const contentsHead: ReportSection = {
  id: 'contents',
  number: '',
  title: 'Contents',
  level: 1,
  newPage: true,
  blocks: [],
};

/** Sections of the second level are left out where they would be too many. */
function contentsOf(sections: readonly ReportSection[]): ReportSection[] {
  const all = sections.filter(({ level }) => level < 3);
  return all.length <= 44 ? all : sections.filter(({ level }) => level === 1);
}

/** The pages of the list of contents; where sections begin is told as it will be with these pages in. */
function contentsPages(
  filled: Flow,
  sections: readonly ReportSection[],
  parent: StructNode,
  places: ReadonlyMap<string, number>,
): readonly Page[] {
  const flow = new Flow(filled.setter, filled.frame);
  const { left, width } = flow.frame;
  const entries = contentsOf(sections);
  layoutHeading(flow, contentsHead, parent);
  const toc = nodeOf('TOC', parent);
  for (const { id, number, title, level } of entries) {
    const size = level === 1 ? 9.2 : 8.4;
    const node = nodeOf('Link', nodeOf('TOCI', toc));
    const x = left + (level - 1) * 16;
    flow.gap(level === 1 ? 4 : 0);
    flow.ensure(13);
    const y = flow.y + 9;
    const words = { text: `${number}  ${title}`, ...(level === 1 ? { style: 'strong' as const } : {}) };
    const [line] = flow.lines([words], { width: width - (x - left) - 40, size, codeSize: size, hang: 0 });
    if (line) flow.setLine(node, line, x, y);
    flow.line(undefined, x + (line?.width ?? 0) + 6, y, left + width - 26, y, {
      stroke: inks.rule,
      width: 0.5,
      dash: [0.8, 2.4],
    });
    const font = level === 1 ? 'bold' : 'regular';
    flow.text(node, String(places.get(id) ?? ''), left + width, y, { size, font, align: 'right' });
    flow.page.items.push({ kind: 'link', node, target: id, x: left, y: flow.y, width, height: 12 });
    flow.y += 13;
  }
  return flow.pages;
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

/** Puts the list of contents behind the summary, which ends with its page. */
function addContents({ flow, tree, summaryPages }: Filled, sections: readonly ReportSection[]): void {
  const part: StructNode = nodeOf('Sect', undefined);
  const pages = (count: number, parent: StructNode) =>
    contentsPages(flow, sections.slice(1), parent, placesOf(flow.pages, summaryPages, count));
  // How many pages it takes does not depend on the numbers in it.
  const count = pages(0, nodeOf('Sect', undefined)).length;
  flow.pages.splice(summaryPages, 0, ...pages(count, part));
  tree.children.splice(1, 0, part);
}

interface Filled {
  readonly flow: Flow;
  readonly tree: StructNode;
  readonly summaryPages: number;
}

function fill(setter: Typesetter, { sections }: ReportDocument, frame: Frame): Filled {
  const flow = new Flow(setter, frame);
  const tree = nodeOf('Document', undefined);
  let part = nodeOf('Sect', tree);
  let summaryPages = 1;
  sections.forEach((section, index) => {
    if (index === 1) summaryPages = flow.pages.length;
    if (section.level === 1 && index > 0) part = nodeOf('Sect', tree);
    layoutSection(flow, sections, index, part);
  });
  return { flow, tree, summaryPages };
}

/** Running titles are artifacts: who listens to the document hears them never. */
function frameThePages({ flow }: { flow: Flow }, { run, journalHash, ended }: ReportDocument): void {
  const { left, width, pageHeight } = flow.frame;
  const right = left + width;
  const whole = flow.pages.length;
  flow.pages.forEach(({ items }, index) => {
    const page = new Flow(flow.setter, flow.frame);
    page.text(undefined, 'Shadowtape backup report', left, 34, { size: 7.4, tone: 'quiet' });
    page.text(undefined, `run ${run}${ended ? '' : ', NOT ENDED'}`, right, 34, {
      size: 7.4,
      font: 'bold',
      align: 'right',
    });
    page.line(undefined, left, 40, right, 40, { stroke: inks.rule, width: 0.5 });
    const base = pageHeight - 30;
    page.line(undefined, left, base - 11, right, base - 11, { stroke: inks.rule, width: 0.5 });
    page.text(undefined, `journal ${journalHash.slice(0, 16)}…`, left, base, {
      size: 7.4,
      font: 'mono',
      tone: 'quiet',
    });
    page.text(undefined, 'times are UTC', left + width / 2, base, {
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
