/** Whether the questions of a job can be answered, and by whom. */
import { failure } from '../../contract/errors.ts';
import { phrase } from '../../contract/text/say.ts';
import type { Assignment } from '../procedure/model/assignment.ts';
import type { Ask, Question } from '../procedure/hosts/questions.ts';
import type { Job } from '../site/site-schema.ts';

/** Who can be asked during a run. */
export interface Asking {
  /** Undefined if nobody can be asked. */
  readonly ask: Ask | undefined;
  /** Approves a shadow that was verified (--yes). */
  readonly approveVerified: boolean;
  /**
   * Shows a question that a second person answers with a signature, which can be given from now on.
   * @param over aborted when the question is over
   */
  readonly showSecond?: ((run: string, question: Question, over: AbortSignal) => void) | undefined;
}

/** @throws OPERATOR_NEEDED if the job asks questions that nobody can answer */
export function requireSomebodyToAsk(job: Job, { ask, approveVerified }: Asking): void {
  if (ask) return;
  if (job.services === 'ask') {
    const remedy = phrase('name the commands in services.stop and services.resume, or run it on a terminal');
    throw failure('OPERATOR_NEEDED', { question: 'services: ask', remedy });
  }
  if (job.approve === 'operator' && !approveVerified) {
    const remedy = phrase(
      'run with --yes, or set approve: when-verified in the job: the dump then starts when every rule holds',
    );
    throw failure('OPERATOR_NEEDED', { question: 'approve: operator', remedy });
  }
}

/**
 * A node that is declared down must not be seen running.
 * @param nodesDown as the operator names them
 * @throws NODE_UNKNOWN, NODE_NOT_DOWN
 */
export function requireDownNodes(
  { primaryNodes, missing = [] }: Pick<Assignment, 'primaryNodes' | 'missing'>,
  nodesDown: readonly string[] = [],
): void {
  for (const node of nodesDown) {
    if (!primaryNodes.includes(node)) throw failure('NODE_UNKNOWN', { node, nodes: primaryNodes.join(', ') });
    if (missing.every((each) => each.node !== node || each.gds)) throw failure('NODE_NOT_DOWN', { node });
  }
}

const isRestoreApproval = ({ id }: Question): boolean =>
  id === 'approve-overwrite' || id === 'approve-replace';

/**
 * How the questions of a run are answered.
 * @param second answers for a second person, if the job requires one: neither --yes nor the operator approves then
 */
export function answering({ ask, approveVerified }: Asking, second?: Ask): Ask {
  return async (question, abort) => {
    if (question.id === 'approve-shadow' && second) return second(question, abort);
    if (question.id === 'approve-shadow' && approveVerified) return { choice: 'approve', by: '--yes' };
    const [approval] = question.choices;
    // A restore with --yes has named the master that is replaced.
    if (isRestoreApproval(question) && approveVerified && approval)
      return { choice: approval.id, by: '--yes' };
    if (!ask)
      throw failure('OPERATOR_NEEDED', { question: question.id, remedy: phrase('run it on a terminal') });
    return ask(question, abort);
  };
}
