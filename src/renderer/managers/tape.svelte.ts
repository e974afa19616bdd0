/** Work at the drive outside of any run: query, identify, label, drive check, moves of a library, and the tape inventory. */
import type { Bridge } from '../../contract/channels.ts';
import type { CartridgeMove } from '../../contract/tape/library.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';
import { LineCheck } from './line-check.svelte.ts';

export type TapeWork = 'look' | 'identify' | 'label' | 'drive-check' | 'move';

export class TapeManager {
  readonly drive: Asked<'tape'>;
  readonly contents: Asked<'identify'>;
  readonly labelled: Asked<'label'>;
  readonly driveCheck: LineCheck<'driveCheck'>;
  readonly catalogue: Asked<'tapes'>;
  readonly health: Asked<'driveHealth'>;
  readonly library: Asked<'library'>;
  readonly loaded: Asked<'loadTape'>;
  readonly unloaded: Asked<'unloadTape'>;
  readonly placed: Asked<'placeTape'>;
  readonly declared: Asked<'loseTape'>;

  constructor(to: Bridge) {
    this.drive = new Asked(to, 'tape');
    this.contents = new Asked(to, 'identify');
    this.labelled = new Asked(to, 'label');
    this.driveCheck = new LineCheck(to, 'driveCheck');
    this.catalogue = new Asked(to, 'tapes');
    this.health = new Asked(to, 'driveHealth');
    this.library = new Asked(to, 'library');
    this.loaded = new Asked(to, 'loadTape');
    this.unloaded = new Asked(to, 'unloadTape');
    this.placed = new Asked(to, 'placeTape');
    this.declared = new Asked(to, 'loseTape');
  }

  /** The current work at the drive: one at a time. */
  get work(): TapeWork | undefined {
    if (this.labelled.busy) return 'label';
    if (this.driveCheck.busy) return 'drive-check';
    if (this.contents.busy) return 'identify';
    if (this.loaded.busy || this.unloaded.busy) return 'move';
    return this.drive.busy ? 'look' : undefined;
  }

  async start(): Promise<void> {
    await Promise.all([this.drive.ask({}), this.catalogue.ask({}), this.health.ask({})]);
  }

  /** The tape may have been changed: its contents are cleared. */
  async look(): Promise<void> {
    this.contents.clear();
    await Promise.all([this.drive.ask({}), this.health.ask({})]);
  }

  /** Makes the library load a tape. @param name of the tape, or its bar code. @returns the moves; undefined if it failed */
  async load(name: string): Promise<readonly CartridgeMove[] | undefined> {
    this.unloaded.clear();
    return this.#moved(this.loaded.ask({ name }));
  }

  /** Makes the library return the tape in the drive to its slot. @returns the moves; undefined if it failed */
  async unload(): Promise<readonly CartridgeMove[] | undefined> {
    this.loaded.clear();
    return this.#moved(this.unloaded.ask({}));
  }

  /** Records where a tape is. @param found true for one that was declared lost. @returns whether that was recorded */
  async place(name: string, location: string, found: boolean): Promise<boolean> {
    this.declared.clear();
    const done = await this.placed.ask({ name, location, found });
    await this.catalogue.ask({});
    return done !== undefined;
  }

  /** Forgets the result of the last placing: another one follows. */
  forgetPlacing(): void {
    this.placed.clear();
    this.declared.clear();
  }

  /** Declares a tape lost. @returns the runs that no other tape holds; undefined if it was refused */
  async lose(name: string): Promise<readonly string[] | undefined> {
    this.placed.clear();
    const runs = await this.declared.ask({ name });
    await this.catalogue.ask({});
    return runs;
  }

  /** A failed move may have moved something: what is known of drive and library is outdated. */
  async #moved(moving: Promise<readonly CartridgeMove[] | undefined>) {
    this.contents.clear();
    const moves = await moving;
    await Promise.all([this.#lookAgain(), this.library.ask({})]);
    return moves;
  }

  async identify(): Promise<void> {
    await this.contents.ask({});
    await this.#lookAgain();
  }

  /** @param overwrite the current name of the tape, or `data`; undefined for a blank one. @returns whether it was labeled */
  async label(name: string, overwrite: string | undefined): Promise<boolean> {
    const done = await this.labelled.ask(overwrite === undefined ? { name } : { name, overwrite });
    if (done) await this.contents.ask({});
    await this.#lookAgain();
    return done !== undefined;
  }

  /** Writes to the tape: its contents are lost. */
  async checkDrive(overwrite: string | undefined): Promise<void> {
    this.contents.clear();
    await this.driveCheck.run(overwrite === undefined ? {} : { overwrite });
    await this.#lookAgain();
  }

  /** Cancels the work at the drive; a command that was sent still finishes. */
  async stop(): Promise<void> {
    this.contents.stop();
    this.labelled.stop();
    this.driveCheck.stop();
    this.loaded.stop();
    this.unloaded.stop();
    await this.#lookAgain();
  }

  /** Another site has another drive. */
  forget(): void {
    const asked = [
      this.drive,
      this.contents,
      this.labelled,
      this.health,
      this.library,
      this.loaded,
      this.unloaded,
    ];
    for (const each of asked) each.clear();
    this.driveCheck.clear();
  }

  async #lookAgain(): Promise<void> {
    await Promise.all([this.drive.ask({}), this.catalogue.ask({})]);
  }
}

/** It outlives the screen: an operator may open another one while a tape is read. */
export const tape = new TapeManager(bridge);
