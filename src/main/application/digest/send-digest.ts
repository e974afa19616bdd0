/** Sends the digest of the last week to everybody who asks for it, once for each week. */
import type { WeekDigest } from '../../../contract/digest.ts';
import { failure } from '../../../contract/errors.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import { digestNotification } from '../../notify/notification.ts';
import { Notifier } from '../../notify/notifier.ts';
import type { Site } from '../../site/site-schema.ts';
import { addScheduleEvents } from '../schedule/schedule-file.ts';
import { digestName } from '../schedule/schedule-units.ts';
import { digestLines, digestSentence } from './digest-text.ts';

/** True where an entry of `notify` asks for the digest. */
export const wantsDigest = ({ notify = [] }: Pick<Site, 'notify'>): boolean =>
  notify.some(({ on }) => on.includes('digest'));

/** Two consoles, and each start of the timer, send a week once. @returns false where it was sent */
async function isNews(state: StateFolder, { site, from }: WeekDigest, now: Date): Promise<boolean> {
  const added = await addScheduleEvents(state, { site, job: digestName }, (events) =>
    events.some(({ what, due }) => what === 'digested' && due === from)
      ? []
      : [{ what: 'digested', at: now.toISOString(), site, job: digestName, due: from }],
  );
  return added.length > 0;
}

/**
 * @param zone whose clock shows the times
 * @param warn hears of each message that could not be sent
 * @returns false where the week was sent before
 * @throws DIGEST_UNWANTED, STATE_FOLDER_UNUSABLE, STATE_FILE_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function sendDigest(
  state: StateFolder,
  site: Site,
  digest: WeekDigest,
  { zone, now, warn }: { readonly zone: string; readonly now: Date; readonly warn: (text: string) => void },
): Promise<boolean> {
  if (!wantsDigest(site)) throw failure('DIGEST_UNWANTED');
  await state.prepare();
  if (!(await isNews(state, digest, now))) return false;
  const notifier = new Notifier({
    ways: site.notify ?? [],
    ...{ job: digestName, site: site.site, warn },
    journalFileOf: (run) => state.journalFile(run),
  });
  const text = digestLines(digest, zone).join('\n');
  notifier.tell(digestNotification(digestSentence(digest, zone), text, digest.sealsHead));
  await notifier.settled();
  return true;
}
