import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShadowtapeError } from '../../contract/errors.ts';
import type { Mail } from '../site/notify-schema.ts';
import { testNotification } from './notification.ts';
import { readPassword } from './password-file.ts';
import { sendByMail } from './send-by-mail.ts';
import { startSmtpServer, type SmtpServer, type SmtpServerOptions } from './smtp-server.test-support.ts';

let folder: string;
let server: SmtpServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-mail-'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true });
});

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: ShadowtapeError) => error,
  );

const message = testNotification('payroll-cluster');

async function mailTo(options: SmtpServerOptions, more: Partial<Mail> = {}): Promise<Mail> {
  server = await startSmtpServer(options);
  return {
    to: ['marion@example.com', 'night@example.com'],
    from: 'shadowtape@backup.example.com',
    host: '127.0.0.1',
    port: server.port,
    secure: 'none',
    ...more,
  };
}

async function passwordFile(text: string, mode = 0o600): Promise<string> {
  const file = join(folder, 'password');
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

describe('a mail', () => {
  it('is plain text, to everybody who is named', async () => {
    await sendByMail(await mailTo({}), message, 5);
    const [mail] = server?.mails ?? [];
    expect(mail).toMatchObject({
      from: 'shadowtape@backup.example.com',
      to: ['marion@example.com', 'night@example.com'],
    });
    expect(mail?.text).toContain('Subject: shadowtape: test of payroll-cluster\n');
    expect(mail?.text).toContain('Content-Type: text/plain; charset=utf-8\n');
    expect(mail?.text).toContain('Auto-Submitted: auto-generated\n');
    expect(mail?.text).toContain('test of the notifications of site payroll-cluster');
  });

  it('cannot get another subject or receiver from the output of a host', async () => {
    const subject = 'tape\r\nBcc: all@example.com';
    await sendByMail(await mailTo({}), { ...message, subject }, 5);
    expect(server?.mails[0]?.to).toEqual(['marion@example.com', 'night@example.com']);
    expect(server?.mails[0]?.text).not.toMatch(/^Bcc:/m);
  });

  it('logs in with the first line of the password file', async () => {
    const login = { user: 'backup', password: 'q7 "x' };
    const file = await passwordFile(`${login.password}\nanother line\n`);
    await sendByMail(await mailTo({ login }, { user: 'backup', passwordFile: file }), message, 5);
    expect(server?.mails).toHaveLength(1);
  });

  it('with a refused login is reported, without the password', async () => {
    const file = await passwordFile('sesame-9431\n');
    const mail = await mailTo(
      { login: { user: 'backup', password: 'other' } },
      { user: 'backup', passwordFile: file },
    );
    const error = await failureOf(sendByMail(mail, message, 5));
    expect(error).toMatchObject({
      code: 'NOTIFY_MAIL_FAILED',
      message: `the mail to marion@example.com, night@example.com over 127.0.0.1, port ${mail.port}, was not sent: Invalid login: 535 not you: *** (***)`,
    });
    const everything = JSON.stringify([error, error?.message, error?.stack, error?.cause, error?.evidence]);
    expect(everything).not.toContain('sesame');
    expect(everything).not.toContain(Buffer.from('sesame-9431').toString('base64'));
  });

  it('with a refused receiver is not sent', async () => {
    const error = await failureOf(sendByMail(await mailTo({ refuses: ['night@example.com'] }), message, 5));
    expect(error?.message).toMatch(/was not sent: night@example\.com was refused$/);
  });

  it('is never sent in the clear if the site file requires TLS', async () => {
    const mail = await mailTo({}, { secure: 'starttls' });
    const error = await failureOf(sendByMail(mail, message, 5));
    expect(error?.code).toBe('NOTIFY_MAIL_FAILED');
    expect(server?.mails).toEqual([]);
    expect(server?.lines.join('\n')).not.toMatch(/MAIL FROM|AUTH/);
  });

  it('is given up when the server does not answer', async () => {
    const error = await failureOf(sendByMail(await mailTo({ silent: true }), message, 0.2));
    expect(error?.message).toMatch(/was not sent: did not finish within 0\.2 s$/);
  });

  it('is not sent if no server listens', async () => {
    const mail = await mailTo({});
    await server?.close();
    server = undefined;
    expect((await failureOf(sendByMail(mail, message, 5)))?.message).toBe(
      `the mail to marion@example.com, night@example.com over 127.0.0.1, port ${mail.port}, was not sent: the connection was refused`,
    );
  });
});

describe('a password file', () => {
  it.each([0o640, 0o604, 0o660, 0o644, 0o700, 0o602])('of mode %o is refused', async (mode) => {
    const file = await passwordFile('secret\n', mode);
    const shown = mode.toString(8).padStart(4, '0');
    expect(await failureOf(readPassword(file))).toMatchObject({
      code: 'NOTIFY_PASSWORD_UNUSABLE',
      message: `the password file ${file} cannot be used: its mode is ${shown}, and only 0600 is accepted`,
    });
  });

  it('yields its first line, whatever ends it', async () => {
    expect(await readPassword(await passwordFile('two words\r\nmore'))).toBe('two words');
    expect(await readPassword(await passwordFile('no end', 0o400))).toBe('no end');
  });

  it('is refused if it is empty, missing or not a file', async () => {
    const reasonOf = async (file: string) =>
      (await failureOf(readPassword(file)))?.message.replace(/^.*cannot be used: /, '');
    expect(await reasonOf(await passwordFile('\nsecret\n'))).toBe('its first line is empty');
    expect(await reasonOf(join(folder, 'nowhere'))).toBe('it does not exist');
    await mkdir(join(folder, 'folder'), { mode: 0o600 });
    expect(await reasonOf(join(folder, 'folder'))).toBe('it is not a file');
  });

  it('is read before anything is sent', async () => {
    const file = await passwordFile('secret\n', 0o644);
    const mail = await mailTo({}, { user: 'backup', passwordFile: file });
    expect((await failureOf(sendByMail(mail, message, 5)))?.code).toBe('NOTIFY_PASSWORD_UNUSABLE');
    expect(server?.lines).toEqual([]);
  });
});
