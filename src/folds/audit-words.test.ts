import { describe, expect, it } from 'vitest';
import type { AuditLine } from '../contract/proof.ts';
import { isSigned, verdictCounts, worstFirst, worstOf, worstToSign } from './audit-words.ts';

const line = (verdict: AuditLine['verdict'], subject: AuditLine['subject'], run = 'a'): AuditLine => ({
  run,
  subject,
  verdict,
  sentence: `${subject} is ${verdict}`,
});

const lines = [
  line('proven', 'journal'),
  line('unproven', 'signature'),
  line('wrong', 'journal', 'b'),
  line('wrong', 'catalogue', 'b'),
];

describe('what an audit says', () => {
  it('is as bad as its worst line', () => {
    expect([worstOf([]), worstOf(lines.slice(0, 1)), worstOf(lines.slice(0, 2)), worstOf(lines)]).toEqual([
      undefined,
      'proven',
      'unproven',
      'wrong',
    ]);
  });

  it('shows what is wrong first, in the order in which it was found', () => {
    expect(worstFirst(lines).map(({ sentence }) => sentence)).toEqual([
      'journal is wrong',
      'catalogue is wrong',
      'signature is unproven',
      'journal is proven',
    ]);
    expect(verdictCounts(lines)).toEqual([
      { verdict: 'wrong', count: 2 },
      { verdict: 'unproven', count: 1 },
      { verdict: 'proven', count: 1 },
    ]);
  });

  it('shows whether somebody has signed', () => {
    const facts = {
      keyType: 'ssh-ed25519',
      fingerprint: 'SHA256:x',
      namespace: 'shadowtape',
      hash: 'sha512',
    };
    const signed = { ...line('unproven', 'signature'), signature: facts };
    expect([isSigned([signed]), isSigned(lines), isSigned(lines.slice(2))]).toEqual([true, false, false]);
  });

  it('does not hold a missing signature against signing', () => {
    const unsigned = [line('proven', 'journal'), line('wrong', 'signature')];
    expect([worstOf(unsigned), worstToSign(unsigned), worstToSign(lines)]).toEqual([
      'wrong',
      'proven',
      'wrong',
    ]);
  });
});
