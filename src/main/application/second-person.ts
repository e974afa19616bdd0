/** The second person of a job with `approve: { by: other }`: approves with a signature. */
import { homedir, hostname } from 'node:os';
import type { StateFolder } from '../journal/state-folder.ts';
import type { Ask } from '../procedure/hosts/questions.ts';
import type { RunOptions } from '../procedure/hosts/run-context.ts';
import type { Assignment } from '../procedure/model/assignment.ts';
import { loginName } from '../owner/login-name.ts';
import { awaitApproval, statementOf } from '../proof/approval.ts';
import { readRevokedKeys, type SignerFiles } from '../proof/approval-verdict.ts';
import { readAllowedSigners } from '../proof/signature-facts.ts';
import type { Job } from '../site/site-schema.ts';
import { answering, requireSomebodyToAsk, type Asking } from './asking.ts';

const atHome = (file: string): string => file.replace(/^~(?=\/)/, () => homedir());

/** If the job names a file of allowed signers. */
function filesOf({ approve }: Pick<Job, 'approve'>): SignerFiles | undefined {
  if (typeof approve !== 'object') return undefined;
  const { signers, revoked } = approve;
  return {
    signersFile: atHome(signers),
    ...(revoked === undefined ? {} : { revokedFile: atHome(revoked) }),
  };
}

/** Who performs runs here: login and machine. */
export const operatorHere = (): string => `${loginName()}@${hostname()}`;

/**
 * Refuses a job whose questions nobody could answer, before anything is touched.
 * @throws OPERATOR_NEEDED, SIGNERS_UNREADABLE, REVOKED_KEYS_UNREADABLE
 */
export async function requireAnswers(job: Job, asking: Asking): Promise<void> {
  requireSomebodyToAsk(job, asking);
  const files = filesOf(job);
  if (files === undefined) return;
  await readAllowedSigners(files.signersFile);
  await readRevokedKeys(files.revokedFile);
}

interface AskedRun {
  readonly run: string;
  readonly assignment: Pick<Assignment, 'job' | 'jobName' | 'siteName'>;
  readonly request: Asking & { readonly onNotice?: ((sentence: string) => void) | undefined };
}

/** @returns undefined if the job requires no second person */
function statementsOf({ run, assignment }: AskedRun): RunOptions['statementOf'] {
  const { job, jobName, siteName: site } = assignment;
  if (filesOf(job) === undefined) return undefined;
  return (question) => statementOf({ run, site, job: jobName, operator: operatorHere(), question });
}

/** @returns undefined if the job requires no second person */
function secondPerson(state: StateFolder, { run, assignment, request }: AskedRun): Ask | undefined {
  const files = filesOf(assignment.job);
  if (files === undefined) return undefined;
  return async (question, abort) => {
    const order = { run, operator: operatorHere(), ...files, statement: question.statement ?? '' };
    const over = new AbortController();
    try {
      const approval = await awaitApproval(state, order, abort, {
        onAwaited: () => request.showSecond?.(run, question, over.signal),
        onRefused: (sentence) => request.onNotice?.(sentence),
      });
      return { choice: 'approve', ...approval };
    } finally {
      over.abort();
    }
  };
}

/**
 * How the questions of a run are answered: by its operator, or, if the job requires it, by a second person, who signs a
 * statement.
 */
export const answersOf = (
  { state }: { readonly state: StateFolder },
  asked: AskedRun,
): Pick<RunOptions, 'ask' | 'statementOf'> => ({
  ask: answering(asked.request, secondPerson(state, asked)),
  statementOf: statementsOf(asked),
});
