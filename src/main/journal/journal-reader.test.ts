import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isFailure } from '../../contract/errors.ts';
import { Journal } from './journal.ts';
import { parseJournal, readJournal, type ReadJournal } from './journal-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'shadowtape-reader-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A journal of a few events, as bytes. */
function written(): Buffer {
  const file = join(folder, 'good.ndjson');
  rmSync(file, { force: true });
  const journal = new Journal({ file, run: 'run-1' });
  journal.append({
    type: 'step-started',
    step: '3-3',
    title: 'Part Volume2 from Volume1',
    phase: 'part',
    unwinding: false,
  });
  journal.append({
    type: 'intent',
    step: '3-3',
    host: 'node1',
    argv: ['sdxproxy', 'Part'],
    line: 'sdxproxy Part',
    changes: true,
  });
  journal.append({
    type: 'outcome',
    step: '3-3',
    of: 2,
    exitStatus: 0,
    milliseconds: 12,
    stdout: 'grün ☂ \uFFFD',
    stdoutBytes: 13,
    stderr: '',
    stderrBytes: 0,
  });
  journal.append({ type: 'warning', step: '3-3', text: '' });
  journal.append({ type: 'step-finished', step: '3-3', result: 'done', milliseconds: 13 });
  journal.close();
  return readFileSync(file);
}

const good = written();
const lines = good.toString('utf8').split('\n').slice(0, -1);
const place = fc.nat({ max: good.length - 1 });

/** What the reader makes of bytes: the error, or what it read. */
function read(bytes: Buffer): Error | ReadJournal {
  try {
    return parseJournal('run-1.ndjson', bytes);
  } catch (error) {
    if (isFailure(error, 'JOURNAL_BROKEN')) return error;
    throw error;
  }
}

/** Found: an error; or, where it came to the last line, which no line vouches for, another hash of the last line, or fewer events. */
function isNoticed(bytes: Buffer): boolean {
  const whole = parseJournal('run-1.ndjson', good);
  const result = read(bytes);
  if (result instanceof Error) return true;
  return (
    result.truncated || result.lastHash !== whole.lastHash || result.events.length !== whole.events.length
  );
}

describe('the chain of a journal', () => {
  it('holds as it was written', () => {
    const { events, truncated } = parseJournal('run-1.ndjson', good);
    expect(truncated).toBe(false);
    expect(events.map(({ type }) => type)).toEqual([
      'step-started',
      'intent',
      'outcome',
      'warning',
      'step-finished',
    ]);
  });

  it('shows any byte that was changed', () => {
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(good);
        changed[at] = (changed[at] ?? 0) ^ by;
        return isNoticed(changed);
      }),
      { numRuns: 500 },
    );
  });

  it('shows any byte that was removed or inserted', () => {
    fc.assert(
      fc.property(place, (at) => isNoticed(Buffer.concat([good.subarray(0, at), good.subarray(at + 1)]))),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(place, fc.integer({ min: 0, max: 255 }), (at, byte) =>
        isNoticed(Buffer.concat([good.subarray(0, at), Buffer.from([byte]), good.subarray(at)])),
      ),
      { numRuns: 300 },
    );
  });

  it('shows any byte that was changed before the last line without asking anybody for its hash', () => {
    const lastLine = good.length - Buffer.byteLength(`${lines.at(-1) ?? ''}\n`);
    fc.assert(
      fc.property(fc.nat({ max: lastLine - 1 }), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Buffer.from(good);
        changed[at] = (changed[at] ?? 0) ^ by;
        return read(changed) instanceof Error;
      }),
      { numRuns: 500 },
    );
  });

  it('shows a byte that was removed from a sign that stands for bytes which are no UTF-8', () => {
    const at = good.indexOf('\uFFFD');
    expect(at).toBeGreaterThan(0);
    expect(read(Buffer.concat([good.subarray(0, at + 2), good.subarray(at + 3)]))).toMatchObject({
      message: 'run-1.ndjson, line 3: it is not UTF-8',
    });
  });

  it('shows a line that was removed, doubled, or put elsewhere', () => {
    const joined = (...kept: (string | undefined)[]) => Buffer.from(`${kept.join('\n')}\n`);
    const [first, second, third, ...rest] = lines;
    for (const bytes of [
      joined(second, third, ...rest),
      joined(first, third, ...rest),
      joined(first, second, second, third, ...rest),
      joined(first, third, second, ...rest),
    ]) {
      expect(read(bytes)).toMatchObject({
        message: expect.stringMatching(
          /^run-1\.ndjson, line [123]: it does not follow the previous line$/,
        ) as string,
      });
    }
  });

  it('leaves out a last line that its console could not finish, wherever it was cut', () => {
    const lastLine = Buffer.byteLength(`${lines.at(-1) ?? ''}\n`);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: lastLine - 1 }), (missing) => {
        const result = read(good.subarray(0, good.length - missing));
        return !(result instanceof Error) && result.truncated && result.events.length === 4;
      }),
    );
  });

  it('names the line and what is wrong with it', () => {
    const told = (text: string) => (read(Buffer.from(text)) as Error).message;
    expect(told('{"seq":1\n')).toBe('run-1.ndjson, line 1: it is not JSON');
    expect(told(`${lines[0] ?? ''}\nnull\n`)).toBe('run-1.ndjson, line 2: it is not an event');
    expect(told(`${(lines[0] ?? '').replace('"phase":"part"', '"phase":3')}\n`)).toBe(
      'run-1.ndjson, line 1: it is not an event: phase is wrong',
    );
    expect(told(`${(lines[0] ?? '').replace('"seq":1', '"seq":7')}\n`)).toBe(
      'run-1.ndjson, line 1: its number is 7',
    );
  });

  it('takes an empty file for a journal whose run never began', () => {
    expect(parseJournal('run-1.ndjson', Buffer.alloc(0))).toMatchObject({ events: [], truncated: false });
  });
});

describe('reading a journal', () => {
  it('that is not there reports it by the run’s name', async () => {
    await expect(readJournal(join(folder, 'none.ndjson'), 'none')).rejects.toMatchObject({
      code: 'RUN_UNKNOWN',
      message: 'there is no run none',
    });
  });
});
