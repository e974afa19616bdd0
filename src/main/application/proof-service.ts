/** What happens to a journal after its run: sealed, signed, reported, and compressed if the site says so. */
import type { SignedRun } from '../../contract/proof.ts';
import type { SignatureDemand, SiteKey } from '../proof/audit-signature.ts';
import { closeRun } from '../proof/close-run.ts';
import { readAllowedSigners } from '../proof/signature-facts.ts';
import { signRun } from '../proof/sign-run.ts';
import { readSite } from '../site/site-file.ts';
import type { Site } from '../site/site-schema.ts';
import { fingerprintOfKeyFile } from '../ssh/keys/signers.ts';
import { writeSiteReport } from './site/site-report.ts';
import type { AskSecret } from '../ssh/host-profile.ts';
import type { StateFolder } from '../journal/state-folder.ts';

export interface ProofServiceOptions {
  readonly site: Site;
  readonly state: StateFolder;
  /** Called for the passphrase of a key. */
  readonly askSecret: AskSecret;
}

async function siteKeyOf({ sign }: Site): Promise<SiteKey | undefined> {
  return sign && { file: sign.key, fingerprint: await fingerprintOfKeyFile(sign.key) };
}

/**
 * What an audit demands of signatures.
 * @param siteFile of the site whose key counts; connects to nothing
 * @param signers a file of allowed signers
 * @throws SIGNERS_UNREADABLE, and what a wrong site file ends with (SITE_…)
 */
export async function signatureDemandOf(
  siteFile: string | undefined,
  signers: string | undefined,
): Promise<SignatureDemand> {
  return {
    allowedSigners: signers === undefined ? undefined : await readAllowedSigners(signers),
    siteKey: siteFile === undefined ? undefined : await siteKeyOf(await readSite(siteFile)),
  };
}

export class ProofService {
  readonly #options: ProofServiceOptions;

  constructor(options: ProofServiceOptions) {
    this.#options = options;
  }

  /**
   * Closes the journal of a run: it is sealed, and signed if the site says so. Never throws.
   * @param notice called with a sentence for each failure: none fails the run
   * @param onSealed called with the head of the seals as soon as the run is sealed; undefined if it was not
   */
  async closed(
    run: string,
    notice: (sentence: string) => void,
    onSealed: (head: string | undefined) => void = () => undefined,
  ): Promise<void> {
    const { state, askSecret, site } = this.#options;
    const { sign, journals, report } = site;
    await closeRun({
      ...{ state, run, sign, askSecret, notice, onSealed },
      compressAfter: journals?.compressAfter,
      agentSocket: process.env['SSH_AUTH_SOCK'],
    });
    if (report) await writeSiteReport({ state, run, ...report }, notice);
  }

  /** What an audit demands of signatures at this site. */
  async demand(): Promise<SignatureDemand> {
    return { siteKey: await siteKeyOf(this.#options.site) };
  }

  /**
   * Signs the journal of a run that has ended, with the key of the site file, otherwise with the operator's.
   * @throws RUN_UNKNOWN, RUN_NOT_ENDED, JOURNAL_BROKEN, SIGN_KEY_MISSING, SIGN_KEY_UNUSABLE and what loading keys ends
   *   with
   */
  sign(run: string, keyFile: string | undefined = this.#options.site.sign?.key): Promise<SignedRun> {
    const { state, askSecret } = this.#options;
    return signRun({ state, run, keyFile, agentSocket: process.env['SSH_AUTH_SOCK'], askSecret });
  }
}
