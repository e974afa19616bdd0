/** Blocks of tar archives for tests. */
import { Header } from 'tar';

type HeaderFields = ConstructorParameters<typeof Header>[0];

/** A header block; `edit` may change it before the checksum is recreated. */
export function block(
  fields: Exclude<HeaderFields, Buffer | undefined>,
  edit?: (bytes: Buffer) => void,
): Buffer {
  const bytes = Buffer.alloc(512);
  new Header({ mode: 0o644, uid: 0, gid: 0, mtime: new Date(1_700_000_000_000), ...fields }).encode(bytes);
  if (edit) {
    edit(bytes);
    writeChecksum(bytes, false);
  }
  return bytes;
}

/** Signed: as old tars summed. */
export function writeChecksum(bytes: Buffer, signed: boolean): void {
  bytes.fill(0x20, 148, 156);
  let sum = 0;
  for (let at = 0; at < 512; at += 1) sum += signed ? bytes.readInt8(at) : bytes.readUInt8(at);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** Filled up to a block. */
export const filled = (bytes: Buffer) =>
  Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
/** A file and its content. */
export const file = (path: string, content: Buffer) =>
  Buffer.concat([block({ path, size: content.length, type: 'File' }), filled(content)]);
/** An extended header of a type, with its body. */
export const extended = (letter: string, body: string | Buffer) => {
  const content = Buffer.from(body);
  const setLetter = (bytes: Buffer) => bytes.write(letter, 156, 'latin1');
  return Buffer.concat([
    block({ path: 'extended', size: content.length, type: 'File' }, setLetter),
    filled(content),
  ]);
};
export const endOfArchive = Buffer.alloc(1024);
