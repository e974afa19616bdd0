/** Whether the volumes of a site are protected, by its site file and the journals of the state folder. No host is asked. */
import type { RunEvent } from '../../contract/events.ts';
import type { RunLine } from '../../contract/screens.ts';
import {
  backupRunOf,
  protectionOf,
  type PairProtection,
  type PairRun,
  type ProtectedPair,
} from '../../folds/protection.ts';
import { readRun } from '../journal/run-history.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { sentCommands } from '../procedure/model/sent-commands.ts';
import { performedRuns } from '../proof/live-runs.ts';
import type { Site } from '../site/site-schema.ts';

export { gravestOf, type PairProtection, type Protection } from '../../folds/protection.ts';

/** When the proxies of a run were parted last; undefined where no part is known to have succeeded. */
export function partedAtOf(events: readonly RunEvent[]): string | undefined {
  const part = sentCommands(events).findLast(
    ({ intent: { argv }, isProven }) => isProven && argv[0] === 'sdxproxy' && argv[1] === 'Part',
  );
  const outcome = events.find((event) => event.type === 'outcome' && event.of === part?.intent.seq);
  return outcome?.at ?? part?.intent.at;
}

const pairsOf = ({ jobs }: Site): ProtectedPair[] =>
  Object.entries(jobs).flatMap(([job, { class: className, volumes, protect }]) =>
    volumes.map(({ master, proxy }) => ({
      job,
      class: className,
      master,
      proxy,
      everySeconds: protect.every,
    })),
  );

/** A journal that cannot be read any more does not tell when the proxy was parted. */
async function withPart(state: StateFolder, run: PairRun): Promise<PairRun> {
  const read = await readRun(state, run.run).catch(() => undefined);
  return read ? { ...run, partedAt: partedAtOf(read.events) } : run;
}

/**
 * @param lines all runs of the state folder, newest first
 * @param now clock of the console
 */
export async function siteProtection(
  site: Site,
  state: StateFolder,
  lines: readonly RunLine[],
  now: Date,
): Promise<PairProtection[]> {
  const running = new Set((await performedRuns(state)).map(({ run }) => run));
  const runs: readonly PairRun[] = lines
    .filter(({ trouble, site: name }) => trouble === undefined && name === site.site)
    .map((line) => ({ ...line, running: line.live || running.has(line.run) }));
  return Promise.all(
    pairsOf(site).map(async (pair) => {
      const backup = backupRunOf(pair, runs);
      const parted = backup && (await withPart(state, backup));
      return protectionOf(
        pair,
        runs.map((run) => (run === backup && parted ? parted : run)),
        now,
      );
    }),
  );
}
