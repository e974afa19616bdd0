/** Who is notified of a run, and how: by a command of this machine, by mail, or in the system log. */
import { z } from 'zod';
import { command, nonEmpty } from './value-schemas.ts';
import { phrase } from '../../contract/text/say.ts';

/** `start`: a run begins. `operator-needed`: the run waits for somebody, or has ended so that an operator must act. */
const notifyOccasions = ['start', 'success', 'failure', 'operator-needed', 'next-tape', 'digest'] as const;
export type NotifyOccasion = (typeof notifyOccasions)[number];

const address = z
  .string()
  .regex(
    /^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/,
    phrase('must be a mail address such as operator@example.com'),
  );

const mailSchema = z.strictObject({
  to: z.array(address).min(1, phrase('names no recipient')).describe('Mail addresses of the recipients.'),
  from: address.describe('Mail address of the sender.'),
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:_-]+$/, phrase('must be the name or the address of a mail server'))
    .describe('The mail server.'),
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('Default: 587 with `starttls`, 465 with `tls`, 25 with `none`.'),
  secure: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe('How the connection is encrypted.'),
  user: nonEmpty.optional().describe('Login at the mail server.'),
  passwordFile: z
    .string()
    .regex(/^(\/|~\/)./, phrase('must be an absolute path, or one that begins with "~/"'))
    .optional()
    .describe('Holds the password on its first line. Only its owner may be able to read it.'),
});

/** Exactly one of command, mail and syslog: see site-rules.ts. */
const waySchema = z.strictObject({
  on: z
    .array(z.enum(notifyOccasions))
    .min(1, phrase('names no event'))
    .describe(
      'When: `start` (a run begins), `success`, `failure` (also a missed night), `operator-needed` (the run waits for somebody, or ended with action required), `next-tape` (the day before: which tape of the pool is needed), `digest` (each week: the nights of every volume; only in `notify` of the site).',
    ),
  command: command
    .optional()
    .describe(
      'A command of this machine. The message of the end of a run has the head of the seals in `SHADOWTAPE_SEALS_HEAD`.',
    ),
  mail: mailSchema.optional(),
  syslog: z
    .string()
    .regex(/^[a-z0-9]+\.[a-z]+$/, phrase('must be a facility and a priority such as local0.notice'))
    .optional()
    .describe('Facility and priority, as `logger` takes them: `local0.notice`.'),
});

export const notifySchema = z.array(waySchema);

export type NotifyWay = z.output<typeof waySchema>;
export type Mail = z.output<typeof mailSchema>;
