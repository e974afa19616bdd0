import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFirstRecord } from './tape-contents.ts';
import {
  describeLabel,
  encodeLabel,
  inventedName,
  isTapeName,
  readLabel,
  requireTapeName,
  type TapeLabel,
} from './tape-label.ts';

const label: TapeLabel = {
  name: 'PAYROLL-01',
  uuid: '2f1c7d3e-8a4b-4c5d-9e6f-0a1b2c3d4e5f',
  writtenAt: '2026-11-22T02:00:04.000Z',
  run: '20261122-020004-volume2',
  site: 'payroll-cluster',
  volumes: [{ volume: 'Volume2', method: '6a', file: 1 }],
  recordBytes: 32_768,
  keepUntil: '2026-12-22T02:00:04.000Z',
};

/** Bytes of the text of a label. */
const encodeText = (of: TapeLabel): number => encodeLabel(of).indexOf(0);

const moments = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const names = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$/).filter((name) => name !== 'data');
const labels: fc.Arbitrary<TapeLabel> = fc.record(
  {
    name: names,
    uuid: fc.uuid({ version: 4 }),
    writtenAt: moments,
    site: fc.string({ unit: 'grapheme', maxLength: 60 }),
    volumes: fc.array(
      fc.record({
        volume: fc.string(),
        method: fc.constantFrom('6a', '6b'),
        file: fc.integer({ min: 1, max: 99 }),
      }),
      { maxLength: 8 },
    ),
    recordBytes: fc.constantFrom(512, 32_768, 262_144),
    run: fc.string({ minLength: 1 }),
    keepUntil: moments,
  },
  { requiredKeys: ['name', 'uuid', 'writtenAt', 'site', 'volumes', 'recordBytes'] },
);

describe('a label', () => {
  it('is one record of 32,768 bytes that a person can begin to read', () => {
    const record = encodeLabel(label);
    expect(record).toHaveLength(32_768);
    expect(record.toString('utf8', 0, 130)).toMatch(
      /^SHADOWTAPE LABEL 1\nsha256 [0-9a-f]{64}\n\{"name":"PAYROLL-01",/,
    );
  });

  it('reads as it was written', () => {
    fc.assert(
      fc.property(labels, (written) => {
        expect(readLabel(encodeLabel(written))).toEqual({ kind: 'label', label: written });
      }),
    );
  });

  it('is never accepted if any of its bytes differs', () => {
    const record = encodeLabel(label);
    const ends = record.indexOf(0);
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: ends }), fc.integer({ min: 0, max: 32_767 })),
        fc.integer({ min: 1, max: 255 }),
        (place, change) => {
          const other = Buffer.from(record);
          other.writeUInt8(other.readUInt8(place) ^ change, place);
          expect(readLabel(other).kind).not.toBe('label');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is never accepted if it is shorter or longer', () => {
    const record = encodeLabel(label);
    expect(readLabel(record.subarray(0, 32_767))).toEqual({ kind: 'damaged', reason: 'it has 32,767 bytes' });
    expect(readLabel(record.subarray(0, 600))).toEqual({ kind: 'damaged', reason: 'it has 600 bytes' });
    expect(readLabel(Buffer.concat([record, Buffer.alloc(32_768)]))).toEqual({
      kind: 'damaged',
      reason: 'it is longer than one record',
    });
  });

  it('is not found in other data', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
        expect(readLabel(Buffer.from(bytes))).toEqual({ kind: 'foreign' });
      }),
    );
  });

  it('of a later version is distinguished from a valid one', () => {
    const record = encodeLabel(label);
    record.write('2', 'SHADOWTAPE LABEL '.length);
    expect(readLabel(record)).toEqual({
      kind: 'damaged',
      reason: 'its first line is not "SHADOWTAPE LABEL 1"',
    });
  });

  it('is described by name, day, run and date until which it is kept', () => {
    expect(describeFirstRecord(encodeLabel(label))).toBe(
      'the label "PAYROLL-01", written 2026-11-22 by run 20261122-020004-volume2, keep until 2026-12-22',
    );
    expect(describeLabel({ ...label, run: undefined, keepUntil: undefined })).toBe(
      'the label "PAYROLL-01", written 2026-11-22',
    );
    const damaged = encodeLabel(label);
    damaged.writeUInt8(0x20, 200);
    expect(describeFirstRecord(damaged)).toBe(
      'a damaged Shadowtape label: its SHA-256 does not match its content',
    );
  });

  describe('with lines that restore its volumes', () => {
    const note = 'Type byHand on node3.';
    const alike =
      'A volume without byHand is read like the others of its method, with its own file number after fsf.';
    const none = 'The commands did not fit: docs/restore-by-hand.md of Shadowtape has them.';
    const readers = {
      '6a': '> IMAGE',
      '6b': '| tar xvf -',
      '6c': '| ufsrestore rf -',
      '6e': '| sfxrestore rf -',
    } as const;
    type Method = keyof typeof readers;
    const reading = (file: number) =>
      `mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf ${file} && dd if=/dev/rmt/0n bs=32768`;
    /** @param tapes before the last one */
    const lineOf = (method: Method, file: number, tapes: readonly string[] = []) =>
      [...tapes.map((name) => `${reading(1)} && echo 'insert ${name}' > /dev/tty && `), reading(file)].join(
        '',
      ) + ` ${readers[method]}`;
    const named = fc.stringMatching(/^[A-Za-z0-9_]{1,32}$/);
    const full = fc
      .record({
        volumes: fc.array(
          fc.record({
            volume: named,
            method: fc.constantFrom<Method>('6a', '6b', '6c', '6e'),
          }),
          { maxLength: 400 },
        ),
        before: fc.array(named, { maxLength: 300 }),
      })
      .map(({ volumes, before }): TapeLabel => ({
        ...label,
        byHandNote: note,
        volumes: volumes.map(({ volume, method }, index) => ({
          ...{ volume, method, file: index + 1 },
          byHand: lineOf(method, index + 1, index === 0 ? before : []),
        })),
      }));
    const held = (of: TapeLabel): TapeLabel => {
      const reading = readLabel(encodeLabel(of));
      if (reading.kind !== 'label') throw new Error(reading.kind);
      return reading.label;
    };

    it('has all of them, or says which are left out and how they read: none is changed', () => {
      fc.assert(
        fc.property(full, (of) => {
          const { volumes, byHandNote } = held(of);
          const plain = (one: TapeLabel['volumes']) =>
            one.map(({ volume, method, file }) => [volume, method, file]);
          expect(plain(volumes)).toEqual(plain(of.volumes));
          const left = volumes.filter(({ byHand }) => byHand === undefined);
          for (const [index, { byHand }] of volumes.entries())
            if (byHand !== undefined) expect(byHand).toBe(of.volumes[index]?.byHand);
          if (byHandNote === none) {
            expect(left).toHaveLength(volumes.length);
            return;
          }
          expect(byHandNote).toBe(left.length === 0 ? note : `${note} ${alike}`);
          for (const { method, file } of left) {
            // As a person does it who follows the note.
            const others = volumes.filter(
              (one) => one.method === method && one.byHand?.match(/ fsf /g)?.length === 1,
            );
            expect(others[0]?.byHand?.replace(/ fsf \d+/, ` fsf ${file}`)).toBe(of.volumes[file - 1]?.byHand);
          }
        }),
        { numRuns: 60 },
      );
    });

    it('keeps those of each method where not all of them fit', () => {
      const volumes = Array.from({ length: 250 }, (_, index) => {
        const method = index % 2 === 0 ? ('6a' as const) : ('6c' as const);
        return { volume: `Volume${index}`, method, file: index + 1, byHand: lineOf(method, index + 1) };
      });
      const short = held({ ...label, volumes, byHandNote: note });
      expect(short.byHandNote).toBe(`${note} ${alike}`);
      expect(short.volumes.flatMap(({ byHand }) => byHand ?? [])).toEqual([
        'mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 1 && dd if=/dev/rmt/0n bs=32768 > IMAGE',
        'mt -f /dev/rmt/0n rewind && mt -f /dev/rmt/0n fsf 2 && dd if=/dev/rmt/0n bs=32768 | ufsrestore rf -',
      ]);
    });

    it('has none where one line is too long, and fits as the label of 0.1.0 did', () => {
      const volume = { volume: 'Volume2', method: '6a', file: 1 };
      const long = {
        ...volume,
        byHand: lineOf(
          '6a',
          1,
          Array.from({ length: 400 }, (_, at) => `T-${at}`),
        ),
      };
      expect(held({ ...label, volumes: [long], byHandNote: note })).toEqual({
        ...label,
        volumes: [volume],
        byHandNote: none,
      });
      const room = 32_768 - encodeText({ ...label, site: '' });
      const tight = { ...label, site: 'x'.repeat(room) };
      const byHand = lineOf('6a', 1);
      expect(held({ ...tight, volumes: [{ ...volume, byHand }], byHandNote: note })).toEqual(tight);
    });
  });

  it('that is too long for its record is refused', () => {
    expect(() => encodeLabel({ ...label, site: 'x'.repeat(40_000) })).toThrow(
      /^the label of the tape has 40\d{3} bytes; the limit is 32768$/,
    );
  });
});

describe('the name of a tape', () => {
  it.each(['A', '0', 'PAYROLL-01', 'a_b.c', 'x'.repeat(32), 'Data'])('may be %s', (name) => {
    expect(isTapeName(name)).toBe(true);
  });

  it.each(['', '-a', '.a', '_a', 'a b', 'a/b', 'ä', 'x'.repeat(33), 'data', 'a\n'])(
    'may not be %j',
    (name) => {
      expect(() => requireTapeName(name)).toThrow(`"${name}" cannot be the name of a tape`);
    },
  );

  it('is made from site, job and day by default', () => {
    const at = new Date('2026-11-22T23:59:00Z');
    expect(inventedName('payroll', 'nightly', at)).toBe('payroll-nightly-20261122');
    expect(inventedName('the embedded lab', 'raw-dd', at)).toBe('the-embedded-lab-raw-dd-20261122');
    expect(inventedName('Büro', 'x'.repeat(40), at)).toBe('B-ro-xxxxxxxxxxxxxxxxxx-20261122');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (site, job) => {
        expect(isTapeName(inventedName(site, job, at))).toBe(true);
      }),
    );
  });
});
