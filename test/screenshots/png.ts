/** PNG pictures as Chromium writes them, eight bits a channel and not interlaced: read and written with zlib alone. */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, row by row. */
  readonly pixels: Uint8Array;
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const colourTypes: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

function chunksOf(file: Buffer): { kind: string; data: Buffer }[] {
  if (!file.subarray(0, 8).equals(signature)) throw new Error('this is no PNG picture');
  const chunks = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    chunks.push({
      kind: file.toString('latin1', at + 4, at + 8),
      data: file.subarray(at + 8, at + 8 + length),
    });
    at += length + 12;
  }
  return chunks;
}

/** Which of the three neighbours a byte is nearest to (PNG specification, 9.4). */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

/** Undoes the filters of the rows in place. @param across bytes of a row, without its filter's number */
function unfilter(rows: Buffer, across: number, bytes: number): void {
  const at = (index: number) => rows[index] ?? 0;
  for (let start = 0; start < rows.length; start += across + 1) {
    const filter = rows[start];
    for (let x = 0; x < across; x += 1) {
      const index = start + 1 + x;
      const left = x < bytes ? 0 : at(index - bytes);
      const above = start === 0 ? 0 : at(index - across - 1);
      const corner = x < bytes || start === 0 ? 0 : at(index - across - 1 - bytes);
      const guesses = [0, left, above, (left + above) >> 1, paeth(left, above, corner)];
      rows[index] = (at(index) + (guesses[filter ?? 0] ?? 0)) & 0xff;
    }
  }
}

/** @throws where it is no PNG, or of a kind that Chromium does not write */
export function readPng(file: Buffer): Picture {
  const chunks = chunksOf(file);
  const head = chunks[0]?.data;
  if (head?.length !== 13) throw new Error('the picture has no head');
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  const bytes = colourTypes[head[9] ?? 0];
  if (head[8] !== 8 || bytes === undefined || head[12] !== 0)
    throw new Error('only eight bits a channel, in colour and not interlaced, are read');
  const packed = Buffer.concat(chunks.filter(({ kind }) => kind === 'IDAT').map(({ data }) => data));
  const rows = inflateSync(packed);
  unfilter(rows, width * bytes, bytes);
  const pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at += 1) {
    const from = Math.floor(at / width) * (width * bytes + 1) + 1 + (at % width) * bytes;
    pixels.set(rows.subarray(from, from + 3), at * 3);
  }
  return { width, height, pixels };
}

export function writePng({ width, height, pixels }: Picture): Buffer {
  const chunk = (kind: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
    const file = Buffer.alloc(body.length + 8);
    file.writeUInt32BE(data.length);
    body.copy(file, 4);
    file.writeUInt32BE(crc32(body), body.length + 4);
    return file;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1)
    rows.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
