/** `onReadError: zero-and-list`: which jobs can write zeros instead of what cannot be read. Pure. */
import type { Job } from './site-schema.ts';
import { hashesAll } from './whole-fingerprint.ts';
import { phrase } from '../../contract/text/say.ts';

/** @returns why the job cannot continue after a read error; undefined if it can, or does not ask for it */
export function whyNotOverReadErrors(
  job: Pick<Job, 'onReadError' | 'verify' | 'method' | 'route' | 'volumes'>,
): string | undefined {
  if (job.onReadError === 'fail') return undefined;
  const other = job.volumes.find((volume) => (volume.method ?? job.method) !== '6a');
  if (other) {
    const method = other.method ?? job.method;
    return phrase('zero-and-list needs method 6a: with {method} another program reads {proxy}', {
      method,
      proxy: other.proxy,
    });
  }
  if (job.route === 'server') return phrase('zero-and-list needs route: console, which sees each record');
  return hashesAll(job)
    ? phrase('zero-and-list does not go with verify.fingerprint: all: the hash of the proxy would differ')
    : undefined;
}
