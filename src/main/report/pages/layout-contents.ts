/** The list of contents: two columns, so that it has its place below the summary. */
import type { ReportSection } from '../../../contract/report.ts';
import { say } from '../../../contract/text/say.ts';
import type { Flow } from './flow.ts';
import { headingHeight, layoutHeading } from './layout-blocks.ts';
import { inks, nodeOf, type StructNode } from './page-items.ts';

const contentsHead: ReportSection = {
  id: 'contents',
  number: '',
  title: say('Contents'),
  level: 2,
  newPage: false,
  blocks: [],
};

const mostEntries = 60;

/** The lists that there may be, the fullest first: sections of the second level are left out where they are too many for their place. */
export function contentsOf(sections: readonly ReportSection[]): ReportSection[][] {
  const all = sections.filter(({ level }) => level < 3);
  const short = sections.filter(({ level }) => level === 1);
  return all.length <= mostEntries ? [all, short] : [short];
}

const entryHeight = 13;
const columnGap = 24;
/** Above a section that has others below it. */
const entryGap = 4;

const gapOf = (entries: readonly ReportSection[]) => (entries.some(({ level }) => level > 1) ? entryGap : 0);
const sumOf = (entries: readonly ReportSection[], gap: number) =>
  entries.reduce((sum, { level }) => sum + entryHeight + (level === 1 ? gap : 0), 0);

/** Two columns, as even as they can be; the second begins with a section of the first level. */
function columnsOf(entries: readonly ReportSection[]): [left: ReportSection[], right: ReportSection[]] {
  const gap = gapOf(entries);
  const cuts = entries.flatMap(({ level }, at) => (level === 1 ? [at] : []));
  const heightOf = (at: number) => Math.max(sumOf(entries.slice(0, at), gap), sumOf(entries.slice(at), gap));
  const best = cuts.reduce((one, other) => (heightOf(other) <= heightOf(one) ? other : one), entries.length);
  return [entries.slice(0, best), entries.slice(best)];
}

export const contentsHeight = (flow: Flow, entries: readonly ReportSection[]): number =>
  headingHeight(flow, contentsHead) +
  Math.max(...columnsOf(entries).map((column) => sumOf(column, gapOf(entries))));

interface Places {
  readonly toc: StructNode;
  readonly pages: ReadonlyMap<string, number>;
  readonly gap: number;
}

function layoutEntry(
  flow: Flow,
  { id, number, title, level }: ReportSection,
  { toc, pages, gap }: Places,
  [left, width]: readonly [number, number],
): void {
  const size = level === 1 ? 8.8 : 8.2;
  const node = nodeOf('Link', nodeOf('TOCI', toc));
  const x = left + (level - 1) * 16;
  flow.y += level === 1 ? gap : 0;
  const y = flow.y + 9;
  const words = { text: `${number}  ${title}`, ...(level === 1 ? { style: 'strong' as const } : {}) };
  const [line] = flow.lines([words], { width: width - (x - left) - 34, size, codeSize: size, hang: 0 });
  if (line) flow.setLine(node, line, x, y);
  flow.line(undefined, x + (line?.width ?? 0) + 6, y, left + width - 24, y, {
    stroke: inks.rule,
    width: 0.5,
    dash: [0.8, 2.4],
  });
  const font = level === 1 ? 'bold' : 'regular';
  flow.text(node, String(pages.get(id) ?? ''), left + width, y, { size, font, align: 'right' });
  flow.page.items.push({ kind: 'link', node, target: id, x: left, y: flow.y, width, height: 12 });
  flow.y += entryHeight;
}

/** The page numbers of sections are those with this list included. */
export function layoutContents(
  flow: Flow,
  entries: readonly ReportSection[],
  parent: StructNode,
  pages: ReadonlyMap<string, number>,
): void {
  layoutHeading(flow, contentsHead, parent);
  const places = { toc: nodeOf('TOC', parent), pages, gap: gapOf(entries) };
  const width = (flow.frame.width - columnGap) / 2;
  const top = flow.y;
  columnsOf(entries).forEach((column, index) => {
    flow.y = top;
    const left = flow.frame.left + index * (width + columnGap);
    for (const entry of column) layoutEntry(flow, entry, places, [left, width]);
  });
}
