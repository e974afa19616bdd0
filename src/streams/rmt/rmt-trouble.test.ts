import { describe, expect, it } from 'vitest';
import { failure } from '../../contract/errors.ts';
import { RmtError } from './rmt-client.ts';
import { tapeServerFailure } from './rmt-trouble.ts';

const linux = { device: '/dev/nst0', dialect: 'linux' } as const;
const solaris = { device: '/dev/rmt/0n', dialect: 'solaris' } as const;

describe('the failure of a request to a tape server', () => {
  it.each([
    [linux, 'open', 5, 'TAPE_NOT_LOADED'],
    [linux, 'open', 123, 'TAPE_NOT_LOADED'],
    [solaris, 'open', 5, 'TAPE_NOT_LOADED'],
    [solaris, 'open', 123, 'TAPE_WRITE_FAILED'],
    [linux, 'open', 22, 'TAPE_WRITE_FAILED'],
    [linux, 'write record 3', 5, 'TAPE_WRITE_FAILED'],
    [linux, 'write record 3', 123, 'TAPE_WRITE_FAILED'],
    [linux, 'write record 3', 16, 'TAPE_BUSY'],
    [linux, 'write record 3', 30, 'TAPE_WRITE_PROTECTED'],
    [solaris, 'open', 13, 'TAPE_WRITE_PROTECTED'],
  ] as const)('%o, %s, errno %i', (tape, doing, errno, code) => {
    const error = tapeServerFailure(new RmtError(errno, 'said'), doing, tape);
    expect(error.code).toBe(code);
    expect(error.evidence).toEqual({ stderr: `said (errno ${errno})` });
  });

  it('that is an error of the table already stays as it is, with what is known of the server', () => {
    const lost = failure('CONNECTION_LOST', { host: 'node3', reason: 'reset' }, { stdout: 'own' });
    expect(tapeServerFailure(lost, 'open', linux)).toBe(lost);
    const known = tapeServerFailure(lost, 'open', { ...linux, evidence: { host: 'node3', stdout: 'other' } });
    expect([known.code, known.message, known.evidence]).toEqual([
      'CONNECTION_LOST',
      lost.message,
      { host: 'node3', stdout: 'own' },
    ]);
  });
});
