/** The signature over a journal: who made it, and whether it still is the journal's. */
import { readFile } from 'node:fs/promises';
import { failure } from '../../contract/errors.ts';
import type { SignatureFacts } from '../../contract/proof.ts';
import { readKept, readOwn, readTrouble } from '../journal/kept-file.ts';
import { principalOf } from '../ssh/allowed-signers.ts';
import { isSignatureOf, readSignature, type ReadSignature } from '../ssh/ssh-signature.ts';
import type { StateFolder } from '../journal/state-folder.ts';

/** What a signature is good for (PROTOCOL.sshsig, 1): ssh-keygen -Y verify -n shadowtape. */
export const signatureNamespace = 'shadowtape';

/** `good`: of exactly these bytes; `voided`: of the journal before its run was taken up again; `wrong`: of other bytes. */
export type SignatureCheck =
  | {
      readonly verdict: 'good' | 'voided' | 'wrong' | 'unknown';
      readonly facts: SignatureFacts;
      readonly reason: string;
    }
  | { readonly verdict: 'unreadable'; readonly reason: string };

function factsOf(read: ReadSignature, allowedSigners: string | undefined): SignatureFacts {
  const { keyType, fingerprint, namespace, hash, publicKey } = read;
  const principal =
    allowedSigners === undefined ? undefined : principalOf(allowedSigners, publicKey, namespace);
  return { keyType, fingerprint, namespace, hash, ...(principal === undefined ? {} : { principal }) };
}

/** Ends of the parts that a run that was taken up again has had, in bytes. */
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
  const facts = factsOf(read, allowedSigners);
  if (read.namespace !== signatureNamespace)
    return {
      verdict: 'wrong',
      facts,
      reason: `it was made for "${read.namespace}", not for "${signatureNamespace}"`,
    };
  try {
    if (isSignatureOf(read, journal)) return { verdict: 'good', facts, reason: '' };
    if (formerEnds(journal).some((bytes) => isSignatureOf(read, journal.subarray(0, bytes))))
      return { verdict: 'voided', facts, reason: 'the run was resumed after it was signed' };
    return { verdict: 'wrong', facts, reason: 'it is the signature of other bytes' };
  } catch (error) {
    return { verdict: 'unknown', facts, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** @returns the text of a file of allowed signers (ssh-keygen(1)). @throws SIGNERS_UNREADABLE */
export async function readAllowedSigners(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw failure('SIGNERS_UNREADABLE', { file, reason: readTrouble(error) }, {}, error);
  }
}

/**
 * The signature of a run, for audit, screen and report.
 * @returns undefined where the run is not signed
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
