/** What is on the pages of a report, before a PDF is written of it: text, shapes and links, each with its place in the structure. */

/** Standard structure types (ISO 32000-1, 14.8.4). */
export type StructType =
  | 'Document'
  | 'Sect'
  | 'H1'
  | 'H2'
  | 'H3'
  | 'P'
  | 'Table'
  | 'Caption'
  | 'TR'
  | 'TH'
  | 'TD'
  | 'Figure'
  | 'TOC'
  | 'TOCI'
  | 'Link'
  | 'Code';

/** A node of the structure tree. */
export interface StructNode {
  readonly type: StructType;
  readonly children: StructNode[];
  readonly alt?: string | undefined;
  readonly scope?: 'Column' | 'Row' | undefined;
  /** Of figures: left, top, right, bottom. */
  bbox?: readonly [number, number, number, number];
}

/** `regular` and `bold` are Noto Sans JP, `mono` is JetBrains Mono. */
export type Font = 'regular' | 'bold' | 'mono';

export type Tone = 'ink' | 'quiet' | 'white';

/** Points from the upper left corner; `y` is the base line. */
export interface TextItem {
  readonly kind: 'text';
  /** Undefined: an artifact, such as a page number. */
  readonly node: StructNode | undefined;
  readonly font: Font;
  readonly size: number;
  readonly tone: Tone;
  x: number;
  readonly y: number;
  text: string;
}

export interface ShapeItem {
  readonly kind: 'shape';
  readonly node: StructNode | undefined;
  /** As SVG has it. */
  readonly path: string;
  readonly fill?: string | undefined;
  readonly stroke?: string | undefined;
  readonly width?: number | undefined;
  readonly dash?: readonly [number, number] | undefined;
}

/** A part of the page that leads to a section. */
export interface LinkItem {
  readonly kind: 'link';
  readonly node: StructNode;
  readonly target: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a section begins. */
export interface PlaceItem {
  readonly kind: 'place';
  readonly id: string;
  readonly title: string;
  readonly level: 1 | 2 | 3;
  readonly y: number;
}

export type Item = TextItem | ShapeItem | LinkItem | PlaceItem;

export interface Page {
  readonly items: Item[];
}

export const nodeOf = (type: StructType, parent: StructNode | undefined, alt?: string): StructNode => {
  const node: StructNode = { type, children: [], ...(alt === undefined ? {} : { alt }) };
  parent?.children.push(node);
  return node;
};

/** Enough of a difference in grey for every printer; what they say is said by shape or word, too. */
export const inks = {
  ink: '#111111',
  quiet: '#4a4a4a',
  white: '#ffffff',
  rule: '#8a8a8a',
  faint: '#ececec',
} as const;
