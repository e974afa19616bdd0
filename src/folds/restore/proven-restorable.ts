/** When the backup of a volume was last proven restorable: by a restore that came to a proven end, or by a drill. Pure. */
import type { ProvenLevel } from '../../contract/drill-level.ts';
import type { RunLine } from '../../contract/screens.ts';

export interface ProvenRestorable {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** See `level`. */
  readonly by: 'restore' | 'drill';
  /** How far; absent if the record of a drill does not say it. */
  readonly level?: ProvenLevel | undefined;
  /** Of a restore. */
  readonly run?: string | undefined;
}

const levelOf = ({ level }: Pick<ProvenRestorable, 'level'>) => (level ? { level } : {});

const concerns = (
  proof: { readonly volumes?: readonly string[] } | undefined,
  volume: string | undefined,
): boolean =>
  proof !== undefined &&
  (proof.volumes === undefined || (volume !== undefined && proof.volumes.includes(volume)));

/**
 * @param volume the proxy; undefined: all volumes of the run
 * @returns the newest proof; undefined if none is known
 */
export function provenRestorable(
  { restored, drilled }: Pick<RunLine, 'restored' | 'drilled'>,
  volume: string | undefined,
): ProvenRestorable | undefined {
  const proofs: ProvenRestorable[] = [
    ...(restored && concerns(restored, volume)
      ? [{ at: restored.at, by: 'restore' as const, level: 'restored' as const, run: restored.run }]
      : []),
    ...(drilled && concerns(drilled, volume)
      ? [{ at: drilled.at, by: 'drill' as const, ...levelOf(drilled) }]
      : []),
  ];
  return proofs.toSorted((one, other) => (one.at < other.at ? 1 : -1))[0];
}
