/**
 * Whether the backup server shows GDS objects, shows that there are none, or leaves it open. Facts in, verdict out.
 *
 * A shadow that is overlooked lets the backup server write below a joined proxy. So the absence of objects needs evidence: titles
 * without rows, or the words that the site file has for it. What sdxinfo prints on a server without objects is not documented, and may be
 * nothing at all. Silence is accepted only where other witnesses say the same.
 */
import type { DeviceFile } from './device-files.ts';
import type { SdxinfoReport } from './sdxinfo-objects.ts';
import { phrase, phraseCount } from '../../contract/text/say.ts';

export interface Sight {
  readonly shown: 'objects' | 'nothing' | 'unknown';
  /** What that rests on; of `unknown`, what could not be seen. */
  readonly evidence: string;
}

/** What one query has printed: objects, titles without rows, the words of the site file, or nothing. */
export type PrintedAnswer = 'objects' | 'titles' | 'message' | 'silence';

/** What a run recorded of the backup server earlier. */
export interface BackupPast {
  /** The last time that the query for every object showed any. */
  readonly sighting?:
    | {
        /** `volume Volume2 of Class2` */
        readonly objects: readonly string[];
        /** False if the record of it is cut. */
        readonly isWhole: boolean;
        readonly boot: string | undefined;
      }
    | undefined;
  /** Objects of the sighting that a command of the run has removed since, with exit status 0. */
  readonly removed: ReadonlySet<string>;
  /** Classes in which the run has, or may have, created objects. */
  readonly classes: ReadonlySet<string>;
  /** True if it has, or may have, created objects since the sighting. */
  readonly createdSince: boolean;
  /** The boot that was seen last before it created anything. */
  readonly bootOfCreation: string | undefined;
}

/** The witnesses that are asked where sdxinfo prints nothing. */
export interface Silence {
  readonly past: BackupPast;
  /** Undefined if it could not be read. */
  readonly boot: string | undefined;
  /** Undefined if they could not be listed. */
  readonly deviceFiles: readonly DeviceFile[] | undefined;
  /** Those among the device files that can be read from: a volume has them. */
  readonly readable: readonly DeviceFile[];
  /** Devices of GDS in the mount table. */
  readonly mounted: readonly string[];
}

const printedNothing = phrase('sdxinfo printed nothing');

const unknown = (reason: string): Sight => ({
  shown: 'unknown',
  evidence: phrase('{printedNothing}, and {reason}', { printedNothing, reason }),
});
const nothing = (evidence: string): Sight => ({ shown: 'nothing', evidence });

const pathOf = ({ class: name, volume }: DeviceFile) => `/dev/sfdsk/${name}/rdsk/${volume}`;
const exist = (paths: readonly string[]) =>
  phraseCount(paths.length, '{paths} exists', '{paths} exist', { paths: paths.join(', ') });

/**
 * A shadow exists in memory only: after a reboot those of before are gone, but their device files stay (GDS guide 4.5,
 * 2.2.2 and A.2.36).
 */
function afterReboot({ past, readable }: Silence, deviceFiles: readonly DeviceFile[]): Sight {
  const foreign = deviceFiles.filter((file) => !past.classes.has(file.class)).map(pathOf);
  if (foreign.length > 0) return unknown(exist(foreign));
  if (readable.length > 0)
    return unknown(phrase('{readable} can be read', { readable: readable.map(pathOf).join(', ') }));
  return nothing(
    phrase(
      '{printedNothing}; the server has rebooted since the run built its shadow, and no device file of GDS can be read',
      { printedNothing },
    ),
  );
}

function inSameBoot({ past }: Silence, deviceFiles: readonly DeviceFile[]): Sight {
  const { sighting } = past;
  if (!sighting || past.createdSince) return unknown(phrase('what the run created was never shown'));
  if (!sighting.isWhole) return unknown(phrase('the earlier record is incomplete'));
  const left = sighting.objects.filter((object) => !past.removed.has(object));
  if (left.length > 0)
    return unknown(phrase('no command with exit status 0 removed {left}', { left: left.join(', ') }));
  if (deviceFiles.length > 0) return unknown(exist(deviceFiles.map(pathOf)));
  return nothing(
    phrase(
      '{printedNothing}; it showed the shadow before, each removal ended with exit status 0, the device files are gone, and the server has not rebooted',
      { printedNothing },
    ),
  );
}

/** What the silence of sdxinfo amounts to. */
export function judgeSilence(silence: Silence): Sight {
  const { past, boot, deviceFiles, mounted } = silence;
  if (mounted.length > 0) return unknown(phrase('{mounted} is mounted', { mounted: mounted.join(', ') }));
  if (deviceFiles === undefined) return unknown(phrase('the device files of GDS cannot be listed'));
  if (!past.sighting && past.classes.size === 0) {
    return deviceFiles.length > 0
      ? unknown(exist(deviceFiles.map(pathOf)))
      : nothing(
          phrase('{printedNothing}; no device file of GDS exists, and none is mounted', { printedNothing }),
        );
  }
  const bootBefore = past.createdSince ? past.bootOfCreation : past.sighting?.boot;
  if (boot === undefined || bootBefore === undefined)
    return unknown(phrase('it is not known whether the server has rebooted since it showed objects'));
  return boot === bootBefore ? inSameBoot(silence, deviceFiles) : afterReboot(silence, deviceFiles);
}

const isSilent = (answer: PrintedAnswer) => answer === 'silence';

/** @returns undefined if the answers leave it open, and other witnesses are to be asked */
export function judgeAnswers(answers: readonly PrintedAnswer[]): Sight | undefined {
  if (answers.includes('objects')) return { shown: 'objects', evidence: phrase('sdxinfo shows objects') };
  if (answers.length === 0 || answers.some(isSilent)) return undefined;
  return nothing(
    answers.includes('message')
      ? phrase('sdxinfo printed the message from the site file')
      : phrase('sdxinfo printed titles without objects'),
  );
}

/** What was seen, not judged yet: objects speak for themselves, nothing else does. */
export function sightOf({ report, sight }: { report: SdxinfoReport; sight?: Sight | undefined }): Sight {
  if (sight) return sight;
  const { classes, disks, groups, volumes, extents, slices } = report;
  const objects = [classes, disks, groups, volumes, extents, slices].some(({ length }) => length > 0);
  return objects
    ? { shown: 'objects', evidence: phrase('sdxinfo shows objects') }
    : { shown: 'unknown', evidence: phrase('not checked') };
}
