/**
 * Which primary nodes answer, and on which of them GDS does. With `nodes: any` queries of the cluster continue without
 * a node that cannot be reached, or whose sdxinfo fails, as long as GDS answers on another one; with `all` they fail. A
 * node that answers but shows another host key, or refuses the login, is not missing: that is an error in both cases.
 * So is a sdxinfo without an answer: silence does not show what is wrong with a node.
 */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { MissingNode } from '../model/world.ts';
import type { Hosts } from './hosts.ts';

export interface NodeSightOptions {
  readonly hosts: Hosts;
  readonly nodes: readonly string[];
  readonly mode: 'all' | 'any';
  /** Hosts that must answer even if they are nodes, too: the backup server and the tape host. */
  readonly needed: readonly string[];
  /** Nodes that are known not to answer, themselves or their GDS. */
  readonly missing?: readonly MissingNode[];
  /** Called for a node that can no longer be reached, or whose GDS no longer answers. */
  readonly onMissing?: (step: string, missing: MissingNode) => void;
  /** Called for a node whose GDS answers again. */
  readonly onGds?: (step: string, missing: MissingNode) => void;
  /** Called with the error that keeps a node that answers again from being used. @throws if that ends the run */
  readonly onTrouble?: (step: string, missing: MissingNode, error: unknown) => void;
}

/** Checks a node that answers again. @throws the reason why it cannot be used */
export type MeetNode = (step: string, missing: MissingNode) => Promise<void>;

/** Codes of a sdxinfo that was carried out, and failed. */
const isGdsError = (error: unknown): error is ShadowtapeError =>
  isFailure(error, 'SDXINFO_FAILED_ON', 'COMMAND_FAILED', 'SDX_ERROR_PRINTED');

/** Attempts on a node may take this long in total: a single slow one does not make the run miss the node's return. */
const freeMilliseconds = 10_000;
/** Beyond that, at most a tenth of the time since the first attempt is spent on attempts. */
const shareOfTime = 10;

/** The time that attempts on a node have taken, on a clock that never goes back. */
interface Attempts {
  readonly since: number;
  readonly milliseconds: number;
}

export class NodeSight {
  readonly #options: NodeSightOptions;
  readonly #missing = new Map<string, MissingNode>();
  /** Nodes that answer, and whose GDS does not. */
  readonly #withoutGds = new Map<string, MissingNode>();
  /** Nodes that somebody has confirmed to be down. */
  readonly #saidDown = new Set<string>();
  readonly #attempts = new Map<string, Attempts>();
  #isProbing = false;
  /** Set while a run is in progress. */
  meet: MeetNode | undefined;

  constructor(options: NodeSightOptions) {
    this.#options = options;
    for (const missing of options.missing ?? [])
      (missing.gds ? this.#withoutGds : this.#missing).set(missing.node, missing);
  }

  get missing(): MissingNode[] {
    return [...this.#missing.values()];
  }

  /** Nodes that can be reached, and whose GDS does not answer. */
  get withoutGds(): MissingNode[] {
    return [...this.#withoutGds.values()].filter(({ node }) => !this.#missing.has(node));
  }

  /** Nodes without an answer of sdxinfo. */
  get unseen(): MissingNode[] {
    return [...this.missing, ...this.withoutGds];
  }

  isMissing(host: string): boolean {
    return this.#missing.has(host);
  }

  /** In the order of the site file. */
  get answering(): string[] {
    return this.#options.nodes.filter((node) => !this.#missing.has(node));
  }

  /** Nodes whose GDS is known to answer. */
  get #working(): string[] {
    return this.answering.filter((node) => !this.#withoutGds.has(node));
  }

  /** The node for a command that any node may run: the given one as long as it answers, and its GDS does. */
  standIn(host: string): string {
    const works = !this.#missing.has(host) && !this.#withoutGds.has(host);
    return works ? host : (this.#working[0] ?? this.answering[0] ?? host);
  }

  /** True if a host that cannot be reached need not be waited for. The last working node is waited for like any host. */
  mayGo(host: string): boolean {
    return !this.#options.needed.includes(host) && this.#mayDoWithout(host);
  }

  #mayDoWithout(host: string): boolean {
    const { mode, nodes } = this.#options;
    return mode === 'any' && nodes.includes(host) && this.#working.some((node) => node !== host);
  }

  /**
   * To be called when a command to a host has failed.
   * @returns true if the host is a node that is missing from now on: the command was not sent
   */
  isGone(step: string, host: string, error: unknown): boolean {
    if (!isFailure(error, 'HOST_UNREACHABLE') || !this.mayGo(host)) return false;
    if (!this.#missing.has(host)) {
      const missing = { node: host, since: new Date().toISOString(), reason: error.message };
      this.#missing.set(host, missing);
      this.#options.onMissing?.(step, missing);
    }
    return true;
  }

  /**
   * To be called when a sdxinfo that queries the cluster has failed.
   * @returns true if the node answers and its GDS does not, and the cluster is seen without it
   */
  hasNoGds(step: string, node: string, error: unknown): boolean {
    if (!isGdsError(error) || !this.#mayDoWithout(node)) return false;
    if (!this.#withoutGds.has(node)) {
      const missing = { node, since: new Date().toISOString(), reason: error.message, gds: true as const };
      this.#withoutGds.set(node, missing);
      this.#options.onMissing?.(step, missing);
    }
    return true;
  }

  /** To be called for each node that GDS has shown: it is used and checked again like any other. */
  seen(step: string, node: string): void {
    const missing = this.#withoutGds.get(node);
    if (!missing) return;
    this.#withoutGds.delete(node);
    this.#options.onGds?.(step, missing);
  }

  /** The error of a query of the cluster that fails on the last node, too. */
  failureOf(host: string, error: unknown): unknown {
    if (!isFailure(error, 'HOST_UNREACHABLE') || this.#missing.size === 0) return error;
    const values = { nodes: [...this.#missing.keys(), host].join(', '), reason: error.message };
    return failure('NO_NODE_ANSWERS', values, error.evidence, error);
  }

  /** Records the confirmation that a missing node is down. It is valid until the node answers. */
  sayDown(node: string): void {
    this.#saidDown.add(node);
  }

  isSaidDown(node: string): boolean {
    return this.#saidDown.has(node);
  }

  /**
   * Tries each missing node once. One that answers is checked, and counts as answering from then on.
   * @throws the error that refuses the node
   */
  async probe(step: string): Promise<void> {
    if (this.#isProbing) return;
    this.#isProbing = true;
    try {
      for (const missing of this.missing) await this.#probeOne(step, missing);
    } finally {
      this.#isProbing = false;
    }
  }

  async #probeOne(step: string, missing: MissingNode): Promise<void> {
    const { node } = missing;
    if (!this.#mayTry(node)) return;
    try {
      if (!(await this.#answers(node))) return;
      this.#missing.delete(node);
      this.#saidDown.delete(node);
      await this.meet?.(step, missing);
    } catch (error) {
      // It became unreachable again during the check, or it is not the same.
      if (isFailure(error, 'HOST_UNREACHABLE', 'HOST_IS_ANOTHER')) this.#missing.set(node, missing);
      if (isFailure(error, 'HOST_UNREACHABLE')) {
        this.#options.onMissing?.(step, missing);
        return;
      }
      if (!this.#options.onTrouble) throw error;
      this.#options.onTrouble(step, missing, error);
    }
  }

  #mayTry(node: string): boolean {
    const attempts = this.#attempts.get(node);
    if (!attempts) return true;
    const share = (performance.now() - attempts.since) / shareOfTime;
    return attempts.milliseconds <= freeMilliseconds + share;
  }

  #countAttempt(node: string, from: number): void {
    const { since = from, milliseconds = 0 } = this.#attempts.get(node) ?? {};
    this.#attempts.set(node, { since, milliseconds: milliseconds + performance.now() - from });
  }

  async #answers(node: string): Promise<boolean> {
    const from = performance.now();
    try {
      await this.#options.hosts.session(node).probe?.();
      return true;
    } catch (error) {
      if (!isFailure(error, 'HOST_UNREACHABLE', 'CONNECTION_LOST')) throw error;
      this.#countAttempt(node, from);
      return false;
    }
  }
}

/** What the site and the job say of the nodes. */
export interface NodesOfSite {
  readonly primaryNodes: readonly string[];
  readonly nodes?: 'all' | 'any';
  readonly backupServer: string;
  readonly tapeHost?: string;
  readonly missing?: readonly MissingNode[];
}

/** The nodes for queries outside a run: a missing one is only reported in their results. */
export function nodesOutsideRun(
  hosts: Hosts,
  { primaryNodes, nodes = 'all', backupServer, tapeHost, missing = [] }: NodesOfSite,
): NodeSight {
  const needed = [backupServer, ...(tapeHost === undefined ? [] : [tapeHost])];
  return new NodeSight({ hosts, nodes: primaryNodes, mode: nodes, needed, missing });
}
