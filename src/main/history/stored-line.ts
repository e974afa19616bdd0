/** A name of a file as a line of bytes: what the index holds, and what patterns are matched with. Pure. */
import { nameOfBytes } from '../../contract/file-names.ts';
import { byteStringOf, type ByteString } from './name-encoding.ts';

/** A name may hold a line feed, which ends a line here: another sign stands for it that is not a character (Unicode 23.7). */
const lineFeedSign = byteStringOf('\ufdd0');
export const storedLine = (bytes: ByteString): ByteString =>
  bytes.includes('\n') ? bytes.replaceAll('\n', lineFeedSign) : bytes;
/** A line holds the bytes of a name, whatever they say. */
export const storedName = (name: string): ByteString => storedLine(byteStringOf(name));
export const nameOfLine = (line: ByteString): string =>
  nameOfBytes(Buffer.from(line.replaceAll(lineFeedSign, '\n'), 'latin1'));
