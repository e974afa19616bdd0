/** Words in a drawing: how wide they are about, and how they are cut. */

/** Width of a letter as a part of the type's size: that of the shipped sans-serif face, on average. */
const letterWidth = 0.56;

export const textWidth = (text: string, size: number): number => text.length * letterWidth * size;

/** Cuts a text to a width in pixels, with `…` where something is left out; empty where not even three letters fit. */
export function fitText(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const letters = Math.floor(width / (letterWidth * size)) - 1;
  return letters < 3 ? '' : `${text.slice(0, letters)}…`;
}
