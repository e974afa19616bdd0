/**
 * Which primary nodes answer, and on which of them GDS does. With `nodes: any` what asks the cluster continues without a node that cannot be
 * reached, or whose sdxinfo ends with an error, as long as GDS answers on another one; with `all` such a node ends it. A node that answers
 * but shows another host key, or refuses the login, is not missing: that is an error in both cases. So is a sdxinfo that gives no answer:
 * silence does not tell what is wrong with a node.
 */
import { failure, isFailure, type ShadowtapeError } from '../../../contract/errors.ts';
import type { MissingNode } from '../model/world.ts';
import type { Hosts } from './hosts.ts';

export interface NodeSightOptions {
  readonly hosts: Hosts;
  readonly nodes: readonly string[];
  readonly mode: 'all' | 'any';
  /** Hosts that must answer whatever else they are: the backup server and the tape host. */
  readonly needed: readonly string[];
  /** Nodes that are known not to answer, or whose GDS is. */
  readonly missing?: readonly MissingNode[];
  /** Hears of a node that cannot be reached any more, or whose GDS does not answer any more. */
  readonly onMissing?: (step: string, missing: MissingNode) => void;
  /** Hears of a node whose GDS answers again. */
  readonly onGds?: (step: string, missing: MissingNode) => void;
  /** Hears of what keeps a node that answers again from being used. @throws where that ends the run */
  readonly onTrouble?: (step: string, missing: MissingNode, error: unknown) => void;
}

/** Meets a node that answers again. @throws what keeps it from being used */
export type MeetNode = (step: string, missing: MissingNode) => Promise<void>;

/** Codes of a sdxinfo that was carried out, and ended with an error. */
const isGdsError = (error: unknown): error is ShadowtapeError =>
  isFailure(error, 'SDXINFO_FAILED_ON', 'COMMAND_FAILED', 'SDX_ERROR_PRINTED');

/** Attempts on a node may take this long in all: a single slow one does not make the run miss the node's return. */
const freeMilliseconds = 10_000;
/** Beyond that, at most a tenth of the time since the first attempt is spent on attempts. */
const shareOfTime = 10;

/** What attempts on a node have taken, on a clock that never goes back. */
interface Attempts {
  readonly since: number;
  readonly milliseconds: number;
}

export class NodeSight {
  readonly #options: NodeSightOptions;
  readonly #missing = new Map<string, MissingNode>();
  /** Nodes that answer, and whose GDS does not. */
  readonly #withoutGds = new Map<string, MissingNode>();
  /** Nodes of which somebody has said that they are down. */
  readonly #saidDown = new Set<string>();
  readonly #attempts = new Map<string, Attempts>();
  #isProbing = false;
  /** Set while a run goes on. */
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

  /** Nodes of which sdxinfo shows nothing. */
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

  /** Nodes whose GDS answers, as far as is known. */
  get #working(): string[] {
    return this.answering.filter((node) => !this.#withoutGds.has(node));
  }

  /** The node for a command that any node may run: the given one as long as it answers, and its GDS does. */
  standIn(host: string): string {
    const works = !this.#missing.has(host) && !this.#withoutGds.has(host);
    return works ? host : (this.#working[0] ?? this.answering[0] ?? host);
  }

  /** True where a host that cannot be reached need not be waited for. The last node that works is waited for as any host. */
  mayGo(host: string): boolean {
    return !this.#options.needed.includes(host) && this.#mayDoWithout(host);
  }

  #mayDoWithout(host: string): boolean {
    const { mode, nodes } = this.#options;
    return mode === 'any' && nodes.includes(host) && this.#working.some((node) => node !== host);
  }

  /**
   * To be asked when a command to a host has failed.
   * @returns true where the host is a node that is missing from now on: the command was not sent
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
   * To be asked when a sdxinfo that looks at the cluster has failed.
   * @returns true where the node answers and its GDS does not, and the cluster is seen without it
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

  /** To be told of each node that GDS has shown: it is used and judged again as any other. */
  seen(step: string, node: string): void {
    const missing = this.#withoutGds.get(node);
    if (!missing) return;
    this.#withoutGds.delete(node);
    this.#options.onGds?.(step, missing);
  }

  /** What a look at the cluster ends with where it fails on the last node, too. */
  failureOf(host: string, error: unknown): unknown {
    if (!isFailure(error, 'HOST_UNREACHABLE') || this.#missing.size === 0) return error;
    const values = { nodes: [...this.#missing.keys(), host].join(', '), reason: error.message };
    return failure('NO_NODE_ANSWERS', values, error.evidence, error);
  }

  /** Somebody says that a missing node is down. It counts until the node answers. */
  sayDown(node: string): void {
    this.#saidDown.add(node);
  }

  isSaidDown(node: string): boolean {
    return this.#saidDown.has(node);
  }

  /**
   * Tries each missing node once. One that answers is met, and counts as answering from then on.
   * @throws what the node is refused with
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
      // It went away again while it was met, or it is not what it was.
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

/** The nodes for whoever looks outside a run: nobody hears of one that is missing but from what was seen. */
export function nodesOutsideRun(
  hosts: Hosts,
  { primaryNodes, nodes = 'all', backupServer, tapeHost, missing = [] }: NodesOfSite,
): NodeSight {
  const needed = [backupServer, ...(tapeHost === undefined ? [] : [tapeHost])];
  return new NodeSight({ hosts, nodes: primaryNodes, mode: nodes, needed, missing });
}
