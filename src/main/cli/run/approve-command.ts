/** approve: a second person approves the dump of a waiting run, with a signature. */
import { readFile } from 'node:fs/promises';
import { failure } from '../../../contract/errors.ts';
import { say } from '../../../contract/text/say.ts';
import type { ApprovalRequest } from '../../proof/approval.ts';
import type { CommandLine } from '../command-line.ts';
import { note, print } from '../terminal/output.ts';
import { hasTerminal, terminalSecret, typedOnTerminal } from '../terminal/terminal.ts';
import { belowOptions } from '../terminal/help-text.ts';

interface ApproveOptions {
  readonly key?: string;
  readonly signature?: string;
  readonly statement?: boolean;
}

const help =
  say(`The statement names run, site, job, operator and what is asked. Its signature must be by a key in the file of allowed
signers that the job names (approve.signers), and not by the operator of the run.

Sign it elsewhere:
  shadowtape approve RUN --statement > statement
  ssh-keygen -Y sign -n shadowtape-approval -f KEY statement
  shadowtape approve RUN --signature statement.sig`);

async function signatureOf(
  request: ApprovalRequest,
  { key, signature }: ApproveOptions,
): Promise<string | undefined> {
  if (signature !== undefined) {
    try {
      return await readFile(signature, 'utf8');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const { run, signersFile: signers } = request;
      throw failure('APPROVAL_REFUSED', { run, reason, signers }, {}, error);
    }
  }
  note(request.statement);
  if (hasTerminal() && (await typedOnTerminal(`${say('Approve? [yes/no]')} `)) !== 'yes') return undefined;
  const { signStatement } = await import('../../proof/approval.ts');
  const agentSocket = process.env['SSH_AUTH_SOCK'];
  return signStatement(request, { keyFile: key, agentSocket, askSecret: terminalSecret });
}

async function approve(line: CommandLine, run: string, options: ApproveOptions): Promise<number> {
  const { giveApproval, readRequest } = await import('../../proof/approval.ts');
  const request = await readRequest(line.state, run);
  if (options.statement) {
    process.stdout.write(request.statement);
    return 0;
  }
  const armored = await signatureOf(request, options);
  if (armored === undefined) return 1;
  const { by, signed } = await giveApproval(line.state, request, armored);
  print(
    say('approved: run {run} by {by} ({keyType} {fingerprint}), operator {operator}', {
      run,
      by,
      keyType: signed.keyType,
      fingerprint: signed.fingerprint,
      operator: request.operator,
    }),
  );
  return 0;
}

export function registerApprove(line: CommandLine): void {
  line.program
    .command('approve')
    .description(
      say(
        'approve the dump of a run that waits for a second person (approve: { by: other }), with a signature',
      ),
    )
    .argument('<run>')
    .option('--key <file>', say('a private key, or the public key of a key in the ssh agent'))
    .option('--signature <file>', say('a signature that ssh-keygen made elsewhere'))
    .option('--statement', say('only print the statement to sign'))
    .addHelpText('after', belowOptions(help))
    .action(async (run: string, options: ApproveOptions) => {
      line.exitStatus = await approve(line, run, options);
    });
}
