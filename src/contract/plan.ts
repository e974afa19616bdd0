import type { DumpHours } from './time/dump-hours.ts';

/** A step as the plan shows it: plain data. */
export interface PlannedCommand {
  readonly host: string;
  readonly argv: readonly string[];
  /** The command line as it is sent. */
  readonly line: string;
  /** True for a line of the guide. */
  readonly guide: boolean;
}

export interface PlannedStep {
  readonly step: string;
  readonly phase: string;
  readonly title: string;
  readonly why: string;
  readonly endangers: string | undefined;
  /** What an operator is shown of the step in addition, one sentence each. */
  readonly notes?: readonly string[];
  readonly source: string;
  readonly commands: readonly PlannedCommand[];
  /** What is read before the commands of a dump, and after them: the tape, sampled records. */
  readonly before?: readonly PlannedCommand[];
  readonly after?: readonly PlannedCommand[];
  /** What runs from this step on, where the host allows it, to hold the shadow open. */
  readonly holds?: readonly PlannedCommand[];
  /** What an operator does or answers in this step. */
  readonly operator: string | undefined;
  /** How the guide's lines are run, where that is in another form: detached, with a digest in the same pass. */
  readonly runAs: readonly string[];
  /** What is not done in this step, since a node does not answer. */
  readonly without?: string;
  /** Why the step is left out. */
  readonly leftOut: string | undefined;
}

/** What a route is expected to take; undefined if it is not known. */
export interface RouteExpectation {
  readonly route: 'console' | 'server';
  readonly bytesPerSecond: number | undefined;
  readonly seconds: number | undefined;
  readonly notes: readonly string[];
  /** True if rates that the site has not measured would say more. */
  readonly unmeasured?: boolean;
}

/** What the hash of the whole proxy costs (`verify.fingerprint: all`). */
export interface WholeHashCost {
  /** The cluster node that reads it. */
  readonly node: string;
  /** That the node reads, of all volumes of the job. */
  readonly bytes: number;
  /** As an earlier run of the job measured it; undefined if that is not known. */
  readonly bytesPerSecond: number | undefined;
  readonly seconds: number | undefined;
  readonly notes: readonly string[];
}

export interface Plan {
  readonly site: string;
  readonly job: string;
  readonly method: string;
  readonly route: string;
  readonly volume: string;
  readonly bytes: number;
  readonly routes: readonly RouteExpectation[];
  /** Where the job hashes the whole proxy. */
  readonly wholeHash?: WholeHashCost;
  /** Whether the run continues without a node that does not answer; `all` by default. */
  readonly nodes?: 'all' | 'any';
  /** Primary nodes that do not answer, or whose GDS does not, and what is not checked on them; left out where all do. */
  readonly missing?: readonly {
    readonly node: string;
    readonly since: string;
    readonly unchecked: readonly string[];
    /** Where the node answers, and its GDS does not: what sdxinfo said, a sentence. */
    readonly gds?: string;
  }[];
  /** Primary nodes of the site that do not share the class, with one sentence each; left out where all do. */
  readonly outside?: readonly { readonly node: string; readonly why: string }[];
  /** Outside of these hours its dump is paused; left out where it reads at any time. */
  readonly dumpHours?: DumpHours;
  /** Of a restore: the run whose backup is restored, and the instant that it shows. */
  readonly restores?: { readonly run: string; readonly at: string; readonly from: 'tape' | 'proxy' };
  /** What is checked before and after the steps. */
  readonly looks: readonly PlannedCommand[];
  readonly steps: readonly PlannedStep[];
}

/** One thing that `check` checked. */
export interface CheckLine {
  readonly host: string;
  readonly what: string;
  readonly good: boolean;
  readonly said: string;
  readonly hint: string | undefined;
}
