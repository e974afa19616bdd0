/** Sends a notification over one of the channels in the site file. */
import { isFailure } from '../../contract/errors.ts';
import { inEnglish, phrase } from '../../contract/text/say.ts';
import type { NotifyWay } from '../site/notify-schema.ts';
import type { Notification, NotificationEvent } from './notification.ts';
import { sendByCommand } from './send-by-command.ts';

/** Loaded when there is mail: it takes a fifth of the start time of a short command. */
const loadMail = () => import('./send-by-mail.ts');

/** How long one message may take. */
const sendLimitSeconds = 60;

/** `command /usr/local/bin/page`, `mail to operator@example.com`, `syslog local0.notice`. */
export function wayWords({ command, mail, syslog }: NotifyWay): string {
  if (syslog !== undefined) return phrase('syslog {syslog}', { syslog });
  return mail
    ? phrase('mail to {to}', { to: mail.to.join(', ') })
    : phrase('command {command}', { command: command?.[0] ?? '' });
}

/** @param make the message. A mail is for a person; a command and the system log get English, for programs */
export const notificationFor = ({ mail }: NotifyWay, make: () => Notification): Notification =>
  mail ? make() : inEnglish(make);

/**
 * Loads what these channels need, so that a message at the end of a long run does not depend on files that were
 * replaced meanwhile.
 */
export async function prepare(ways: readonly NotifyWay[]): Promise<void> {
  if (ways.some(({ mail }) => mail)) await loadMail();
}

/** One line through logger(1), which exists on every system with a system log; Node has no local datagrams. */
const logLine = (priority: string, { subject, sentence, sealsHead }: Notification): string[] => {
  const head = sealsHead === '' ? '' : phrase('; head of the seals {sealsHead}', { sealsHead });
  return ['-t', 'shadowtape', '-p', priority, '--', `${subject}: ${sentence}${head}`];
};

/** What getopt of each system says of an option that it does not know. */
const unknownOption = /(?:unrecogni[sz]ed|unknown|illegal|invalid) option/;

/**
 * Without `--socket-errors=on`, logger of util-linux ends with 0 where nothing listens on `/dev/log`, unless systemd is
 * init. Other loggers do not know that option.
 */
async function sendToLog(
  line: readonly string[],
  ...rest: [Notification, NotificationEvent, number]
): Promise<void> {
  try {
    await sendByCommand(['logger', '--socket-errors=on', ...line], ...rest);
  } catch (error) {
    if (!isFailure(error, 'NOTIFY_COMMAND_FAILED') || !unknownOption.test(error.evidence.stderr ?? ''))
      throw error;
    await sendByCommand(['logger', ...line], ...rest);
  }
}

/**
 * @param event the event that the receiver sees
 * @throws NOTIFY_COMMAND_FAILED, NOTIFY_MAIL_FAILED, NOTIFY_PASSWORD_UNUSABLE
 */
export async function send(
  { command, mail, syslog }: NotifyWay,
  notification: Notification,
  event: NotificationEvent,
  limitSeconds: number = sendLimitSeconds,
): Promise<void> {
  if (mail) await (await loadMail()).sendByMail(mail, notification, limitSeconds);
  if (command) await sendByCommand(command, notification, event, limitSeconds);
  if (syslog !== undefined) await sendToLog(logLine(syslog, notification), notification, event, limitSeconds);
}
