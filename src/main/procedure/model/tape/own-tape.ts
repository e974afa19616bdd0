/** Whether what a tape holds is the unfinished file of the run itself: the run may overwrite that, and nothing else. Pure. */
import { createHash } from 'node:crypto';
import type { Method } from '../../../site/site-schema.ts';
import { sampleBytes, type SampledBlock } from '../samples/fingerprint.ts';

const beginnings: Readonly<Record<Method, RegExp>> = {
  '6a': /^/,
  '6b': /^a(n old)? tar archive that begins with "\.\/?"$/,
  '6c': /^a ufsdump( or a dump of Linux)?$/,
  '6d': /^a(n old)? tar archive that begins with "\.\/?"$/,
  '6e': /dump/,
};

/**
 * What could be somebody else's file does not count as the run's own: a first record of another length, or other bytes.
 * @param record the first record of the tape; empty if it begins with a file mark
 * @param found the result of describeFirstRecord
 * @param fingerprint of the parted proxy: its first record is what a dump of the raw device begins with
 */
export function mayBeOwnFile(
  { method, recordBytes }: { readonly method: Method; readonly recordBytes: number },
  record: Buffer,
  found: string,
  fingerprint: readonly SampledBlock[] | undefined,
): boolean {
  if (record.length === 0) return true;
  if (record.length !== recordBytes) return false;
  if (method !== '6a') return beginnings[method].test(found);
  // Shorter records cannot be compared with the sample; longer ones begin with it.
  const first = fingerprint?.find((block) => block.record === 0);
  if (!first || record.length < sampleBytes) return true;
  return createHash('sha256').update(record.subarray(0, sampleBytes)).digest('hex') === first.sha256;
}
