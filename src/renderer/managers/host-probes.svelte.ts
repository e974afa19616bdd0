/** Test connections, host by host. */
import type { Bridge } from '../../contract/channels.ts';
import type { ErrorInfo } from '../../contract/errors.ts';
import type { ProbedHost } from '../../contract/site-views.ts';
import { Asked } from './asked.svelte.ts';

export class HostProbes {
  readonly #bridge: Bridge;
  #probes = $state.raw<Readonly<Record<string, Asked<'probeHost'> | Asked<'replaceHostKey'>>>>({});

  constructor(bridge: Bridge) {
    this.#bridge = bridge;
  }

  busy(host: string): boolean {
    return this.#probes[host]?.busy ?? false;
  }

  /** The result; undefined before the first test, and while it is repeated. */
  result(host: string): ProbedHost | undefined {
    return this.busy(host) ? undefined : this.#probes[host]?.value;
  }

  error(host: string): ErrorInfo | undefined {
    return this.#probes[host]?.error;
  }

  async probe(text: string, host: string): Promise<void> {
    const probe = new Asked(this.#bridge, 'probeHost');
    this.#begin(host, probe);
    await probe.ask({ text, host });
  }

  /**
   * Replaces the known host key by the one that the host shows.
   * @param shown its fingerprint, as it was compared
   * @returns true if the host was reached with it
   */
  async replaceKey(text: string, host: string, shown: string): Promise<boolean> {
    const probe = new Asked(this.#bridge, 'replaceHostKey');
    this.#begin(host, probe);
    return (await probe.ask({ text, host, shown }))?.reached === true;
  }

  #begin(host: string, probe: Asked<'probeHost'> | Asked<'replaceHostKey'>): void {
    this.#probes[host]?.stop();
    this.#probes = { ...this.#probes, [host]: probe };
  }

  async probeAll(text: string, hosts: readonly string[]): Promise<void> {
    await Promise.all(hosts.map((host) => this.probe(text, host)));
  }

  /** The result for a host with a changed description is no longer valid. */
  forget(host?: string): void {
    const kept = Object.entries(this.#probes).filter(([name]) => host !== undefined && name !== host);
    this.#probes = Object.fromEntries(kept);
  }
}
