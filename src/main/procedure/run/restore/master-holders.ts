/** What keeps a master from being stopped: the processes that have it open, and its mounts, on each node. */
import { failure, isFailure } from '../../../../contract/errors.ts';
import { blockDevice, rawDevice } from '../../../gds/commands.ts';
import { anyAnswer, type Command } from '../../hosts/command-runner.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { listed } from '../../../../contract/words.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { mastersOf } from '../../model/assignment.ts';
import { mountLook } from '../../model/look-commands.ts';
import type { Step } from '../../model/step.ts';
import { parseMountTable } from '../../model/world.ts';

/** At most this many are shown to the operator. */
const holdersShown = 8;

/** fuser prints process ids alone on its standard output, and everything else on its standard error (fuser(1M)). */
const pidsOf = (printed: string): string[] => [...new Set(printed.match(/\d+/g) ?? [])];

/** The output of a query. @throws the error that makes it useless */
async function printed({ runner }: RunContext, { id }: Step, command: Command): Promise<string> {
  return (await runner.send(id, command)).stdout.toString('utf8');
}

const query = (host: string, argv: readonly string[]): Command => ({ host, argv, changes: false });

/** `  812 oracle sqlplus / as sysdba` -> `sqlplus / as sysdba (process 812 of oracle)`. */
function processWords(line: string): string[] {
  const [, pid, user, args] = /^\s*(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line) ?? [];
  return pid === undefined || user === undefined || args === undefined
    ? []
    : [phrase('{args} (process {pid} of {user})', { args, pid, user })];
}

async function processesOn(context: RunContext, step: Step, host: string, devices: readonly string[]) {
  const pids = pidsOf(await printed(context, step, query(host, ['fuser', ...devices])));
  if (pids.length === 0) return [];
  const shown = pids.slice(0, holdersShown);
  const argv = ['ps', '-o', 'pid,user,args', '-p', shown.join(',')];
  // Processes that have ended since are not shown; if none is left, ps exits 1.
  const { stdout } = await context.runner.send(step.id, query(host, argv), anyAnswer);
  const more = pids.length - shown.length;
  return [
    ...stdout.toString('utf8').split('\n').flatMap(processWords),
    ...(more > 0 ? [phrase('{more} more processes', { more })] : []),
  ];
}

async function mountsOn(context: RunContext, step: Step, host: string, devices: readonly string[]) {
  const table = await printed(context, step, mountLook(host, context.assignment.platform));
  return parseMountTable(table)
    .filter(({ device }) => devices.includes(device))
    .map(({ mountPoint }) => phrase('mounted on {mountPoint}', { mountPoint }));
}

/** What holds the masters on a node. A node that does not answer is noted in the journal: it may hold them, too. */
async function holdersOn(context: RunContext, step: Step, host: string): Promise<string[]> {
  const { assignment, journal } = context;
  const { class: className } = assignment;
  const masters = mastersOf(assignment);
  const devices = masters.flatMap((master) => [blockDevice(className, master), rawDevice(className, master)]);
  const reported: string[] = [];
  for (const ask of [mountsOn, processesOn])
    try {
      reported.push(...(await ask(context, step, host, devices)));
    } catch (error) {
      if (!isFailure(error)) throw error;
      const text = phrase('what uses {masters} on {host} is not known: {reason}', {
        masters: listed(masters),
        host,
        reason: error.message,
      });
      journal.append({ type: 'warning', step: step.id, text });
    }
  return reported.map((holder) => phrase('{holder} on {host}', { holder, host }));
}

/**
 * @param error with which stopping the masters ended
 * @returns RESTORE_MASTER_HELD if something is known to use them, otherwise the error itself
 */
export async function asHeldMaster(context: RunContext, step: Step, error: unknown): Promise<unknown> {
  if (!isFailure(error, 'COMMAND_FAILED', 'SDX_ERROR_PRINTED')) return error;
  const { assignment } = context;
  const reported: string[] = [];
  for (const node of assignment.primaryNodes) reported.push(...(await holdersOn(context, step, node)));
  if (reported.length === 0) return error;
  const master = listed(mastersOf(assignment));
  const values = { step: step.id, master, holders: reported.join('; '), run: assignment.restore?.run ?? '' };
  return failure('RESTORE_MASTER_HELD', values, error.evidence, error);
}
