/** audit and sign: whether what is kept is what was written, and who stands for it. */
import { readFile } from 'node:fs/promises';
import { failure } from '../../contract/errors.ts';
import type { AuditLine, AuditVerdict, SignedRun } from '../../contract/proof.ts';
import type { StateFolder } from '../console.ts';
import { auditReport, auditState, worstOf, type RenderReport } from '../proof/audit.ts';
import { signRun } from '../proof/sign-run.ts';
import { terminalSecret } from './terminal.ts';
import { printable } from './text.ts';

const print = (line: string) => process.stdout.write(`${printable(line)}\n`);

const signs: Readonly<Record<AuditVerdict, string>> = { proven: '✓', unproven: '?', wrong: '✗' };
const exitStatuses: Readonly<Record<AuditVerdict, number>> = { proven: 0, wrong: 2, unproven: 5 };

export const auditText = `
Exit status:
  0  everything is proven to be as it was written
  1  wrong usage
  2  something was changed, cut, replaced or is missing: the lines with ✗
  5  nothing speaks against it, but not everything can be proven: the lines with ?

A labelled tape has the hash of the journal so far in its manifest (verify RUN compares it): a journal that was replaced
together with its seal no longer agrees with its tape.`;

/** `✗ 20261122-020004-volume2  journal    line 12 was changed: …` */
export function auditLineText({ run = '-', subject, verdict, sentence, line, at }: AuditLine): string {
  const place = line === undefined || at === undefined ? '' : ` (line ${line} is of ${at})`;
  return `${signs[verdict]} ${run.padEnd(28)}  ${subject.padEnd(9)}  ${sentence}${place}`;
}

export interface AuditCommandOptions {
  readonly runs: readonly string[];
  readonly json: boolean;
  /** A PDF that is to be one of the exported reports. */
  readonly report?: string | undefined;
  /** A file of allowed signers. */
  readonly signers?: string | undefined;
  readonly render?: RenderReport | undefined;
}

async function signersText(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw failure('SIGNERS_UNREADABLE', { file, reason }, {}, error);
  }
}

/** @returns 0, 2 or 5 */
export async function auditCommand(
  state: StateFolder,
  { runs, json, report, signers, render }: AuditCommandOptions,
): Promise<number> {
  const options = { state, allowedSigners: await signersText(signers) };
  const show = (line: AuditLine) => print(json ? JSON.stringify(line) : auditLineText(line));
  const lines: AuditLine[] = [];
  if (report !== undefined) {
    const line = await auditReport(options, report, render);
    show(line);
    lines.push(line);
  }
  if (report === undefined || runs.length > 0) lines.push(...(await auditState(options, runs, show)));
  if (!json && lines.length === 0) print(`no runs yet in ${state.path}`);
  return exitStatuses[worstOf(lines)];
}

/** Says who signed, and how stock OpenSSH checks it. */
export function showSigned({ run, file, signature }: SignedRun, journal: string, json: boolean): void {
  if (json) return void process.stdout.write(`${JSON.stringify({ run, file, ...signature })}\n`);
  const { keyType, fingerprint, namespace } = signature;
  print(`signed: run ${run} by ${keyType} ${fingerprint}`);
  print(`  ssh-keygen -Y verify -f ALLOWED_SIGNERS -I PRINCIPAL -n ${namespace} -s ${file} < ${journal}`);
}

/** Signs without any site: with the key that is named, else with one of the operator's own. */
export async function signCommand(
  state: StateFolder,
  run: string,
  { key, json }: { readonly key?: string | undefined; readonly json: boolean },
): Promise<number> {
  const agentSocket = process.env['SSH_AUTH_SOCK'];
  const signed = await signRun({ state, run, keyFile: key, agentSocket, askSecret: terminalSecret });
  showSigned(signed, state.journalFile(run), json);
  return 0;
}
