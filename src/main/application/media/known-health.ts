/**
 * The last known health of a site's drive. A run has it in its journal; that of a check is kept in the state folder,
 * because most drives clear a flag once it was read. Queries no host.
 */
import { z } from 'zod';
import type { KnownDriveHealth, DriveHealth } from '../../../contract/tape/drive-health.ts';
import { isFailure } from '../../../contract/errors.ts';
import { driveHealthShape } from '../../../contract/event-shape.ts';
import type { RunLine } from '../../../contract/screens.ts';
import { readRun } from '../../journal/run-history.ts';
import { lastOf } from '../../journal/run-summary.ts';
import type { StateFolder } from '../../journal/state-folder.ts';
import type { Site } from '../../site/site-schema.ts';
import { withoutRewind } from '../../tape/tape-device.ts';
import { readSmallFile, writeSmallFile } from '../small-file.ts';

const checkedSchema = z.record(
  z.string(),
  z.object({
    host: z.string(),
    device: z.string(),
    at: z.string(),
    health: z.object(driveHealthShape),
  }),
);

type OfSite = Pick<Site, 'site' | 'tape'>;
interface DrivePlace {
  readonly host: string;
  readonly device: string;
}

/** At most this many journals are read, the newest first: a run that was refused early has not queried the drive. */
const mostJournals = 10;

const isSameDrive = (one: DrivePlace, other: DrivePlace): boolean =>
  one.host === other.host && withoutRewind(one.device) === withoutRewind(other.device);

/** With the site's name, since two sites may both have a node3. */
const keyOf = ({ site, tape }: OfSite): string => `${site}/${tape.host}:${withoutRewind(tape.device)}`;

/** A check prints its readings even if they cannot be saved. The screen then shows the earlier ones, with their time. */
export function keepCheckedHealth(state: StateFolder, site: OfSite, health: DriveHealth): void {
  const { host, device } = site.tape;
  const all = readSmallFile(state.driveHealthFile, checkedSchema) ?? {};
  const checked = { host, device, at: new Date().toISOString(), health };
  try {
    writeSmallFile(state.driveHealthFile, { ...all, [keyOf(site)]: checked });
  } catch {
    return;
  }
}

async function healthOfRun(
  state: StateFolder,
  run: string,
  drive: DrivePlace,
): Promise<KnownDriveHealth | undefined> {
  const { events } = await readRun(state, run);
  const reported = lastOf(events, 'drive-health');
  if (!reported || !isSameDrive(reported, drive)) return undefined;
  const { at, when, host, device } = reported;
  const { alerts, cleaning, loads, compression, encryption, unavailable } = reported;
  const health = { alerts, cleaning, loads, compression, encryption, unavailable };
  return { host, device, at, by: { run, when }, health };
}

/** @throws JOURNAL_BROKEN if no other journal has it */
async function healthFromRuns(
  state: StateFolder,
  { site, tape }: OfSite,
  lines: readonly RunLine[],
): Promise<KnownDriveHealth | undefined> {
  const ofDrive = lines.filter((line) => line.site === site && isSameDrive(line.tape, tape));
  const newest = ofDrive.toSorted((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
  let unread: unknown;
  for (const { run } of newest.slice(0, mostJournals)) {
    try {
      const reported = await healthOfRun(state, run, tape);
      if (reported) return reported;
    } catch (error) {
      if (!isFailure(error, 'RUN_UNKNOWN', 'JOURNAL_BROKEN')) throw error;
      unread ??= error;
    }
  }
  if (unread !== undefined) throw unread;
  return undefined;
}

/**
 * @param lines of the history
 * @returns the latest health that a run or a check has read; undefined if neither has
 * @throws JOURNAL_BROKEN
 */
export async function knownHealth(
  state: StateFolder,
  site: OfSite,
  lines: readonly RunLine[],
): Promise<KnownDriveHealth | undefined> {
  const checked = readSmallFile(state.driveHealthFile, checkedSchema)?.[keyOf(site)];
  const reported = await healthFromRuns(state, site, lines);
  return reported && (!checked || reported.at > checked.at) ? reported : checked;
}
