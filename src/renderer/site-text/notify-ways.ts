/** The notification channels, as a form creates and changes them. */
import type { ValueMap } from './yaml-text.ts';

export type WayKind = 'command' | 'mail';

const emptyMail: ValueMap = { to: [], from: '', host: '' };

/** A channel for what requires action; its parameters are still to be written. */
export function newWay(kind: WayKind): ValueMap {
  return withWay({ on: ['failure', 'operator-needed'] }, kind);
}

/** The same occasions by the other kind of channel: exactly one of both is allowed. */
export function withWay({ on = [], ...rest }: ValueMap, kind: WayKind): ValueMap {
  if (kind in rest) return { on, [kind]: rest[kind] ?? '' };
  return kind === 'mail' ? { on, mail: emptyMail } : { on, command: '' };
}
