/** The second person of a job with `approve: { by: other }`: approves with a signature. */
import { homedir, hostname } from 'node:os';
import type { StateFolder } from '../journal/state-folder.ts';
import type { Ask } from '../procedure/hosts/questions.ts';
import type { Assignment } from '../procedure/model/assignment.ts';
import { loginName } from '../owner/login-name.ts';
import { awaitApproval, statementOf } from '../proof/approval.ts';
import { readAllowedSigners } from '../proof/signature-facts.ts';
import type { Job } from '../site/site-schema.ts';
import { answering, requireSomebodyToAsk, type Asking } from './asking.ts';

/** Where the job names a file of allowed signers. */
const signersOf = ({ approve }: Pick<Job, 'approve'>): string | undefined =>
  typeof approve === 'object' ? approve.signers.replace(/^~(?=\/)/, () => homedir()) : undefined;

/** Who performs runs here: login and machine. */
export const operatorHere = (): string => `${loginName()}@${hostname()}`;

/**
 * Refuses a job whose questions nobody could answer, before anything is touched.
 * @throws OPERATOR_NEEDED, SIGNERS_UNREADABLE
 */
export async function requireAnswers(job: Job, asking: Asking): Promise<void> {
  requireSomebodyToAsk(job, asking);
  const file = signersOf(job);
  if (file !== undefined) await readAllowedSigners(file);
}

interface AskedRun {
  readonly run: string;
  readonly assignment: Pick<Assignment, 'job' | 'jobName' | 'siteName'>;
  readonly request: Asking & { readonly onNotice?: ((sentence: string) => void) | undefined };
}

/** @returns undefined where the job wants no second person */
function secondPerson(state: StateFolder, { run, assignment, request }: AskedRun): Ask | undefined {
  const { job, jobName, siteName: site } = assignment;
  const signersFile = signersOf(job);
  if (signersFile === undefined) return undefined;
  return async ({ text }, abort) => {
    const operator = operatorHere();
    const statement = statementOf({ run, site, job: jobName, operator, question: text });
    const order = { run, operator, signersFile, statement };
    const approval = await awaitApproval(state, order, abort, (sentence) => request.onNotice?.(sentence));
    return { choice: 'approve', ...approval };
  };
}

/** How the questions of a run are answered, by its operator and where the job wants one by a second person. */
export const answersOf = ({ state }: { readonly state: StateFolder }, asked: AskedRun): Ask =>
  answering(asked.request, secondPerson(state, asked));
