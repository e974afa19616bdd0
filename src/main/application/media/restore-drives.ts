/** The drives that restores and drills read: locked, with the library that loads their tapes. */
import type { StateFolder } from '../../journal/state-folder.ts';
import { noJournal, type EventSink } from '../../journal/journal.ts';
import type { Ask } from '../../procedure/hosts/questions.ts';
import type { LiveProgress } from '../../procedure/hosts/remote-data.ts';
import type { RestoredFile } from '../../restore/restored-file.ts';
import type { KnownDrive } from '../../procedure/drive/tape-look.ts';
import { CommandRunner, type RunnerOptions } from '../../procedure/hosts/command-runner.ts';
import { whileDriveLocked } from '../../procedure/hosts/drive-lock.ts';
import { driveName } from '../../procedure/hosts/drive-name.ts';
import type { Hosts } from '../../procedure/hosts/hosts.ts';
import type { LockKnowledge } from '../../procedure/hosts/left-lock.ts';
import type { OpenRunOn } from '../../procedure/hosts/run-context.ts';
import { drivePlace } from '../../procedure/model/lock-places.ts';
import type { DumpSource } from '../../restore/dump-source.ts';
import { restoreStep } from '../../restore/target/host-place.ts';
import type { LibraryUse } from '../../restore/library-use.ts';
import type { RestoreRecord } from '../../restore/restore-record.ts';
import type { FilesOfDump } from '../../restore/restore-work.ts';
import type { KnownTapes } from '../../restore/source-tapes.ts';
import type { Site } from '../../site/site-schema.ts';
import { libraryOfRestore } from './library-of-restore.ts';

export interface FileRestoreOptions {
  readonly site: Site;
  readonly state: StateFolder;
  readonly hosts: Hosts;
  readonly lockKnowledge: LockKnowledge;
  /** See RunOptions. */
  readonly openRunOn: OpenRunOn;
}

/** What a restore and a drill have in common while they read. */
export interface Reading {
  readonly record: RestoreRecord;
  readonly abort: AbortSignal;
  /** Called if the library did not store the tape. */
  readonly onNote: (sentence: string) => void;
}

export interface RestoreHooks {
  /** The device that may be overwritten, by its path; absent if the target is not a device. */
  readonly replace?: readonly string[] | undefined;
  readonly abort: AbortSignal;
  /** Called to request tapes; undefined if nobody can be asked. */
  readonly ask: Ask | undefined;
  readonly onProgress: (progress: LiveProgress) => void;
  readonly onFile: (file: RestoredFile) => void;
  /** Called with the name of the record once it is begun: nothing is refused any more. */
  readonly onRecord?: ((name: string) => void) | undefined;
}

type DriveAt = { readonly host: string; readonly device: string };

export class RestoreDrives {
  readonly #options: FileRestoreOptions;
  readonly #knownTapes: () => KnownTapes;

  constructor(options: FileRestoreOptions, knownTapes: () => KnownTapes) {
    this.#options = options;
    this.#knownTapes = knownTapes;
  }

  /** Drives one after the other, so that no other process gets one between two backups. */
  inTurn(dumps: readonly FilesOfDump[]): { readonly at: DriveAt; readonly dumps: FilesOfDump[] }[] {
    const drives = new Map<string, { readonly at: DriveAt; readonly dumps: FilesOfDump[] }>();
    for (const dump of dumps) {
      const at = this.driveOf(dump.source);
      const key = `${at.host} ${at.device}`;
      const ofDrive = drives.get(key) ?? { at, dumps: [] };
      ofDrive.dumps.push(dump);
      drives.set(key, ofDrive);
    }
    return [...drives.values()];
  }

  /** The drive that the run used; that of the site if its host is no longer part of it. */
  driveOf({ host, device }: DumpSource): DriveAt {
    const { site } = this.#options;
    return host in site.hosts ? { host, device } : site.tape;
  }

  /** No other process moves the tape meanwhile. @throws DRIVE_IN_USE */
  async locked<Value>(
    { host, device }: DriveAt,
    reading: Reading,
    work: (drive: KnownDrive, library: LibraryUse | undefined) => Promise<Value>,
  ): Promise<Value> {
    const { site, lockKnowledge } = this.#options;
    // A cancel ends the work of the drive, not the release of its lock.
    const runner = this.runner(noJournal(), new AbortController().signal);
    const place = drivePlace(host, await driveName(runner, restoreStep, { host, device }));
    const drive = { tapeHost: host, tapeDevice: device, platform: site.platform };
    const lock = { runner, place, command: 'restore', ...lockKnowledge };
    return whileDriveLocked(lock, async (beforeChange) => {
      const library = await this.#library({ host, device }, reading, beforeChange);
      try {
        return await work(drive, library);
      } finally {
        const trouble = await library?.giveBack();
        if (trouble !== undefined) reading.onNote(trouble);
      }
    });
  }

  #library(
    { host, device }: DriveAt,
    { record, abort }: Reading,
    beforeChange: RunnerOptions['beforeChange'],
  ) {
    const { site, openRunOn } = this.#options;
    const never = new AbortController().signal;
    return libraryOfRestore(
      {
        ...{ site, openRunOn, knownTapes: this.#knownTapes },
        runner: this.runner(record, abort, beforeChange),
        onMove: (move) => record.append({ type: 'cartridge', step: restoreStep, ...move }),
      },
      { host, device },
      this.runner(record, never, beforeChange),
    );
  }

  /** Sends commands without the lock of a run. */
  runner(
    journal: EventSink,
    cancel: AbortSignal,
    beforeChange?: RunnerOptions['beforeChange'],
  ): CommandRunner {
    const never = new AbortController().signal;
    const signals = () => ({ cancel, halt: never });
    return new CommandRunner(journal, this.#options.hosts, signals, beforeChange ? { beforeChange } : {});
  }
}
