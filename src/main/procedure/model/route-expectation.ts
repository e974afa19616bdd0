/** The expected rate of each route, compared with what the drive needs. Pure. */
import type { RouteExpectation } from '../../../contract/plan.ts';
import { say } from '../../../contract/text/say.ts';
import { driveSpeed } from '../../tape/drive-speeds.ts';
import type { WorkDigest } from './detached-dump.ts';

/** Bytes a second. */
export interface MeasuredRate {
  /** Over ssh from the host to this machine. */
  readonly read: number;
  /** Over ssh from this machine to the host. */
  readonly write: number;
  /**
   * How fast the host's own programs compute a digest of zeros; absent if it has no such program, or was measured by an
   * earlier release.
   */
  readonly digests?: { readonly [digest in WorkDigest]?: number | undefined } | undefined;
}

export interface RouteFacts {
  readonly bytes: number;
  readonly backupServer: string;
  readonly tapeHost: string;
  /** As the site file names it. */
  readonly drive: string | undefined;
  /** The digests that the route `server` computes in the same pass. */
  readonly digest: WorkDigest | 'none';
  /** Host -> rate, where it was measured. */
  readonly rates: Readonly<Record<string, MeasuredRate>>;
}

const rateWords = (bytesPerSecond: number) => `${(bytesPerSecond / 1e6).toFixed(0)} MB/s`;

const shoeShining = (drive: string | undefined, floor: number) =>
  drive === undefined
    ? say('too slow for the drive: its minimum streaming rate is {floor}, so it will be shoe-shining', {
        floor: rateWords(floor),
      })
    : say('too slow for the {drive}: its minimum streaming rate is {floor}, so it will be shoe-shining', {
        drive,
        floor: rateWords(floor),
      });

function consoleRoute(facts: RouteFacts): RouteExpectation {
  const { backupServer, tapeHost, rates, bytes, drive } = facts;
  const source = rates[backupServer]?.read;
  const target = rates[tapeHost]?.write;
  if (source === undefined || target === undefined) {
    return {
      route: 'console',
      bytesPerSecond: undefined,
      seconds: undefined,
      notes: [say('not measured')],
      unmeasured: true,
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
      say('ssh reads {source} from {backupServer} and writes {target} to {tapeHost}', {
        source: rateWords(source),
        backupServer,
        target: rateWords(target),
        tapeHost,
      }),
      ...(starving
        ? [
            say('{reason}; route server does not use the network', {
              reason: shoeShining(drive, speed.floor),
            }),
          ]
        : []),
    ],
  };
}

const digestNames: Readonly<Record<WorkDigest, string>> = { sha256: 'SHA-256', cksum: 'cksum' };

/** The slowest of the digests that the dump waits for: \`sha256\` computes both. */
function digestRate({ digest, rates, backupServer }: RouteFacts): [WorkDigest, number] | undefined {
  const measured = rates[backupServer]?.digests ?? {};
  const taken: readonly WorkDigest[] =
    digest === 'none' ? [] : digest === 'cksum' ? ['cksum'] : ['cksum', 'sha256'];
  const known = taken.flatMap((name) =>
    measured[name] ? [[name, measured[name]] as [WorkDigest, number]] : [],
  );
  if (known.length < taken.length) return undefined;
  return known.toSorted(([, one], [, other]) => one - other)[0];
}

function digestNote(facts: RouteFacts, slowest: [WorkDigest, number] | undefined): string[] {
  if (facts.digest === 'none') return [];
  if (!slowest) return [say('the digest in the same pass may slow the dump')];
  const [name, rate] = slowest;
  return [
    say('the dump waits for its digests: {digest} takes {rate} on {backupServer}', {
      digest: digestNames[name],
      rate: rateWords(rate),
      backupServer: facts.backupServer,
    }),
  ];
}

function serverRoute(facts: RouteFacts): RouteExpectation {
  const { tapeHost, drive, backupServer, bytes } = facts;
  const nothing = { route: 'server', bytesPerSecond: undefined, seconds: undefined } as const;
  if (tapeHost !== backupServer) {
    return {
      ...nothing,
      notes: [
        say('not possible: the drive is on {tapeHost}, not on {backupServer}', { tapeHost, backupServer }),
      ],
    };
  }
  const speed = driveSpeed(drive);
  const slowest = digestRate(facts);
  const digests = digestNote(facts, slowest);
  const unmeasured = facts.digest !== 'none' && !slowest ? { unmeasured: true } : {};
  if (!speed)
    return {
      ...nothing,
      ...unmeasured,
      notes: [
        say('as fast as disk and drive allow; the rates of the drive are not known (tape.drive)'),
        ...digests,
      ],
    };
  const rate = Math.min(speed.top, slowest?.[1] ?? Infinity);
  return {
    route: 'server',
    bytesPerSecond: rate,
    seconds: bytes / rate,
    ...unmeasured,
    notes: [
      say('at most, if the disk keeps up: the data never leaves the backup server'),
      ...digests,
      ...(rate < speed.floor ? [shoeShining(drive, speed.floor)] : []),
    ],
  };
}

/** The routes in the order of the site file's words: console, server. */
export function expectRoutes(facts: RouteFacts): RouteExpectation[] {
  return [consoleRoute(facts), serverRoute(facts)];
}
