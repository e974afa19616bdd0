/** Everything but tables and figures: headings, paragraphs, listings, how the run ended, and where it is signed. */
import type {
  ReportListing,
  ReportSection,
  ReportSigning,
  ReportTermination,
  ReportTexts,
} from '../../../contract/report.ts';
import type { Flow } from './flow.ts';
import type { Line } from './line-breaking.ts';
import { inks, nodeOf, type StructNode } from './page-items.ts';
import { setCaption } from './layout-table.ts';

/** In points. `rule` is between the words and the line below them. */
const headings = {
  1: { size: 14.5, above: 18, rule: 2, below: 6 },
  2: { size: 11, above: 13, rule: 0, below: 4 },
  3: { size: 9.5, above: 10, rule: 0, below: 4 },
} as const;

const headingLines = (flow: Flow, { number, title, level }: ReportSection): Line[] =>
  flow.lines([{ text: `${number}${number === '' ? '' : '  '}${title}`, style: 'strong' }], {
    width: flow.frame.width,
    size: headings[level].size,
    codeSize: headings[level].size,
    hang: 0,
  });

export function headingHeight(flow: Flow, section: ReportSection): number {
  const { size, above, rule, below } = headings[section.level];
  return above + headingLines(flow, section).length * size * 1.3 + rule + below;
}

export function layoutHeading(flow: Flow, section: ReportSection, parent: StructNode): void {
  const { id, number, title, level } = section;
  const { size, above, rule, below } = headings[level];
  flow.gap(above);
  const node = nodeOf(`H${level}`, parent);
  flow.page.items.push({
    kind: 'place',
    id,
    title: `${number}${number === '' ? '' : '  '}${title}`,
    level,
    y: flow.y,
  });
  for (const line of headingLines(flow, section)) {
    flow.setLine(node, line, flow.frame.left, flow.y + size);
    flow.y += size * 1.3;
  }
  flow.y += rule;
  if (level === 1) {
    flow.line(undefined, flow.frame.left, flow.y, flow.frame.left + flow.frame.width, flow.y, {
      stroke: inks.ink,
      width: 1,
    });
  }
  flow.y += below;
}

const bodySizes = { size: 8.8, codeSize: 7.9, hang: 0 } as const;
const bodyLeading = 12.4;

const paragraphLines = (flow: Flow, texts: ReportTexts) =>
  flow.lines(texts, { width: flow.frame.width, ...bodySizes });

/** Two lines at least stay together. */
export const paragraphStart = (flow: Flow, texts: ReportTexts): number =>
  Math.min(2, paragraphLines(flow, texts).length) * bodyLeading;

export const paragraphHeight = (flow: Flow, texts: ReportTexts): number =>
  paragraphLines(flow, texts).length * bodyLeading;

export function layoutParagraph(flow: Flow, texts: ReportTexts, parent: StructNode): void {
  const node = nodeOf('P', parent);
  flow.ensure(paragraphStart(flow, texts));
  for (const line of paragraphLines(flow, texts)) {
    flow.ensure(bodyLeading);
    flow.setLine(node, line, flow.frame.left, flow.y + 9.4);
    flow.y += bodyLeading;
  }
}

const listing = { size: 7.2, leading: 9.8, pad: 5, hang: 10 } as const;

const listingLines = (flow: Flow, { lines }: ReportListing): Line[] =>
  lines.flatMap((text) => {
    // Blanks at the beginning say what belongs together.
    const [, indent = ''] = /^( *)/.exec(text) ?? [];
    const width = flow.frame.width - 2 * listing.pad;
    const measure = { width, size: listing.size, codeSize: listing.size, hang: listing.hang };
    const broken = flow.lines([{ text: text.trimStart(), style: 'code' }], measure);
    const shift = flow.setter.width(indent, 'mono', listing.size);
    if (shift === 0 || broken.length > 1) return broken;
    return broken.map((line) => ({ ...line, runs: line.runs.map((run) => ({ ...run, x: run.x + shift })) }));
  });

/** So many lines are not parted; longer ones are, after the third at the earliest. */
const wholeLines = 16;

export function listingStart(flow: Flow, block: ReportListing): number {
  const { length } = listingLines(flow, block);
  return 14 + 2 * listing.pad + (length <= wholeLines ? length : 3) * listing.leading;
}

export function layoutListing(flow: Flow, block: ReportListing, parent: StructNode): void {
  flow.ensure(listingStart(flow, block));
  setCaption(flow, nodeOf('P', parent), block.caption);
  const node = nodeOf('Code', nodeOf('P', parent));
  const { left, width } = flow.frame;
  let rest = listingLines(flow, block);
  while (rest.length > 0) {
    flow.ensure(2 * listing.pad + listing.leading);
    const most = Math.max(1, Math.floor((flow.room - 2 * listing.pad) / listing.leading));
    const shown = rest.slice(0, most);
    rest = rest.slice(most);
    const height = shown.length * listing.leading + 2 * listing.pad - 2;
    flow.rectangle(undefined, left, flow.y, width, height, { stroke: inks.rule, width: 0.5 });
    shown.forEach((line, index) =>
      flow.setLine(node, line, left + listing.pad, flow.y + listing.pad + 6.6 + index * listing.leading),
    );
    flow.y += height;
    if (rest.length > 0) flow.newPage();
  }
}

/** The one line that a manager reads. */
export function layoutTermination(
  flow: Flow,
  { mark, line, status, sentence }: ReportTermination,
  parent: StructNode,
): void {
  const { left, width } = flow.frame;
  const inner = width - 24;
  const heads = flow.lines([{ text: line, style: 'strong', mark }], {
    width: inner - 90,
    size: 14,
    codeSize: 14,
    hang: 0,
  });
  const bodies = flow.lines([{ text: sentence }], { width: inner, size: 9.4, codeSize: 9, hang: 0 });
  const height = heads.length * 19 + bodies.length * 13 + 20;
  flow.rectangle(undefined, left, flow.y, width, height, { stroke: inks.ink, width: 1.4 });
  const head = nodeOf('P', parent);
  heads.forEach((text, index) => flow.setLine(head, text, left + 12, flow.y + 23 + index * 19));
  flow.text(nodeOf('P', parent), status, left + width - 12, flow.y + 23, {
    font: 'bold',
    size: 9.4,
    align: 'right',
  });
  const body = nodeOf('P', parent);
  bodies.forEach((text, index) =>
    flow.setLine(body, text, left + 12, flow.y + 21 + heads.length * 19 + index * 13),
  );
  flow.y += height + 6;
}

export const signingHeight = ({ lines }: ReportSigning): number => lines.length * 36 + 4;

export function layoutSigning(flow: Flow, block: ReportSigning, parent: StructNode): void {
  flow.ensure(signingHeight(block));
  const { left, width } = flow.frame;
  for (const { who, name, fields } of block.lines) {
    flow.y += 26;
    const node = nodeOf('P', parent);
    const columns = [0, 0.34, 0.76, 1].map((share) => left + share * width);
    const [x0 = left, x1 = left, x2 = left, x3 = left] = columns;
    flow.text(node, name, x0, flow.y - 3, { size: 8.4 });
    for (const [from, to] of [
      [x0, x1 - 12],
      [x1, x2 - 12],
      [x2, x3],
    ] as const)
      flow.line(undefined, from, flow.y, to, flow.y, { stroke: inks.ink, width: 0.6 });
    flow.text(node, who, x0, flow.y + 8.6, { size: 7, tone: 'quiet' });
    flow.text(node, fields[0], x1, flow.y + 8.6, { size: 7, tone: 'quiet' });
    flow.text(node, fields[1], x2, flow.y + 8.6, { size: 7, tone: 'quiet' });
    flow.y += 10;
  }
}
