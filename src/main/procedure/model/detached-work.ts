/**
 * Work that continues on the backup server after the session that started it has ended: processes connected by FIFOs,
 * in a folder that shows their progress. Plain data: a resumed run makes the same work from the same assignment.
 */
import { failure } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { Platform } from '../../site/site-schema.ts';

/** One process of the work. Its files in the folder have its name. */
export interface DetachedProcess {
  /** Lower case letters and digits. */
  readonly name: string;
  readonly argv: readonly string[];
  /** Where it is started; `/` by default. */
  readonly directory?: string;
  /** The FIFO that it reads; /dev/null by default. */
  readonly input?: string;
  /** The FIFO that it writes to. */
  readonly output?: string;
  /** True: what it prints is kept in the folder. What goes neither there nor into a FIFO is not kept (tar's list of files may fill a disk). */
  readonly keepsOutput?: boolean;
  /** Reads the tape instead of `argv`, and keeps sampled records. */
  readonly keeping?: KeepingReader;
}

/** How a tape file is read so that sampled records of it are kept in the folder: from the tape, or from a process that reads the tape. */
export type KeepingReader = (
  | { readonly from: 'tape'; readonly tapeDevice: string }
  | { readonly from: 'input'; readonly platform: Platform }
) & {
  /** Of the tape. */
  readonly recordBytes: number;
  /** See `keepingNumbers`. */
  readonly numbers: readonly number[];
};

export interface DetachedWork {
  /** Absolute path, see `workFolder`. */
  readonly folder: string;
  /** Names of the FIFOs in the folder. Each is written by one process and read by one. */
  readonly fifos: readonly string[];
  readonly processes: readonly DetachedProcess[];
  /** The process whose written bytes show the progress of the work. */
  readonly measured: string;
}

const runPattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;
const volumePattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
/** No characters that are special to a shell, and no path to a parent folder. */
const folderPattern = /^(\/(?!\.\.?\/)[A-Za-z0-9_.-]+)+\/shadowtape-[A-Za-z0-9][A-Za-z0-9_.-]*\.work$/;
const namePattern = /^[a-z][a-z0-9-]*$/;

const refused = (reason: string) => failure('ARGUMENT_FORBIDDEN', { reason });

/**
 * The folder of a volume's work on the backup server. /var/tmp outlives a reboot, as the lock does.
 * @param purpose what the work is for: `dump`, `read-back`
 * @throws ARGUMENT_FORBIDDEN for a name that cannot be part of a path
 */
export function workFolder(run: string, volume: string, purpose = 'dump'): string {
  if (!runPattern.test(run)) throw refused(phrase('"{run}" is not the name of a run', { run }));
  if (!volumePattern.test(volume))
    throw refused(phrase('"{volume}" is not the name of a volume', { volume }));
  if (!namePattern.test(purpose))
    throw refused(phrase('"{purpose}" is not the name of a purpose', { purpose }));
  return `/var/tmp/shadowtape-${run}.${volume}.${purpose}.work`;
}

/**
 * Returns the folder if it is one of ours: it is used in scripts, and is removed with everything in it.
 * @throws ARGUMENT_FORBIDDEN
 */
export function requireWorkFolder(folder: string): string {
  if (!folderPattern.test(folder))
    throw refused(phrase('"{folder}" is not a folder of detached work', { folder }));
  return folder;
}

/**
 * Returns the work if its names are consistent.
 * @throws ARGUMENT_FORBIDDEN
 */
export function requireWork(work: DetachedWork): DetachedWork {
  requireWorkFolder(work.folder);
  const names = [...work.fifos, ...work.processes.map(({ name }) => name)];
  const odd = names.find((name) => !namePattern.test(name) || name === 'run');
  if (odd !== undefined) throw refused(phrase('"{odd}" cannot be the name of a process or a FIFO', { odd }));
  if (new Set(names).size !== names.length)
    throw refused(phrase('two processes or FIFOs have the same name'));
  for (const { input, output } of work.processes) {
    for (const fifo of [input, output])
      if (fifo !== undefined && !work.fifos.includes(fifo))
        throw refused(phrase('there is no FIFO "{fifo}"', { fifo }));
  }
  return work;
}

/** The path of a file of the work. */
export function workFile({ folder }: Pick<DetachedWork, 'folder'>, name: string): string {
  return `${folder}/${name}`;
}
