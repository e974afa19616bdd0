/** Queries the hosts: sdxinfo on every primary node and on the backup server, and the backup server's mounts. */
import { isFailure, failure, ShadowtapeError } from '../../../contract/errors.ts';
import type { RunEvent } from '../../../contract/events.ts';
import { phrase, phrases } from '../../../contract/text/say.ts';
import { judgeAnswers, judgeSilence, type PrintedAnswer, type Sight } from '../../gds/backup-sight.ts';
import { rawDevice } from '../../gds/commands.ts';
import {
  deviceFilesQuery,
  deviceFolderQuery,
  hasNoDeviceFolder,
  parseDeviceFiles,
  type DeviceFile,
} from '../../gds/device-files.ts';
import { emptyReport, type NodeReport, type SdxinfoReport } from '../../gds/sdxinfo-objects.ts';
import { mergeReports } from '../../gds/sdxinfo-merge.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { readSdxinfoText } from '../../gds/sdxinfo-table.ts';
import { missingRows } from '../../gds/sdxinfo-whole.ts';
import { parseDiskIdentities, type DiskIdentities } from '../../gds/disk-identity.ts';
import type { Platform } from '../../site/site-schema.ts';
import { anyAnswer, troubleOf, type Command, type CommandRunner } from './command-runner.ts';
import type { CommandResult } from './hosts.ts';
import { everyObjectQuery, pastOf } from '../model/backup-past.ts';
import { parseBoot } from '../model/boot-identity.ts';
import { backupLooks, bootLooks, diskLook, longLook, primaryLooks } from '../model/look-commands.ts';
import { mountTableOf } from './node-mounts.ts';
import { nodesOutsideRun, type NodeSight } from './node-sight.ts';
import { sdxinfoFormsOf } from './sdxinfo-forms.ts';
import type { Look, StepCommand } from '../model/step.ts';
import type { BackupReport, Mount, World } from '../model/world.ts';

export interface Observed {
  readonly platform: Platform;
  readonly class: string;
  readonly primaryNodes: readonly string[];
  /** `any`: a node that cannot be reached, or whose GDS does not answer, is left out, as long as another one answers. */
  readonly nodes?: 'all' | 'any';
  readonly backupServer: string;
  readonly tapeHost?: string;
  readonly noObjectsMessage: string | undefined;
  /** The devices of the job on the backup server, by disk; if they are known, their disks are identified. */
  readonly shadow?: { readonly devices: Readonly<Record<string, string>> };
}

/** Set if the backup server is queried: it may have no object at all, and report that by failing. */
interface BackupLook {
  readonly noObjectsMessage: string | undefined;
}

/** The output of one sdxinfo, and its verdict if it shows no object. */
interface Reading {
  readonly report: SdxinfoReport;
  readonly answer: PrintedAnswer;
}

/** True if the output has only the site file's words for a server without objects, apart from INFO lines. */
function saysNoObjects(printed: string, { noObjectsMessage }: BackupLook): boolean {
  const linesOf = (text: string) =>
    text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '' && !/^SDX:[^:]*: INFO: /.test(line));
  const message = linesOf(noObjectsMessage ?? '');
  return message.length > 0 && linesOf(printed).join('\n') === message.join('\n');
}

function read(stdout: string): Reading {
  const report = parseSdxinfo(stdout);
  // Each line of sdxinfo ends with a line feed.
  if (stdout !== '' && !stdout.endsWith('\n'))
    throw failure('SDXINFO_INCOMPLETE', { reason: phrase('its last line has no end') });
  const { tables } = readSdxinfoText(stdout);
  const hasRows = tables.some(({ rows }) => rows.length > 0);
  return { report, answer: hasRows ? 'objects' : tables.length > 0 ? 'titles' : 'silence' };
}

const printedBy = ({ stdout, stderr }: CommandResult) => `${stdout.toString('utf8')}\n${stderr}`.trim();

async function readSdxinfo(
  runner: CommandRunner,
  step: string,
  command: Command,
  backup?: BackupLook,
): Promise<Reading> {
  const isAnswer = (end: CommandResult) => backup !== undefined && saysNoObjects(printedBy(end), backup);
  const result = await runner.send(step, command, { anyStatus: true, isAnswer, timeLimitSeconds: 120 });
  const stdout = result.stdout.toString('utf8');
  const printed = printedBy(result);
  if (result.status !== 127 && isAnswer(result)) return { report: emptyReport, answer: 'message' };
  const trouble = troubleOf(command, result);
  if (trouble) {
    if (trouble.code === 'SDXINFO_MISSING') throw trouble;
    const status = result.status ?? phrase('unknown');
    const text = printed || phrase('exit status {status}, and nothing was printed', { status });
    const values = { host: command.host, text };
    throw failure(backup ? 'SDXINFO_FAILED_ON_BACKUP' : 'SDXINFO_FAILED_ON', values, trouble.evidence);
  }
  try {
    return read(stdout);
  } catch (error) {
    throw withHost(error, command, stdout);
  }
}

/** The parser does not know the host, but the message must name it. */
function withHost(error: unknown, { host, argv }: Command, stdout: string): unknown {
  if (!isFailure(error)) return error;
  const evidence = { host, command: argv.join(' '), stdout, ...error.evidence };
  return new ShadowtapeError(
    { ...error.toInfo(), sentence: phrases([host, error.message], ': '), evidence },
    error,
  );
}

/** Something may change between the two forms: a node that boots starts its volumes. Then they are queried again. */
async function lookTwice<Seen>(look: () => Promise<Seen>): Promise<Seen> {
  try {
    return await look();
  } catch (error) {
    if (!isFailure(error, 'SDXINFO_CONTRADICTS', 'SDXINFO_INCOMPLETE')) throw error;
    return look();
  }
}

async function readAll(
  runner: CommandRunner,
  step: string,
  looks: readonly StepCommand[],
  backup?: BackupLook,
): Promise<Reading[]> {
  const [first] = looks;
  if (!first) throw new Error('a host is asked by sdxinfo');
  const forms = sdxinfoFormsOf(runner.hosts);
  if (forms.mayAskLong(first.host)) {
    const long = await readSdxinfo(runner, step, longLook(first), backup);
    if (forms.isWhole(first.host, long.report)) return [long];
    return [await readSdxinfo(runner, step, first, backup), long];
  }
  const readings: Reading[] = [];
  // One after the other: sdxinfo becomes slow when several run at once (GDS guide 4.5, D.6).
  for (const look of looks) readings.push(await readSdxinfo(runner, step, look, backup));
  const both = mergeReports(...readings.map(({ report }) => report));
  forms.learn(both, readings.at(-1)?.report ?? both);
  return readings;
}

/** @throws SDXINFO_INCOMPLETE */
function requireWhole(host: string, [all, long = all]: readonly Reading[]): void {
  const reason = all && long && missingRows(all.report, long.report);
  if (reason !== undefined)
    throw withHost(
      failure('SDXINFO_INCOMPLETE', { reason }),
      { host, argv: everyObjectQuery, changes: false },
      '',
    );
}

/** One query serves all checks of a moment, for what no command of this run can have changed since. */
const momentMilliseconds = 5000;

/** Observes the hosts; keeps the result until something may have changed it. */
export class Observer {
  readonly #runner: CommandRunner;
  readonly #observed: Observed;
  #primaries: readonly NodeReport[] | undefined;
  #backup: BackupReport | undefined;
  #lastSeen: World = { primaries: [], backup: undefined };
  /** Side -> when it was last queried, in milliseconds. */
  readonly #seenAt = new Map<Look, number>();
  /** Sides that may have changed since they were last queried. */
  readonly #changed = new Set<Look>();
  readonly #events: () => readonly RunEvent[];
  readonly #nodes: NodeSight;
  /** Host -> its disks. A reboot may give them other names: then they are queried again. */
  readonly #disks = new Map<string, { readonly boot: string | undefined; readonly told: DiskIdentities }>();
  #boot: string | undefined;

  /**
   * @param events those of the run so far: if sdxinfo prints nothing, what it showed before counts
   * @param nodes those of the run; by default, those of this observer alone
   */
  constructor(
    runner: CommandRunner,
    observed: Observed,
    events: () => readonly RunEvent[] = () => [],
    nodes: NodeSight = nodesOutsideRun(runner.hosts, observed),
  ) {
    this.#nodes = nodes;
    this.#runner = runner;
    this.#observed = observed;
    this.#events = events;
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

  /** To be called before a check of a side that may have changed without a command of this run. */
  forgetSide(side: Look | 'disks'): void {
    if (side === 'disks') this.#disks.clear();
    else if (side === 'primaries') this.#primaries = undefined;
    else this.#backup = undefined;
  }

  /**
   * To be called before a command that relies mainly on one side: unless that was the last to be queried, just now, it
   * is queried again.
   */
  askLast(side: Look): void {
    const other = side === 'backup' ? 'primaries' : 'backup';
    if (!this.#isOfThisMoment(other)) this.forgetSide(other);
    const isOtherSeen = (other === 'backup' ? this.#backup : this.#primaries) !== undefined;
    const isLast = (this.#seenAt.get(side) ?? -Infinity) > (this.#seenAt.get(other) ?? -Infinity);
    if (!isOtherSeen || !isLast || !this.#isOfThisMoment(side)) this.forgetSide(side);
  }

  /** Discards what was not seen just now. */
  forgetPast(): void {
    for (const side of ['primaries', 'backup'] as const)
      if (!this.#isOfThisMoment(side)) this.forgetSide(side);
  }

  #isOfThisMoment(side: Look): boolean {
    return performance.now() - (this.#seenAt.get(side) ?? -Infinity) < momentMilliseconds;
  }

  /** The last observation, even if it may be outdated; sends nothing. */
  get lastSeen(): World {
    return this.#lastSeen;
  }

  /** The last observation, without the sides that may have changed since. */
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
    const disks = await this.#lookAtDisks(step);
    const missing = this.#primaries ? this.#nodes.unseen : [];
    const without = missing.length > 0 ? { missing } : {};
    const seen = { primaries: this.#primaries ?? [], backup: this.#backup, ...without };
    this.#lastSeen = {
      primaries: this.#primaries ?? this.#lastSeen.primaries,
      backup: this.#backup ?? this.#lastSeen.backup,
      ...without,
    };
    return disks ? { ...seen, disks } : seen;
  }

  /** If both sides were queried, and the devices of the job are known. */
  async #lookAtDisks(step: string): Promise<World['disks']> {
    const [first] = this.#primaries ?? [];
    if (!first || !this.#backup || !this.#observed.shadow) return undefined;
    const primary = await this.#disksOf(step, first.node);
    return { primary, backup: await this.#disksOf(step, this.#backup.node, this.#boot) };
  }

  async #disksOf(step: string, host: string, boot?: string): Promise<DiskIdentities> {
    const known = this.#disks.get(host);
    if (known && known.boot === boot) return known.told;
    const { platform } = this.#observed;
    const { status, stdout } = await this.#ask(step, host, diskLook(host, platform).argv);
    const identities = status === 0 ? parseDiskIdentities(platform, stdout) : new Map<string, string>();
    this.#disks.set(host, { boot, told: identities });
    return identities;
  }

  async #lookAtPrimaries(step: string): Promise<readonly NodeReport[]> {
    await this.#nodes.probe(step);
    const nodes = this.#nodes.answering;
    const lookAtNode = (node: string) => this.#lookAtNode(step, node);
    // The first node's answer may spare the others half of their queries. If it fails, no other is queried.
    const taught = sdxinfoFormsOf(this.#runner.hosts).isTold ? 0 : 1;
    const first = await Promise.all(nodes.slice(0, taught).map(lookAtNode));
    const looks = await Promise.allSettled(nodes.slice(taught).map(lookAtNode));
    // All have ended by now, so that no query overlaps with what comes next; the first node's error is thrown.
    const others = looks.map((look) => {
      if (look.status === 'rejected') throw look.reason;
      return look.value;
    });
    return [...first, ...others].flat();
  }

  /** @returns nothing if the node is missing from now on, or its GDS does not answer */
  async #lookAtNode(step: string, node: string): Promise<NodeReport[]> {
    try {
      const report = await lookTwice(async () => {
        const readings = await readAll(this.#runner, step, primaryLooks(node, this.#observed.class));
        return mergeReports(...readings.map(({ report: read }) => read));
      });
      this.#nodes.seen(step, node);
      return [{ node, report }];
    } catch (error) {
      if (this.#nodes.isGone(step, node, error) || this.#nodes.hasNoGds(step, node, error)) return [];
      throw this.#nodes.failureOf(node, error);
    }
  }

  /** An unknown result is queried again: a single answer may have been lost. */
  async #lookAtBackup(step: string): Promise<BackupReport> {
    const seen = await lookTwice(() => this.#lookAtBackupOnce(step));
    return seen.sight?.shown === 'unknown' ? lookTwice(() => this.#lookAtBackupOnce(step)) : seen;
  }

  async #lookAtBackupOnce(step: string): Promise<BackupReport> {
    const { backupServer: node, platform, noObjectsMessage } = this.#observed;
    const readings = await readAll(this.#runner, step, backupLooks(node), { noObjectsMessage });
    const mounts = await mountTableOf(this.#runner, step, node, platform);
    // After sdxinfo: its output from before a reboot then never counts for the time after it.
    const boot = await this.#askBoot(step);
    this.#boot = boot;
    requireWhole(node, readings);
    const seen = {
      node,
      report: mergeReports(...readings.map(({ report }) => report)),
      mounts,
      boot,
    };
    const sight = judgeAnswers(readings.map(({ answer }) => answer));
    return { ...seen, sight: sight ?? (await this.#silence(step, boot, seen.mounts)) };
  }

  /** @returns undefined if the host has no answer */
  async #askBoot(step: string): Promise<string | undefined> {
    const { backupServer, platform } = this.#observed;
    for (const { host, argv } of bootLooks(backupServer, platform)) {
      const { status, stdout } = await this.#ask(step, host, argv);
      const boot = status === 0 ? parseBoot(argv, stdout) : undefined;
      if (boot !== undefined) return boot;
    }
    return undefined;
  }

  async #silence(step: string, boot: string | undefined, mounts: readonly Mount[]): Promise<Sight> {
    const { backupServer: host } = this.#observed;
    const past = pastOf(this.#events(), host);
    const deviceFiles = await this.#deviceFiles(step);
    const readable: DeviceFile[] = [];
    for (const file of deviceFiles ?? []) {
      if (!past.classes.has(file.class)) continue;
      const source = `if=${rawDevice(file.class, file.volume)}`;
      const { status } = await this.#ask(step, host, ['dd', source, 'of=/dev/null', 'bs=512', 'count=1']);
      if (status === 0) readable.push(file);
    }
    const mounted = mounts.flatMap(({ device }) => (device.startsWith('/dev/sfdsk/') ? [device] : []));
    return judgeSilence({ past, boot, deviceFiles, readable, mounted });
  }

  async #deviceFiles(step: string): Promise<readonly DeviceFile[] | undefined> {
    const { backupServer: host } = this.#observed;
    const listed = await this.#ask(step, host, deviceFilesQuery);
    if (listed.status === 0) return parseDeviceFiles(listed.stdout);
    const folder = await this.#ask(step, host, deviceFolderQuery);
    return folder.status === 0 && hasNoDeviceFolder(folder.stdout) ? [] : undefined;
  }

  /** A witness that does not answer is none; no exit status means that. */
  async #ask(step: string, host: string, argv: readonly string[]) {
    const limits = { ...anyAnswer, timeLimitSeconds: 60 };
    try {
      const { status, stdout } = await this.#runner.send(step, { host, argv, changes: false }, limits);
      return { status, stdout: stdout.toString('utf8') };
    } catch (error) {
      if (!isFailure(error, 'COMMAND_TIMED_OUT', 'COMMAND_OUTPUT_CUT')) throw error;
      return { status: undefined, stdout: '' };
    }
  }
}
