/** The contents of a library, element by element, with what the tape inventory records of each tape. Queries no host. */
import type { LibraryElement } from '../../../contract/tape/library.ts';
import { libraryOf } from '../../procedure/model/assign.ts';
import type { Site } from '../../site/site-schema.ts';
import { usualCleaning, type ChangerStatus } from '../../tape/changer.ts';
import { nameOfCartridge, useOf, type Library } from '../../tape/library.ts';
import { hasLabel, type KnownTape } from '../../tape/media-catalogue.ts';

const unnamed: Library = { barcodes: {}, cleaning: usualCleaning, unload: 'never', named: [] };

/** @param drive that of the site */
export function elementsOf(
  site: Site,
  status: ChangerStatus,
  drive: number,
  tapes: readonly KnownTape[],
): LibraryElement[] {
  const library = libraryOf(site) ?? unnamed;
  const known = tapes.filter((tape) => hasLabel(tape) && !tape.replaced && !tape.lost);
  const names = [...library.named, ...known.map(({ name }) => name)];
  const contents = (cartridge: { readonly barcode: string | undefined } | undefined) => {
    const name = nameOfCartridge(library, cartridge?.barcode, names);
    const tape = name === undefined ? undefined : known.find((each) => each.name === name);
    return {
      full: cartridge !== undefined,
      barcode: cartridge?.barcode,
      use: cartridge && useOf(library, cartridge.barcode),
      tape: name,
      run: tape?.run,
      keepUntil: tape?.keepUntil,
    };
  };
  return [
    ...[...status.drives].map(([number, { cartridge, loadedFrom }]): LibraryElement => ({
      place: 'drive',
      number,
      own: number === drive,
      ...contents(cartridge),
      loadedFrom,
    })),
    ...[...status.slots].map(([number, { cartridge, isMail }]): LibraryElement => ({
      place: isMail ? 'import/export' : 'slot',
      number,
      own: false,
      ...contents(cartridge),
      loadedFrom: undefined,
    })),
  ];
}
