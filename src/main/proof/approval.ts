/**
 * The approval of a run by a second person (`approve: { by: other }`): a statement that the run writes, and a signature
 * over it by somebody else. A typed name proves nothing, and the person who performs the run can type any.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { failure, isFailure } from '../../contract/errors.ts';
import type { ApprovalView } from '../../contract/proof.ts';
import { readOwn } from '../journal/kept-file.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { chooseSigner, type SignerChoice } from '../ssh/keys/signers.ts';
import { signMessage } from '../ssh/keys/ssh-signature.ts';
import { commandLine } from '../ssh/quoting.ts';
import {
  approvalNamespace,
  judgeApproval,
  type ApprovalRequest,
  type SignedApproval,
} from './approval-verdict.ts';
import { leftMarkOf } from './live-runs.ts';
import { writeWhole } from './whole-file.ts';

export type { ApprovalRequest, SignedApproval } from './approval-verdict.ts';

/** What a second person signs. Each question has a number of its own, so that no earlier signature answers it. */
export function statementOf(
  facts: Readonly<Record<'run' | 'site' | 'job' | 'operator' | 'question', string>>,
): string {
  const { run, site, job, operator, question } = facts;
  const lines = { run, site, job, operator, question, number: randomBytes(16).toString('hex') };
  const text = Object.entries(lines).map(([name, value]) => `${name}: ${value.replaceAll(/\s+/g, ' ')}\n`);
  return `Shadowtape approval\n${text.join('')}`;
}

/**
 * @returns what the run waits for
 * @throws APPROVAL_NOT_AWAITED, also where a process has died that waited for it
 */
export async function readRequest(state: StateFolder, run: string): Promise<ApprovalRequest> {
  const text = (await readOwn(state.approvalFile(run)))?.toString('utf8');
  if (text === undefined || (await leftMarkOf(state, run)) !== undefined)
    throw failure('APPROVAL_NOT_AWAITED', { run });
  return JSON.parse(text) as ApprovalRequest;
}

/** Where ssh-keygen looks for a key first. */
const usualKey = '~/.ssh/id_ed25519';

/** What a second person is shown: the text to sign, and how ssh-keygen signs it. */
export function viewOf({ run, operator, signersFile, statement }: ApprovalRequest): ApprovalView {
  const fileName = `${run}.statement`;
  // The shell of the login replaces the tilde, so it stays unquoted.
  const sign = `ssh-keygen -Y sign -n ${approvalNamespace} -f ${usualKey}`;
  const lines = statement.split('\n').slice(0, -1);
  return {
    run,
    operator,
    signersFile,
    statement,
    fileName,
    fileCommand: `${sign} ${fileName}`,
    pipedCommand: `${commandLine(['printf', '%s\\n', ...lines])} | ${sign}`,
  };
}

/** What the run has asked before, as its journal has it. */
async function earlierStatements(state: StateFolder, { run, statement }: ApprovalRequest): Promise<string[]> {
  const { events } = await readRun(state, run);
  return events.flatMap((event) =>
    event.type === 'asked' && event.statement !== undefined && event.statement !== statement
      ? [event.statement]
      : [],
  );
}

const judge = (state: StateFolder, request: ApprovalRequest, armored: string): Promise<SignedApproval> =>
  judgeApproval(request, armored, () => earlierStatements(state, request));

/**
 * Gives a waiting run a signature that counts.
 * @returns who approved
 * @throws APPROVAL_REFUSED, SIGNERS_UNREADABLE, REVOKED_KEYS_UNREADABLE, STATE_FILE_UNWRITABLE
 */
export async function giveApproval(
  state: StateFolder,
  request: ApprovalRequest,
  armored: string,
): Promise<SignedApproval> {
  const approval = await judge(state, request, armored);
  await writeWhole(state.approvalSignatureFile(request.run), armored, { mode: 'replace' });
  return approval;
}

/** Signs the statement. @throws what choosing a key ends with, SIGN_KEY_UNUSABLE */
export async function signStatement({ statement }: ApprovalRequest, choice: SignerChoice): Promise<string> {
  const signer = await chooseSigner(choice);
  return signMessage(signer, approvalNamespace, Buffer.from(statement));
}

/** No answer is needed sooner. */
const lookMilliseconds = 250;

/** Waits for a signature that counts. One that does not is reported, and removed. */
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
        return await judge(state, request, armored);
      } catch (error) {
        if (!isFailure(error)) throw error;
        onRefused(error.message);
        await rm(file, { force: true });
      }
    }
    await wait(lookMilliseconds, undefined, { signal: abort }).catch(() => undefined);
  }
}

/** The listener for the approval that a run waits for. */
interface Awaiting {
  /** From now on it can be given. */
  readonly onAwaited: () => void;
  /** A signature does not count. */
  readonly onRefused: (sentence: string) => void;
}

/**
 * Asks for the approval of a second person, and waits for it.
 * @throws the reason of the signal, STATE_FILE_UNWRITABLE
 */
export async function awaitApproval(
  state: StateFolder,
  request: ApprovalRequest,
  abort: AbortSignal,
  { onAwaited, onRefused }: Awaiting,
): Promise<SignedApproval> {
  const files = [state.approvalFile(request.run), state.approvalSignatureFile(request.run)];
  const clear = () => Promise.all(files.map((file) => rm(file, { force: true })));
  await clear();
  await writeWhole(state.approvalFile(request.run), JSON.stringify(request), { mode: 'replace' });
  try {
    onAwaited();
    return await awaitSignature(state, request, abort, onRefused);
  } finally {
    await clear();
  }
}
