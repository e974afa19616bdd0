import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changerWords,
  dataSlots,
  holdsData,
  loadArguments,
  parseChangerStatus,
  slotToReturnTo,
  unloadArguments,
  type ChangerStatus,
} from './changer.ts';

/** An autoloader without a bar code reader. */
const autoloader = `  Storage Changer /dev/sg1:1 Drives, 8 Slots ( 0 Import/Export )
Data Transfer Element 0:Full (Storage Element 2 Loaded)
      Storage Element 1:Full
      Storage Element 2:Empty
      Storage Element 3:Full
      Storage Element 4:Empty
      Storage Element 5:Empty
      Storage Element 6:Empty
      Storage Element 7:Empty
      Storage Element 8:Full
`;

/** Two drives, bar codes padded to 32 characters, cleaning cartridges, two mail slots. */
const library = `  Storage Changer /dev/tape/by-id/scsi-387408F60F0000-changer:2 Drives, 9 Slots ( 2 Import/Export )
Data Transfer Element 0:Full (Storage Element 3 Loaded):VolumeTag = PAY003L6                        
Data Transfer Element 1:Empty
      Storage Element 1:Full :VolumeTag=CLNU01L1                        
      Storage Element 2:Full :VolumeTag=PAY002L6                        
      Storage Element 3:Empty
      Storage Element 4:Full :VolumeTag=PAY004L6                        
      Storage Element 5:Full :VolumeTag=DG 005L6                        
      Storage Element 6:Empty
      Storage Element 7:Full 
      Storage Element 8 IMPORT/EXPORT:Full :VolumeTag=PAY008L6                        
      Storage Element 9 IMPORT/EXPORT:Empty
`;

/** Empty slots have an empty tag, cartridges a second one, and mtx prints the sense data of a failed request. */
const odd = `mtx: Request Sense: Long Report=yes
mtx: Request Sense: Valid Residual=no
  Storage Changer /dev/changer:2 Drives, 3 Slots ( 1 Import/Export )
Data Transfer Element 0:Full (Unknown Storage Element Loaded):VolumeTag = CLN001L4:AlternateVolumeTag = X
Data Transfer Element 1:Full (Storage Element 1 Loaded):VolumeTag=B00001
      Storage Element 1:Empty:VolumeTag=
      Storage Element 2:Full :VolumeTag=B00002:AlternateVolumeTag=CLN002
      Storage Element 3 IMPORT/EXPORT:Empty
`.replaceAll('\n', '\r\n');

function read(text: string): ChangerStatus {
  const status = parseChangerStatus(text);
  if (!status) throw new Error('mtx status cannot be read');
  return status;
}

describe('mtx status of', () => {
  it('an autoloader without bar codes: every cartridge counts as data', () => {
    const status = read(autoloader);
    expect(dataSlots(status)).toEqual([1, 3, 8]);
    expect(status.drives).toEqual(new Map([[0, { cartridge: { barcode: undefined }, loadedFrom: 2 }]]));
    expect(changerWords(status)).toBe('1 drive; slots: 3 data cartridges');
  });

  it('a library: neither cleaning nor diagnostic cartridges are data, and mail slots are left alone', () => {
    const status = read(library);
    expect(dataSlots(status)).toEqual([2, 4, 7]);
    expect(status.drives).toEqual(
      new Map([
        [0, { cartridge: { barcode: 'PAY003L6' }, loadedFrom: 3 }],
        [1, { cartridge: undefined, loadedFrom: undefined }],
      ]),
    );
    expect(status.slots.get(8)).toEqual({ isMail: true, cartridge: { barcode: 'PAY008L6' } });
    expect([0, 1, 2].map((drive) => holdsData(status, drive))).toEqual([true, false, false]);
    expect(changerWords(status)).toBe(
      '2 drives; slots: 3 data cartridges, 2 for cleaning or diagnosis, 1 import/export',
    );
  });

  it('one with odd lines', () => {
    const status = read(odd);
    expect(dataSlots(status)).toEqual([2]);
    expect(status.drives).toEqual(
      new Map([
        [0, { cartridge: { barcode: 'CLN001L4' }, loadedFrom: undefined }],
        [1, { cartridge: { barcode: 'B00001' }, loadedFrom: 1 }],
      ]),
    );
    expect(holdsData(status, 0)).toBe(false);
  });

  it('an old changer: its only drive has no number', () => {
    const status = read(
      'Storage Changer /dev/changer:1 Drives, 1 Slots\nData Transfer Element:Empty\n  Storage Element 1:Full :VolumeTag=A1\n',
    );
    expect([...status.drives.keys()]).toEqual([0]);
    expect(dataSlots(status)).toEqual([1]);
  });

  it.each([
    ['nothing', ''],
    ['an error', "mtx: cannot open SCSI device '/dev/sg9' - No such file or directory\n"],
    ['no first line', library.slice(library.indexOf('\n') + 1)],
    ['a drive less than it counts', library.replace(/^Data Transfer Element 1.*\n/m, '')],
    ['a slot less than it counts', library.replace(/^ *Storage Element 6.*\n/m, '')],
    ['a slot whose state is another word', library.replace('Storage Element 6:Empty', 'Storage Element 6:?')],
    ['a line that was cut off', library.slice(0, library.lastIndexOf('Empty'))],
  ])('one that shows %s cannot be read', (_what, text) => {
    expect(parseChangerStatus(text)).toBeUndefined();
  });
});

describe('a cartridge is returned', () => {
  it('to the slot that it came from', () => {
    expect(slotToReturnTo(read(autoloader), 0)).toBe(2);
    expect(slotToReturnTo(read(library), 0)).toBe(3);
  });

  it('to an empty slot if its own is full or not known, but not to a mail slot, nor to one of another drive', () => {
    const taken = library.replace('Storage Element 3:Empty', 'Storage Element 3:Full :VolumeTag=NEW001L6');
    expect(slotToReturnTo(read(taken), 0)).toBe(6);
    // Slot 1 is that of the cartridge in drive 1.
    expect(slotToReturnTo(read(odd), 0)).toBeUndefined();
    expect(slotToReturnTo(read(odd), 1)).toBe(1);
  });
});

it('a drive is named in every command that moves something', () => {
  expect(loadArguments('/dev/sg3', 4, 1)).toEqual(['mtx', '-f', '/dev/sg3', 'load', '4', '1']);
  expect(unloadArguments('/dev/sg3', 4, 1)).toEqual(['mtx', '-f', '/dev/sg3', 'unload', '4', '1']);
});

const barcode = fc.option(fc.stringMatching(/^(CLN|DG |[A-Z])[A-Z0-9]{1,5}(L[1-9])?$/), { nil: undefined });
const cartridge = fc.option(fc.record({ barcode }), { nil: undefined });
const changer = fc.record({
  drives: fc.array(fc.record({ cartridge, loadedFrom: fc.option(fc.nat(9), { nil: undefined }) }), {
    minLength: 1,
    maxLength: 4,
  }),
  slots: fc.array(fc.record({ isMail: fc.boolean(), cartridge }), { maxLength: 12 }),
  padding: fc.constantFrom('', ' '.repeat(24)),
});

/** As mtx 1.3 prints it (mtx.c, Status). */
function printed({
  drives,
  slots,
  padding,
}: typeof changer extends fc.Arbitrary<infer Value> ? Value : never) {
  const tag = (text: string | undefined, sign: string) =>
    text === undefined ? '' : `:VolumeTag${sign}${text}${padding}`;
  const mail = slots.filter(({ isMail }) => isMail).length;
  return [
    `  Storage Changer /dev/sg0:${drives.length} Drives, ${slots.length} Slots ( ${mail} Import/Export )`,
    ...drives.map(({ cartridge: inside, loadedFrom }, number) => {
      const source = loadedFrom === undefined ? 'Unknown Storage Element' : `Storage Element ${loadedFrom}`;
      const content = inside ? `Full (${source} Loaded)${tag(inside.barcode, ' = ')}` : 'Empty';
      return `Data Transfer Element ${number}:${content}`;
    }),
    ...slots.map(({ isMail, cartridge: inside }, index) => {
      const content = inside ? `Full ${tag(inside.barcode, '=')}` : 'Empty';
      return `      Storage Element ${index + 1}${isMail ? ' IMPORT/EXPORT' : ''}:${content}`;
    }),
    '',
  ].join('\n');
}

it('whatever a changer holds, it is read as it was printed', () => {
  fc.assert(
    fc.property(changer, (made) => {
      const status = parseChangerStatus(printed(made));
      expect(status).toEqual({
        drives: new Map(
          made.drives.map(({ cartridge: inside, loadedFrom }, number) => [
            number,
            { cartridge: inside, loadedFrom: inside ? loadedFrom : undefined },
          ]),
        ),
        slots: new Map(made.slots.map((slot, index) => [index + 1, slot])),
      });
    }),
  );
});

it('text that is truncated anywhere is not a status', () => {
  fc.assert(
    fc.property(changer, fc.nat(), (made, at) => {
      const text = printed(made);
      expect(parseChangerStatus(text.slice(0, at % text.length))).toBeUndefined();
    }),
  );
});
