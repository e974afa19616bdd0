import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFailure } from '../../contract/errors.ts';
import { parseChangerStatus, type ChangerStatus } from './changer.ts';
import { isCartridgeOf, movesFor, nameOfCartridge, slotsToTry, useOf, type Library } from './library.ts';

const at = { changer: '/dev/sg3', host: 'node3' };
const library = (more: Partial<Library> = {}): Library => ({
  barcodes: {},
  cleaning: ['CLN'],
  unload: 'never',
  named: [],
  ...more,
});

/** What mtx shows: drives from 0, slots from 1; `-` is empty, `?` a cartridge without a bar code. */
function shown(drives: readonly string[], slots: readonly string[], mail = 0): ChangerStatus {
  const content = (code: string, tag: string) =>
    code === '-' ? 'Empty' : code === '?' ? 'Full' : `Full :${tag}${code.padEnd(32)}`;
  const text = [
    `  Storage Changer /dev/sg3:${drives.length} Drives, ${slots.length} Slots ( ${mail} Import/Export )`,
    ...drives.map((code, drive) => {
      const words = content(code, 'VolumeTag = ');
      const source = words.replace(/^Full/, 'Full (Storage Element 1 Loaded)');
      return `Data Transfer Element ${drive}:${source}`;
    }),
    ...slots.map((code, index) => {
      const isMail = index >= slots.length - mail;
      return `      Storage Element ${index + 1}${isMail ? ' IMPORT/EXPORT' : ''}:${content(code, 'VolumeTag=')}`;
    }),
    '',
  ].join('\n');
  const status = parseChangerStatus(text);
  if (!status) throw new Error(text);
  return status;
}

function moved(given: Library, status: ChangerStatus, name: string, drive = 0): unknown {
  try {
    return movesFor(given, status, drive, name, at);
  } catch (error) {
    if (!isFailure(error)) throw error;
    return error.code;
  }
}

describe('a cartridge', () => {
  it('is the tape named by its bar code, with or without the characters of the medium', () => {
    expect(isCartridgeOf(library(), 'PAY001L6', 'PAY001L6')).toBe(true);
    expect(isCartridgeOf(library(), 'PAY001', 'PAY001L6')).toBe(true);
    expect(isCartridgeOf(library(), 'PAY001', 'PAY0011L6')).toBe(false);
    expect(isCartridgeOf(library(), 'PAY00', 'PAY00L6')).toBe(false);
  });

  it('is the tape of the site file, and then has no other name', () => {
    const given = library({ barcodes: { W1: 'PAY001L6', PAY002: 'PAY003L6' } });
    expect(isCartridgeOf(given, 'W1', 'PAY001L6')).toBe(true);
    expect(isCartridgeOf(given, 'PAY002', 'PAY002L6')).toBe(false);
    expect(nameOfCartridge(given, 'PAY003L6', ['W1'])).toBe('PAY002');
    expect(nameOfCartridge(given, undefined, ['W1'])).toBeUndefined();
  });

  it('is for data unless its bar code says otherwise', () => {
    const given = library({ cleaning: ['CLN', 'ZZ'] });
    expect(
      ['PAY001L6', 'CLNU01L1', 'zz0001', 'DG 001L6', undefined].map((code) => useOf(given, code)),
    ).toEqual(['data', 'cleaning', 'cleaning', 'diagnosis', 'data']);
  });
});

describe('the tape of a name', () => {
  it.each([
    ['is in the drive', ['PAY001L6'], ['-', 'PAY002L6'], {}],
    ['is in a slot', ['-'], ['-', 'PAY001L6'], { load: { slot: 2, barcode: 'PAY001L6' } }],
    [
      'is in a slot, and another one in the drive',
      ['PAY002L6'],
      ['-', 'PAY001L6'],
      { unload: { slot: 1, barcode: 'PAY002L6' }, load: { slot: 2, barcode: 'PAY001L6' } },
    ],
    ['may be the cartridge without a bar code in the drive', ['?'], ['-', 'PAY002L6'], {}],
    ['is missing', ['PAY002L6'], ['-', 'PAY003L6'], 'LIBRARY_TAPE_MISSING'],
    ['is there twice', ['-'], ['PAY001L6', 'PAY001L5'], 'LIBRARY_TAPE_TWICE'],
    ['is in another drive', ['-', 'PAY001L6'], ['-'], 'LIBRARY_TAPE_ELSEWHERE'],
    ['finds no slot for the one in the drive', ['PAY002L6'], ['PAY001L6'], 'CHANGER_FULL'],
  ])('%s', (_what, drives, slots, expected) => {
    expect(moved(library(), shown(drives, slots), 'PAY001')).toEqual(expected);
  });

  it('is not taken out of an import/export slot', () => {
    expect(moved(library(), shown(['-'], ['-', 'PAY001L6'], 1), 'PAY001')).toBe('LIBRARY_TAPE_IN_MAIL');
  });

  it('is the only cartridge that is moved into the drive, whatever the library holds', () => {
    const code = fc.constantFrom('-', '?', 'PAY001L6', 'PAY002L6', 'CLN001L1', 'DG 001L6');
    const some = (most: number) => fc.array(code, { minLength: 1, maxLength: most });
    fc.assert(
      fc.property(some(3), some(6), fc.nat(2), (drives, slots, mail) => {
        const status = shown(drives, slots, Math.min(mail, slots.length));
        const moves = moved(library(), status, 'PAY001');
        if (typeof moves === 'string') return;
        const { unload, load } = moves as ReturnType<typeof movesFor>;
        if (load)
          expect(status.slots.get(load.slot)).toEqual({ isMail: false, cartridge: { barcode: 'PAY001L6' } });
        if (unload) expect(status.slots.get(unload.slot)).toEqual({ isMail: false, cartridge: undefined });
        expect(unload !== undefined).toBe(
          load !== undefined && status.drives.get(0)?.cartridge !== undefined,
        );
      }),
    );
  });
});

describe('slots that a run tries', () => {
  const slots = ['PAY001L6', 'CLN001L1', 'PAY002L6', '?', 'PAY003L6'];

  it('hold no tape of a pool or of another job if any tape will do', () => {
    expect(slotsToTry(library({ named: ['PAY001', 'PAY003'] }), shown(['-'], slots), undefined)).toEqual([
      3, 4,
    ]);
  });

  it('are the one of the bar code; if none has it, those not known to be another tape', () => {
    expect(slotsToTry(library(), shown(['-'], slots), 'PAY003')).toEqual([5]);
    expect(slotsToTry(library({ named: ['PAY001'] }), shown(['-'], slots), 'PAY009')).toEqual([3, 4, 5]);
    expect(slotsToTry(library(), shown(['-'], slots), 'PAY009')).toEqual([1, 3, 4, 5]);
  });
});
