/** What each route is expected to take, against what the drive needs. Pure. */
import type { RouteExpectation } from '../../../contract/plan.ts';
import { driveSpeed } from '../../tape/drive-speeds.ts';

/** Measured over ssh, in bytes a second. */
export interface MeasuredRate {
  /** From the host to this machine. */
  readonly read: number;
  /** From this machine to the host. */
  readonly write: number;
}

export interface RouteFacts {
  readonly bytes: number;
  readonly backupServer: string;
  readonly tapeHost: string;
  /** As the site file names it. */
  readonly drive: string | undefined;
  /** Host -> rate, as far as it was measured. */
  readonly rates: Readonly<Record<string, MeasuredRate>>;
}

const rateWords = (bytesPerSecond: number) => `${(bytesPerSecond / 1e6).toFixed(0)} MB/s`;

function consoleRoute(facts: RouteFacts): RouteExpectation {
  const { backupServer, tapeHost, rates, bytes, drive } = facts;
  const source = rates[backupServer]?.read;
  const target = rates[tapeHost]?.write;
  if (source === undefined || target === undefined) {
    return {
      route: 'console',
      bytesPerSecond: undefined,
      seconds: undefined,
      notes: ['not measured: shadowtape check --rate'],
    };
  }
  const speed = driveSpeed(drive);
  const network = Math.min(source, target);
  const rate = Math.min(network, speed?.top ?? Infinity);
  const starving = speed !== undefined && network < speed.floor;
  return {
    route: 'console',
    bytesPerSecond: rate,
    seconds: bytes / rate,
    notes: [
      `ssh reads ${rateWords(source)} from ${backupServer} and writes ${rateWords(target)} to ${tapeHost}`,
      ...(starving
        ? [
            `too slow for the ${drive ?? 'drive'}, whose minimum streaming rate is ${rateWords(speed.floor)}: it will be shoe-shining; use route server`,
          ]
        : []),
    ],
  };
}

function serverRoute({ backupServer, tapeHost, drive, bytes }: RouteFacts): RouteExpectation {
  const nothing = { route: 'server', bytesPerSecond: undefined, seconds: undefined } as const;
  if (tapeHost !== backupServer) {
    return { ...nothing, notes: [`not possible: the drive is on ${tapeHost}, not on ${backupServer}`] };
  }
  const speed = driveSpeed(drive);
  if (!speed)
    return {
      ...nothing,
      notes: ['as fast as disk and drive allow; the rates of the drive are not known (tape.drive)'],
    };
  return {
    route: 'server',
    bytesPerSecond: speed.top,
    seconds: bytes / speed.top,
    notes: ['at most, if the disk keeps up: the data never leaves the backup server'],
  };
}

/** The routes in the order of the site file's words: console, server. */
export function expectRoutes(facts: RouteFacts): RouteExpectation[] {
  return [consoleRoute(facts), serverRoute(facts)];
}
