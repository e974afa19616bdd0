/** The console served to a browser, in a process of its own that watches how late its event loop is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { StateFolder } from '../../src/main/application/console.ts';
import { serve } from '../../src/main/serve/serve.ts';

export interface HostTold {
  readonly url: string;
  /** Another address, for the wire that a test plays. */
  readonly wireUrl: string;
}

/** Milliseconds; since it was asked before. */
export interface LoopDelay {
  readonly median: number;
  readonly p95: number;
  readonly most: number;
  /** Share of the time in which the loop had something to do, 0 to 1. */
  readonly busy: number;
}

const [siteFile = '', statePath = ''] = process.argv.slice(2);
/** Milliseconds between two checks; what it reports is counted from there. */
const resolution = 5;

const served = await serve({ state: new StateFolder(statePath), siteFile, port: 0 });
const delays = monitorEventLoopDelay({ resolution });
delays.enable();
let before = performance.eventLoopUtilization();

function told(): LoopDelay {
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolution);
  const { utilization } = performance.eventLoopUtilization(before);
  before = performance.eventLoopUtilization();
  const delay = {
    median: late(delays.percentile(50)),
    p95: late(delays.percentile(95)),
    most: late(delays.max),
    busy: utilization,
  };
  delays.reset();
  return delay;
}

process.on('message', () => process.send?.(told()));
process.once('disconnect', () => {
  served.desk.runs.haltAll();
  void served.desk.runs
    .settled()
    .then(() => served.close())
    .then(() => process.exit());
});
const address: HostTold = { url: served.url, wireUrl: served.newAddress() };
process.send?.(address);
