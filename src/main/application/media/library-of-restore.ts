/** The library that loads the tapes of a restore or a drill: that of the site, if the reading drive is the site's. */
import type { CartridgeMove } from '../../../contract/tape/library.ts';
import { driveName } from '../../procedure/hosts/drive-name.ts';
import { realClock } from '../../procedure/hosts/query-retry.ts';
import type { LibraryRoom } from '../../procedure/drive/library-work.ts';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import type { OpenRunOn } from '../../procedure/hosts/run-context.ts';
import { libraryOf, tapeChangeOf } from '../../procedure/model/assign.ts';
import { restoreStep } from '../../restore/target/host-place.ts';
import { LibraryUse } from '../../restore/library-use.ts';
import type { Site } from '../../site/site-schema.ts';
import type { KnownTape } from '../../tape/media-catalogue.ts';

export interface LibraryOfRestore {
  readonly site: Site;
  /** See RunOptions. */
  readonly openRunOn: OpenRunOn;
  readonly knownTapes: () => readonly KnownTape[];
  readonly runner: CommandRunner;
  /** Receives each move, once it is proven. */
  readonly onMove: (move: CartridgeMove & { readonly host: string; readonly changer: string }) => void;
}

type DriveAt = { readonly host: string; readonly device: string };

/** A drive may have several names; only the tape host knows whether two of them are the same drive. */
async function isDriveOfSite({ site, runner }: LibraryOfRestore, at: DriveAt): Promise<boolean> {
  const { host, device } = site.tape;
  if (at.host !== host || at.device === device) return at.host === host;
  const names = [await driveName(runner, restoreStep, at), await driveName(runner, restoreStep, site.tape)];
  return names[0] === names[1];
}

/** @returns undefined if the site has no library, or the drive is not its own */
export async function libraryRoomOf(
  options: LibraryOfRestore,
  at: DriveAt,
): Promise<LibraryRoom | undefined> {
  const { site, openRunOn, knownTapes, runner, onMove } = options;
  const library = libraryOf(site);
  const { changer } = site.tape;
  if (!library || changer === undefined || !(await isDriveOfSite(options, at))) return undefined;
  const { host } = site.tape;
  return {
    ...{ runner, step: restoreStep, changer, library, knownTapes, openRunOn, own: undefined },
    drive: { tapeHost: at.host, tapeDevice: at.device, platform: site.platform },
    change: tapeChangeOf(site),
    patience: { clock: realClock },
    onMove: (move: CartridgeMove) => onMove({ ...move, host, changer }),
  };
}

/**
 * @param afterwards sends commands that a cancel does not end
 * @returns undefined if the site has no library, or the drive is not its own
 */
export async function libraryOfRestore(
  options: LibraryOfRestore,
  at: DriveAt,
  afterwards: CommandRunner,
): Promise<LibraryUse | undefined> {
  const room = await libraryRoomOf(options, at);
  return room && new LibraryUse(room, afterwards);
}
