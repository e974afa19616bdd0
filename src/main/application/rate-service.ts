/** How fast the hosts are over ssh: measured once, and used by later plans. */
import type { CheckLine, RouteExpectation } from '../../contract/plan.ts';
import { phrase, phrases } from '../../contract/text/say.ts';
import { bytesOfVolumes, type Assignment } from '../procedure/model/assignment.ts';
import { measureDigests, measureRate } from '../procedure/hosts/measure-rate.ts';
import { expectRoutes, type MeasuredRate } from '../procedure/model/route-expectation.ts';
import { measuredHash, type MeasuredHash } from '../procedure/model/samples/whole-hash-cost.ts';
import { keepRate, readRates } from './rates-file.ts';
import type { Site } from '../site/site-schema.ts';
import type { SshHosts } from '../ssh/ssh-hosts.ts';
import { readRun } from '../journal/run-history.ts';
import { isRunOf, type StateFolder } from '../journal/state-folder.ts';
import { hashesAll } from '../site/whole-fingerprint.ts';

export interface RateServiceOptions {
  readonly site: Site;
  readonly state: StateFolder;
  readonly hosts: SshHosts;
}

/** At most this many journals are read for a plan: the newest. */
const mostJournals = 10;

const rateText = (bytesPerSecond: number) => `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;

const sshWords = ({ read, write }: MeasuredRate) =>
  phrase('{read} from the host, {write} to it', { read: rateText(read), write: rateText(write) });

const digestWords = ({ sha256, cksum }: NonNullable<MeasuredRate['digests']>) =>
  phrases(
    [
      sha256 === undefined ? phrase('SHA-256: no program') : `SHA-256 ${rateText(sha256)}`,
      cksum === undefined ? phrase('cksum: no program') : `cksum ${rateText(cksum)}`,
    ],
    ', ',
  );

const rateLine = (host: string, what: string, said: string): CheckLine => ({
  host,
  what,
  good: true,
  said,
  hint: undefined,
});

export class RateService {
  readonly #options: RateServiceOptions;

  constructor(options: RateServiceOptions) {
    this.#options = options;
  }

  /**
   * Measures how fast data is received from the backup server and sent to the tape host, and how fast the backup server
   * computes digests.
   * @throws errors of a session
   */
  async measure(listener: (line: CheckLine) => void, abort: AbortSignal): Promise<void> {
    const { site, state, hosts } = this.#options;
    const backup = Object.entries(site.hosts).flatMap(([name, { role }]) =>
      role === 'backup' ? [name] : [],
    );
    for (const host of new Set([...backup, site.tape.host])) {
      const ssh = await measureRate(hosts, host, abort);
      listener(rateLine(host, phrase('rate over ssh'), sshWords(ssh)));
      const digests = backup.includes(host)
        ? await measureDigests(hosts, host, site.platform, abort)
        : undefined;
      if (digests) listener(rateLine(host, phrase('rate of digests'), digestWords(digests)));
      await keepRate(state.ratesFile, site.site, host, { ...ssh, digests });
    }
  }

  /** The expected rate of each route, from the measured rates. */
  async expect(assignment: Assignment): Promise<RouteExpectation[]> {
    const { site, state } = this.#options;
    const { backupServer, tapeHost } = assignment;
    const rates = await readRates(state.ratesFile, site.site, [backupServer, tapeHost]);
    const { drive } = site.tape;
    const { digest } = assignment.job.verify;
    return expectRoutes({ bytes: bytesOfVolumes(assignment), backupServer, tapeHost, drive, digest, rates });
  }

  /**
   * How fast the newest earlier run of the job hashed its proxies. `check --rate` cannot show that: it measures ssh,
   * and the hash reads a disk.
   * @returns `none` if no recent run did; undefined if the job does not request the hash
   */
  async hashed(assignment: Assignment): Promise<MeasuredHash | 'none' | undefined> {
    if (!hashesAll(assignment.job)) return undefined;
    const { state } = this.#options;
    const proxy = assignment.volumes[0]?.proxy ?? '';
    // A plan without the rate says so.
    const names = await state.runs().catch((): string[] => []);
    const recent = names.filter((name) => isRunOf(name, proxy)).slice(-mostJournals);
    for (const run of recent.toReversed()) {
      const read = await readRun(state, run).catch(() => undefined);
      const measured = read && measuredHash(run, read.events, assignment);
      if (measured) return measured;
    }
    return 'none';
  }
}
