import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { NewEvent, RunEvent } from '../../../contract/events.ts';
import {
  areConsecutive,
  checkpointBytesOf,
  knownRecords,
  sectionOf,
  wholeOf,
  type DumpSection,
} from './dump-sections.ts';

const recordBytes = 512;
const section = (firstRecord: number, records: number, bytes = records * recordBytes): DumpSection => ({
  ...{ firstRecord, records, bytes },
  ...{ crc32: '00000000', sha256: `${firstRecord}-${records}` },
});

const story = (...events: NewEvent[]) =>
  events.map((event, index) => ({ seq: index + 1, at: '', run: 'run', prev: '', ...event }) as RunEvent);
const label = { type: 'label' } as NewEvent;
const started: NewEvent = { type: 'step-started', step: '6a', title: '', phase: 'dump', unwinding: false };
const checkpoint = (firstRecord: number, records: number, volume = 'Volume2'): NewEvent => ({
  type: 'dump-checkpoint',
  step: '6a',
  volume,
  ...section(firstRecord, records),
});
const continued = (...sections: DumpSection[]): NewEvent => ({
  ...{ type: 'dump-continued', step: 'label', volume: 'Volume2', uuid: '', of: 100 },
  records: sections.reduce((sum, { records }) => sum + records, 0),
  sections,
});
const places = (...events: NewEvent[]) =>
  knownRecords(story(...events), 'Volume2', '6a', recordBytes).map(({ records, sections }) => [
    records,
    ...sections.map(({ sha256 }) => sha256),
  ]);

describe('the places where a dump may be continued', () => {
  it('are its checkpoints, the farthest first, and the beginning', () => {
    expect(places(label, started)).toEqual([[0]]);
    expect(places(label, started, checkpoint(0, 10), checkpoint(0, 20))).toEqual([
      [20, '0-20'],
      [10, '0-10'],
      [0],
    ]);
  });

  it('are never those of another volume', () => {
    expect(places(label, started, checkpoint(0, 10, 'Volume4'))).toEqual([[0]]);
  });

  it('are forgotten when the tape is labeled again, and when the dump begins again', () => {
    expect(places(label, started, checkpoint(0, 10), label)).toEqual([[0]]);
    expect(places(label, started, checkpoint(0, 10), started, checkpoint(0, 5))).toEqual([[5, '0-5'], [0]]);
  });

  it('of a dump that was continued begin at that place, each time', () => {
    const once = [label, started, checkpoint(0, 10), continued(section(0, 10), section(10, 3))];
    expect(places(...once)).toEqual([[13, '0-10', '10-3'], [10, '0-10'], [0]]);
    const more = [...once, started, checkpoint(13, 10), checkpoint(13, 20)];
    expect(places(...more)[0]).toEqual([33, '0-10', '10-3', '13-20']);
    expect(places(...more, started)).toEqual(places(...once));
    expect(places(...more, continued(section(0, 10)))).toEqual([[10, '0-10'], [0]]);
  });

  it('have no gap, and contain nothing that belongs elsewhere', () => {
    expect(places(label, started, checkpoint(4, 10))).toEqual([[0]]);
    expect(places(label, continued(section(0, 10), section(11, 3)))).toEqual([[0]]);
    expect(places(label, continued(section(0, 10, 5000), section(10, 3)))).toEqual([[0]]);
  });
});

it('sections are consecutive where each begins at the end of the one before, and only the last ends in a short record', () => {
  expect(areConsecutive([], recordBytes)).toBe(true);
  expect(areConsecutive([section(0, 2), section(2, 3, 1100)], recordBytes)).toBe(true);
  expect(areConsecutive([section(0, 2, 1000), section(2, 3)], recordBytes)).toBe(false);
  expect(areConsecutive([section(1, 2)], recordBytes)).toBe(false);
  expect(areConsecutive([section(0, 2), section(3, 3)], recordBytes)).toBe(false);
  expect(areConsecutive([section(0, 2), section(2, 3, 1000)], recordBytes)).toBe(false);
});

it('a section is counted in records, and all sections together have the CRC-32 of the whole', () => {
  const pieces = ['first', 'second', ''].map((text) => Buffer.alloc(text.length * 300, text));
  const sections = pieces.map((bytes) => {
    const sum = crc32(bytes).toString(16).padStart(8, '0');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return sectionOf(7, { bytes: bytes.length, crc32: sum, sha256 }, recordBytes);
  });
  expect(sections[0]).toMatchObject({ firstRecord: 7, records: 3, bytes: 1500 });
  const whole = Buffer.concat(pieces);
  expect(wholeOf(sections)).toEqual({
    bytes: whole.length,
    crc32: crc32(whole).toString(16).padStart(8, '0'),
  });
});

it('checkpoints lie between whole records', () => {
  expect(checkpointBytesOf(32_768)).toBe(2 ** 30);
  expect(checkpointBytesOf(1024 * 1024 - 512)).toBe(1024 * (1024 * 1024 - 512));
  expect(checkpointBytesOf(65_536, 1000)).toBe(65_536);
});
