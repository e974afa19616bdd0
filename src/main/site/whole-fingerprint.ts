/** `verify.fingerprint: all`: the whole proxy is hashed on the cluster, and compared with what was streamed. Pure. */
import { usualSamples } from './job-schema.ts';
import type { Job } from './site-schema.ts';
import { phrase } from '../../contract/text/say.ts';

type Verifying = Pick<Job, 'verify'>;

/** True if a job has the whole proxy hashed after the dump. */
export const hashesAll = ({ verify }: Verifying): boolean => verify.fingerprint === 'all';

/** How many records the fingerprint samples, in each of its two sets. */
export const samplesWanted = ({ verify: { fingerprint } }: Verifying): number =>
  fingerprint === 'all' ? usualSamples : fingerprint;

/** @returns why a job cannot have the whole proxy hashed; undefined if it can, or does not ask for it */
export function whyNotAll(
  job: Pick<Job, 'verify' | 'method' | 'nodes' | 'route' | 'volumes'>,
): string | undefined {
  if (!hashesAll(job)) return undefined;
  const other = job.volumes.find((volume) => (volume.method ?? job.method) !== '6a');
  if (other) {
    const method = other.method ?? job.method;
    return phrase(
      '"all" needs method 6a: {method} does not write the bytes of the device for {proxy}, so they cannot be compared',
      { method, proxy: other.proxy },
    );
  }
  if (job.nodes === 'any')
    return phrase(
      '"all" needs nodes: all: one node reads the whole proxy, and only that node can report its progress',
    );
  return job.route === 'server' && job.verify.digest === 'none'
    ? phrase('"all" needs verify.digest: sha256 or cksum: without a digest there is nothing to compare')
    : undefined;
}
