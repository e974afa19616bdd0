/** Who is told of a run, and how: by a command of this machine, by mail, or in the system log. */
import { z } from 'zod';
import { command, nonEmpty } from './value-schemas.ts';

/** `operator-needed`: the run waits for somebody, or has ended so that an operator must act. */
export const notifyOccasions = ['success', 'failure', 'operator-needed'] as const;
export type NotifyOccasion = (typeof notifyOccasions)[number];

const address = z
  .string()
  .regex(/^[^\s@<>(),;:"\\]+@[^\s@<>(),;:"\\]+$/, 'must be a mail address such as operator@example.com');

const mailSchema = z.strictObject({
  to: z.array(address).min(1, 'names nobody'),
  from: address,
  host: z.string().regex(/^[A-Za-z0-9.:_-]+$/, 'must be the name or the address of a mail server'),
  /** 587 where secure is starttls, 465 where it is tls, 25 where it is none. */
  port: z.int().min(1).max(65_535).optional(),
  secure: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  user: nonEmpty.optional(),
  /** Holds the password on its first line; nobody but its owner may read it. */
  passwordFile: z
    .string()
    .regex(/^(\/|~\/)./, 'must be an absolute path, or one that begins with "~/"')
    .optional(),
});

/** Exactly one of command, mail and syslog: see site-rules.ts. */
const waySchema = z.strictObject({
  on: z.array(z.enum(notifyOccasions)).min(1, 'names no occasion'),
  command: command.optional(),
  mail: mailSchema.optional(),
  /** Facility and priority, as logger(1) takes them. */
  syslog: z
    .string()
    .regex(/^[a-z0-9]+\.[a-z]+$/, 'must be a facility and a priority such as local0.notice')
    .optional(),
});

export const notifySchema = z.array(waySchema);

export type NotifyWay = z.output<typeof waySchema>;
export type Mail = z.output<typeof mailSchema>;
