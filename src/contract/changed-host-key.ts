/** What a host that presents a different host key than the known one reports. Plain data. */
import type { ErrorInfo } from './errors.ts';

export interface ChangedHostKey {
  /** Fingerprint of the key that the host shows now. */
  readonly shown: string;
  /** Fingerprints of those that are known. */
  readonly known: string;
  /** File and line of the first one. */
  readonly place: string;
}

/** @returns undefined for any other error */
export function changedHostKeyOf({
  code,
  evidence: { actual, expected, knownIn },
}: Pick<ErrorInfo, 'code' | 'evidence'>): ChangedHostKey | undefined {
  if (code !== 'HOST_KEY_CHANGED' || actual === undefined || expected === undefined) return undefined;
  return { shown: actual, known: expected, place: knownIn ?? '' };
}
