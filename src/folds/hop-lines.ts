/** Whether the same bytes passed every hop: read from the device, sent to tape, counted there, read back. Pure. */
import type { EventOf } from '../contract/events.ts';
import type { Hop } from '../contract/data-events.ts';
import { hopNames, hopWords } from './hop-names.ts';
import type { HopDigests } from './run/run-model.ts';

type Digest = EventOf<'digest'>;

/** `unknown`: nothing that both hops tell can be compared. */
type HopVerdict = 'equal' | 'differs' | 'unknown';

export interface HopLine {
  readonly hop: Hop;
  readonly title: string;
  readonly digest: Digest | undefined;
  /** With the hop before that has figures. */
  readonly verdict: HopVerdict | undefined;
  /** What was compared: `crc, 16,384 records`. */
  readonly compared: string | undefined;
}

interface Comparison {
  readonly name: string;
  readonly one: number | string;
  readonly other: number | string;
}

function comparisons(pairs: readonly [string, unknown, unknown][]): Comparison[] {
  return pairs.flatMap(([name, one, other]) =>
    one === undefined || other === undefined
      ? []
      : [{ name, one: one as number | string, other: other as number | string }],
  );
}

/** What was sent to tape is what was read, and the zeros that fill the last record: then the CRC-32 is another. */
function fromDevice(device: Digest, handed: Digest): Comparison[] {
  const padding = handed.paddingBytes ?? 0;
  const whole = device.bytes === undefined ? undefined : device.bytes + padding;
  return comparisons([
    ['bytes', whole, handed.bytes],
    ['CRC-32', padding === 0 ? device.crc32 : undefined, handed.crc32],
  ]);
}

function fromHanded(handed: Digest, later: Digest): Comparison[] {
  return comparisons([
    ['bytes', handed.bytes, later.bytes],
    ['records', handed.records, later.records],
    ['CRC-32', handed.crc32, later.crc32],
    ['cksum', handed.cksum, later.cksum],
    ['SHA-256', handed.onTapeSha256 ?? handed.sha256, later.sha256],
  ]);
}

function compare(digests: HopDigests, hop: Hop): Comparison[] | undefined {
  const digest = digests[hop];
  const { device, handed } = digests;
  if (!digest || hop === 'device') return undefined;
  if (hop === 'handed') return device ? fromDevice(device, digest) : undefined;
  return handed ? fromHanded(handed, digest) : undefined;
}

function verdictOf(compared: readonly Comparison[]): HopVerdict {
  if (compared.length === 0) return 'unknown';
  return compared.every(({ one, other }) => one === other) ? 'equal' : 'differs';
}

/** One line a hop, those that are still to come included. */
export function hopLines(digests: HopDigests): HopLine[] {
  return hopNames.map((hop) => {
    const compared = compare(digests, hop);
    const told = compared?.filter(({ one, other }) => one !== other) ?? [];
    const named = told.length > 0 ? told : (compared ?? []);
    return {
      hop,
      title: hopWords[hop],
      digest: digests[hop],
      verdict: compared && verdictOf(compared),
      compared: named.length === 0 ? undefined : named.map(({ name }) => name).join(', '),
    };
  });
}

/** `687a·b96f`: the hop's digest of the bytes, short enough to be compared by eye. */
export function shortDigest({ crc32, cksum, sha256, onTapeSha256 }: Digest): string | undefined {
  if (crc32 !== undefined) return `crc ${crc32.slice(0, 4)}·${crc32.slice(4)}`;
  if (cksum !== undefined) return `cksum ${cksum}`;
  const sha = sha256 ?? onTapeSha256;
  return sha === undefined ? undefined : `sha256 ${sha.slice(0, 4)}·${sha.slice(4, 8)}…`;
}
