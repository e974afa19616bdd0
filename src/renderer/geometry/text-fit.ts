/** Texts in a drawing: their approximate width, and how they are cut. */

/** Width of a letter relative to the font size: that of the included sans-serif font, on average. */
const letterWidth = 0.56;
/** Letters of East Asia, and pictures, are as wide as they are high. */
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Extended_Pictographic}/u;

const widthOf = (letter: string): number => (wide.test(letter) ? 1 : letterWidth);

/** In pixels, of a text in a size in pixels. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const letter of text) width += widthOf(letter);
  return width * size;
}

/** Cuts a text to a width in pixels, with `…` if something is omitted; empty if not even three letters fit. */
export function fitText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  let room = width / size - letterWidth;
  const kept: string[] = [];
  for (const letter of text) {
    room -= widthOf(letter);
    if (room < 0) break;
    kept.push(letter);
  }
  return kept.length < 3 ? '' : `${kept.join('')}…`;
}
