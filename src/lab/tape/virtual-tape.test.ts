import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../lab.test-support.ts';
import { VirtualTape } from './virtual-tape.ts';

let folder: string;
let number = 0;

beforeAll(async () => void (folder = await temporaryFolder()));
afterAll(() => rm(folder, { recursive: true, force: true }));

const blankTape = (): Promise<VirtualTape> => VirtualTape.open(join(folder, `tape-${(number += 1)}.tap`));

/** A tape as a list: what a record or a mark is, in order. */
type Item = number | 'mark';

/** The simplest tape there is, to compare with. */
class ListTape {
  items: Item[] = [];
  head = 0;

  write(item: Item): void {
    this.items = [...this.items.slice(0, this.head), item];
    this.head += 1;
  }

  read(limit: number): string {
    const item = this.items[this.head];
    if (item === undefined) return 'blank';
    if (item !== 'mark' && item > limit) return 'too-long';
    this.head += 1;
    return item === 'mark' ? 'file-mark' : `record ${item}`;
  }

  skipFile(): boolean {
    while (this.head < this.items.length) {
      this.head += 1;
      if (this.items[this.head - 1] === 'mark') return true;
    }
    return false;
  }

  skipFileBack(): boolean {
    while (this.head > 0) {
      this.head -= 1;
      if (this.items[this.head] === 'mark') return true;
    }
    return false;
  }

  skipRecordBack(): boolean {
    if (this.head === 0) return false;
    this.head -= 1;
    return this.items[this.head] !== 'mark';
  }

  get place(): { file: number; block: number; bytes: number } {
    const before = this.items.slice(0, this.head);
    const lastMark = before.lastIndexOf('mark');
    return {
      file: before.filter((item) => item === 'mark').length,
      block: before.length - lastMark - 1,
      bytes: before.reduce<number>((sum, item) => sum + (item === 'mark' ? 0 : item), 0),
    };
  }
}

const contentOf = (length: number): Buffer => Buffer.alloc(length, `record of ${length} bytes, `);

async function readRecord(tape: VirtualTape, limit: number): Promise<string> {
  const reading = await tape.readRecord(limit);
  if (reading.kind !== 'record') return reading.kind;
  expect(reading.bytes.equals(contentOf(reading.bytes.length))).toBe(true);
  return `record ${reading.bytes.length}`;
}

const act = fc.oneof(
  fc.record({
    kind: fc.constant('write' as const),
    size: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(40_000)),
  }),
  fc.record({ kind: fc.constant('read' as const), size: fc.constantFrom(20, 65_536) }),
  fc
    .constantFrom('mark', 'rewind', 'skipFile', 'skipFileBack', 'skipRecordBack', 'end', 'flush')
    .map((kind) => ({ kind, size: 0 })),
);

async function perform(tape: VirtualTape, list: ListTape, kind: string, size: number): Promise<void> {
  if (kind === 'write') {
    await tape.writeRecord(contentOf(size));
    list.write(size);
  } else if (kind === 'mark') {
    await tape.writeFileMark();
    list.write('mark');
  } else if (kind === 'read') expect(await readRecord(tape, size)).toBe(list.read(size));
  else if (kind === 'skipFile') expect(await tape.skipFile()).toBe(list.skipFile());
  else if (kind === 'skipFileBack') expect(await tape.skipFileBack()).toBe(list.skipFileBack());
  else if (kind === 'skipRecordBack') expect(await tape.skipRecordBack()).toBe(list.skipRecordBack());
  else if (kind === 'end') {
    await tape.skipToEnd();
    list.head = list.items.length;
  } else if (kind === 'rewind') {
    await tape.rewind();
    list.head = 0;
  } else await tape.flush();
}

describe('the medium', () => {
  test('behaves as a list of records and marks, whatever is done to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
        const tape = await blankTape();
        const list = new ListTape();
        for (const { kind, size } of acts) {
          await perform(tape, list, kind, size);
          expect(tape.position).toMatchObject(list.place);
        }
        await tape.close();
      }),
      { numRuns: 60 },
    );
  });

  test('keeps its records over close and open, at the place where the head was', async () => {
    const file = join(folder, 'kept.tap');
    const first = await VirtualTape.open(file);
    for (const size of [100, 3, 100_000]) await first.writeRecord(contentOf(size));
    await first.writeFileMark();
    await first.rewind();
    expect(await readRecord(first, 1000)).toBe('record 100');
    const { position } = first;
    await first.close();
    const second = await VirtualTape.open(file, position);
    expect(await readRecord(second, 1000)).toBe('record 3');
    expect(await readRecord(second, 1_000_000)).toBe('record 100000');
    expect(await readRecord(second, 1000)).toBe('file-mark');
    expect(await readRecord(second, 1000)).toBe('blank');
    await second.close();
  });

  test('writing in the middle discards everything after it', async () => {
    const tape = await blankTape();
    for (const size of [10, 20, 30]) await tape.writeRecord(contentOf(size));
    await tape.rewind();
    await tape.skipRecord();
    await tape.writeRecord(contentOf(5));
    await tape.rewind();
    const found = [await readRecord(tape, 99), await readRecord(tape, 99), await readRecord(tape, 99)];
    expect(found).toEqual(['record 10', 'record 5', 'blank']);
    await tape.close();
  });
});
