/** The pages of a report while they are filled from top to bottom. */
import type { ReportMark } from '../../../contract/report.ts';
import type { Line, Measure } from './line-breaking.ts';
import { breakLines } from './line-breaking.ts';
import type { ReportTexts } from '../../../contract/report.ts';
import { inks, type Font, type Page, type ShapeItem, type StructNode, type Tone } from './page-items.ts';
import type { Typesetter } from './typesetter.ts';

/** Points: 72 to the inch. */
export interface Frame {
  readonly pageWidth: number;
  readonly pageHeight: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly bottom: number;
}

export type ShapeStyle = Pick<ShapeItem, 'fill' | 'stroke' | 'width' | 'dash'>;

export interface TextStyle {
  readonly font?: Font;
  readonly size: number;
  readonly tone?: Tone;
  readonly align?: 'left' | 'right' | 'middle';
}

const round = (value: number) => Math.round(value * 100) / 100;

export class Flow {
  readonly setter: Typesetter;
  readonly frame: Frame;
  readonly pages: Page[] = [{ items: [] }];
  y: number;

  constructor(setter: Typesetter, frame: Frame) {
    this.setter = setter;
    this.frame = frame;
    this.y = frame.top;
  }

  get page(): Page {
    const page = this.pages.at(-1);
    if (!page) throw new Error('a flow has at least one page');
    return page;
  }

  get room(): number {
    return this.frame.bottom - this.y;
  }

  /** Of a page that is empty. */
  get wholeRoom(): number {
    return this.frame.bottom - this.frame.top;
  }

  get isAtTop(): boolean {
    return this.y <= this.frame.top + 0.01;
  }

  newPage(): void {
    this.pages.push({ items: [] });
    this.y = this.frame.top;
  }

  /** Continues on a new page if less than this is left; what is higher than a page begins on one. */
  ensure(height: number): void {
    if (!this.isAtTop && height > this.room) this.newPage();
  }

  /** Space between blocks; none at the top of a page. */
  gap(height: number): void {
    if (!this.isAtTop) this.y += height;
  }

  shape(node: StructNode | undefined, path: string, style: ShapeStyle): void {
    this.page.items.push({ kind: 'shape', node, path, ...style });
  }

  rectangle(
    node: StructNode | undefined,
    x: number,
    y: number,
    width: number,
    height: number,
    style: ShapeStyle,
  ): void {
    this.shape(node, `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}Z`, style);
  }

  line(
    node: StructNode | undefined,
    x1: number,
    y1: number,
    x2: number,
    y2: number,
    style: ShapeStyle,
  ): void {
    this.shape(node, `M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}`, {
      stroke: inks.rule,
      width: 0.6,
      ...style,
    });
  }

  /** One line of text. @returns its width */
  text(node: StructNode | undefined, text: string, x: number, y: number, style: TextStyle): number {
    const { font = 'regular', size, tone = 'ink', align = 'left' } = style;
    const segments = this.setter.segments(text, font, size);
    const width = segments.reduce((sum, segment) => sum + segment.width, 0);
    let at = x - (align === 'right' ? width : align === 'middle' ? width / 2 : 0);
    for (const segment of segments) {
      this.page.items.push({
        kind: 'text',
        node,
        font: segment.font,
        size,
        tone,
        x: round(at),
        y: round(y),
        text: segment.text,
      });
      at += segment.width;
    }
    return width;
  }

  lines(texts: ReportTexts, measure: Measure): Line[] {
    return breakLines(this.setter, texts, measure);
  }

  /** Sets a broken line. @param y its base line @param width for lines that are aligned right */
  setLine(node: StructNode | undefined, line: Line, x: number, y: number, right?: number): void {
    const shift = right === undefined ? x : x + right - line.width;
    if (line.continued) this.#hook(x + 1, y);
    for (const run of line.runs) {
      if (run.mark !== undefined) this.mark(node, run.mark, shift + run.x, y, run.size);
      else
        this.page.items.push({
          kind: 'text',
          node,
          font: run.font,
          size: run.size,
          tone: run.tone,
          x: round(shift + run.x),
          y: round(y),
          text: run.text,
        });
    }
  }

  /** Says that the line continues with the one before: drawn, so that who copies the text does not get it. */
  #hook(x: number, y: number): void {
    this.shape(undefined, `M${round(x)} ${round(y - 6)}v3.6h3.6m-1.5 -1.5l1.5 1.5l-1.5 1.5`, {
      stroke: inks.quiet,
      width: 0.6,
    });
  }

  /** A shape for a verdict; the word next to it says the same. @param y the base line of that word */
  mark(node: StructNode | undefined, mark: ReportMark, x: number, y: number, size: number): void {
    const d = size * 0.84;
    const top = y - size * 0.78;
    const at = (px: number, py: number) => `${round(x + px * d)} ${round(top + py * d)}`;
    const ring = `M${at(0, 0.5)}A${round(d / 2)} ${round(d / 2)} 0 1 1 ${at(1, 0.5)}A${round(d / 2)} ${round(d / 2)} 0 1 1 ${at(0, 0.5)}Z`;
    const pen = { stroke: inks.ink, width: 0.7 };
    if (mark === 'good') {
      this.shape(node, ring, pen);
      this.shape(node, `M${at(0.26, 0.52)}L${at(0.44, 0.7)}L${at(0.76, 0.32)}`, {
        stroke: inks.ink,
        width: 0.9,
      });
    } else if (mark === 'bad') {
      this.shape(node, `M${at(0, 0)}L${at(1, 0)}L${at(1, 1)}L${at(0, 1)}Z`, { fill: inks.ink });
      this.shape(node, `M${at(0.25, 0.25)}L${at(0.75, 0.75)}M${at(0.75, 0.25)}L${at(0.25, 0.75)}`, {
        stroke: inks.white,
        width: 1.1,
      });
    } else if (mark === 'warning') {
      this.shape(node, `M${at(0.5, 0)}L${at(1.04, 1)}L${at(-0.04, 1)}Z`, pen);
      this.shape(node, `M${at(0.5, 0.34)}L${at(0.5, 0.68)}M${at(0.5, 0.78)}L${at(0.5, 0.88)}`, {
        stroke: inks.ink,
        width: 0.9,
      });
    } else {
      this.shape(node, ring, { ...pen, dash: [1.2, 1] });
    }
  }
}
