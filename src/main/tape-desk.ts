/** What an operator does at the drive outside of any run: say what is on a tape, label it, try the drive out. */
import type { CheckLine } from '../contract/plan.ts';
import type { CommandRunner } from './procedure/command-runner.ts';
import { checkDrive } from './procedure/drive-check.ts';
import { identifyTape, type IdentifiedTape } from './procedure/identify-tape.ts';
import { noJournal } from './procedure/journal.ts';
import { labelTape, type LabelledTape } from './procedure/label-tape.ts';
import type { DataRoom } from './procedure/remote-data.ts';
import type { KnownDrive } from './procedure/tape-look.ts';
import type { Site } from './site/site-schema.ts';
import type { StateFolder } from './state-folder.ts';
import { mediaEvent, type MediaFile as FileOnTape } from './tape/media-catalogue.ts';
import { MediaFile, type ListedTapes } from './tape/media-file.ts';
import type { TapeManifest } from './tape/tape-manifest.ts';

export type { IdentifiedTape, LabelledTape, ListedTapes };

export interface TapeDeskOptions {
  readonly site: Site;
  readonly state: StateFolder;
  /** Sends commands that belong to no run. */
  readonly runnerOf: (abort: AbortSignal) => CommandRunner;
}

/** @param overwrite the present name of the tape, or `data` for one without a label; undefined where nothing may be lost */
export interface OverwriteRequest {
  readonly overwrite?: string | undefined;
  readonly abort: AbortSignal;
}

const filesOf = ({ files }: TapeManifest): FileOnTape[] =>
  files.map(({ file, volume, method, bytes }) => ({ file, volume, method, bytes }));

export class TapeDesk {
  readonly #options: TapeDeskOptions;

  constructor(options: TapeDeskOptions) {
    this.#options = options;
  }

  /**
   * Says what is on the tape, and writes a tape with a label into the list of tapes.
   * @throws TAPE_NOT_LOADED, TAPE_BUSY, TAPE_STATE_UNKNOWN, TAPES_UNWRITABLE
   */
  async identify(abort: AbortSignal): Promise<IdentifiedTape> {
    const tape = await identifyTape(this.#options.runnerOf(abort), this.#drive);
    const { label, manifest } = tape;
    if (label)
      this.#media.append(mediaEvent('seen', label, this.#place, manifest ? filesOf(manifest) : undefined));
    return tape;
  }

  /**
   * Labels a tape, and writes it into the list of tapes.
   * @throws TAPE_NAME_FORBIDDEN, TAPE_NOT_BLANK_NAME_IT, TAPE_IS_ANOTHER, TAPE_KEPT, TAPES_UNWRITABLE and what writing can end with
   */
  async label(name: string, { overwrite, abort }: OverwriteRequest): Promise<LabelledTape> {
    const { site } = this.#options.site;
    const labelled = await labelTape(this.#room(abort), { drive: this.#drive, site, name, overwrite });
    this.#media.append(mediaEvent('labelled', labelled.label, this.#place, []));
    return labelled;
  }

  /**
   * Tries the drive out. What the tape held is lost.
   * @param listener hears each line at once
   * @throws what refuses the tape, and what a cancel ends with
   */
  async checkDrive(
    { overwrite, abort }: OverwriteRequest,
    listener: (line: CheckLine) => void,
  ): Promise<readonly CheckLine[]> {
    return checkDrive(this.#room(abort), { drive: this.#drive, overwrite, listener });
  }

  get #media(): MediaFile {
    return new MediaFile(this.#options.state.tapesFile);
  }

  get #drive(): KnownDrive {
    const { tape, platform } = this.#options.site;
    return { tapeHost: tape.host, tapeDevice: tape.device, platform };
  }

  get #place() {
    const { host, device } = this.#options.site.tape;
    return { host, device, at: new Date().toISOString() };
  }

  #room(abort: AbortSignal): DataRoom {
    const runner = this.#options.runnerOf(abort);
    return { runner, abort, journal: noJournal(), progress: () => undefined };
  }
}

/** Every tape that was seen, the last one first. @throws TAPES_UNREADABLE */
export function listTapes(state: StateFolder): ListedTapes {
  return new MediaFile(state.tapesFile).list();
}
