/** The signature over a journal: who made it, and whether it still is the journal's. */
import { readFile } from 'node:fs/promises';
import { failure } from '../../contract/errors.ts';
import type { SignatureFacts } from '../../contract/proof.ts';
import { phrase } from '../../contract/text/say.ts';
import { readKept, readOwn, readTrouble } from '../journal/kept-file.ts';
import { signersOf, troubleOfSigners, type AllowedSigner } from '../ssh/keys/allowed-signers.ts';
import { isSignatureOf, readSignature, type ReadSignature } from '../ssh/keys/ssh-signature.ts';
import type { StateFolder } from '../journal/state-folder.ts';

/** What a signature is good for (PROTOCOL.sshsig, 1): ssh-keygen -Y verify -n shadowtape. */
export const signatureNamespace = 'shadowtape';

/** `good`: of exactly these bytes; `voided`: of the journal before its run was resumed; `wrong`: of other bytes. */
export type SignatureCheck =
  | {
      readonly verdict: 'good' | 'voided' | 'wrong' | 'unknown';
      readonly facts: SignatureFacts;
      readonly reason: string;
      /** The lines of the file of allowed signers that name the key. */
      readonly signers: readonly AllowedSigner[];
    }
  | { readonly verdict: 'unreadable'; readonly reason: string };

function factsOf(read: ReadSignature, [signer]: readonly AllowedSigner[]): SignatureFacts {
  const { keyType, fingerprint, namespace, hash } = read;
  const principal = signer?.principals;
  return { keyType, fingerprint, namespace, hash, ...(principal === undefined ? {} : { principal }) };
}

/** Ends of the parts that a run that was resumed has had, in bytes. */
function formerEnds(journal: Buffer): number[] {
  const mark = Buffer.from('"type":"run-resumed"');
  const ends: number[] = [];
  for (let at = journal.indexOf(mark); at >= 0; at = journal.indexOf(mark, at + mark.length))
    ends.push(journal.lastIndexOf(0x0a, at) + 1);
  return ends;
}

/**
 * @param armored the signature's file
 * @param allowedSigners text of a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS), where there is one
 */
export function checkSignature(armored: string, journal: Buffer, allowedSigners?: string): SignatureCheck {
  let read: ReadSignature;
  try {
    read = readSignature(armored);
  } catch (error) {
    return { verdict: 'unreadable', reason: error instanceof Error ? error.message : String(error) };
  }
  const signers =
    allowedSigners === undefined ? [] : signersOf(allowedSigners, read.publicKey, read.namespace);
  const facts = factsOf(read, signers);
  const check = { facts, signers };
  if (read.namespace !== signatureNamespace)
    return {
      ...check,
      verdict: 'wrong',
      reason: phrase('it was made for "{namespace}", not for "{signatureNamespace}"', {
        namespace: read.namespace,
        signatureNamespace,
      }),
    };
  try {
    if (isSignatureOf(read, journal)) return { ...check, verdict: 'good', reason: '' };
    if (formerEnds(journal).some((bytes) => isSignatureOf(read, journal.subarray(0, bytes))))
      return { ...check, verdict: 'voided', reason: phrase('the run was resumed after it was signed') };
    return { ...check, verdict: 'wrong', reason: phrase('it is a signature of other bytes') };
  } catch (error) {
    return { ...check, verdict: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * @returns the text of a file of allowed signers (ssh-keygen(1))
 * @throws SIGNERS_UNREADABLE, also for options that are not understood: they may say that a key does not count
 */
export async function readAllowedSigners(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw failure('SIGNERS_UNREADABLE', { file, reason: readTrouble(error) }, {}, error);
  }
  const reason = troubleOfSigners(text);
  if (reason !== undefined) throw failure('SIGNERS_UNREADABLE', { file, reason });
  return text;
}

/**
 * The signature of a run, for audit, screen and report.
 * @returns undefined if the run is not signed
 * @throws STATE_FILE_UNREADABLE, and what else reading ends with; ENOENT where the journal is not there
 */
export async function signatureOf(
  state: StateFolder,
  run: string,
  allowedSigners?: string,
): Promise<SignatureCheck | undefined> {
  const armored = (await readOwn(state.signatureFile(run)))?.toString('utf8');
  if (armored === undefined) return undefined;
  return checkSignature(armored, await readKept(state.journalFile(run)), allowedSigners);
}
