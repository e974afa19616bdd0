/** Tests each channel of a site once, and reports the result. */
import { isFailure } from '../../contract/errors.ts';
import type { CheckLine } from '../../contract/plan.ts';
import { phrase } from '../../contract/text/say.ts';
import type { NotifyWay } from '../site/notify-schema.ts';
import type { Site } from '../site/site-schema.ts';
import { testNotification } from './notification.ts';
import { notificationFor, send, wayWords } from './send.ts';

/** Each channel once, whatever names it and for whatever occasions. */
function waysOf({ notify = [], jobs }: Site): NotifyWay[] {
  const all = [...notify, ...Object.values(jobs).flatMap((job) => job.notify ?? [])];
  return [...new Map(all.map((way) => [JSON.stringify([way.command, way.mail, way.syslog]), way])).values()];
}

/**
 * Sends a test message over each channel of the site and of its jobs.
 * @param listener called with each line at once
 */
export async function tryWays(site: Site, listener: (line: CheckLine) => void): Promise<CheckLine[]> {
  const ways = waysOf(site);
  const lines: CheckLine[] = [];
  const tell = (what: string, good: boolean, said: string, hint?: string) => {
    const line = { host: 'console', what, good, said, hint };
    lines.push(line);
    listener(line);
  };
  if (ways.length === 0)
    tell(
      'notify',
      false,
      phrase('the site file has no notify entry'),
      phrase('add notify to the site file or to a job'),
    );
  for (const way of ways) {
    try {
      await send(
        way,
        notificationFor(way, () => testNotification(site.site)),
        'test',
      );
      tell(
        wayWords(way),
        true,
        way.mail
          ? phrase('{host} accepted the test message', { host: way.mail.host })
          : phrase('test sent; command exited 0'),
      );
    } catch (error) {
      if (!isFailure(error)) throw error;
      tell(wayWords(way), false, error.message, error.hint);
    }
  }
  return lines;
}
