/** Asks a desk as a page does, without a page. */
import type { Channel, Reply, RequestOf, Responses } from '../../src/contract/channels.ts';
import type { RunPush } from '../../src/contract/screens.ts';
import type { Desk } from '../../src/main/desk/desk.ts';

/** @param desk the one that is open when something is asked */
export function questionsTo(desk: () => Desk) {
  function ask<Name extends Channel>(channel: Name, request: RequestOf<Name>): Promise<Reply<Name>> {
    return desk().answer(channel, request, new AbortController().signal) as Promise<Reply<Name>>;
  }

  /** @throws the sentence of an error */
  async function result<Name extends Channel>(
    channel: Name,
    request: RequestOf<Name>,
  ): Promise<Responses[Name]> {
    const reply = await ask(channel, request);
    if ('error' in reply) throw new Error(`${channel}: ${reply.error.sentence}`);
    return reply.result;
  }

  /** Follows a run until it ends. @returns its exit status */
  function endOf(run: string): Promise<number> {
    return new Promise((resolve, reject) => {
      desk().follow('run', { run }, (told) => {
        if ('error' in told) return reject(new Error(told.error.sentence));
        const push = told.push as RunPush;
        if (push.kind === 'end') resolve(push.exitStatus);
        return undefined;
      });
    });
  }

  /** Waits until a restore of files, a drill or a copy is over, like a page that follows the console. */
  function isOver(name: string): Promise<void> {
    return new Promise((resolve) => {
      const end = desk().follow('activity', {}, (told) => {
        if (!('push' in told) || !('runs' in told.push)) return;
        if ((told.push.restores ?? []).some((each) => each.name === name)) return;
        setImmediate(() => end());
        resolve();
      });
    });
  }

  return { ask, result, endOf, isOver };
}
