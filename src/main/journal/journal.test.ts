import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillableDisk } from '../../../test/support/full-disk.ts';
import { isFailure } from '../../contract/errors.ts';
import { parseJournal } from './journal-reader.ts';
import { firstPrevious, Journal, lineHash } from './journal.ts';

const fillDiskFor = fillableDisk();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-journal-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const journalIn = (file: string) =>
  new Journal({ file, run: 'run-1', now: () => new Date(Date.UTC(2026, 10, 22, 2, 0, 4)) });

describe('a journal', () => {
  it('chains each line to the one before, and sends its listeners the same', () => {
    const file = join(folder, 'runs', 'run-1.ndjson');
    const journal = journalIn(file);
    const heard: unknown[] = [];
    const deaf = journal.listen((event) => heard.push(event));
    expect(journal.append({ type: 'warning', step: '3-3', text: 'one' })).toBe(1);
    deaf();
    expect(journal.append({ type: 'warning', step: '3-3', text: 'zwei ☂' })).toBe(2);
    journal.close();
    const lines = readFileSync(file, 'utf8').split('\n');
    const first = {
      seq: 1,
      at: '2026-11-22T02:00:04.000Z',
      elapsed: expect.any(Number) as number,
      run: 'run-1',
      type: 'warning',
      step: '3-3',
      text: 'one',
      prev: firstPrevious,
    };
    expect(lines.map((line) => (line === '' ? '' : (JSON.parse(line) as object)))).toEqual([
      first,
      { ...first, seq: 2, text: 'zwei ☂', prev: lineHash(lines[0] ?? '') },
      '',
    ]);
    expect(heard).toEqual([first]);
    expect(journal.lastHash).toBe(lineHash(lines[1] ?? ''));
    expect(journal.isBroken).toBe(false);
  });

  it('shows how long the run has been running, whatever is done to the clock of the computer', () => {
    const file = join(folder, 'run-1.ndjson');
    const time = { wall: Date.parse('2026-11-22T02:00:00.000Z'), steady: 7000 };
    const options = {
      file,
      run: 'run-1',
      now: () => new Date(time.wall),
      clocks: { wall: () => time.wall, steady: () => time.steady },
    };
    const pass = (wall: number, steady: number) => {
      time.wall += wall;
      time.steady += steady;
    };
    const append = (journal: Journal) => journal.append({ type: 'warning', step: '3-3', text: 'one' });
    const first = new Journal(options);
    append(first);
    // Set back by an hour, while a minute passes.
    pass(-3_540_000, 60_000);
    append(first);
    first.close();
    // The next process begins ten minutes later; its steady clock shows anything.
    time.wall += 600_000;
    time.steady = 3;
    const second = Journal.reopen(options, parseJournal(file, readFileSync(file)));
    pass(5000, 5000);
    append(second);
    second.close();
    const elapsed = second.events.map((event) => event.elapsed);
    expect(elapsed).toEqual([0, 60_000, 60_000, 665_000]);
    expect(second.events[1]).toMatchObject({
      type: 'warning',
      step: 'clock',
      text: 'the clock of this computer was set back by 3600 s: times before and after this line do not match',
    });
  });

  it('is never written twice', () => {
    const file = join(folder, 'run-1.ndjson');
    journalIn(file).close();
    expect(() => journalIn(file)).toThrow(`the journal ${file} already exists`);
  });

  it('that cannot be made says why', () => {
    const notAFolder = join(folder, 'run-1.ndjson');
    journalIn(notAFolder).close();
    const file = join(notAFolder, 'run-2.ndjson');
    expect(() => journalIn(file)).toThrow(`the journal ${file} cannot be written: its folder is a file`);
  });

  it('keeps progress out of what it remembers, not out of the file', () => {
    const file = join(folder, 'run-1.ndjson');
    const journal = journalIn(file);
    journal.append({ type: 'progress', step: '6a', what: 'dump', bytes: 1 });
    journal.append({ type: 'warning', step: '6a', text: 'two' });
    journal.close();
    expect(journal.events.map(({ type }) => type)).toEqual(['warning']);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(2);
  });

  it('refuses every line once one could not be written, until the run carries on without it', () => {
    const journal = journalIn(join(folder, 'run-1.ndjson'));
    const append = () => journal.append({ type: 'warning', step: '3-3', text: 'x' });
    append();
    fillDiskFor('.ndjson');
    const heard: number[] = [];
    journal.listen(({ seq }) => heard.push(seq));
    for (let time = 0; time < 2; time += 1) {
      try {
        append();
        expect.unreachable('the line cannot be written');
      } catch (error) {
        expect(isFailure(error, 'JOURNAL_UNWRITABLE')).toBe(true);
        expect((error as Error).message).toBe(
          `the journal ${journal.file} cannot be written: the disk is full`,
        );
      }
    }
    expect(journal.isBroken).toBe(true);
    journal.carryOn();
    expect(append()).toBe(4);
    expect(heard).toEqual([2, 3, 4]);
    expect(journal.events).toHaveLength(4);
  });

  it('passes on no event of a run whose first line cannot be written, and leaves no file of it', () => {
    const journal = journalIn(join(folder, 'run-1.ndjson'));
    fillDiskFor('.ndjson');
    const heard: number[] = [];
    journal.listen(({ seq }) => heard.push(seq));
    expect(() => journal.append({ type: 'warning', step: '3-3', text: 'x' })).toThrow(
      `the journal ${journal.file} cannot be written: the disk is full`,
    );
    expect([heard, journal.events, existsSync(journal.file)]).toEqual([[], [], false]);
  });

  it('passes on no event of a resumed run if its first line cannot be written, unless it carries on without its journal', () => {
    const file = join(folder, 'run-1.ndjson');
    const first = journalIn(file);
    first.append({ type: 'warning', step: '3-3', text: 'one' });
    first.close();
    const kept = readFileSync(file);
    fillDiskFor('.ndjson');
    const again = (carriesOn: boolean) => {
      const journal = Journal.reopen({ file, run: 'run-1' }, parseJournal(file, kept));
      const heard: number[] = [];
      journal.listen(({ seq }) => heard.push(seq));
      if (carriesOn) journal.carryOn();
      try {
        journal.append({ type: 'warning', step: '3-3', text: 'two' });
      } catch {
        expect(carriesOn).toBe(false);
      }
      return heard;
    };
    expect([again(false), again(true)]).toEqual([[], [2]]);
    expect(readFileSync(file)).toEqual(kept);
  });

  it('that is continued keeps its chain, and loses an incomplete last line', () => {
    const file = join(folder, 'run-1.ndjson');
    const first = journalIn(file);
    first.append({ type: 'warning', step: '3-3', text: 'one' });
    first.append({ type: 'progress', step: '6a', what: 'dump', bytes: 1 });
    first.close();
    appendFileSync(file, '{"seq":3,"at":"20');
    const read = parseJournal(file, readFileSync(file));
    expect(read.truncated).toBe(true);
    const again = Journal.reopen({ file, run: 'run-1' }, read);
    expect(again.append({ type: 'warning', step: '3-3', text: 'three' })).toBe(3);
    expect(again.events.map(({ seq }) => seq)).toEqual([1, 3]);
    again.close();
    const { events, truncated } = parseJournal(file, readFileSync(file));
    expect(truncated).toBe(false);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});
