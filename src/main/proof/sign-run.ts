/** Signs the journal of a run that has ended, so that stock OpenSSH can check it. */
import { failure, isFailure } from '../../contract/errors.ts';
import type { SignedRun } from '../../contract/proof.ts';
import { phrase } from '../../contract/text/say.ts';
import { parseJournal } from '../journal/journal-reader.ts';
import { readKept } from '../journal/kept-file.ts';
import type { AskSecret } from '../ssh/host-profile.ts';
import { chooseSigner } from '../ssh/keys/signers.ts';
import { signMessage } from '../ssh/keys/ssh-signature.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { checkSignature, signatureNamespace } from './signature-facts.ts';
import { writeWhole } from './whole-file.ts';

export interface SignOptions {
  readonly state: StateFolder;
  readonly run: string;
  /** See SignerChoice. */
  readonly keyFile?: string | undefined;
  readonly agentSocket?: string | undefined;
  readonly askSecret: AskSecret;
}

async function journalOf(state: StateFolder, run: string): Promise<Buffer> {
  try {
    return await readKept(state.journalFile(run));
  } catch (error) {
    if (isFailure(error)) throw error;
    throw failure('RUN_UNKNOWN', { run }, {}, error);
  }
}

/**
 * Writes RUN.ndjson.sig next to the journal, in place of a signature that is there.
 * @throws RUN_UNKNOWN, RUN_NOT_ENDED, JOURNAL_BROKEN, STATE_FILE_UNWRITABLE, and what choosing a key ends with
 */
export async function signRun(options: SignOptions): Promise<SignedRun> {
  const { state, run, keyFile, agentSocket, askSecret } = options;
  const journal = await journalOf(state, run);
  // No person is to sign a journal that is not what was written.
  const { events, truncated } = parseJournal(state.journalFile(run), journal);
  if (truncated || events.at(-1)?.type !== 'run-finished')
    throw failure('RUN_NOT_ENDED', { run, what: 'signed' });
  const signer = await chooseSigner({ keyFile, agentSocket, askSecret });
  let armored: string;
  try {
    armored = await signMessage(signer, signatureNamespace, journal);
  } catch (error) {
    if (isFailure(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure('SIGN_KEY_UNUSABLE', { key: signer.name, reason }, {}, error);
  }
  const checked = checkSignature(armored, journal);
  if (checked.verdict !== 'good')
    throw failure('SIGN_KEY_UNUSABLE', {
      key: signer.name,
      reason: phrase('its signature is invalid: {reason}', { reason: checked.reason }),
    });
  const file = state.signatureFile(run);
  await writeWhole(file, armored, { mode: 'replace' });
  return { run, file, signature: checked.facts };
}
