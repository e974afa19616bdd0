/**
 * Walks through a tar archive piece by piece and reports each entry with its position in the archive.
 *
 * The fields of a header are decoded by npm tar's `Header`; its `Parser` reports no offsets and skips blocks that it
 * cannot read, so the walk from block to block is done here. Names are decoded here, too: `Header` assumes UTF-8, and
 * loses the bytes of others. Known: ustar, pax, GNU long names and sparse files, Solaris' own extended headers (type
 * X), ACLs (A) and extended attributes (E), sizes in base 256, old checksums made of signed characters.
 */
import { Header, types } from 'tar';
import { failure } from '../../contract/errors.ts';
import { nameOfBytes } from '../../contract/file-names.ts';
import { phrase } from '../../contract/text/say.ts';
import { parsePaxRecords } from './pax-records.ts';
import type { PaxFields } from './pax-records.ts';

export interface TarEntry {
  /** With every byte, even if it is not UTF-8 (contract/file-names.ts). */
  readonly path: string;
  /** `File`, `Directory`, `SymbolicLink`, `Link`, …: the names of npm tar; else `Type` and the type letter. */
  readonly type: string;
  /** Bytes of content. */
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number | undefined;
  /** Where the entry begins in the archive: its first header (extended headers of its own included), in bytes. */
  readonly offset: number;
  /** Target of a link, as `path`. */
  readonly linkpath: string | undefined;
}

/** The other fields of a header; a list of files does not keep them. */
export interface TarDetails {
  /** The type letter of the header; `0` if it has none. */
  readonly letter: string;
  /** Permission bits, with those for set-user-ID and the like. */
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** True if the content is not simply the file's bytes: holes are omitted (GNU, star, Solaris). */
  readonly isSparse: boolean;
}

/** Callbacks for the contents of an archive, in order. `add` throws what they throw. */
export interface TarListener {
  entry(entry: TarEntry, details: TarDetails): void;
  /** Bytes of the entry's content. */
  content?(bytes: Buffer): void;
  /** The entry is over, including its padding up to a block. */
  end?(): void;
  /** All bytes up to the end of the archive, each before the other callbacks: headers, content, padding. */
  raw?(bytes: Buffer): void;
  /** A header that holds for all entries after it is over. */
  global?(): void;
}

export interface TarWalker {
  /** Accepts the next bytes. Throws TAR_UNREADABLE, also if zeros end the archive after an extended header. */
  add(bytes: Buffer): void;
  /** Throws TAR_UNREADABLE if the input ends inside an entry. */
  end(): void;
  /** True after the two blocks of zeros that end an archive. */
  complete(): boolean;
  /** Bytes seen. */
  offset(): number;
}

const blockBytes = 512;
const zeros = Buffer.alloc(blockBytes);

/** An extended header is a few hundred bytes; one of a megabyte is damage. */
const extendedBytesAtMost = 1024 * 1024;

/** Links, devices, directories, FIFOs: no content follows, whatever their size field says (illumos tar, passtape). */
const typesWithoutContent = new Set(['1', '2', '3', '4', '5', '6']);

const endsWithin = phrase('it ends in the middle of an entry');

const longNameTypes = new Set(['L', 'N']);
const paxTypes = new Set(['x', 'X']);
const extendedTypes = new Set(['x', 'X', 'g', 'L', 'N', 'K']);

interface Extended {
  readonly type: string;
  readonly parts: Buffer[];
}

/** Makes a walker. */
export function createTarWalker(listener: TarListener): TarWalker {
  return new Walker(listener);
}

class Walker implements TarWalker {
  readonly #listener: TarListener;
  readonly #block = Buffer.alloc(blockBytes);
  #blockFilled = 0;
  #offset = 0;
  /** Bytes of content (and its padding up to a block) until the next header. */
  #contentLeft = 0;
  /** Of these, the entry's own: neither padding nor an extended header. */
  #ownLeft = 0;
  #extended: Extended | undefined;
  #extendedDataLeft = 0;
  #sparseContentBytes: number | undefined;
  /** What extended headers said about the next entry, and where the first of them began. */
  #pending: PaxFields = {};
  #pendingOffset: number | undefined;
  #global: PaxFields = {};
  #zeroBlocks = 0;

  constructor(listener: TarListener) {
    this.#listener = listener;
  }

  complete(): boolean {
    return this.#zeroBlocks >= 2;
  }

  offset(): number {
    return this.#offset;
  }

  add(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      const taken = this.#take(bytes, at);
      at += taken;
      this.#offset += taken;
      if (this.#blockFilled === blockBytes) {
        this.#blockFilled = 0;
        this.#readBlock(this.#offset - blockBytes);
      }
    }
  }

  end(): void {
    if (this.complete()) return;
    const inside = this.#contentLeft > 0 || this.#blockFilled > 0 || this.#sparseContentBytes !== undefined;
    if (inside || this.#pendingOffset !== undefined) {
      throw unreadable(this.#offset, endsWithin);
    }
  }

  /** Consumes bytes of what comes next: rest of the archive, content, or a header block. Returns how many. */
  #take(bytes: Buffer, at: number): number {
    const available = bytes.length - at;
    if (this.complete()) return available;
    if (this.#contentLeft > 0) {
      const taken = Math.min(available, this.#contentLeft);
      const content = bytes.subarray(at, at + taken);
      this.#listener.raw?.(content);
      if (this.#extended) this.#collect(content);
      else this.#tellContent(content);
      this.#contentLeft -= taken;
      if (this.#contentLeft === 0) this.#endContent();
      return taken;
    }
    const taken = bytes.copy(
      this.#block,
      this.#blockFilled,
      at,
      at + Math.min(available, blockBytes - this.#blockFilled),
    );
    this.#listener.raw?.(bytes.subarray(at, at + taken));
    this.#blockFilled += taken;
    return taken;
  }

  #tellContent(bytes: Buffer): void {
    const own = bytes.subarray(0, this.#ownLeft);
    this.#ownLeft -= own.length;
    if (own.length > 0) this.#listener.content?.(own);
  }

  #collect(content: Buffer): void {
    const data = content.subarray(0, this.#extendedDataLeft);
    this.#extendedDataLeft -= data.length;
    // A copy: the piece may be large and must not be kept alive for the sake of a few bytes.
    this.#extended?.parts.push(Buffer.from(data));
  }

  #readBlock(offset: number): void {
    if (this.#sparseContentBytes !== undefined) {
      this.#readSparseExtension();
      return;
    }
    const kind = kindOfBlock(this.#block);
    if (kind === 'zeros') {
      // An extended header belongs to an entry, which is lost.
      if (this.#pendingOffset !== undefined) throw unreadable(offset, endsWithin);
      this.#zeroBlocks += 1;
      return;
    }
    this.#zeroBlocks = 0;
    if (kind === 'other') throw unreadable(offset, notHeaderReason(offset, this.#block));
    const header = this.#decode(offset);
    const type = this.#typeLetter();
    this.#pendingOffset ??= offset;
    if (extendedTypes.has(type)) this.#beginExtended(header, type, offset);
    else this.#readEntry(header, type, offset);
  }

  #decode(offset: number): Header {
    try {
      return new Header(this.#block, 0, this.#pending, this.#global);
    } catch (error) {
      throw unreadable(offset, (error as Error).message);
    }
  }

  #typeLetter(): string {
    const code = this.#block[156] ?? 0;
    return code === 0 ? '0' : String.fromCharCode(code);
  }

  #beginExtended(header: Header, type: string, offset: number): void {
    const size = header.size ?? 0;
    if (size > extendedBytesAtMost)
      throw unreadable(offset, phrase('an extended header of {size} bytes', { size }));
    this.#extended = { type, parts: [] };
    this.#extendedDataLeft = size;
    this.#contentLeft = wholeBlocks(size);
    if (size === 0) this.#endContent();
  }

  #readEntry(header: Header, type: string, offset: number): void {
    const hasContent = !typesWithoutContent.has(type) && header.type !== 'Directory';
    const size = hasContent ? header.size : 0;
    if (size === undefined) throw unreadable(offset, phrase('the size field is not a number'));
    const entry: TarEntry = {
      path: this.#pending.path ?? pathOf(this.#block),
      type: typeName(header, type),
      size,
      mtime: header.mtime === undefined ? undefined : header.mtime.getTime() / 1000,
      offset: this.#pendingOffset ?? offset,
      linkpath: this.#pending.linkpath ?? (nameIn(this.#block, 157, 100) || undefined),
    };
    const { mode, uid, gid } = header;
    const isSparse = type === 'S' || this.#pending.isSparse === true;
    this.#listener.entry(entry, { letter: type, mode, uid, gid, isSparse });
    this.#ownLeft = size;
    // Solaris writes a file's ACL as an entry before the file: extended headers of the file stay valid until then.
    if (type !== 'A') this.#pending = {};
    this.#pendingOffset = undefined;
    // GNU sparse files: more header blocks follow while a flag says so, at byte 482 here and 504 in those.
    if (type === 'S' && this.#block[482] !== 0) this.#sparseContentBytes = wholeBlocks(size);
    else this.#beginContent(wholeBlocks(size));
  }

  #beginContent(bytes: number): void {
    this.#contentLeft = bytes;
    if (bytes === 0) this.#listener.end?.();
  }

  #readSparseExtension(): void {
    if (this.#block[504] !== 0) return;
    this.#beginContent(this.#sparseContentBytes ?? 0);
    this.#sparseContentBytes = undefined;
  }

  #endContent(): void {
    const extended = this.#extended;
    if (!extended) return this.#listener.end?.();
    this.#extended = undefined;
    const text = Buffer.concat(extended.parts);
    if (paxTypes.has(extended.type)) this.#pending = { ...this.#pending, ...this.#paxFields(text) };
    else if (extended.type === 'g') this.#endGlobal(text);
    else if (longNameTypes.has(extended.type)) this.#pending = { ...this.#pending, path: untilNul(text) };
    else this.#pending = { ...this.#pending, linkpath: untilNul(text) };
  }

  /** A global header belongs to no entry. */
  #endGlobal(text: Buffer): void {
    this.#global = { ...this.#global, ...this.#paxFields(text) };
    this.#pendingOffset = undefined;
    this.#listener.global?.();
  }

  #paxFields(text: Buffer): PaxFields {
    const fields = parsePaxRecords(text);
    if (!fields) throw unreadable(this.#pendingOffset ?? this.#offset, phrase('a damaged extended header'));
    return fields;
  }
}

function wholeBlocks(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}

function bytesUntilNul(text: Buffer): Buffer {
  const end = text.indexOf(0);
  return text.subarray(0, end === -1 ? text.length : end);
}

const untilNul = (text: Buffer): string => nameOfBytes(bytesUntilNul(text));

const nameIn = (block: Buffer, at: number, length: number): string =>
  untilNul(block.subarray(at, at + length));

/** The name of a header, after its prefix in the POSIX format (ustar). If times follow it, as in xstar, a NUL ends the prefix. */
function pathOf(block: Buffer): string {
  const name = bytesUntilNul(block.subarray(0, 100));
  if (block.toString('latin1', 257, 265) !== 'ustar\x0000') return nameOfBytes(name);
  const prefix = bytesUntilNul(block.subarray(345, 500));
  return nameOfBytes(prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from('/'), name]));
}

function typeName(header: Header, letter: string): string {
  const name = types.name.get(letter as Parameters<typeof types.name.get>[0]);
  if (name === undefined) return `Type${letter}`;
  return header.type === 'Directory' ? 'Directory' : name;
}

/** Recognizes a header by its checksum. Old tars summed signed characters: that differs if a name has bytes above 127. */
function kindOfBlock(block: Buffer): 'zeros' | 'header' | 'other' {
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < blockBytes; at += 1) {
    const inChecksum = at >= 148 && at < 156;
    unsigned += inChecksum ? 0x20 : block.readUInt8(at);
    signed += inChecksum ? 0x20 : block.readInt8(at);
  }
  const stored = /^ *([0-7]+)(?:[ \0]|$)/.exec(block.toString('latin1', 148, 156))?.[1];
  if (stored === undefined) return block.equals(zeros) ? 'zeros' : 'other';
  const sum = Number.parseInt(stored, 8);
  return sum === unsigned || sum === signed ? 'header' : 'other';
}

function notHeaderReason(offset: number, block: Buffer): string {
  const compressed = block.readUInt16BE(0) === 0x1f8b;
  if (offset === 0 && compressed) return phrase('this is compressed data');
  return offset === 0 ? phrase('this is not a tar header') : phrase('the checksum of the header is wrong');
}

function unreadable(offset: number, reason: string): Error {
  return failure('TAR_UNREADABLE', { offset, reason });
}
