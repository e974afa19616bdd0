/** What a tape drive tells of itself, in words that result, report, check and status share. Plain data. */

export const alertSeverities = ['critical', 'warning', 'information'] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

/** A flag that the drive has raised. */
export interface RaisedAlert {
  /** Number of the flag, from 1; undefined where the name is not one of the standard. */
  readonly flag?: number | undefined;
  readonly name: string;
  readonly severity: AlertSeverity;
  /** What to do. */
  readonly remedy: string;
}

/** What could not be learned, and why. */
export interface UnknownHealth {
  readonly what: string;
  readonly reason: string;
}

/** Absent is what could not be learned: `unavailable` says why. */
export interface DriveHealth {
  readonly alerts?: readonly RaisedAlert[] | undefined;
  /** The drive asks to be cleaned. */
  readonly cleaning?: boolean | undefined;
  /** Cartridges that were loaded in the life of the drive. */
  readonly loads?: number | undefined;
  readonly compression?: 'on' | 'off' | undefined;
  readonly encryption?: string | undefined;
  readonly unavailable: readonly UnknownHealth[];
}

/** `TapeAlert 20, Clean now (critical)`. */
export const alertText = ({ flag, name, severity }: RaisedAlert): string =>
  `TapeAlert${flag === undefined ? '' : ` ${flag}`}, ${name} (${severity})`;

/** What the drive told last, and when. */
export interface KnownDriveHealth {
  readonly host: string;
  readonly device: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The run that asked it, before or after its work; undefined where a check did. */
  readonly by?: { readonly run: string; readonly when: 'before' | 'after' } | undefined;
  readonly health: DriveHealth;
}

/** What the drive told of one thing: as the value of its name, and in a list of such values. */
interface HealthFact {
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

const alertsText = (alerts: readonly RaisedAlert[]): string =>
  alerts.map(alertText).join(', ') || 'no TapeAlert flag';

/** What could be learned beside the flags, a fact each, in a fixed order. */
export function healthFacts({ cleaning, loads, compression, encryption }: DriveHealth): HealthFact[] {
  const isAsked = cleaning === true ? 'requested' : 'not requested';
  const fact = (name: string, value: string, text = `${name.toLowerCase()} ${value}`) => ({
    name,
    value,
    text,
  });
  return [
    ...(cleaning === undefined
      ? []
      : [fact('Cleaning', isAsked, cleaning ? 'cleaning requested' : 'no cleaning requested')]),
    ...(loads === undefined ? [] : [fact('Load count', loads.toLocaleString('en-US'), `${loads} loads`)]),
    ...(compression === undefined ? [] : [fact('Compression', compression)]),
    ...(encryption === undefined ? [] : [fact('Encryption', encryption)]),
  ];
}

/** `no TapeAlert flag; no cleaning requested; 4711 loads; compression on; encryption not available (stenc is not installed on node3)`. */
export const healthText = (health: DriveHealth): string =>
  [
    ...(health.alerts === undefined ? [] : [alertsText(health.alerts)]),
    ...healthFacts(health).map(({ text }) => text),
    ...health.unavailable.map(({ what, reason }) => `${what} not available (${reason})`),
  ].join('; ');
