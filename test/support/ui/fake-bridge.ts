/** A fake console: answers the requests of a screen with functions of a test. */
import type {
  Bridge,
  Channel,
  Pushes,
  Reply,
  RequestOf,
  Responses,
  Topic,
} from '../../../src/contract/channels.ts';
import { isFailure, type ErrorInfo } from '../../../src/contract/errors.ts';

/** Thrown by an answer: the console refuses. An error of the table does the same. */
export class Refusal extends Error {
  readonly info: ErrorInfo;

  constructor(info: Partial<ErrorInfo> & { readonly sentence: string }) {
    super(info.sentence);
    this.info = { code: 'UNEXPECTED', hint: '', evidence: {}, ...info };
  }
}

export type Answers = {
  readonly [Name in Channel]?: (request: RequestOf<Name>) => Responses[Name] | Promise<Responses[Name]>;
};

export interface FakeBridge extends Bridge {
  /** The requests, in order. */
  readonly asked: { readonly channel: Channel; readonly request: unknown }[];
  /** The current subscriptions, in order. */
  readonly followed: readonly { readonly topic: Topic; readonly request: unknown }[];
  /** Pushes to all subscribers of the topic. */
  push<Name extends Topic>(topic: Name, push: Pushes[Name]): void;
}

/** A channel without an answer waits forever, as one whose host does not answer. */
export function fakeBridge(answers: Answers): FakeBridge {
  const asked: { channel: Channel; request: unknown }[] = [];
  const listeners = new Map<Topic, Set<(message: { push: never }) => void>>();
  const last = new Map<Topic, unknown>();
  const followed = new Set<{ topic: Topic; request: unknown }>();

  async function request<Name extends Channel>(
    channel: Name,
    payload: RequestOf<Name>,
  ): Promise<Reply<Name>> {
    asked.push({ channel, request: payload });
    const answer = answers[channel] as ((request: RequestOf<Name>) => Promise<Responses[Name]>) | undefined;
    if (!answer) return new Promise<never>(() => undefined);
    try {
      return { result: await answer(payload) };
    } catch (error) {
      if (error instanceof Refusal) return { error: error.info };
      if (isFailure(error)) return { error: error.toInfo() };
      throw error;
    }
  }

  return {
    asked,
    request,
    get followed() {
      return [...followed];
    },
    follow(topic, request, listener) {
      const following = { topic, request };
      followed.add(following);
      const known = listeners.get(topic) ?? new Set();
      listeners.set(topic, known.add(listener as never));
      if (last.has(topic)) listener({ push: last.get(topic) as never });
      return () => {
        followed.delete(following);
        known.delete(listener as never);
      };
    },
    push(topic, push) {
      last.set(topic, push);
      for (const listener of listeners.get(topic) ?? []) listener({ push: push as never });
    },
  };
}
