/**
 * The approval of a run by a second person (`approve: { by: other }`): a statement that the run writes, and a signature over it by somebody
 * else. A typed name proves nothing, and whoever performs the run can type any.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { failure, isFailure } from '../../contract/errors.ts';
import type { EventOf } from '../../contract/events.ts';
import { readOwn } from '../journal/kept-file.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { countsAt, signersOf } from '../ssh/keys/allowed-signers.ts';
import { isSignatureOf, readSignature, type ReadSignature } from '../ssh/keys/ssh-signature.ts';
import { chooseSigner, type SignerChoice } from '../ssh/keys/signers.ts';
import { signMessage } from '../ssh/keys/ssh-signature.ts';
import { readAllowedSigners } from './signature-facts.ts';
import { writeWhole } from './whole-file.ts';

/** ssh-keygen -Y sign -n shadowtape-approval: a signature over a journal approves nothing. */
const approvalNamespace = 'shadowtape-approval';

/** What a run waits for. */
export interface ApprovalRequest {
  readonly run: string;
  /** Login and machine. */
  readonly operator: string;
  /** File of allowed signers (ssh-keygen(1)). */
  readonly signersFile: string;
  /** What is signed, byte for byte. */
  readonly statement: string;
}

/** Who signed, and what. */
export interface SignedApproval {
  readonly by: string;
  readonly signed: NonNullable<EventOf<'answered'>['signed']>;
}

/** What a second person signs. Each question has a number of its own, so that no earlier signature answers it. */
export function statementOf(
  facts: Readonly<Record<'run' | 'site' | 'job' | 'operator' | 'question', string>>,
): string {
  const { run, site, job, operator, question } = facts;
  const lines = { run, site, job, operator, question, number: randomBytes(16).toString('hex') };
  const text = Object.entries(lines).map(([name, value]) => `${name}: ${value.replaceAll(/\s+/g, ' ')}\n`);
  return `Shadowtape approval\n${text.join('')}`;
}

const refused = (request: ApprovalRequest, reason: string) =>
  failure('APPROVAL_REFUSED', { run: request.run, reason, signers: request.signersFile });

const loginOf = (name: string): string => name.replace(/@.*$/s, '').toLowerCase();

function readArmored(request: ApprovalRequest, armored: string): ReadSignature {
  try {
    return readSignature(armored);
  } catch (error) {
    throw refused(request, error instanceof Error ? error.message : String(error));
  }
}

/**
 * Judges a signature over the statement of a run.
 * @throws APPROVAL_REFUSED, SIGNERS_UNREADABLE
 */
async function judgeApproval(request: ApprovalRequest, armored: string): Promise<SignedApproval> {
  const { operator, statement } = request;
  const signers = await readAllowedSigners(request.signersFile);
  const read = readArmored(request, armored);
  const { keyType, fingerprint, namespace } = read;
  if (namespace !== approvalNamespace)
    throw refused(request, `it was made for "${namespace}", not for "${approvalNamespace}"`);
  if (!isSignatureOf(read, Buffer.from(statement)))
    throw refused(request, 'it is a signature of another statement');
  const lines = signersOf(signers, read.publicKey, namespace);
  const names = lines.flatMap(({ principals }) => principals.split(','));
  // Whoever has a line of his own has another person's key, too, if both lines name that key.
  if (names.some((name) => loginOf(name) === loginOf(operator)))
    throw refused(request, `the key ${fingerprint} is that of ${operator}, who performs the run`);
  const valid = lines.find((line) => countsAt(line, Date.now()));
  if (!valid) throw refused(request, `the key ${fingerprint} is not a key of an allowed signer`);
  const [by = ''] = valid.principals.split(',');
  if (by === '' || /[*?!]/.test(valid.principals))
    throw refused(request, `its line names no person: ${valid.principals}`);
  return { by, signed: { statement, signature: armored, keyType, fingerprint } };
}

/** @throws APPROVAL_NOT_AWAITED */
export async function readRequest(state: StateFolder, run: string): Promise<ApprovalRequest> {
  const text = (await readOwn(state.approvalFile(run)))?.toString('utf8');
  if (text === undefined) throw failure('APPROVAL_NOT_AWAITED', { run });
  return JSON.parse(text) as ApprovalRequest;
}

/**
 * Gives a waiting run a signature that counts.
 * @returns who approved
 * @throws APPROVAL_REFUSED, SIGNERS_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function giveApproval(
  state: StateFolder,
  request: ApprovalRequest,
  armored: string,
): Promise<SignedApproval> {
  const approval = await judgeApproval(request, armored);
  await writeWhole(state.approvalSignatureFile(request.run), armored, { mode: 'replace' });
  return approval;
}

/** Signs the statement. @throws what choosing a key ends with, SIGN_KEY_UNUSABLE */
export async function signStatement({ statement }: ApprovalRequest, choice: SignerChoice): Promise<string> {
  const signer = await chooseSigner(choice);
  return signMessage(signer, approvalNamespace, Buffer.from(statement));
}

/** Nobody needs an answer sooner. */
const lookMilliseconds = 250;

/** Waits for a signature that counts. One that does not is told, and removed. */
async function awaitSignature(
  state: StateFolder,
  request: ApprovalRequest,
  abort: AbortSignal,
  onRefused: (sentence: string) => void,
): Promise<SignedApproval> {
  const file = state.approvalSignatureFile(request.run);
  for (;;) {
    abort.throwIfAborted();
    const armored = (await readOwn(file))?.toString('utf8');
    if (armored !== undefined) {
      try {
        return await judgeApproval(request, armored);
      } catch (error) {
        if (!isFailure(error)) throw error;
        onRefused(error.message);
        await rm(file, { force: true });
      }
    }
    await wait(lookMilliseconds, undefined, { signal: abort }).catch(() => undefined);
  }
}

/**
 * Asks for the approval of a second person, and waits for it.
 * @param onRefused hears of each signature that does not count
 * @throws the reason of the signal, STATE_FILE_UNWRITABLE
 */
export async function awaitApproval(
  state: StateFolder,
  request: ApprovalRequest,
  abort: AbortSignal,
  onRefused: (sentence: string) => void,
): Promise<SignedApproval> {
  const files = [state.approvalFile(request.run), state.approvalSignatureFile(request.run)];
  const clear = () => Promise.all(files.map((file) => rm(file, { force: true })));
  await clear();
  await writeWhole(state.approvalFile(request.run), JSON.stringify(request), { mode: 'replace' });
  try {
    return await awaitSignature(state, request, abort, onRefused);
  } finally {
    await clear();
  }
}
