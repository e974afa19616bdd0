/**
 * Which forms of sdxinfo are needed for a host. Master and proxy are documented for the long form, the blocks for the
 * default one. If the long form proves to show all columns of both, it is sent alone: sdxinfo is slow when it is sent
 * often (GDS guide 4.5, D.6).
 */
import type { SdxinfoReport } from '../../gds/sdxinfo-objects.ts';
import type { Hosts } from './hosts.ts';

const kinds = ['disks', 'groups', 'slices', 'volumes'] as const;
type Kind = (typeof kinds)[number];

function columnsOf(report: SdxinfoReport, kind: Kind): Set<string> {
  return new Set(report[kind].flatMap(({ columns }) => columns));
}

const holdsAll = (shown: ReadonlySet<string>, wanted: ReadonlySet<string>): boolean =>
  [...wanted].every((column) => shown.has(column));

type Columns = ReadonlyMap<Kind, ReadonlySet<string>>;

export class SdxinfoForms {
  /** The columns of both forms together, once the long form is known to show them all. */
  #known: Columns | undefined;
  /** Hosts whose long form is known to show less. */
  readonly #both = new Set<string>();

  /** True if the long form alone may be sufficient. */
  mayAskLong(host: string): boolean {
    return this.#known !== undefined && !this.#both.has(host);
  }

  /** True once something is known of any host: hosts of a site have the same GDS. */
  get isTold(): boolean {
    return this.#known !== undefined;
  }

  /**
   * @param both what both forms show together
   * @param long what the long form shows of groups and volumes
   */
  learn(both: SdxinfoReport, long: SdxinfoReport): void {
    // A kind without any row shows no columns to learn from.
    if (this.#known || kinds.some((kind) => both[kind].length === 0)) return;
    const isEnough = (['groups', 'volumes'] as const).every((kind) =>
      holdsAll(columnsOf(long, kind), columnsOf(both, kind)),
    );
    if (isEnough) this.#known = new Map(kinds.map((kind) => [kind, columnsOf(both, kind)]));
  }

  /**
   * Judges an answer of the long form that was sent alone.
   * @returns false if the default form must be sent, too: columns are missing, or there is no object, which one answer
   *   does not prove
   */
  isWhole(host: string, long: SdxinfoReport): boolean {
    if (kinds.every((kind) => long[kind].length === 0)) return false;
    const isWhole = kinds.every((kind) =>
      holdsAll(columnsOf(long, kind), this.#known?.get(kind) ?? new Set()),
    );
    if (!isWhole) this.#both.add(host);
    return isWhole;
  }
}

const formsOfHosts = new WeakMap<Hosts, SdxinfoForms>();

/** What is known of these hosts, shared by all callers. */
export function sdxinfoFormsOf(hosts: Hosts): SdxinfoForms {
  const forms = formsOfHosts.get(hosts) ?? new SdxinfoForms();
  formsOfHosts.set(hosts, forms);
  return forms;
}
