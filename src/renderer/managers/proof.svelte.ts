/** The audit of a run, or of all runs, and signing a journal. */
import type { Bridge } from '../../contract/channels.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

export class ProofManager {
  /** Of the run that is shown. */
  readonly audited: Asked<'audit'>;
  readonly signed: Asked<'sign'>;
  /** All runs and the list of seals. */
  readonly all: Asked<'audit'>;
  #run = $state.raw<string>();

  constructor(to: Bridge) {
    this.audited = new Asked(to, 'audit');
    this.signed = new Asked(to, 'sign');
    this.all = new Asked(to, 'audit');
  }

  get error() {
    return this.audited.error ?? this.signed.error;
  }

  /** Audits a run; the verdict of another one is cleared meanwhile. */
  show(run: string): void {
    if (run !== this.#run) {
      this.audited.clear();
      this.signed.clear();
    }
    this.#run = run;
    void this.audited.ask({ run });
  }

  /** Signs the run that is shown, and audits it again. @returns whether it is signed now */
  async sign(): Promise<boolean> {
    const run = this.#run;
    if (run === undefined) return false;
    const signed = await this.signed.ask({ run });
    if (signed && run === this.#run) await this.audited.ask({ run });
    return signed !== undefined;
  }

  auditAll(): Promise<unknown> {
    return this.all.ask({});
  }
}

export const proof = new ProofManager(bridge);
