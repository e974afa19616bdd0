/** Writes laid-out pages with pdfkit, each piece tagged with its node of the structure tree. */
import { say } from '../../../contract/text/say.ts';
import type PDFDocument from 'pdfkit';
import {
  inks,
  type Item,
  type LinkItem,
  type Page,
  type PlaceItem,
  type ShapeItem,
  type StructNode,
  type TextItem,
} from './page-items.ts';

type Pdf = InstanceType<typeof PDFDocument>;
type Element = ReturnType<Pdf['struct']>;

export class PagePainter {
  readonly #pdf: Pdf;
  readonly #elements = new Map<StructNode, Element>();
  /** The node that is being painted; undefined between two, and `artifact` for what belongs to none. */
  #open: StructNode | 'artifact' | undefined;
  readonly #outlines: { level: number; item: PDFKit.PDFOutline }[] = [];

  constructor(pdf: Pdf, tree: StructNode) {
    this.#pdf = pdf;
    const root = this.#element(tree);
    pdf.addStructure(root);
  }

  #element(node: StructNode): Element {
    const { type, alt, children, bbox } = node;
    const made = this.#pdf.struct(
      type as never,
      {
        ...(alt === undefined ? {} : { alt }),
        ...(node.scope === undefined ? {} : { scope: node.scope }),
        ...(bbox === undefined ? {} : { bbox: [...bbox] as [number, number, number, number] }),
      } as never,
    );
    this.#elements.set(node, made);
    for (const child of children) made.add(this.#element(child));
    return made;
  }

  paint({ items }: Page): void {
    for (const item of items) this.#item(item);
    this.#close();
  }

  end(tree: StructNode): void {
    this.#elements.get(tree)?.end();
  }

  #item(item: Item): void {
    switch (item.kind) {
      case 'text':
        this.#enter(item.node);
        return this.#text(item);
      case 'shape':
        this.#enter(item.node);
        return this.#shape(item);
      case 'link':
        this.#close();
        return this.#link(item);
      case 'place':
        return this.#place(item);
    }
  }

  #enter(node: StructNode | undefined): void {
    const wanted = node ?? 'artifact';
    if (this.#open === wanted) return;
    this.#close();
    if (node === undefined) this.#pdf.markContent('Artifact', { type: 'Pagination' });
    else this.#elements.get(node)?.add(this.#pdf.markStructureContent(node.type));
    this.#open = wanted;
  }

  #close(): void {
    if (this.#open !== undefined) this.#pdf.endMarkedContent();
    this.#open = undefined;
  }

  #text({ font, size, tone, x, y, text }: TextItem): void {
    this.#pdf.font(font, size).fillColor(inks[tone]);
    this.#pdf.text(text, x, y, { lineBreak: false, baseline: 'alphabetic' });
  }

  #shape({ path, fill, stroke, width, dash }: ShapeItem): void {
    const pdf = this.#pdf;
    pdf
      .save()
      .lineJoin('round')
      .lineWidth(width ?? 1);
    if (dash) pdf.dash(dash[0], { space: dash[1] });
    pdf.path(path);
    if (fill !== undefined && stroke !== undefined) pdf.fillAndStroke(fill, stroke);
    else if (fill !== undefined) pdf.fill(fill);
    else pdf.stroke(stroke ?? inks.ink);
    pdf.restore();
  }

  #link({ node, target, x, y, width, height }: LinkItem): void {
    const structParent = this.#elements.get(node);
    this.#pdf.goTo(x, y, width, height, target, {
      structParent,
      Contents: new String(say('leads to this section')),
    } as never);
  }

  #place({ id, title, level, y }: PlaceItem): void {
    const pdf = this.#pdf;
    pdf.addNamedDestination(id, 'XYZ', 0, Math.max(0, y - 8), null as never);
    while ((this.#outlines.at(-1)?.level ?? 0) >= level) this.#outlines.pop();
    const parent = this.#outlines.at(-1)?.item ?? pdf.outline;
    this.#outlines.push({ level, item: parent.addItem(title, { expanded: level === 1 }) });
  }
}
