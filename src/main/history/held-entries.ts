/** What a catalog holds, in pieces: entries sorted by the numbers of their files, each a handful of bytes. */

export interface HeldEntry {
  /** Number of the file. */
  readonly file: number;
  readonly type: string;
  /** What comes before the path in the archive, and is left out in the index. */
  readonly prefix: Prefix;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number | undefined;
  /** Where its header begins in the archive, in bytes. */
  readonly offset: number;
  /** Of a hard link: the file whose content it is. */
  readonly target?: LinkTarget | undefined;
}

export interface LinkTarget {
  /** Number of the file; the catalog need not hold it. */
  readonly file: number;
  readonly prefix: Prefix;
}

const prefixes = ['', './', '/'] as const;
export type Prefix = (typeof prefixes)[number];

const hardLink = 'Link';

/** The names of npm tar. */
const types = [
  'Other',
  'File',
  'Directory',
  'SymbolicLink',
  hardLink,
  'CharacterDevice',
  'BlockDevice',
  'FIFO',
  'ContiguousFile',
  'OldFile',
  'GNUDumpDir',
];

/** Whole numbers up to 2 ** 53, seven bits a byte. */
class NumberWriter {
  #bytes = Buffer.alloc(64 * 1024);
  #length = 0;

  add(value: number): void {
    if (this.#length + 10 > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], this.#bytes.length * 2);
    let left = value;
    while (left >= 0x80) {
      this.#bytes[this.#length++] = (left % 0x80) + 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#bytes[this.#length++] = left;
  }

  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** @param entries sorted by file */
export function encodeEntries(entries: readonly HeldEntry[]): Buffer {
  const writer = new NumberWriter();
  let before = 0;
  for (const { file, type, prefix, size, mtime, offset, target } of entries) {
    writer.add(file - before);
    writer.add(Math.max(0, types.indexOf(type)) * prefixes.length + prefixes.indexOf(prefix));
    writer.add(size);
    writer.add(mtime === undefined || mtime < 0 ? 0 : Math.floor(mtime) + 1);
    writer.add(offset);
    if (type === hardLink) {
      writer.add(target?.file ?? 0);
      writer.add(prefixes.indexOf(target?.prefix ?? ''));
    }
    before = file;
  }
  return writer.bytes;
}

/** Size, time and offset; the target of a hard link. */
const numbersBehindKind = 3;
const numbersOfTarget = 2;

class NumberReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  next(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++] ?? 0;
      if (byte < 0x80) return value + byte * scale;
      value += (byte - 0x80) * scale;
      scale *= 0x80;
    }
  }

  skip(count: number): void {
    for (let left = count; left > 0 && this.#at < this.#bytes.length;)
      if ((this.#bytes[this.#at++] ?? 0) < 0x80) left -= 1;
  }
}

/** Goes through the entries of a piece; those that are not wanted cost little. */
export function* decodeEntries(bytes: Buffer, isWanted: (file: number) => boolean): Generator<HeldEntry> {
  const reader = new NumberReader(bytes);
  let file = 0;
  while (!reader.isAtEnd) {
    file += reader.next();
    const kind = reader.next();
    const type = types[Math.floor(kind / prefixes.length)] ?? 'Other';
    if (!isWanted(file)) {
      reader.skip(numbersBehindKind + (type === hardLink ? numbersOfTarget : 0));
      continue;
    }
    const [size, mtime, offset] = [reader.next(), reader.next(), reader.next()];
    const target = type === hardLink ? targetOf(reader.next(), reader.next()) : undefined;
    yield {
      file,
      type,
      prefix: prefixes[kind % prefixes.length] ?? '',
      size,
      mtime: mtime === 0 ? undefined : mtime - 1,
      offset,
      ...(target ? { target } : {}),
    };
  }
}

const targetOf = (file: number, prefix: number): LinkTarget | undefined =>
  file === 0 ? undefined : { file, prefix: prefixes[prefix] ?? '' };
