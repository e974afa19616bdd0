/** The time, for ages that are shown: updated once per second. */
import { say } from '../../contract/text/say.ts';

export class Clock {
  #now = $state(Date.now());

  get now(): number {
    return this.#now;
  }

  /** @returns stops the clock */
  tick(): () => void {
    this.#now = Date.now();
    const timer = setInterval(() => (this.#now = Date.now()), 1000);
    return () => clearInterval(timer);
  }
}

/** How long ago, in words: `just now`, `12 s ago`, `3 min ago`. */
export function ageText(at: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  if (seconds < 5) return say('just now');
  if (seconds < 60) return say('{seconds} s ago', { seconds });
  if (seconds < 3600) return say('{seconds} min ago', { seconds: Math.floor(seconds / 60) });
  return say('{seconds} h ago', { seconds: Math.floor(seconds / 3600) });
}
