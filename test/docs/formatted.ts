/** Generated files look as `npm run format` would leave them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, type FormatConfig } from 'oxfmt';

const configFile = join(import.meta.dirname, '..', '..', '.oxfmtrc.json');

/**
 * @param path of the file, which says what language it is in
 * @param text what is to be in it
 * @throws an Error if the text is not in that language
 */
export async function formatted(path: string, text: string): Promise<string> {
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as FormatConfig;
  const { code, errors } = await format(path, text, config);
  const [first] = errors;
  if (first) throw new Error(`${path}: ${first.message}`);
  return code;
}
