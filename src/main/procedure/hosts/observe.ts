/** Looks at the hosts: sdxinfo on every primary node and on the backup server, and the backup server's mounts. */
import { isFailure, failure, ShadowtapeError } from '../../../contract/errors.ts';
import { sdxinfo } from '../../gds/commands.ts';
import { emptyReport, type NodeReport, type SdxinfoReport } from '../../gds/sdxinfo-objects.ts';
import { mergeReports } from '../../gds/sdxinfo-merge.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import type { Platform } from '../../site/site-schema.ts';
import { troubleOf, type Command, type CommandRunner } from './command-runner.ts';
import { sdxinfoFormsOf } from './sdxinfo-forms.ts';
import type { Look, StepCommand } from '../model/step.ts';
import { parseMountTable, type BackupReport, type World } from '../model/world.ts';

export interface Observed {
  readonly platform: Platform;
  readonly class: string;
  readonly primaryNodes: readonly string[];
  readonly backupServer: string;
  readonly noObjectsMessage: string | undefined;
}

/** Given where the backup server is looked at: it may have no object at all, and say so by failing. */
interface BackupLook {
  readonly noObjectsMessage: string | undefined;
}

const everyKind = ['disk', 'group', 'slice', 'volume'] as const;

function lookAt(host: string, argv: readonly string[]): StepCommand {
  return { host, argv, guide: false, changes: false };
}

/**
 * The default columns hold the extents, the long ones master and proxy (GDS guide, F.1.3 and 6.6.3.7): both are needed. Of groups the
 * long ones tell the width of stripes.
 */
export function primaryLooks(host: string, className: string): StepCommand[] {
  return [
    lookAt(host, sdxinfo({ show: everyKind, class: className })),
    lookAt(host, sdxinfo({ show: ['group', 'volume'], class: className, long: true })),
  ];
}

/** Without -c: the shadow class may not exist, and what else the backup server has matters too. */
export function backupLooks(host: string): StepCommand[] {
  return [
    lookAt(host, sdxinfo({ show: everyKind })),
    lookAt(host, sdxinfo({ show: ['group', 'volume'], long: true })),
  ];
}

/** The long form of everything that the default form is asked for. */
function longLook({ host, argv }: StepCommand): StepCommand {
  return lookAt(host, [...argv, '-e', 'long']);
}

/** Both forms, and the long one that may be asked in their place. */
export function withLongLook(looks: readonly StepCommand[]): StepCommand[] {
  const [first] = looks;
  return first ? [...looks, longLook(first)] : [];
}

export function mountLook(host: string, platform: Platform): StepCommand {
  return lookAt(host, ['cat', platform === 'solaris' ? '/etc/mnttab' : '/proc/mounts']);
}

async function readSdxinfo(
  runner: CommandRunner,
  step: string,
  command: Command,
  backup?: BackupLook,
): Promise<SdxinfoReport> {
  const result = await runner.send(step, command, { anyStatus: true, timeLimitSeconds: 120 });
  const stdout = result.stdout.toString('utf8');
  const printed = `${stdout}\n${result.stderr}`.trim();
  const trouble = troubleOf(command, result);
  if (trouble) {
    if (backup?.noObjectsMessage !== undefined && printed.includes(backup.noObjectsMessage))
      return emptyReport;
    if (trouble.code === 'SDXINFO_MISSING') throw trouble;
    const values = {
      host: command.host,
      text: printed || 'exit status ' + String(result.status ?? 'unknown') + ', and nothing was printed',
    };
    throw failure(backup ? 'SDXINFO_FAILED_ON_BACKUP' : 'SDXINFO_FAILED_ON', values, trouble.evidence);
  }
  try {
    return parseSdxinfo(stdout);
  } catch (error) {
    throw withHost(error, command, stdout);
  }
}

/** The parser knows no host; who reads the message must know on which one to look. */
function withHost(error: unknown, { host, argv }: Command, stdout: string): unknown {
  if (!isFailure(error)) return error;
  const evidence = { host, command: argv.join(' '), stdout, ...error.evidence };
  return new ShadowtapeError({ ...error.toInfo(), sentence: `${host}: ${error.message}`, evidence }, error);
}

/** Something may change between the two forms: a node that comes up starts its volumes. Then they are asked for once more. */
async function report(
  runner: CommandRunner,
  step: string,
  looks: readonly StepCommand[],
  backup?: BackupLook,
): Promise<SdxinfoReport> {
  try {
    return await reportOnce(runner, step, looks, backup);
  } catch (error) {
    if (!isFailure(error, 'SDXINFO_CONTRADICTS')) throw error;
    return reportOnce(runner, step, looks, backup);
  }
}

async function reportOnce(
  runner: CommandRunner,
  step: string,
  looks: readonly StepCommand[],
  backup?: BackupLook,
): Promise<SdxinfoReport> {
  const [first] = looks;
  if (!first) throw new Error('a host is asked by sdxinfo');
  const forms = sdxinfoFormsOf(runner.hosts);
  if (forms.mayAskLong(first.host)) {
    const long = await readSdxinfo(runner, step, longLook(first), backup);
    if (forms.isWhole(first.host, long)) return long;
    return mergeReports(await readSdxinfo(runner, step, first, backup), long);
  }
  const reports: SdxinfoReport[] = [];
  // One after the other: sdxinfo becomes slow when several run at once (GDS guide 4.5, D.6).
  for (const look of looks) reports.push(await readSdxinfo(runner, step, look, backup));
  const both = mergeReports(...reports);
  forms.learn(both, reports.at(-1) ?? both);
  return both;
}

/** One query serves the checks of the same moment: of what no command of this run can have changed since. */
const momentMilliseconds = 5000;

/** Sees the world through the hosts' eyes; keeps what it saw until something may have changed it. */
export class Observer {
  readonly #runner: CommandRunner;
  readonly #observed: Observed;
  #primaries: readonly NodeReport[] | undefined;
  #backup: BackupReport | undefined;
  #lastSeen: World = { primaries: [], backup: undefined };
  /** Side -> when it was last asked for, in milliseconds. */
  readonly #seenAt = new Map<Look, number>();
  /** Sides that may have changed since they were last seen. */
  readonly #changed = new Set<Look>();

  constructor(runner: CommandRunner, observed: Observed) {
    this.#runner = runner;
    this.#observed = observed;
  }

  /**
   * To be called whenever something may have changed: after each changing command, after each wait.
   * @param host where the command ran: it cannot have changed what the other side shows
   */
  forget(host?: string): void {
    const isBackup = host === this.#observed.backupServer;
    if (host === undefined || !isBackup || !this.#isOfThisMoment('primaries')) this.#primaries = undefined;
    if (host === undefined || isBackup || !this.#isOfThisMoment('backup')) this.#backup = undefined;
    if (host === undefined || host !== this.#observed.backupServer) this.#changed.add('primaries');
    if (host === undefined || host === this.#observed.backupServer) this.#changed.add('backup');
  }

  /** To be called before a side is judged that may have changed without a command of this run. */
  forgetSide(side: Look): void {
    if (side === 'primaries') this.#primaries = undefined;
    else this.#backup = undefined;
  }

  /** Forgets what was not seen just now. */
  forgetPast(): void {
    for (const side of ['primaries', 'backup'] as const)
      if (!this.#isOfThisMoment(side)) this.forgetSide(side);
  }

  #isOfThisMoment(side: Look): boolean {
    return performance.now() - (this.#seenAt.get(side) ?? -Infinity) < momentMilliseconds;
  }

  /** What was seen last, even if it may have changed since; sends nothing. */
  get lastSeen(): World {
    return this.#lastSeen;
  }

  /** What was seen last, without the sides that may have changed since. */
  get stillTrue(): World {
    const { primaries, backup } = this.#lastSeen;
    return {
      primaries: this.#changed.has('primaries') ? [] : primaries,
      backup: this.#changed.has('backup') ? undefined : backup,
    };
  }

  /**
   * @param step for the journal
   * @throws SDXINFO_MISSING, SDXINFO_FAILED, SDXINFO_UNREADABLE, SDXINFO_COLUMN_MISSING, SDXINFO_CONTRADICTS, and what the ssh sessions throw
   */
  async look(step: string, looks: readonly Look[]): Promise<World> {
    if (looks.includes('primaries') && !this.#primaries) {
      this.#seenAt.set('primaries', performance.now());
      this.#primaries = await this.#lookAtPrimaries(step);
    }
    if (looks.includes('backup') && !this.#backup) {
      this.#seenAt.set('backup', performance.now());
      this.#backup = await this.#lookAtBackup(step);
    }
    if (this.#primaries) this.#changed.delete('primaries');
    if (this.#backup) this.#changed.delete('backup');
    const seen = { primaries: this.#primaries ?? [], backup: this.#backup };
    this.#lastSeen = {
      primaries: this.#primaries ?? this.#lastSeen.primaries,
      backup: this.#backup ?? this.#lastSeen.backup,
    };
    return seen;
  }

  async #lookAtPrimaries(step: string): Promise<readonly NodeReport[]> {
    const { primaryNodes, class: className } = this.#observed;
    const lookAtNode = async (node: string) => ({
      node,
      report: await report(this.#runner, step, primaryLooks(node, className)),
    });
    // What the first node teaches spares the others half of their queries.
    const taught = sdxinfoFormsOf(this.#runner.hosts).isTold ? 0 : 1;
    const first = await Promise.allSettled(primaryNodes.slice(0, taught).map(lookAtNode));
    const looks = [...first, ...(await Promise.allSettled(primaryNodes.slice(taught).map(lookAtNode)))];
    // All have ended by now, so that nothing is sent behind the back of what comes next; the first node's trouble is told.
    return looks.map((look) => {
      if (look.status === 'rejected') throw look.reason;
      return look.value;
    });
  }

  async #lookAtBackup(step: string): Promise<BackupReport> {
    const { backupServer: node, platform, noObjectsMessage } = this.#observed;
    const shown = await report(this.#runner, step, backupLooks(node), { noObjectsMessage });
    const table = await this.#runner.send(step, mountLook(node, platform), { timeLimitSeconds: 60 });
    return { node, report: shown, mounts: parseMountTable(table.stdout.toString('utf8')) };
  }
}
