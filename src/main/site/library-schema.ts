/** What a site file says of a tape library: which cartridge is which tape, and when a run returns its tape. */
import { z } from 'zod';
import { usualCleaning } from '../tape/changer.ts';
import { tapeName } from './value-schemas.ts';
import { phrase } from '../../contract/text/say.ts';

/** Characters of Code 39, and small letters; mtx cuts and pads at 32. */
const barcode = z
  .string()
  .regex(/^[A-Za-z0-9._$/+%-]{1,32}$/, phrase('must be a bar code of 1 to 32 letters and digits'));

export const librarySchema = z.strictObject({
  barcodes: z
    .record(tapeName, barcode)
    .default({})
    .describe(
      'Bar codes by the name of the tape: `{ W1: PAY001L6 }`. Default: the name is the bar code, with or without the two characters of the medium at its end.',
    ),
  cleaning: z
    .array(barcode)
    .default([...usualCleaning])
    .describe(
      'What the bar codes of cleaning cartridges begin with. They are never loaded. Default: `[CLN]`; diagnostic cartridges (`DG `) are always left alone.',
    ),
  unload: z
    .enum(['never', 'after-run'])
    .default('never')
    .describe('`after-run`: a run that ends returns its tape to the slot that it came from.'),
});
