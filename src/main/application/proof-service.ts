/** What becomes of a journal once its run is over: sealed, signed, reported, compressed where the site says so. */
import type { SignedRun } from '../../contract/proof.ts';
import { closeRun } from '../proof/close-run.ts';
import { signRun } from '../proof/sign-run.ts';
import type { Site } from '../site/site-schema.ts';
import { writeSiteReport } from './site-report.ts';
import type { AskSecret } from '../ssh/host-profile.ts';
import type { StateFolder } from '../journal/state-folder.ts';

export interface ProofServiceOptions {
  readonly site: Site;
  readonly state: StateFolder;
  /** Asked for the passphrase of a key. */
  readonly askSecret: AskSecret;
}

export class ProofService {
  readonly #options: ProofServiceOptions;

  constructor(options: ProofServiceOptions) {
    this.#options = options;
  }

  /**
   * The journal of a run is closed: from here on it is proven that it is as it was. Never throws.
   * @param notice hears what failed, in a sentence: it fails no run
   */
  async closed(run: string, notice: (sentence: string) => void): Promise<void> {
    const { state, askSecret, site } = this.#options;
    const { sign, journals, report } = site;
    await closeRun({
      ...{ state, run, sign, askSecret, notice },
      compressAfter: journals?.compressAfter,
      agentSocket: process.env['SSH_AUTH_SOCK'],
    });
    if (report) await writeSiteReport({ state, run, ...report }, notice);
  }

  /**
   * Signs the journal of a run that has ended, with the key of the site file, else with the operator's.
   * @throws RUN_UNKNOWN, RUN_NOT_ENDED, JOURNAL_BROKEN, SIGN_KEY_MISSING, SIGN_KEY_UNUSABLE and what loading keys ends with
   */
  sign(run: string, keyFile: string | undefined = this.#options.site.sign?.key): Promise<SignedRun> {
    const { state, askSecret } = this.#options;
    return signRun({ state, run, keyFile, agentSocket: process.env['SSH_AUTH_SOCK'], askSecret });
  }
}
