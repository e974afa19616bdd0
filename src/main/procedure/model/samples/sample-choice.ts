/**
 * Which records of a volume are sampled: two disjoint sets, each spread evenly. The first is compared through the shadow before the
 * dump, both with what was streamed to tape. Pure.
 */
import { createHash } from 'node:crypto';

/** A slot for one sampled record: its candidates, in the order in which they are tried. */
export type Slot = readonly number[];

export interface SampleSlots {
  readonly first: readonly Slot[];
  readonly second: readonly Slot[];
}

/** Candidates of a slot. More would cost more reads than they are worth. */
const candidatesPerSlot = 4;

/** A number from 0 to 1 (exclusive) that depends on seed and position alone. */
function fraction(seed: string, position: string): number {
  const hash = createHash('sha256').update(`${seed}:${position}`).digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}

/** Distinct records from `start` to `end` (exclusive) in an order that depends on the seed. */
function draws(seed: string, start: number, end: number, without: readonly number[]): number[] {
  const left = end - start - without.filter((record) => record >= start && record < end).length;
  const drawn: number[] = [];
  const count = Math.min(2 * candidatesPerSlot, left);
  for (let position = 0; drawn.length < count; position += 1) {
    const record = start + Math.floor(fraction(seed, `${start}:${position}`) * (end - start));
    if (!drawn.includes(record) && !without.includes(record)) drawn.push(record);
  }
  return drawn;
}

const every = (records: readonly number[], remainder: number) =>
  records.filter((_record, index) => index % 2 === remainder);

/**
 * @param records of the volume
 * @param count of each set; both sets together are the whole volume where it has no more than twice as many
 * @param seed the same seed gives the same slots
 */
export function sampleSlots(records: number, count: number, seed: string): SampleSlots {
  if (records <= 2 * count) {
    const all = Array.from({ length: records }, (_, record) => record);
    const slots = (remainder: number) => every(all, remainder).map((record) => [record]);
    return { first: slots(0), second: slots(1) };
  }
  const ends = [0, records - 1];
  const first: Slot[] = [];
  const second: Slot[] = [];
  for (let index = 0; index < count; index += 1) {
    const start = Math.floor((index * records) / count);
    const end = Math.floor(((index + 1) * records) / count);
    const fixed = ends.find((record) => record >= start && record < end);
    const drawn = draws(seed, start, end, ends);
    first.push(fixed === undefined ? every(drawn, 0) : [fixed]);
    second.push(fixed === undefined ? every(drawn, 1) : drawn.slice(0, candidatesPerSlot));
  }
  return { first, second };
}

export interface Coverage {
  /** Records of the volume. */
  readonly records: number;
  readonly sampled: number;
  /** Different contents among the sampled records. */
  readonly distinct: number;
  /** Records in the longest stretch without a sampled record. */
  readonly largestGap: number;
}

/**
 * What the sampled records show of a volume.
 * @param records of the volume
 * @param sampled both sets, in any order
 */
export function coverageOf(
  records: number,
  sampled: readonly { readonly record: number; readonly sha256: string }[],
): Coverage {
  const places = sampled.map(({ record }) => record).sort((one, other) => one - other);
  const gaps = [...places, records].map((place, index) => place - (places[index - 1] ?? -1) - 1);
  return {
    records,
    sampled: sampled.length,
    distinct: new Set(sampled.map(({ sha256 }) => sha256)).size,
    largestGap: Math.max(...gaps),
  };
}

/** True if most sampled records are alike: another volume could have the same ones. */
export const isWeak = ({ sampled, distinct }: Pick<Coverage, 'sampled' | 'distinct'>): boolean =>
  distinct * 2 < sampled;
