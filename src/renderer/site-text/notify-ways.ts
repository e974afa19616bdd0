/** The ways in which somebody is told of a run, as a form makes and changes them. */
import type { ValueMap } from './yaml-text.ts';

export type WayKind = 'command' | 'mail';

const emptyMail: ValueMap = { to: [], from: '', host: '' };

/** A way that is told of what needs a person; what it takes is still to be written. */
export function newWay(kind: WayKind): ValueMap {
  return withWay({ on: ['failure', 'operator-needed'] }, kind);
}

/** The same occasions by the other kind of way: exactly one of both may stand there. */
export function withWay({ on = [], ...rest }: ValueMap, kind: WayKind): ValueMap {
  if (kind in rest) return { on, [kind]: rest[kind] ?? '' };
  return kind === 'mail' ? { on, mail: emptyMail } : { on, command: '' };
}
