/** Health of a tape drive, in the words that result, report, check and status share. Journals keep them in English. */
import { countText } from '../text/count-text.ts';
import { said, say } from '../text/say.ts';

export const alertSeverities = ['critical', 'warning', 'information'] as const;
export type AlertSeverity = (typeof alertSeverities)[number];

/** A flag that the drive has raised. */
export interface RaisedAlert {
  /** Number of the flag, from 1; undefined if the name is not one of the standard. */
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

/** `TapeAlert 20, Cleaning required (critical)`. */
export const alertText = ({ flag, name, severity }: RaisedAlert): string =>
  flag === undefined
    ? say('TapeAlert, {name} ({severity})', { name: said(name), severity: said(severity) })
    : say('TapeAlert {flag}, {name} ({severity})', { flag, name: said(name), severity: said(severity) });

/** The last known health of a drive, and its time. */
export interface KnownDriveHealth {
  readonly host: string;
  readonly device: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The run that asked it, before or after its work; undefined if a check did. */
  readonly by?: { readonly run: string; readonly when: 'before' | 'after' } | undefined;
  readonly health: DriveHealth;
}

/** One reading of a drive: as the value of a labeled field, and in a list of values. */
interface HealthFact {
  readonly name: string;
  readonly value: string;
  readonly text: string;
}

const alertsText = (alerts: readonly RaisedAlert[]): string =>
  alerts.map(alertText).join(', ') || say('no TapeAlert flag');

const compressionFact = (state: 'on' | 'off'): HealthFact => ({
  name: say('Compression'),
  value: state === 'on' ? say('on') : say('off'),
  text: state === 'on' ? say('compression on') : say('compression off'),
});

/** What is known in addition to the flags, a fact each, in a fixed order. */
export function healthFacts({ cleaning, loads, compression, encryption }: DriveHealth): HealthFact[] {
  const value = said(encryption ?? '');
  return [
    ...(cleaning === undefined
      ? []
      : [
          {
            name: say('Cleaning'),
            value: cleaning ? say('requested') : say('not requested'),
            text: cleaning ? say('cleaning requested') : say('no cleaning requested'),
          },
        ]),
    ...(loads === undefined
      ? []
      : [{ name: say('Load count'), value: countText(loads), text: say('{loads} loads', { loads }) }]),
    ...(compression === undefined ? [] : [compressionFact(compression)]),
    ...(encryption === undefined
      ? []
      : [{ name: say('Encryption'), value, text: say('encryption {value}', { value }) }]),
  ];
}

/** What could not be learned, by the words that a journal keeps. */
const unknownNames: Readonly<Record<string, () => string>> = {
  'load count': () => say('load count'),
  compression: () => say('compression'),
  encryption: () => say('encryption'),
};

/** `encryption`: in the language of who reads it. */
export const unknownName = ({ what }: UnknownHealth): string => unknownNames[what]?.() ?? what;

/** `no TapeAlert flag; no cleaning requested; 4711 loads; compression on; encryption not available (stenc is not installed on node3)`. */
export const healthText = (health: DriveHealth): string =>
  [
    ...(health.alerts === undefined ? [] : [alertsText(health.alerts)]),
    ...healthFacts(health).map(({ text }) => text),
    ...health.unavailable.map((each) =>
      say('{what} not available ({reason})', { what: unknownName(each), reason: each.reason }),
    ),
  ].join('; ');
