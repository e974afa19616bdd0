/** What is done at the drive outside of any run: look, identify, label, drive check, and the catalogue of tapes. */
import type { Bridge } from '../../contract/channels.ts';
import type { CheckLine } from '../../contract/plan.ts';
import { Asked } from './asked.svelte.ts';

export type TapeWork = 'look' | 'identify' | 'label' | 'drive-check';

export class TapeManager {
  readonly #bridge: Bridge;
  readonly drive: Asked<'tape'>;
  readonly contents: Asked<'identify'>;
  readonly labelled: Asked<'label'>;
  readonly driveCheck: Asked<'driveCheck'>;
  readonly catalogue: Asked<'tapes'>;

  #linesSoFar = $state.raw<readonly CheckLine[]>([]);

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
    this.drive = new Asked(bridge, 'tape');
    this.contents = new Asked(bridge, 'identify');
    this.labelled = new Asked(bridge, 'label');
    this.driveCheck = new Asked(bridge, 'driveCheck');
    this.catalogue = new Asked(bridge, 'tapes');
  }

  /** What goes on at the drive: one thing at a time. */
  get work(): TapeWork | undefined {
    if (this.labelled.busy) return 'label';
    if (this.driveCheck.busy) return 'drive-check';
    if (this.contents.busy) return 'identify';
    return this.drive.busy ? 'look' : undefined;
  }

  /** Of the drive check that goes on, or of the last one. */
  get checkLines(): readonly CheckLine[] {
    return this.driveCheck.busy ? this.#linesSoFar : (this.driveCheck.value ?? this.#linesSoFar);
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
    this.driveCheck.clear();
    this.#linesSoFar = [];
    const unfollow = this.#bridge.follow('activity', {}, (told) => {
      const checking = 'push' in told ? told.push.checking : undefined;
      if (checking?.what === 'driveCheck') this.#linesSoFar = checking.lines;
    });
    await this.driveCheck.ask(overwrite === undefined ? {} : { overwrite });
    unfollow();
    await this.#lookAgain();
  }

  /** Puts the lines of the last drive check away. */
  forgetCheck(): void {
    this.driveCheck.clear();
    this.#linesSoFar = [];
  }

  async #lookAgain(): Promise<void> {
    await Promise.all([this.drive.ask({}), this.catalogue.ask({})]);
  }
}
