/** The state of each host and of the drive, as the header shows them: the newest of the last look and the runs that continue. Pure. */
import type { ActiveRun, ClusterView, HostInfo, HostLook } from '../contract/screens.ts';
import { say } from '../contract/text/say.ts';
import type { State } from './states.ts';

export interface HostState {
  readonly name: string;
  readonly role: HostInfo['role'];
  readonly state: State;
  readonly word: string;
}

/**
 * @param isLost true if nothing that was seen holds any more: the console is not reached
 * @param runs a run that waits for a host knows better than an older look
 */
export function hostStatesOf(
  hosts: readonly HostInfo[],
  view: ClusterView | undefined,
  runs: readonly Pick<ActiveRun, 'pulse'>[],
  isLost: boolean,
): HostState[] {
  const silent = new Map(
    runs.flatMap(({ pulse }) => pulse?.silent ?? []).map((each) => [each.host, each] as const),
  );
  return hosts.map(({ name, role }) => {
    if (isLost) return { name, role, state: 'idle', word: say('not known') };
    const quiet = silent.get(name);
    if (quiet && !(view && view.at > quiet.since && seen(view, name)))
      return {
        name,
        role,
        state: 'bad',
        word: say('does not answer: {sentence}', { sentence: quiet.sentence }),
      };
    const look = view?.hosts.find(({ host }) => host === name);
    if (look === undefined) return { name, role, state: 'idle', word: say('not checked yet') };
    if (look.reached) return { name, role, state: 'ok', word: say('reached') };
    return { name, role, state: 'bad', word: look.trouble ?? say('not reached') };
  });
}

const seen = ({ hosts }: ClusterView, name: string): boolean =>
  hosts.some(({ host, reached }) => host === name && reached);

/** Why the session of a host is not there. A host that answers, but refuses the login, is reached. */
export const missingHostWords = ({ host, code }: Pick<HostLook, 'host' | 'code'>): string =>
  code === 'LOGIN_REFUSED'
    ? say('{host} refuses the login', { host })
    : say('{hosts} is not reached', { hosts: host });
