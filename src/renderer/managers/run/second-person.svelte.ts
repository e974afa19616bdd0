/** The approval of a second person that a run waits for: the text to sign, and the signature. */
import type { Bridge } from '../../../contract/channels.ts';
import type { ErrorInfo } from '../../../contract/errors.ts';
import type { ApprovalView, GivenApproval } from '../../../contract/proof.ts';
import { bridge } from '../../bridge.ts';
import { Asked } from '../asked.svelte.ts';
import { saveFile } from '../save-file.ts';

/** The run asks its operator, or nothing: there is nothing to sign, and this is not an error. */
const notAwaited = 'APPROVAL_NOT_AWAITED';

/** In base64, as files cross the bridge. */
const base64Of = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));

export class SecondPerson {
  readonly #approval: Asked<'approval'>;
  readonly #given: Asked<'approve'>;
  readonly #save: typeof saveFile;
  /** As it was pasted or uploaded. */
  signature = $state('');

  constructor(to: Bridge = bridge, save = saveFile) {
    this.#approval = new Asked(to, 'approval');
    this.#given = new Asked(to, 'approve');
    this.#save = save;
  }

  /** Undefined if no second person is waited for, or if that is not known yet. */
  get view(): ApprovalView | undefined {
    return this.#approval.value;
  }

  /** Why it cannot be shown, or why the last signature was rejected. */
  get error(): ErrorInfo | undefined {
    const { error } = this.#approval;
    return this.#given.error ?? (error?.code === notAwaited ? undefined : error);
  }

  /** True while a signature is being checked. */
  get isJudging(): boolean {
    return this.#given.busy;
  }

  /** Requests the text to sign. A pasted signature belongs to an earlier question. */
  async look(run: string): Promise<void> {
    this.clear();
    await this.#approval.ask({ run });
  }

  /** There is no question any more. */
  clear(): void {
    this.#approval.clear();
    this.#given.clear();
    this.signature = '';
  }

  /** Saves the text to sign as a file. */
  save(): void {
    if (!this.view) return;
    const { fileName: name, statement } = this.view;
    this.#save({ name, type: 'text/plain', base64: base64Of(statement) });
  }

  /** Reads the signature from a file. */
  async take(file: Blob): Promise<void> {
    this.signature = await file.text();
  }

  /** @returns who approved; undefined if the signature was rejected */
  async give(): Promise<GivenApproval | undefined> {
    if (!this.view) return undefined;
    return this.#given.ask({ run: this.view.run, signature: this.signature });
  }
}
