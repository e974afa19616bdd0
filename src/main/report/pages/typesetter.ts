/** The faces of a report: which font has a sign, and how wide text is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Font } from './page-items.ts';

/** What is asked of a font that pdfkit has opened. */
export interface OpenedFont {
  readonly unitsPerEm: number;
  hasGlyphForCodePoint(point: number): boolean;
  glyphForCodePoint(point: number): { readonly advanceWidth: number };
}

/** A piece of text that one font can set. */
export interface Segment {
  readonly text: string;
  readonly font: Font;
  readonly width: number;
}

const fontFiles: Readonly<Record<Font, readonly [family: string, file: string]>> = {
  regular: ['noto-sans-jp', '400Regular/NotoSansJP_400Regular.ttf'],
  bold: ['noto-sans-jp', '700Bold/NotoSansJP_700Bold.ttf'],
  mono: ['jetbrains-mono', '400Regular/JetBrainsMono_400Regular.ttf'],
};

export const fonts = Object.keys(fontFiles) as Font[];

const kept = new Map<Font, Buffer>();

/** The bytes of a font file. It is kept: reading it again takes longer than a page. */
export function fontFile(font: Font): Buffer {
  const known = kept.get(font);
  if (known) return known;
  const [family, file] = fontFiles[font];
  const family_ = createRequire(import.meta.url).resolve(`@expo-google-fonts/${family}/package.json`);
  const bytes = readFileSync(join(dirname(family_), file));
  kept.set(font, bytes);
  return bytes;
}

/** A sign that no font has is shown by its number. */
const unsettable = (point: number) => `\\u{${point.toString(16)}}`;

export class Typesetter {
  readonly #fonts: Readonly<Record<Font, OpenedFont>>;
  /** Font -> code point -> width of the sign for size 1. */
  readonly #widths: Record<Font, Map<number, number>> = {
    regular: new Map(),
    bold: new Map(),
    mono: new Map(),
  };

  constructor(opened: Readonly<Record<Font, OpenedFont>>) {
    this.#fonts = opened;
  }

  /** The font that sets a sign where `wanted` is asked for; undefined if none has it. */
  #fontFor(point: number, wanted: Font): Font | undefined {
    const order: readonly Font[] = wanted === 'mono' ? ['mono', 'regular'] : [wanted];
    return order.find((font) => this.#fonts[font].hasGlyphForCodePoint(point));
  }

  #advance(point: number, font: Font): number {
    const known = this.#widths[font].get(point);
    if (known !== undefined) return known;
    const { unitsPerEm } = this.#fonts[font];
    const width = this.#fonts[font].glyphForCodePoint(point).advanceWidth / unitsPerEm;
    this.#widths[font].set(point, width);
    return width;
  }

  /** Text cut into pieces of one font each; signs that none has are written out. */
  segments(text: string, wanted: Font, size: number): Segment[] {
    const segments: { text: string; font: Font; width: number }[] = [];
    const put = (sign: string, font: Font, width: number) => {
      const last = segments.at(-1);
      if (last?.font === font) {
        last.text += sign;
        last.width += width;
      } else segments.push({ text: sign, font, width });
    };
    for (const sign of text) {
      const point = sign.codePointAt(0) ?? 0;
      const font = this.#fontFor(point, wanted);
      if (font !== undefined) put(sign, font, this.#advance(point, font) * size);
      else
        for (const letter of unsettable(point))
          put(letter, wanted, this.#advance(letter.charCodeAt(0), wanted) * size);
    }
    return segments;
  }

  width(text: string, font: Font, size: number): number {
    return this.segments(text, font, size).reduce((sum, segment) => sum + segment.width, 0);
  }
}
