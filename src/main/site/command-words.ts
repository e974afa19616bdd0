import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';

/** What a shell would do something with, as it is outside quotes. */
const shellSigns = new Set('|&;<>()$`*?[]{}~#!\n\r'.split(''));

interface Reader {
  readonly text: string;
  at: number;
}

function readQuoted(reader: Reader, quote: string): string {
  const end = reader.text.indexOf(quote, reader.at + 1);
  if (end < 0) throw wrong(reader.text, phrase('the {quote} is never closed', { quote }));
  const inside = reader.text.slice(reader.at + 1, end);
  if (quote === '"' && /[$`\\]/.test(inside))
    throw wrong(reader.text, phrase('write $, ` and \\ between single quotes'));
  reader.at = end + 1;
  return inside;
}

function readWord(reader: Reader): string {
  let word = '';
  while (reader.at < reader.text.length) {
    const sign = reader.text[reader.at] ?? '';
    if (sign === ' ' || sign === '\t') break;
    if (sign === "'" || sign === '"') {
      word += readQuoted(reader, sign);
    } else if (sign === '\\' || shellSigns.has(sign)) {
      throw wrong(
        reader.text,
        phrase('"{sign}" needs a shell', { sign: sign === '\n' ? phrase('a line feed') : sign }),
      );
    } else {
      word += sign;
      reader.at += 1;
    }
  }
  return word;
}

function wrong(text: string, reason: string) {
  return failure('COMMAND_NEEDS_SHELL', { command: text, reason });
}

/**
 * Splits one command of a site file into its argv. Words are parted by blanks; single and double quotes group. What only
 * a shell could do (pipes, variables, patterns, redirections) is refused: nothing of the site file is ever given
 * to a shell unquoted.
 * @throws COMMAND_NEEDS_SHELL
 */
export function commandWords(text: string): string[] {
  const reader: Reader = { text, at: 0 };
  const words: string[] = [];
  while (reader.at < text.length) {
    const sign = text[reader.at];
    if (sign === ' ' || sign === '\t') reader.at += 1;
    else words.push(readWord(reader));
  }
  if (words.length === 0) throw wrong(text, phrase('it is empty'));
  return words;
}
