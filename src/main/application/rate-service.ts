/** How fast the hosts are over ssh: measured once, and used by the plans that follow. */
import type { CheckLine, RouteExpectation } from '../../contract/plan.ts';
import { bytesOfVolumes, type Assignment } from '../procedure/model/assignment.ts';
import { measureRate } from '../procedure/hosts/measure-rate.ts';
import { expectRoutes } from '../procedure/model/route-expectation.ts';
import { keepRate, readRates } from './rates-file.ts';
import type { Site } from '../site/site-schema.ts';
import type { SshHosts } from '../ssh/ssh-hosts.ts';
import type { StateFolder } from '../journal/state-folder.ts';

export interface RateServiceOptions {
  readonly site: Site;
  readonly state: StateFolder;
  readonly hosts: SshHosts;
}

const rateText = (bytesPerSecond: number) => `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;

export class RateService {
  readonly #options: RateServiceOptions;

  constructor(options: RateServiceOptions) {
    this.#options = options;
  }

  /**
   * Measures how fast bytes come from the backup server and go to the tape host.
   * @throws what a session can end with
   */
  async measure(listener: (line: CheckLine) => void, abort: AbortSignal): Promise<void> {
    const { site, state, hosts } = this.#options;
    const backup = Object.entries(site.hosts).flatMap(([name, { role }]) =>
      role === 'backup' ? [name] : [],
    );
    for (const host of new Set([...backup, site.tape.host])) {
      const rate = await measureRate(hosts, host, abort);
      await keepRate(state.ratesFile, site.site, host, rate);
      const said = `${rateText(rate.read)} from the host, ${rateText(rate.write)} to it`;
      listener({ host, what: 'rate over ssh', good: true, said, hint: undefined });
    }
  }

  /** What each route is expected to take, by the rates that were measured. */
  async expect(assignment: Assignment): Promise<RouteExpectation[]> {
    const { site, state } = this.#options;
    const { backupServer, tapeHost } = assignment;
    const rates = await readRates(state.ratesFile, site.site, [backupServer, tapeHost]);
    const { drive } = site.tape;
    return expectRoutes({ bytes: bytesOfVolumes(assignment), backupServer, tapeHost, drive, rates });
  }
}
