/** audit and sign: whether the files are unchanged, and who signed them. */
import { InvalidArgumentError } from 'commander';
import type { AuditLine, AuditVerdict, SignedRun } from '../../contract/proof.ts';
import { say, told } from '../../contract/text/say.ts';
import type { StateFolder } from '../application/console.ts';
import type { RenderReport } from '../proof/audit.ts';
import type { SignatureDemand } from '../proof/audit-signature.ts';
import { jsonOption, type CommandLine } from './command-line.ts';
import type { JsonOutput } from './json-output.ts';
import { isQuiet } from './terminal/display.ts';
import { print, printJson, printVerbatim, warn } from './terminal/output.ts';
import { terminalSecret } from './terminal/terminal.ts';
import { belowOptions } from './terminal/help-text.ts';

/** As `--json` names them. */
const subjectWords: Readonly<Record<AuditLine['subject'], string>> = {
  journal: say('journal'),
  catalogue: say('catalogue'),
  signature: say('signature'),
  report: say('report'),
  seals: say('seals'),
};

const signs: Readonly<Record<AuditVerdict, string>> = { proven: '✓', unproven: '?', wrong: '✗' };
const exitStatuses: Readonly<Record<AuditVerdict, number>> = { proven: 0, wrong: 2, unproven: 5 };

const auditText = say(`Exit status:
  0  everything is unchanged and signed by an accepted key
  1  wrong usage
  2  something was changed, cut or replaced, or is missing: the lines with ✗
  5  no fault found, but not everything can be proven: the lines with ?; or there is no run

Unsigned runs end with 5. Chain and seals show accidents, not forgery: whoever can write the state folder can rebuild
journal and seals. A signature is required where the site file of --site has sign.key, or with --signers; a run
without one then ends with 2. The key of the site file counts; with --signers only the keys of that file.

The head of the seals covers every run sealed before it. Notifications and reports publish it; --head detects that the
newest runs were removed together with their seals.

The manifest of a labelled tape holds the hash of the journal up to the manifest. What follows it (read-back, removal,
rejoin, verdict) is not on the tape.`);

/** `✗ 20261122-020004-volume2  journal    line 12 was changed: …` */
function auditLineText({ run = '-', subject, verdict, sentence, line, at }: AuditLine): string {
  const place =
    line === undefined || at === undefined ? '' : ` ${say('(line {line} dates from {at})', { line, at })}`;
  return `${signs[verdict]} ${run.padEnd(28)}  ${subjectWords[subject].padEnd(9)}  ${told(sentence)}${place}`;
}

interface AuditCommandOptions {
  readonly runs: readonly string[];
  readonly json: boolean;
  /** A PDF that must be one of the exported reports. */
  readonly report?: string | undefined;
  readonly demand: SignatureDemand;
  /** A published head of the list of seals. */
  readonly head?: string | undefined;
  readonly render?: RenderReport | undefined;
}

/** @returns 0, 2 or 5 */
async function auditCommand(
  state: StateFolder,
  { runs, json, report, demand, head, render }: AuditCommandOptions,
): Promise<number> {
  const { auditReport, auditState, auditVerdictOf } = await import('../proof/audit.ts');
  const options = { state, head, ...demand };
  const show = (line: AuditLine) => {
    if (json) printJson<JsonOutput['audit']>(line);
    else if (line.verdict !== 'proven' || !isQuiet()) print(auditLineText(line));
  };
  const lines: AuditLine[] = [];
  const named = new Set(runs);
  if (report !== undefined) {
    const line = await auditReport(options, report, render);
    show(line);
    lines.push(line);
    // A report proves no more than its journal.
    if (line.run !== undefined) named.add(line.run);
  }
  if (report === undefined || named.size > 0 || head !== undefined)
    lines.push(...(await auditState(options, [...named], show)));
  // A misspelt folder proves nothing.
  if (lines.length === 0) warn(say('no runs in {path}: there is nothing to prove', { path: state.path }));
  return exitStatuses[lines.length === 0 ? 'unproven' : auditVerdictOf(lines)];
}

/** Shows who signed, and how to check it with stock OpenSSH. */
function showSigned({ run, file, signature }: SignedRun, journal: string, json: boolean): void {
  if (json) return void printJson<JsonOutput['sign']>({ run, file, ...signature });
  const { keyType, fingerprint, namespace } = signature;
  print(say('signed: run {run} by {keyType} {fingerprint}', { run, keyType, fingerprint }));
  printVerbatim(
    `  ssh-keygen -Y verify -f ALLOWED_SIGNERS -I PRINCIPAL -n ${namespace} -s ${file} < ${journal}`,
  );
}

/** Signs without any site: with the named key, otherwise with one of the operator's own. */
async function signCommand(
  state: StateFolder,
  run: string,
  { key, json }: { readonly key?: string | undefined; readonly json: boolean },
): Promise<number> {
  const agentSocket = process.env['SSH_AUTH_SOCK'];
  const { signRun } = await import('../proof/sign-run.ts');
  const signed = await signRun({ state, run, keyFile: key, agentSocket, askSecret: terminalSecret });
  showSigned(signed, state.journalFile(run), json);
  return 0;
}

interface AuditOptions {
  readonly report?: string;
  readonly signers?: string;
  readonly head?: string;
  readonly json?: boolean;
}

function headOf(text: string): string {
  const head = text.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(head))
    throw new InvalidArgumentError(say('a head is 64 hexadecimal digits, as audit prints it.'));
  return head;
}

function registerAudit(line: CommandLine): void {
  line.program
    .command('audit')
    .description(say('prove that journals, file lists, signatures and reports are unchanged'))
    .argument('[run...]', say('the runs to audit; all if none is named'))
    .option('--report <file>', say('check that this PDF was exported here'))
    .option(
      '--signers <file>',
      say('file of allowed signers as in ssh-keygen -Y verify -f: one of them must have signed every run'),
    )
    .option('--head <hash>', say('a published head of the seals; the list must still contain it'), headOf)
    .addOption(jsonOption())
    .addHelpText('after', belowOptions(auditText))
    .action(async (runs: string[], { json = false, report, signers, head }: AuditOptions) => {
      const { ReportService } = await import('../application/report-service.ts');
      const { signatureDemandOf } = await import('../application/proof-service.ts');
      const desk = new ReportService(line.state);
      const demand = await signatureDemandOf(line.siteFile, signers);
      line.exitStatus = await auditCommand(line.state, {
        ...{ runs, json, report, demand, head },
        render: (run, record) => desk.again(run, record),
      });
    });
}

function registerSign(line: CommandLine): void {
  line.program
    .command('sign')
    .description(say('sign the journal of an ended run; ssh-keygen -Y verify can check it'))
    .argument('<run>')
    .option('--key <file>', say('a private key, or the public key of a key in the ssh agent'))
    .addOption(jsonOption())
    .action(async (run: string, { key, json = false }: { key?: string; json?: boolean }) => {
      const { state, siteFile } = line;
      if (siteFile === undefined) line.exitStatus = await signCommand(state, run, { key, json });
      else
        await line.withConsole({}, async (console) =>
          showSigned(await console.proofService.sign(run, key), state.journalFile(run), json),
        );
    });
}

export function registerProof(line: CommandLine): void {
  registerAudit(line);
  registerSign(line);
}
