import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  driveIdentifiers,
  driveIdentifiersArguments,
  driveWithSerial,
  unitSerialIn,
} from './element-status.ts';

/** A changer's answer to READ ELEMENT STATUS for its drives (SMC-3, 6.11): descriptors with an identifier of 34 bytes at most. */
function answerOf(identifiers: readonly string[], { tags = 0, type = 4 } = {}): Buffer {
  const size = 12 + tags * 36 + 4 + 34;
  const descriptors = identifiers.map((identifier, index) => {
    const bytes = Buffer.alloc(size);
    bytes.writeUInt16BE(256 + index, 0);
    const at = 12 + tags * 36;
    bytes.writeUInt8(2, at);
    bytes.writeUInt8(identifier.length, at + 3);
    bytes.write(identifier, at + 4, 'latin1');
    return bytes;
  });
  const page = Buffer.alloc(8);
  page.writeUInt8(type, 0);
  page.writeUInt8([0, 0x80, 0xc0][tags] ?? 0, 1);
  page.writeUInt16BE(size, 2);
  page.writeUIntBE(size * identifiers.length, 5, 3);
  const header = Buffer.alloc(8);
  header.writeUInt16BE(256, 0);
  header.writeUInt16BE(identifiers.length, 2);
  header.writeUIntBE(8 + size * identifiers.length, 5, 3);
  return Buffer.concat([header, page, ...descriptors]);
}

const serial = fc.string({ unit: fc.constantFrom(...'ABCDEFGHJK0123456789'), minLength: 1, maxLength: 10 });

describe('the drives of a changer', () => {
  it('are requested with their identifiers, and without bar codes', () => {
    expect(driveIdentifiersArguments('/dev/sg3').join(' ')).toBe(
      'sg_raw -b -r 16384 /dev/sg3 b8 04 00 00 ff ff 01 00 40 00 00 00',
    );
  });

  it('are distinguished by serial numbers, with vendor and product before them or without', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(serial, { minLength: 1, maxLength: 6 }),
        fc.nat(2),
        fc.boolean(),
        (all, tags, long) => {
          const given = all.map((one) => (long ? `IBM     ULT3580-TD6     ${one}` : one));
          const identifiers = driveIdentifiers(answerOf(given, { tags }));
          expect(identifiers).toEqual(given);
          for (const [number, one] of all.entries())
            expect(driveWithSerial(identifiers ?? [], one)).toBe(number);
        },
      ),
    );
  });

  it('are not read from a truncated answer, nor from other bytes', () => {
    const answer = answerOf(['HU1', 'HU2']);
    for (let length = 0; length < answer.length; length += 1)
      expect(driveIdentifiers(answer.subarray(0, length))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const found = driveIdentifiers(Buffer.from(bytes));
        expect(found === undefined || found.length > 0).toBe(true);
      }),
    );
  });

  it('are not those of another kind of element', () => {
    expect(driveIdentifiers(answerOf(['HU1'], { type: 2 }))).toBeUndefined();
  });

  it('have no number if the serial number matches none, or several', () => {
    expect(driveWithSerial(['HU1', 'HU2'], 'HU3')).toBeUndefined();
    expect(driveWithSerial(['HU1', 'HU1'], 'HU1')).toBeUndefined();
    expect(driveWithSerial(['HU12'], 'HU1')).toBeUndefined();
  });
});

describe('the serial number of a drive', () => {
  it('is what sg_inq prints of the unit serial number page', () => {
    // As sg_inq of sg3_utils 1.46 pads it for an emulated LTO-6 drive.
    const padded = `  Unit serial number: ${' '.repeat(26)}TL00000001\n`;
    expect(unitSerialIn(`VPD INQUIRY: Unit serial number page\n${padded}`)).toBe('TL00000001');
    expect(unitSerialIn('VPD INQUIRY: Unit serial number page\n  Unit serial number: \n')).toBeUndefined();
    expect(
      unitSerialIn('sg_inq: error opening file: /dev/nst0: No such file or directory\n'),
    ).toBeUndefined();
  });
});
