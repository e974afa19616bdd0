/** How often it is tried to connect with a host, and when. */
import { setTimeout as wait } from 'node:timers/promises';
import { isFailure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import { isBusy } from './connect-failure.ts';
import type { ConnectRetry, HostProfile, OnRetry } from '../host-profile.ts';

/** Where a profile says nothing. */
export const once: ConnectRetry = { tries: 1, everySeconds: 0 };

/** A host with too many logins in progress is tried this often at least: each of them may take 120 s (LoginGraceTime in sshd_config(5)). */
const triesWhileBusy = 30;

/** "attempt 2 of 3" */
export const attemptWords = (attempt: number, tries: number) =>
  phrase('attempt {attempt} of {tries}', { attempt, tries });

/** A host that is away may come back; a key or a password does not become right by waiting. A jump host tries by itself. */
function mayPass(error: unknown, host: string): boolean {
  if (isFailure(error, 'HOST_UNREACHABLE')) return error.evidence.host === host;
  return isFailure(error, 'CONNECTION_LOST');
}

function triesAfter(error: unknown, retry: ConnectRetry | undefined): number {
  const { tries } = retry ?? once;
  return retry && isFailure(error) && isBusy(error) ? Math.max(tries, triesWhileBusy) : tries;
}

/**
 * Tries to connect as often as the profile says, and a busy host more often.
 * @param closing ends the waiting
 * @param tell called for each new attempt
 * @throws what the last attempt failed with
 */
export async function openWithTries<Opened>(
  { name, retry }: HostProfile,
  open: () => Promise<Opened>,
  closing: AbortSignal,
  tell: OnRetry,
): Promise<Opened> {
  const { everySeconds } = retry ?? once;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      const tries = triesAfter(error, retry);
      if (attempt >= tries || closing.aborted || !mayPass(error, name)) throw error;
      const next = attemptWords(attempt + 1, tries);
      tell(
        phrase('{reason}; trying again in {everySeconds} s ({next})', {
          reason: (error as Error).message,
          everySeconds,
          next,
        }),
      );
      await wait(everySeconds * 1000, undefined, { signal: closing }).catch(() => {
        throw error;
      });
    }
  }
}
