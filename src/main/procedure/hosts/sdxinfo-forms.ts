/**
 * Which forms of sdxinfo tell everything of a host. Master and proxy are documented for the long form, the blocks for the default
 * one; where the long form proves to show all columns of both, it is asked alone: sdxinfo is slow when it is asked often (GDS guide
 * 4.5, D.6).
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
  /** The columns of both forms together, once the long form has proved to show them all. */
  #known: Columns | undefined;
  /** Hosts whose long form has proved to show less. */
  readonly #both = new Set<string>();

  /** True where the long form alone may tell everything. */
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
    // A kind of which nothing is shown has no columns to learn from.
    if (this.#known || kinds.some((kind) => both[kind].length === 0)) return;
    const isEnough = (['groups', 'volumes'] as const).every((kind) =>
      holdsAll(columnsOf(long, kind), columnsOf(both, kind)),
    );
    if (isEnough) this.#known = new Map(kinds.map((kind) => [kind, columnsOf(both, kind)]));
  }

  /**
   * Judges an answer of the long form that was asked alone.
   * @returns false where the default form has to be asked, too: columns are missing, or there is no object, which one answer does not prove
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

/** What is known of these hosts, whoever asks them. */
export function sdxinfoFormsOf(hosts: Hosts): SdxinfoForms {
  const forms = formsOfHosts.get(hosts) ?? new SdxinfoForms();
  formsOfHosts.set(hosts, forms);
  return forms;
}
