/** A played console: the built pages, served as usual, with answers of a test. For states that no lab can reach. */
import { once } from 'node:events';
import type { Topic } from '../../../src/contract/channels.ts';
import { failure } from '../../../src/contract/errors.ts';
import type { ActivityPush, RunPush } from '../../../src/contract/screens.ts';
import type { Desk, FollowerTold } from '../../../src/main/desk/desk.ts';
import { pageFolder } from '../../../src/main/desk/page-files.ts';
import { PageServer } from '../../../src/main/serve/page-server.ts';
import type { Address } from '../serve.ts';
import { fakeBridge, type Answers } from './fake-bridge.ts';

/** The answers of the played console; may be changed while it is served. */
export interface Play {
  answers: Answers;
  activity: ActivityPush;
  /** Run -> everything that a page which follows it receives. */
  runs: Readonly<Record<string, readonly RunPush[]>>;
}

export interface PlayedConsole {
  readonly play: Play;
  readonly served: Address;
  /** Pushes the current work of the console to its subscribers. */
  tellActivity(activity: ActivityPush): void;
  /** Ends like a console that died: pages lose their connection. */
  close(): Promise<void>;
}

export const idle: ActivityPush = { runs: [], logins: [] };

type Listener = (told: FollowerTold<Topic>) => void;

function followRun(play: Play, payload: unknown, listener: Listener): void {
  const { run } = payload as { run: string };
  const pushes = play.runs[run];
  if (pushes) for (const push of pushes) listener({ push });
  else listener({ error: failure('RUN_UNKNOWN', { run }).toInfo() });
}

export async function playConsole(play: Play): Promise<PlayedConsole> {
  const followers = new Set<Listener>();
  const desk: Pick<Desk, 'answer' | 'follow'> = {
    answer: async (channel, payload, abort) => {
      const given = fakeBridge(play.answers).request(channel as 'run', payload as { run: string });
      const reply = await Promise.race([given, once(abort, 'abort').then(() => undefined)]);
      return reply ?? { error: { code: 'UNEXPECTED', sentence: 'given up', hint: '', evidence: {} } };
    },
    follow(topic, payload, listener) {
      if (topic === 'run') followRun(play, payload, listener);
      else {
        followers.add(listener);
        listener({ push: play.activity });
      }
      return () => followers.delete(listener);
    },
  };
  const pages = process.env['CONSOLE_PAGES'] ?? pageFolder();
  const server = await PageServer.start({ desk: desk as Desk, port: 0, pages });
  return {
    play,
    served: server,
    tellActivity(activity) {
      play.activity = activity;
      for (const follower of followers) follower({ push: activity });
    },
    close: () => server.close(),
  };
}
