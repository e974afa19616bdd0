/** What is done at the drive outside of any run: look, identify, label, drive check, and the catalogue of tapes. */
import type { Bridge } from '../../contract/channels.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';
import { LineCheck } from './line-check.svelte.ts';

export type TapeWork = 'look' | 'identify' | 'label' | 'drive-check';

export class TapeManager {
  readonly drive: Asked<'tape'>;
  readonly contents: Asked<'identify'>;
  readonly labelled: Asked<'label'>;
  readonly driveCheck: LineCheck<'driveCheck'>;
  readonly catalogue: Asked<'tapes'>;

  constructor(to: Bridge) {
    this.drive = new Asked(to, 'tape');
    this.contents = new Asked(to, 'identify');
    this.labelled = new Asked(to, 'label');
    this.driveCheck = new LineCheck(to, 'driveCheck');
    this.catalogue = new Asked(to, 'tapes');
  }

  /** What goes on at the drive: one thing at a time. */
  get work(): TapeWork | undefined {
    if (this.labelled.busy) return 'label';
    if (this.driveCheck.busy) return 'drive-check';
    if (this.contents.busy) return 'identify';
    return this.drive.busy ? 'look' : undefined;
  }

  async start(): Promise<void> {
    await Promise.all([this.drive.ask({}), this.catalogue.ask({})]);
  }

  /** The tape may have been changed: what it held is forgotten. */
  async look(): Promise<void> {
    this.contents.clear();
    await this.drive.ask({});
  }

  async identify(): Promise<void> {
    await this.contents.ask({});
    await this.#lookAgain();
  }

  /** @param overwrite the present name of the tape, or `data`; undefined for a blank one. @returns whether it was labelled */
  async label(name: string, overwrite: string | undefined): Promise<boolean> {
    const done = await this.labelled.ask(overwrite === undefined ? { name } : { name, overwrite });
    if (done) await this.contents.ask({});
    await this.#lookAgain();
    return done !== undefined;
  }

  /** Writes to the tape: what it held is lost. */
  async checkDrive(overwrite: string | undefined): Promise<void> {
    this.contents.clear();
    await this.driveCheck.run(overwrite === undefined ? {} : { overwrite });
    await this.#lookAgain();
  }

  /** Gives up what goes on at the drive; a command that was sent comes to its end. */
  async stop(): Promise<void> {
    this.contents.stop();
    this.labelled.stop();
    this.driveCheck.stop();
    await this.#lookAgain();
  }

  async #lookAgain(): Promise<void> {
    await Promise.all([this.drive.ask({}), this.catalogue.ask({})]);
  }
}

/** It outlives the screen: an operator may look at another one while a tape is read. */
export const tape = new TapeManager(bridge);
