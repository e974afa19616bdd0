/** Notifies by mail: plain text over SMTP. */
import { createTransport } from 'nodemailer';
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { Mail } from '../site/notify-schema.ts';
import type { Notification } from './notification.ts';
import { readPassword } from './password-file.ts';

const customaryPorts = { starttls: 587, tls: 465, none: 25 } as const;

interface Login {
  readonly user: string;
  readonly pass: string;
}

async function loginOf({ user, passwordFile }: Mail): Promise<Login | undefined> {
  if (user === undefined || passwordFile === undefined) return undefined;
  return { user, pass: await readPassword(passwordFile) };
}

/** A server may repeat what it received, plain or encoded for the login (RFC 4616, RFC 4954). */
function withoutSecret(text: string, login: Login | undefined): string {
  if (!login) return text;
  const { user, pass } = login;
  const encoded = [pass, `\0${user}\0${pass}`].map((secret) => Buffer.from(secret).toString('base64'));
  return [pass, ...encoded].reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text);
}

const socketReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: phrase('the connection was refused'),
  ENOTFOUND: phrase('no address is known for that name'),
  EDNS: phrase('no address is known for that name'),
  EHOSTUNREACH: phrase('there is no route to it'),
};

function reasonOf(error: unknown, login: Login | undefined, limitSeconds: number): string {
  const { code, originalCode, message, name } = error as Error & { code?: string; originalCode?: string };
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'ETIMEDOUT')
    return phrase('did not finish within {limitSeconds} s', { limitSeconds });
  const known = socketReasons[originalCode ?? ''] ?? socketReasons[code ?? ''];
  return known ?? withoutSecret(message.split('\n')[0] ?? '', login);
}

/**
 * @param limitSeconds for all of it, from the connection to the last answer
 * @throws NOTIFY_MAIL_FAILED, NOTIFY_PASSWORD_UNUSABLE
 */
export async function sendByMail(
  mail: Mail,
  { subject, text }: Notification,
  limitSeconds: number,
): Promise<void> {
  const { host, secure, from, to } = mail;
  const port = mail.port ?? customaryPorts[secure];
  const login = await loginOf(mail);
  const limit = limitSeconds * 1000;
  const transport = createTransport({
    host,
    port,
    secure: secure === 'tls',
    requireTLS: secure === 'starttls',
    ignoreTLS: secure === 'none',
    connectionTimeout: limit,
    greetingTimeout: limit,
    socketTimeout: limit,
    disableFileAccess: true,
    disableUrlAccess: true,
    ...(login ? { auth: login } : {}),
  });
  const failed = (reason: string) => failure('NOTIFY_MAIL_FAILED', { to: to.join(', '), host, port, reason });
  const sent = await transport
    .sendMail({
      from,
      to: [...to],
      subject,
      text,
      // No absence notes must be sent to a program (RFC 3834, 5).
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: AbortSignal.timeout(limit),
    })
    // Without its cause: the library's record of the dialog with the server must not be logged.
    .catch((error: unknown) => {
      throw failed(reasonOf(error, login, limitSeconds));
    });
  if (sent.rejected.length > 0)
    throw failed(phrase('{rejected} was refused', { rejected: sent.rejected.map(String).join(', ') }));
}
