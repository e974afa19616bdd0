/** What an audit says of a run, or of all of them, and signing a journal. */
import type { Bridge } from '../../contract/channels.ts';
import type { AuditLine } from '../../contract/proof.ts';
import { bridge } from '../bridge.ts';
import { Asked } from './asked.svelte.ts';

export class ProofManager {
  readonly #audited: Asked<'audit'>;
  readonly #signed: Asked<'sign'>;
  readonly #allAudited: Asked<'audit'>;
  #run = $state.raw<string>();

  constructor(to: Bridge) {
    this.#audited = new Asked(to, 'audit');
    this.#signed = new Asked(to, 'sign');
    this.#allAudited = new Asked(to, 'audit');
  }

  /** Of the run that is shown; undefined until it is known. */
  get lines(): readonly AuditLine[] | undefined {
    return this.#audited.value;
  }

  get busy(): boolean {
    return this.#audited.busy;
  }

  get error() {
    return this.#audited.error ?? this.#signed.error;
  }

  get signing(): boolean {
    return this.#signed.busy;
  }

  /** All runs and the list of seals. */
  get all(): Asked<'audit'> {
    return this.#allAudited;
  }

  /** Audits a run; another one's verdict does not stay meanwhile. */
  show(run: string): void {
    if (run !== this.#run) {
      this.#audited.clear();
      this.#signed.clear();
    }
    this.#run = run;
    void this.#audited.ask({ run });
  }

  /** Signs the run that is shown, and audits it again. @returns whether it is signed now */
  async sign(): Promise<boolean> {
    const run = this.#run;
    if (run === undefined) return false;
    const signed = await this.#signed.ask({ run });
    if (signed && run === this.#run) await this.#audited.ask({ run });
    return signed !== undefined;
  }

  auditAll(): Promise<unknown> {
    return this.#allAudited.ask({});
  }
}

export const proof = new ProofManager(bridge);
