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

/** `no TapeAlert flag; no cleaning requested; 4711 loads; compression on; encryption not available (stenc is not installed on node3)`. */
export function healthText({
  alerts,
  cleaning,
  loads,
  compression,
  encryption,
  unavailable,
}: DriveHealth): string {
  const facts = [
    ...(alerts === undefined ? [] : [alerts.map(alertText).join(', ') || 'no TapeAlert flag']),
    ...(cleaning === undefined ? [] : [cleaning ? 'cleaning requested' : 'no cleaning requested']),
    ...(loads === undefined ? [] : [`${loads} loads`]),
    ...(compression === undefined ? [] : [`compression ${compression}`]),
    ...(encryption === undefined ? [] : [`encryption ${encryption}`]),
    ...unavailable.map(({ what, reason }) => `${what} not available (${reason})`),
  ];
  return facts.join('; ');
}
