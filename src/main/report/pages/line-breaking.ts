/** Breaks pieces of text into lines that fit a width. Nothing is lost, and nothing is wider than it may be. */
import type { ReportMark, ReportText, ReportTexts } from '../../../contract/report.ts';
import type { Font, Tone } from './page-items.ts';
import type { Typesetter } from './typesetter.ts';

/** What is on a line, from `x` on. */
interface Run {
  readonly x: number;
  readonly width: number;
  readonly text: string;
  readonly font: Font;
  readonly tone: Tone;
  readonly size: number;
  readonly mark?: ReportMark | undefined;
}

export interface Line {
  readonly runs: readonly Run[];
  readonly width: number;
  /** True if it continues with a command of the line before. */
  readonly continued: boolean;
}

export interface Measure {
  readonly width: number;
  readonly size: number;
  /** Of the monospace face, which looks larger. */
  readonly codeSize: number;
  /** How far lines that continue with a command are set in; 0: they are not marked. */
  readonly hang: number;
}

/** What must not be broken, unless it is wider than a line. */
interface Atom {
  readonly text: string;
  readonly font: Font;
  readonly tone: Tone;
  readonly size: number;
  readonly width: number;
  readonly isSpace: boolean;
  readonly isCommand: boolean;
  readonly mark?: ReportMark | undefined;
}

/** Between these signs a line may be broken, with no space there: han, kana, hangul and their full-width forms. */
const east = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u{20000}-\u{3ffff}]/u;
/** No line begins with these (JIS X 4051, the common ones). */
const notFirst = /[、。，．・：；？！」』）】〕］｝ー々ァィゥェォッャュョぁぃぅぇぉっゃゅょ]/u;

const pattern = /\s+|\S+/gu;

/** A word is cut where east Asian signs are adjacent. */
function units(word: string): string[] {
  if (!east.test(word)) return [word];
  const parts: string[] = [];
  for (const sign of word) {
    const last = parts.at(-1);
    const before = last === undefined ? undefined : [...last].at(-1);
    const mayBreak = before !== undefined && (east.test(sign) || east.test(before)) && !notFirst.test(sign);
    if (last === undefined || mayBreak) parts.push(sign);
    else parts[parts.length - 1] = last + sign;
  }
  return parts;
}

function faceOf({ style, mark }: ReportText, { size, codeSize }: Measure) {
  const font: Font = style === 'code' ? 'mono' : style === 'strong' || mark === 'bad' ? 'bold' : 'regular';
  const tone: Tone = style === 'quiet' ? 'quiet' : 'ink';
  return { font, tone, size: style === 'code' ? codeSize : size };
}

function atomsOf(setter: Typesetter, texts: ReportTexts, measure: Measure): Atom[] {
  return texts.flatMap((piece): Atom[] => {
    const face = faceOf(piece, measure);
    const isCommand = measure.hang > 0 && piece.style === 'code';
    const words = (piece.text.match(pattern) ?? []).flatMap((word): Atom[] =>
      units(word).map((text) => ({
        ...face,
        text,
        width: setter.width(text, face.font, face.size),
        isSpace: /^\s/.test(text),
        isCommand,
      })),
    );
    const sign: Atom = {
      ...face,
      text: '',
      width: measure.size * 1.15,
      isSpace: false,
      isCommand,
      mark: piece.mark,
    };
    return piece.mark === undefined ? words : [sign, ...words];
  });
}

/** Long words are cut after one of these, where one is not too far before the end. */
const goodEnd = /[/,=:;\-_.]/;

/** The longest beginning of a word that fits, in UTF-16 units; at least one sign. */
function fitting(setter: Typesetter, { text, font, size }: Atom, width: number): number {
  let used = 0;
  let end = 0;
  let good = 0;
  for (const sign of text) {
    used += setter.width(sign, font, size);
    if (used > width && end > 0) break;
    end += sign.length;
    if (goodEnd.test(sign)) good = end;
  }
  if (end >= text.length) return text.length;
  return good > end * 0.6 ? good : end;
}

class LineBuilder {
  readonly lines: Line[] = [];
  #runs: Run[] = [];
  #x = 0;
  #start = 0;
  #continued = false;
  readonly #setter: Typesetter;
  readonly #measure: Measure;

  constructor(setter: Typesetter, measure: Measure) {
    this.#setter = setter;
    this.#measure = measure;
  }

  get #room(): number {
    return this.#measure.width - this.#x;
  }

  #isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Ends the line. @param command true if what follows continues with a command */
  end(command = false): void {
    const last = this.#runs.at(-1);
    if (last && /^\s+$/.test(last.text)) this.#runs.pop();
    this.lines.push({ runs: this.#runs, width: this.#x, continued: this.#continued });
    this.#runs = [];
    this.#continued = command;
    this.#start = command ? this.#measure.hang : 0;
    this.#x = this.#start;
  }

  #put({ text, font, tone, size, mark }: Atom): void {
    if (mark !== undefined) {
      const width = this.#measure.size * 1.15;
      this.#runs.push({ x: this.#x, width, text: '', font, tone, size, mark });
      this.#x += width;
      return;
    }
    for (const segment of this.#setter.segments(text, font, size)) {
      const last = this.#runs.at(-1);
      const joins =
        last?.mark === undefined && last?.font === segment.font && last.size === size && last.tone === tone;
      if (joins)
        this.#runs[this.#runs.length - 1] = {
          ...last,
          text: last.text + segment.text,
          width: last.width + segment.width,
        };
      else
        this.#runs.push({
          x: this.#x,
          width: segment.width,
          text: segment.text,
          font: segment.font,
          tone,
          size,
        });
      this.#x += segment.width;
    }
  }

  add(atom: Atom): void {
    if (atom.isSpace) {
      if (!this.#isEmpty() && atom.width <= this.#room) this.#put(atom);
      return;
    }
    if (atom.width <= this.#room + 0.01) return this.#put(atom);
    // A mark alone at the end of a line says nothing.
    const orphan = this.#runs.at(-1)?.mark !== undefined;
    if (!this.#isEmpty() && !orphan) {
      const whole = atom.width <= this.#measure.width - (atom.isCommand ? this.#measure.hang : 0);
      if (whole || this.#room < this.#measure.width * 0.35) this.end(atom.isCommand);
    }
    this.#cut(atom);
  }

  #cut(atom: Atom): void {
    let rest = atom;
    while (rest.width > this.#room + 0.01 && rest.text.length > 0) {
      const end = fitting(this.#setter, rest, this.#room);
      this.#put({ ...rest, text: rest.text.slice(0, end) });
      const text = rest.text.slice(end);
      rest = { ...rest, text, width: this.#setter.width(text, rest.font, rest.size) };
      if (text.length > 0) this.end(atom.isCommand);
    }
    if (rest.text.length > 0) this.#put(rest);
  }
}

/** @returns at least one line, which may be empty */
export function breakLines(setter: Typesetter, texts: ReportTexts, measure: Measure): Line[] {
  const builder = new LineBuilder(setter, measure);
  for (const atom of atomsOf(setter, texts, measure)) builder.add(atom);
  builder.end();
  return builder.lines;
}
