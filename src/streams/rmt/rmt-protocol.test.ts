import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closeRequest,
  openRequest,
  operationRequest,
  readRequest,
  RmtAnswerReader,
  writeRequest,
} from './rmt-protocol.ts';
import type { RmtAnswer } from './rmt-protocol.ts';
import { cutAt, failureOf } from '../stream.test-support.ts';

const plain = { numberAtMost: 32_768, withData: false };
const withData = { numberAtMost: 32_768, withData: true };

function answersOf(pieces: readonly (string | Buffer)[], expected = plain): RmtAnswer[] {
  const reader = new RmtAnswerReader();
  const answers: RmtAnswer[] = [];
  for (const piece of pieces) {
    reader.take(Buffer.from(piece));
    for (let answer = reader.next(expected); answer; answer = reader.next(expected)) answers.push(answer);
  }
  return answers;
}

describe('requests to a tape server', () => {
  it('are the lines of rmt', () => {
    expect(String(openRequest('/dev/rmt/0n', 'read'))).toBe('O/dev/rmt/0n\n0\n');
    expect(String(openRequest('/dev/rmt/0n', 'write'))).toBe('O/dev/rmt/0n\n2\n');
    expect(String(writeRequest(32_768))).toBe('W32768\n');
    expect(String(readRequest(512))).toBe('R512\n');
    expect(String(closeRequest())).toBe('C\n');
  });

  it('number their operations as the server does', () => {
    expect(String(operationRequest('solaris', 'write-file-mark', 1))).toBe('I0\n1\n');
    expect(String(operationRequest('linux', 'write-file-mark', 1))).toBe('I5\n1\n');
    expect(String(operationRequest('solaris', 'rewind', 1))).toBe('I5\n1\n');
    expect(String(operationRequest('linux', 'rewind', 1))).toBe('I6\n1\n');
    for (const dialect of ['solaris', 'linux'] as const) {
      expect(String(operationRequest(dialect, 'back-records', 32))).toBe('I4\n32\n');
    }
  });

  it('refuse a device whose name would be a request of its own', async () => {
    const error = await failureOf(() => openRequest('/dev/nst0\n0\nC', 'write'));
    expect(error.message).toBe('cannot build a command line: "/dev/nst0\\n0\\nC" cannot be a device');
    const empty = await failureOf(() => openRequest('', 'write'));
    expect(empty.message).toBe('cannot build a command line: "" cannot be a device');
  });
});

describe('answers of a tape server', () => {
  it('have a number, or an error with its text', () => {
    expect(answersOf(['A32768\nA0\nE28\nNo space left on device\n'])).toEqual([
      { number: 32_768, data: Buffer.alloc(0) },
      { number: 0, data: Buffer.alloc(0) },
      { errno: 28, text: 'No space left on device' },
    ]);
  });

  it('carry what was read, whatever its bytes are', () => {
    expect(answersOf(['A3\nA\nEA0\n'], withData)).toEqual([
      { number: 3, data: Buffer.from('A\nE') },
      { number: 0, data: Buffer.alloc(0) },
    ]);
  });

  it.each([
    ['the greeting of a login shell', 'Welcome to node3\n', '"Welcome to node3\\n"'],
    ['a greeting before its line has ended', 'W', '"W"'],
    ['words that begin like an answer', 'All is well\n', '"All is well\\n"'],
    ['a line that never ends', 'A1234567890123456789012', '"A1234567890123456789012"'],
    ['a number with words behind it', 'A12 bytes\n', '"A12 bytes\\n"'],
    ['a negative number', 'A-1\n', '"A-1\\n"'],
    ['more bytes than were sent', 'A32769\n', '"A32769\\n"'],
    ['an error without a number', 'E\nfoo\n', '"E\\nfoo\\n"'],
  ])('are distinguished from %s', async (_case, sent, said) => {
    const error = await failureOf(() => answersOf([sent]));
    expect(error.code).toBe('TAPE_SERVER_GARBLED');
    expect(error.message).toBe(`the tape server answered ${said}, which is not an answer of rmt`);
    expect(error.evidence.stdout).toBe(sent);
  });

  it('may have an error text of 1,024 characters, which is read completely', () => {
    const text = 'x'.repeat(1024);
    expect(answersOf([`E5\n${text}`, '\n'])).toEqual([{ errno: 5, text }]);
    expect(answersOf([`E5\n${text}\nA7\n`])).toEqual([
      { errno: 5, text },
      { number: 7, data: Buffer.alloc(0) },
    ]);
  });

  it('have their error text without the blanks around it', () => {
    expect(answersOf(['E5\n I/O error \r\n'])).toEqual([{ errno: 5, text: 'I/O error' }]);
  });

  it('are distinguished from an endless error text', async () => {
    const error = await failureOf(() => answersOf([`E5\n${'x'.repeat(2000)}`]));
    expect(error.code).toBe('TAPE_SERVER_GARBLED');
    expect(error.evidence.stdout).toHaveLength(200);
  });

  it('are the same however the bytes are cut', () => {
    const answer = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((data) => ({ number: data.length, data: Buffer.from(data) })),
      fc.record({ errno: fc.nat(200), text: fc.constantFrom('I/O error', 'Kein Platz – voll', '') }),
    );
    fc.assert(
      fc.property(
        fc.array(answer, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        (answers, sizes) => {
          const sent = answers.map((item) =>
            'errno' in item
              ? Buffer.from(`E${item.errno}\n${item.text}\n`)
              : Buffer.concat([Buffer.from(`A${item.number}\n`), item.data]),
          );
          expect(answersOf(cutAt(Buffer.concat(sent), sizes), withData)).toEqual(answers);
        },
      ),
    );
  });
});
