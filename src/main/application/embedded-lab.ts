/** The lab below the state folder: started by the first process that needs it, used by others while that process runs. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { isFailure } from '../../contract/errors.ts';
import { openLab, type Lab } from '../../lab/lab.ts';
import { labSite } from '../../lab/lab-site.ts';
import { ownFlags } from '../journal/own-files.ts';
import type { Platform } from '../site/site-schema.ts';

/** A lab, and its site as plain data. If another process of this user runs it, only its site is known. */
export interface EmbeddedLab {
  readonly lab: Lab | undefined;
  readonly site: unknown;
  readonly knownHostsFile: string;
}

export interface EmbeddedLabOptions {
  readonly folder: string;
  /** Removes what an earlier lab left, first. */
  readonly fresh: boolean;
  /** `NAME=VALUE`, see `shadowtape lab --help`. */
  readonly faults: readonly string[];
  /** Size of the volumes in blocks of 512 bytes. */
  readonly blocks?: number | undefined;
  readonly ports?: readonly [number, number, number] | undefined;
  /** What its hosts run; by default Solaris, or what an existing lab runs. */
  readonly platform?: Platform | undefined;
  /** True if a lab that another process runs is of no use. */
  readonly mustOwn?: boolean | undefined;
}

/** The lab's site file, as YAML next to its disks: anybody may use it with --site. */
export const siteFileOf = (folder: string) => join(folder, 'site.yaml');

async function start(options: EmbeddedLabOptions): Promise<Lab> {
  const { folder, faults, blocks, ports, platform } = options;
  return openLab({
    folder,
    faults,
    ...(blocks === undefined ? {} : { blocks }),
    ...(ports === undefined ? {} : { ports }),
    ...(platform === undefined ? {} : { platform }),
  });
}

/** Removes a lab that no process runs. @throws LAB_FOLDER_BUSY */
async function removeLab(folder: string): Promise<void> {
  const lab = await openLab({ folder }).catch((error: unknown) => {
    if (isFailure(error, 'LAB_FOLDER_BUSY')) throw error;
    return undefined;
  });
  await lab?.close();
  await rm(folder, { recursive: true, force: true });
}

/**
 * @throws LAB_FOLDER_BUSY if a fresh lab or faults are requested and another process runs it; LAB_PLATFORM_OTHER,
 *   LAB_DISK_FULL, LAB_PORT_TAKEN, LAB_FAULT_…
 */
export async function openEmbeddedLab(options: EmbeddedLabOptions): Promise<EmbeddedLab> {
  const { folder } = options;
  if (options.fresh) await removeLab(folder);
  try {
    const lab = await start(options);
    const site = labSite(lab);
    await writeFile(siteFileOf(folder), stringify(site), { mode: 0o600, flag: ownFlags.rewrite });
    return { lab, site, knownHostsFile: lab.knownHostsFile };
  } catch (error) {
    const needsOwn = options.fresh || options.mustOwn === true || options.faults.length > 0;
    if (!isFailure(error, 'LAB_FOLDER_BUSY') || needsOwn) throw error;
    // The other process may still be making its disks.
    const text = await readFile(siteFileOf(folder), 'utf8').catch(() => undefined);
    if (text === undefined) throw error;
    const site: unknown = parse(text);
    return { lab: undefined, site, knownHostsFile: join(folder, 'known_hosts') };
  }
}
