/** Whether a signature approves what a run asks, and if not, why not: each reason has a sentence of its own. */
import { readFile } from 'node:fs/promises';
import { failure, type ShadowtapeError } from '../../contract/errors.ts';
import type { EventOf } from '../../contract/events.ts';
import { phrase } from '../../contract/text/say.ts';
import { readTrouble } from '../journal/kept-file.ts';
import { countsAt, signersOf, type AllowedSigner } from '../ssh/keys/allowed-signers.ts';
import { isRevoked, troubleOfRevoked } from '../ssh/keys/revoked-keys.ts';
import { isSignatureOf, readSignature, type ReadSignature } from '../ssh/keys/ssh-signature.ts';
import { readAllowedSigners } from './signature-facts.ts';

/** ssh-keygen -Y sign -n shadowtape-approval: a signature over a journal approves nothing. */
export const approvalNamespace = 'shadowtape-approval';

/** Whose keys count. */
export interface SignerFiles {
  /** Allowed signers (ssh-keygen(1)). */
  readonly signersFile: string;
  /** Public keys that no longer count. */
  readonly revokedFile?: string | undefined;
}

/** What a run waits for. */
export interface ApprovalRequest extends SignerFiles {
  readonly run: string;
  /** Login and machine. */
  readonly operator: string;
  /** What is signed, byte for byte. */
  readonly statement: string;
}

/** Who signed, and what. */
export interface SignedApproval {
  readonly by: string;
  readonly signed: NonNullable<EventOf<'answered'>['signed']>;
}

/**
 * @returns the text of a file of revoked keys; empty if none is named
 * @throws REVOKED_KEYS_UNREADABLE
 */
export async function readRevokedKeys(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw failure('REVOKED_KEYS_UNREADABLE', { file, reason: readTrouble(error) }, {}, error);
  }
  const reason = troubleOfRevoked(text);
  if (reason !== undefined) throw failure('REVOKED_KEYS_UNREADABLE', { file, reason });
  return text;
}

const refused = ({ run, signersFile: signers }: ApprovalRequest, reason: string): ShadowtapeError =>
  failure('APPROVAL_REFUSED', { run, reason, signers });

const loginOf = (name: string): string => name.replace(/@.*$/s, '').toLowerCase();

/** What fails without a code of the table is a reason of its own. */
function orRefused<Value>(request: ApprovalRequest, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    throw refused(request, error instanceof Error ? error.message : String(error));
  }
}

const timeText = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

/** Why none of the lines of a key counts now. */
function whyNotNow(key: string, lines: readonly AllowedSigner[], now: number): string {
  for (const { principals, validAfter, validBefore } of lines) {
    if (validBefore !== undefined && now > validBefore)
      return phrase('{key} of {principals} expired at {validBefore}', {
        key,
        principals,
        validBefore: timeText(validBefore),
      });
    if (validAfter !== undefined && now < validAfter)
      return phrase('{key} of {principals} is not valid before {validAfter}', {
        key,
        principals,
        validAfter: timeText(validAfter),
      });
  }
  return phrase('{key} is not a key of an allowed signer', { key });
}

/** @returns the person whose key it is */
async function signerOf(request: ApprovalRequest, read: ReadSignature): Promise<string> {
  const { operator, signersFile, revokedFile } = request;
  const key = phrase('the key {fingerprint}', { fingerprint: read.fingerprint });
  const lines = signersOf(await readAllowedSigners(signersFile), read.publicKey, read.namespace);
  const names = lines.flatMap(({ principals }) => principals.split(','));
  // A person with a line in the file has another person's key, too, if both lines name that key.
  if (names.some((name) => loginOf(name) === loginOf(operator)))
    throw refused(request, phrase('{key} is that of {operator}, who performs the run', { key, operator }));
  if (isRevoked(await readRevokedKeys(revokedFile), read.publicKey))
    throw refused(
      request,
      phrase('{key} is revoked in {revokedFile}', { key, revokedFile: revokedFile ?? '' }),
    );
  const now = Date.now();
  const valid = lines.find((line) => countsAt(line, now));
  if (!valid) throw refused(request, whyNotNow(key, lines, now));
  const [by = ''] = valid.principals.split(',');
  if (by === '' || /[*?!]/.test(valid.principals))
    throw refused(
      request,
      phrase('its line names no person: {principals}', { principals: valid.principals }),
    );
  return by;
}

/**
 * Judges a signature over the statement of a run.
 * @param earlier statements of the questions that the run has asked before; read only where the signature is not of this one
 * @throws APPROVAL_REFUSED, SIGNERS_UNREADABLE, REVOKED_KEYS_UNREADABLE
 */
export async function judgeApproval(
  request: ApprovalRequest,
  armored: string,
  earlier: () => Promise<readonly string[]>,
): Promise<SignedApproval> {
  const { statement } = request;
  const read = orRefused(request, () => readSignature(armored));
  const { keyType, fingerprint, namespace } = read;
  if (namespace !== approvalNamespace)
    throw refused(
      request,
      phrase('it was made for "{namespace}", not for "{approvalNamespace}"', {
        namespace,
        approvalNamespace,
      }),
    );
  const isOf = (text: string) => orRefused(request, () => isSignatureOf(read, Buffer.from(text)));
  if (!isOf(statement)) {
    const isEarlier = (await earlier()).some(isOf);
    throw refused(
      request,
      isEarlier
        ? phrase('it is a signature of an earlier question of this run')
        : phrase('it is a signature of another text'),
    );
  }
  const by = await signerOf(request, read);
  return { by, signed: { statement, signature: armored, keyType, fingerprint } };
}
