/**
 * What `check` reports of the drive and of the tape in it: each job judges the tape as its run would. Writes nothing to
 * the tape.
 */
import { healthText, type DriveHealth } from '../../contract/tape/drive-health.ts';
import { isFailure } from '../../contract/errors.ts';
import { phrase, phrases } from '../../contract/text/say.ts';
import { requireChangerDrive, type ChangerSight } from '../procedure/drive/changer-work.ts';
import { driveStatus, requireReadyDrive } from '../procedure/drive/drive-ready.ts';
import { lookAtHealth } from '../procedure/drive/look-at-health.ts';
import { lookAtTape, type KnownDrive } from '../procedure/drive/tape-look.ts';
import type { CommandRunner } from '../procedure/hosts/command-runner.ts';
import { driveName } from '../procedure/hosts/drive-name.ts';
import { whileDriveLocked } from '../procedure/hosts/drive-lock.ts';
import type { LockKnowledge } from '../procedure/hosts/left-lock.ts';
import { libraryOf, tapeChangeOf } from '../procedure/model/assign.ts';
import { drivePlace } from '../procedure/model/lock-places.ts';
import type { NamedJob } from '../site/site-file.ts';
import type { Site } from '../site/site-schema.ts';
import { withTapeOfPool } from './media/next-tape.ts';
import { changerWords } from '../tape/changer.ts';
import { movesFor } from '../tape/library.ts';
import type { KnownTape } from '../tape/media-catalogue.ts';
import type { MediaFile } from '../tape/media-file.ts';
import { refusalOfJob, type FoundTape } from '../tape/overwrite-rule.ts';
import { withWriters, writersOf } from '../tape/tape-holders.ts';

export interface TapeCheck {
  readonly site: Site;
  readonly runner: CommandRunner;
  readonly lockKnowledge: LockKnowledge;
  /** The tape inventory, to find the run that wrote a tape without a label. */
  readonly knownTapes: readonly KnownTape[];
  readonly inventory: MediaFile;
  readonly tell: (what: string, good: boolean, said: string, hint?: string) => void;
  /** Receives the health of the drive: most drives clear a flag when it is read. */
  readonly onHealth: (health: DriveHealth) => void;
}

const step = 'check';

interface Judged {
  readonly job: string;
  readonly trouble: ReturnType<typeof refusalOfJob>;
}

/** Why a run of the job that began now would not write to the tape. */
function troubleOf({ site, inventory }: TapeCheck, named: NamedJob, tape: FoundTape, now: Date) {
  try {
    const { job } = withTapeOfPool(site, named, inventory, now);
    return refusalOfJob(tape, job.media, undefined, now);
  } catch (error) {
    if (!isFailure(error, 'POOL_EXHAUSTED', 'TAPES_UNREADABLE')) throw error;
    return error;
  }
}

function sayJudged(check: TapeCheck, said: string, tape: FoundTape): void {
  const { site, tell } = check;
  const what = phrase('tape {device}', { device: site.tape.device });
  const now = new Date();
  const judged = Object.entries(site.jobs).map(([name, job]): Judged => ({
    job: name,
    trouble: troubleOf(check, { name, job }, tape, now),
  }));
  const takers = judged.filter(({ trouble }) => trouble === undefined).map(({ job }) => job);
  const isGood = takers.length > 0;
  tell(what, isGood, said);
  // A site with several tapes has only one of them in its drive: jobs of the others are reported, and are not a fault
  // of this one.
  const rest = isGood ? phrase('; the tape suits {takers}', { takers: takers.join(', ') }) : '';
  for (const { job, trouble } of judged)
    if (trouble)
      tell(
        phrase('{what}, job {job}', { what, job }),
        isGood,
        phrase('not for this job: {reason}{more}', { reason: trouble.message, more: rest }),
        trouble.hint,
      );
}

/** The contents of the changer, and whether it has the site's drive. A fault of it is reported, and hides nothing of the tape. */
async function lookAtChanger(
  { site, runner, tell }: TapeCheck,
  drive: KnownDrive,
): Promise<ChangerSight | undefined> {
  const { changer } = site.tape;
  if (changer === undefined) return undefined;
  const what = phrase('changer {changer}', { changer });
  try {
    const room = { runner, step, drive, change: tapeChangeOf(site) };
    const seen = await requireChangerDrive(room, changer);
    const words = changerWords(seen.status, site.library?.cleaning);
    tell(
      what,
      true,
      phrase('{device} is its drive {drive}; {cartridges}', {
        device: drive.tapeDevice,
        drive: seen.drive,
        cartridges: words,
      }),
    );
    return seen;
  } catch (error) {
    if (!isFailure(error)) throw error;
    tell(what, false, error.message, error.hint);
    return undefined;
  }
}

/** Whether each job finds its tape in the library, as its run would. */
function sayLibrary({ site, inventory, tell }: TapeCheck, { status, drive }: ChangerSight): void {
  const library = libraryOf(site);
  const { host, changer = '' } = site.tape;
  if (!library) return;
  for (const [name, named] of Object.entries(site.jobs)) {
    const what = phrase('library, job {name}', { name });
    try {
      const { job } = withTapeOfPool(site, { name, job: named }, inventory, new Date());
      const tape = job.media.name;
      if (tape === undefined) continue;
      const { load } = movesFor(library, status, drive, tape, { changer, host });
      tell(
        what,
        true,
        load
          ? phrase('the tape "{tape}" is in slot {slot}', { tape, slot: load.slot })
          : phrase('the tape "{tape}" is in the drive', { tape }),
      );
    } catch (error) {
      if (!isFailure(error)) throw error;
      tell(what, false, error.message, error.hint);
    }
  }
}

/** What cannot be read is reported, and is not a fault of the drive; what the drive reports is. */
async function sayHealth({ runner, tell, onHealth }: TapeCheck, drive: KnownDrive): Promise<void> {
  const health = await lookAtHealth(runner, step, drive);
  onHealth(health);
  const grave = (health.alerts ?? []).filter(({ severity }) => severity !== 'information');
  const what = phrase('drive {tapeDevice}', { tapeDevice: drive.tapeDevice });
  const [first] = grave;
  tell(what, !first, healthText(health), first?.remedy);
}

/** A library loads an empty drive itself: there is then no tape to judge. */
async function isEmptyDriveOfLibrary(
  { site, runner, tell }: TapeCheck,
  drive: KnownDrive,
  seen: ChangerSight | undefined,
): Promise<boolean> {
  if (!site.library || !seen || seen.status.drives.get(seen.drive)?.cartridge) return false;
  const { state } = await driveStatus(runner, step, drive);
  if (state !== 'no-cartridge') return false;
  tell(
    phrase('tape {tapeDevice}', { tapeDevice: drive.tapeDevice }),
    true,
    phrase('the drive is empty; the library loads the tape of each run'),
  );
  return true;
}

async function look(check: TapeCheck, drive: KnownDrive): Promise<void> {
  const { runner, knownTapes } = check;
  await sayHealth(check, drive);
  const changer = await lookAtChanger(check, drive);
  if (changer) sayLibrary(check, changer);
  if (await isEmptyDriveOfLibrary(check, drive, changer)) return;
  const { writeProtected } = await requireReadyDrive(runner, step, drive, 'write');
  const seen = await lookAtTape(runner, step, drive);
  const tape = withWriters(seen, writersOf(knownTapes, seen));
  const cartridge = tape.blank
    ? phrase('a blank cartridge is in the drive')
    : phrase('the cartridge in the drive holds {found}', { found: tape.found });
  const protection =
    writeProtected === undefined
      ? phrase('; mt on {tapeHost} does not say whether it is write-protected', { tapeHost: drive.tapeHost })
      : '';
  sayJudged(check, phrases([cartridge, protection], ''), tape);
}

/**
 * Rewinds the tape and reads its first record, with the drive locked.
 * @throws what no line of a check can report: a cancel
 */
export async function checkTapeInDrive(check: TapeCheck): Promise<void> {
  const { site, runner, lockKnowledge, tell } = check;
  const { host: tapeHost, device: tapeDevice } = site.tape;
  const drive: KnownDrive = { tapeHost, tapeDevice, platform: site.platform };
  try {
    const place = drivePlace(tapeHost, await driveName(runner, step, site.tape));
    await whileDriveLocked({ runner, place, command: 'check', ...lockKnowledge }, () => look(check, drive));
  } catch (error) {
    if (!isFailure(error)) throw error;
    tell(phrase('tape {tapeDevice}', { tapeDevice }), false, error.message, error.hint);
  }
}
