/**
 * The desk of the console: answers the channels and publishes the topics, for the desktop window and the browser alike. Knows neither
 * Electron nor http.
 */
import {
  errorInfoOf,
  requestSchemas,
  topicSchemas,
  type Channel,
  type Pushes,
  type Reply,
  type Topic,
} from '../../contract/channels.ts';
import { failure, isFailure, type ErrorInfo } from '../../contract/errors.ts';
import type { ActivityPush, RunPush } from '../../contract/screens.ts';
import { phrase } from '../../contract/text/say.ts';
import type { StateFolder } from '../application/console.ts';
import { metricsText } from '../application/protection/status-metrics.ts';
import { History } from '../history/history.ts';
import { Arrivals } from './arrivals.ts';
import { Checking } from './checking.ts';
import { draftHandlers, type DraftHandlers } from './draft-handlers.ts';
import { DriveUse } from './drive-use.ts';
import type { DeskRoom, Handler, Handlers } from './handlers.ts';
import { historyHandlers, statusOfDesk } from './history-handlers.ts';
import { labHandlers } from './lab-handlers.ts';
import { LiveRestores } from './restores/live-restores.ts';
import { LiveRuns } from './live-runs.ts';
import { LoginQuestions, type Keystore } from './login-questions.ts';
import { OpenSite, type OpenConsole } from './open-site.ts';
import { paced } from './paced.ts';
import { journalHandlers } from './journal-handlers.ts';
import { restoreHandlers } from './restores/restore-handlers.ts';
import { runHandlers } from './run-handlers.ts';
import { siteHandlers } from './site-handlers.ts';
import { tapeHandlers } from './tape-handlers.ts';
import { translatedView } from './translated-view.ts';

export interface DeskOptions {
  readonly state: StateFolder;
  /** Without one the embedded lab is the site. */
  readonly siteFile?: string | undefined;
  readonly guest: 'desktop' | 'browser';
  /** True if the host of the pages serves metrics, too. */
  readonly servesMetrics?: boolean | undefined;
  /** Where a secret may be kept beyond the session. */
  readonly keystore?: Keystore | undefined;
  readonly openConsole?: OpenConsole | undefined;
}

/** What a follower receives: a push, or that following has failed. */
export type FollowerTold<Name extends Topic> =
  | { readonly push: Pushes[Name] }
  | { readonly error: ErrorInfo };

const millisecondsBetweenActivity = 100;
/** Sentences that belong to no run any more; the oldest go. */
const mostNotices = 20;

function refused(channel: string, reason: string) {
  return failure('REQUEST_REFUSED', { channel, reason });
}

/** An error as a page shows it: in the language of the program. */
const reportedError = (error: unknown): ErrorInfo => ({
  ...errorInfoOf(error),
  ...(isFailure(error) ? error.translated : {}),
});

export class Desk {
  readonly #room: DeskRoom;
  readonly #handlers: Handlers;
  readonly #drafts: DraftHandlers;
  readonly #followers = new Set<(push: ActivityPush) => void>();
  readonly #changed = paced(millisecondsBetweenActivity, () => {
    const { activity } = this;
    for (const follower of this.#followers) follower(activity);
  });
  readonly #notices: string[] = [];

  /** Begins to open the site. */
  constructor({ state, siteFile, guest, servesMetrics, keystore, openConsole }: DeskOptions) {
    const changed = () => this.#changed.want();
    const notice = (sentence: string) => {
      this.#notices.splice(0, this.#notices.length - mostNotices + 1);
      this.#notices.push(sentence);
      changed();
    };
    const logins = new LoginQuestions(keystore, { changed, notice });
    const { confirmHostKey, askSecret } = logins;
    const onBanner = (host: string, text: string) =>
      notice(phrase('{host} says: {text}', { host, text: text.trim() }));
    const options = { state, lab: { fresh: false, faults: [] }, confirmHostKey, askSecret, onBanner };
    const runs = new LiveRuns({ state, changed, notice });
    this.#room = {
      state,
      guest,
      metricsTokenFile: servesMetrics ? state.metricsTokenFile : undefined,
      logins,
      site: new OpenSite(options, siteFile, openConsole),
      runs,
      restores: new LiveRestores({
        changed,
        ask: runs.ask,
        questionOf: (name) => runs.questionOf(name),
        notice,
      }),
      drive: new DriveUse(),
      checking: new Checking(changed),
      arrivals: new Arrivals(changed),
      history: new History(state, changed),
    };
    this.#drafts = draftHandlers(this.#room);
    this.#handlers = {
      ...siteHandlers(this.#room),
      ...runHandlers(this.#room),
      ...restoreHandlers(this.#room),
      ...historyHandlers(this.#room),
      ...tapeHandlers(this.#room),
      ...labHandlers(this.#room),
      ...journalHandlers(this.#room),
      ...this.#drafts.handlers,
    };
  }

  /** @throws what keeps the site from being opened */
  async ready(): Promise<void> {
    await this.#room.site.current;
  }

  get activity(): ActivityPush {
    const { runs, restores, logins, checking, arrivals, history } = this.#room;
    return {
      runs: runs.active,
      restores: restores.active,
      logins: logins.waiting,
      checking: checking.now,
      notices: [...this.#notices],
      arrivals: arrivals.count,
      indexing: history.progress,
    };
  }

  /** What Prometheus reads. @throws what keeps the site from being opened, and STATE_FILE_UNREADABLE */
  async metrics(): Promise<string> {
    return metricsText(await statusOfDesk(this.#room));
  }

  get runs(): Pick<LiveRuns, 'cancelAll' | 'haltAll' | 'settled'> {
    return this.#room.runs;
  }

  get restores(): Pick<LiveRestores, 'close'> {
    return this.#room.restores;
  }

  /** Never throws: what goes wrong is in the reply. */
  async answer(channel: string, payload: unknown, abort: AbortSignal): Promise<Reply<Channel>> {
    try {
      if (!Object.hasOwn(requestSchemas, channel)) throw refused(channel, phrase('unknown channel'));
      const name = channel as Channel;
      const parsed = requestSchemas[name].safeParse(payload);
      if (!parsed.success) throw refused(channel, phrase('it has the wrong shape'));
      const handler = this.#handlers[name] as Handler<typeof name>;
      return { result: translatedView(await handler(parsed.data as never, abort)) };
    } catch (error) {
      return { error: reportedError(error) };
    }
  }

  /**
   * Sends the pushes of a topic until the following is ended.
   * @returns what ends it
   */
  follow(topic: string, payload: unknown, listener: (told: FollowerTold<Topic>) => void): () => void {
    const parsed = Object.hasOwn(topicSchemas, topic)
      ? topicSchemas[topic as Topic].safeParse(payload)
      : undefined;
    if (!parsed?.success) {
      listener({ error: reportedError(refused(topic, phrase('it has the wrong shape'))) });
      return () => undefined;
    }
    if ('run' in parsed.data) return this.#followRun(parsed.data.run, listener);
    return this.#followActivity((push) => listener({ push: translatedView(push) }));
  }

  #followActivity(follower: (push: ActivityPush) => void): () => void {
    this.#followers.add(follower);
    follower(this.activity);
    return () => this.#followers.delete(follower);
  }

  #followRun(run: string, listener: (told: FollowerTold<'run'>) => void): () => void {
    let isOver = false;
    let end = () => undefined as void;
    const push = (told: RunPush) => {
      if (!isOver) listener({ push: translatedView(told) });
    };
    this.#room.runs.follow(run, push).then(
      (unfollow) => {
        end = unfollow;
        if (isOver) unfollow();
      },
      (error: unknown) => {
        if (!isOver) listener({ error: reportedError(error) });
      },
    );
    return () => {
      isOver = true;
      end();
    };
  }

  /** Stops restores of files and drills, ends all sessions, and the embedded lab where this process runs it. Runs have to be ended before. */
  async close(): Promise<void> {
    this.#room.logins.refuseAll();
    await this.#room.restores.close();
    await Promise.all([this.#drafts.close(), this.#room.site.close(), this.#room.history.close()]);
  }
}
