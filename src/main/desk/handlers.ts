/** What answers the channels; each file of handlers has a part of them. */
import type { Channel, CheckedRequest, Responses } from '../../contract/channels.ts';
import type { StateFolder } from '../application/console.ts';
import type { History } from '../history/history.ts';
import type { Arrivals } from './arrivals.ts';
import type { Checking } from './checking.ts';
import type { DriveUse } from './drive-use.ts';
import type { LiveRestores } from './restores/live-restores.ts';
import type { LiveRuns } from './live-runs.ts';
import type { LoginQuestions } from './login-questions.ts';
import type { OpenSite, OpenedSite } from './open-site.ts';

export type Handler<Name extends Channel> = (
  request: CheckedRequest<Name>,
  abort: AbortSignal,
) => Promise<Responses[Name]>;

export type Handlers = { readonly [Name in Channel]: Handler<Name> };

/** What the handlers share. */
export interface DeskRoom {
  readonly state: StateFolder;
  readonly guest: 'desktop' | 'browser';
  /** Where metrics are served. */
  readonly metricsTokenFile: string | undefined;
  readonly site: OpenSite;
  readonly runs: LiveRuns;
  readonly restores: LiveRestores;
  readonly drive: DriveUse;
  readonly logins: LoginQuestions;
  readonly checking: Checking;
  readonly arrivals: Arrivals;
  readonly history: History;
}

export const tapeOf = ({ console }: OpenedSite) => console.site.tape;
