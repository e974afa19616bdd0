/** The operands of a dd command line. Sizes in bytes. */
export interface DdOperands {
  readonly input: string | undefined;
  readonly output: string | undefined;
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** True without bs=: what was read is packed into records of outputBytes. */
  readonly repacks: boolean;
  /** Input records to read and throw away, and to seek over. */
  readonly skip: number;
  readonly inputSeek: number;
  readonly outputSeek: number;
  readonly count: number | undefined;
  /** conv=sync: a short input record is filled with zeros. */
  readonly pads: boolean;
}

const factors: Record<string, number> = { k: 1024, b: 512, w: 2, '': 1 };

/** A number of dd: digits with k, b or w after them, multiplied by `x`. */
function parseNumber(text: string): number | undefined {
  let product = 1;
  for (const part of text.split(/[x*]/)) {
    const match = /^(\d+)([kbw]?)$/.exec(part);
    if (!match) return undefined;
    product *= Number(match[1]) * (factors[match[2] ?? ''] ?? 1);
  }
  return Number.isSafeInteger(product) ? product : undefined;
}

const numeric = ['bs', 'ibs', 'obs', 'skip', 'iseek', 'oseek', 'seek', 'count'];

interface Values {
  readonly texts: ReadonlyMap<string, string>;
  readonly numbers: ReadonlyMap<string, number>;
}

function readValues(words: readonly string[]): Values | string {
  const texts = new Map<string, string>();
  const numbers = new Map<string, number>();
  for (const word of words) {
    const [, name = '', value = ''] = /^([a-z]+)=(.*)$/s.exec(word) ?? [];
    if (numeric.includes(name)) {
      const number = parseNumber(value);
      if (number === undefined) return `bad numeric argument: "${value}"`;
      numbers.set(name, number);
    } else if (['if', 'of', 'conv'].includes(name)) texts.set(name, value);
    else return `bad argument: "${word}"`;
  }
  return { texts, numbers };
}

/**
 * Reads the operands of dd(1M).
 * @returns a sentence if one is invalid
 */
export function parseDdOperands(words: readonly string[]): DdOperands | string {
  const values = readValues(words);
  if (typeof values === 'string') return values;
  const { texts, numbers } = values;
  const conversions = (texts.get('conv') ?? '').split(',').filter((word) => word !== '');
  const unknown = conversions.find((word) => !['sync', 'notrunc'].includes(word));
  if (unknown) return `bad argument: "${unknown}"`;
  const both = numbers.get('bs');
  const sizeOf = (name: string): number => both ?? numbers.get(name) ?? 512;
  if (sizeOf('ibs') === 0 || sizeOf('obs') === 0) return 'buffer sizes cannot be zero';
  const countOf = (...names: string[]): number => names.map((name) => numbers.get(name)).find(Boolean) ?? 0;
  return {
    input: texts.get('if'),
    output: texts.get('of'),
    inputBytes: sizeOf('ibs'),
    outputBytes: sizeOf('obs'),
    repacks: both === undefined,
    skip: countOf('skip'),
    inputSeek: countOf('iseek'),
    outputSeek: countOf('oseek', 'seek'),
    count: numbers.get('count'),
    pads: conversions.includes('sync'),
  };
}
