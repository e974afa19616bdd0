/** Finds the plain English parts of a text in the pseudo language. */

/** Units, names of formats and programs: the same in every language. */
const everywhere =
  /\b(?:[KMGT]iB|MB|SHA|CRC|UTC|PDF|latest|GDS|PRIMECLUSTER|Shadowtape|Node|min|ms|bytes?|crc|cksum|sha256|DEVICE|uuid|Z|s|h|B)\b/;

/** Words of an event that identify something; any other word in lower case is a state, which a report translates. */
const naming = new Set([
  'by',
  'operator',
  'site',
  'job',
  'host',
  'name',
  'class',
  'answer',
  'volume',
  'proxy',
  'master',
  'step',
  'question',
  'expected',
  'actual',
  'found',
  'route',
  'method',
]);

/** Every value of an event that is shown as it is stored. */
function storedTexts(value: unknown, key: string, texts: Set<string>): void {
  if (typeof value === 'string') {
    if (naming.has(key) || !/^[a-z-]+$/.test(value)) texts.add(value);
  } else if (typeof value === 'object' && value !== null)
    for (const [name, each] of Object.entries(value))
      storedTexts(each, Array.isArray(value) ? key : name, texts);
}

/** Paths, digests, and a command up to the end of its line. */
const notText = /\S*\/\S*|\b(?=\S*\d)[0-9a-f]{8,}|shadowtape [a-z-]+ .*/g;

/** @param stored what is shown as it is stored, such as the events of a run */
export function untranslatedIn(texts: readonly string[], stored: unknown): string[] {
  const raw = new Set<string>();
  storedTexts(stored, '', raw);
  const words = new Set([...raw].flatMap((text) => text.match(/[a-z]{2,}/gi) ?? []));
  return texts.filter((text) =>
    (text.replaceAll(notText, ' ').match(/[a-z]+/gi) ?? []).some(
      (word) => word.length > 1 && !words.has(word) && !everywhere.test(word),
    ),
  );
}
