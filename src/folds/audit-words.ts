/** What an audit says, as a screen shows it: the verdict of several lines together, and their order. Pure. */
import type { AuditLine, AuditVerdict } from '../contract/proof.ts';
import { say } from '../contract/text/say.ts';

/** The worst first. */
const order: readonly AuditVerdict[] = ['wrong', 'unproven', 'proven'];

export const auditStates = {
  proven: { state: 'ok', word: say('proven') },
  unproven: { state: 'warn', word: say('not fully proven') },
  wrong: { state: 'bad', word: say('wrong') },
} as const satisfies Record<AuditVerdict, { state: string; word: string }>;

export const subjectWords: Readonly<Record<AuditLine['subject'], string>> = {
  journal: say('journal'),
  catalogue: say('file list'),
  signature: say('signature'),
  report: say('exports'),
  seals: say('seal list'),
};

/** Of several lines the worst; undefined of none. */
export const worstOf = (lines: readonly AuditLine[]): AuditVerdict | undefined =>
  order.find((verdict) => lines.some((line) => line.verdict === verdict));

/** What is wrong first; lines that are alike keep their order. */
export const worstFirst = (lines: readonly AuditLine[]): AuditLine[] =>
  lines.toSorted((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));

export function verdictCounts(lines: readonly AuditLine[]): { verdict: AuditVerdict; count: number }[] {
  return order
    .map((verdict) => ({ verdict, count: lines.filter((line) => line.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
}

/** True if a signature is next to the journal, whatever it is worth. */
export const isSigned = (lines: readonly AuditLine[]): boolean =>
  lines.some(({ subject, signature }) => subject === 'signature' && signature !== undefined);

/** Of all but a signature that is missing: what a signature would be put under. */
export const worstToSign = (lines: readonly AuditLine[]): AuditVerdict | undefined =>
  worstOf(lines.filter(({ subject, signature }) => subject !== 'signature' || signature !== undefined));
