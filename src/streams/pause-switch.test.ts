import { describe, expect, it } from 'vitest';
import { PauseSwitch } from './pause-switch.ts';

/** Who wants a dump paused, and the changes that a listener has received. */
function switchOf() {
  let wanted: string | undefined;
  const heard: (string | undefined)[] = [];
  const pause = new PauseSwitch(() => Promise.resolve(wanted === undefined ? undefined : { by: wanted }));
  return {
    heard,
    pause,
    follow: () => pause.follow((pauser) => heard.push(pauser?.by)),
    async asked(by: string | undefined) {
      wanted = by;
      await pause.look();
    },
  };
}

describe('a switch that pauses a dump', () => {
  it('reports each change once, and who requested it', async () => {
    const { heard, follow, asked } = switchOf();
    follow();
    await asked(undefined);
    expect(heard).toEqual([]);
    await asked('Marion');
    await asked('Marion');
    await asked('Jo');
    await asked(undefined);
    await asked(undefined);
    expect(heard).toEqual(['Marion', 'Jo', undefined]);
  });

  it('notifies all listeners, and new ones at once while it is paused', async () => {
    const { heard, follow, asked } = switchOf();
    follow();
    await asked('Marion');
    follow();
    expect(heard).toEqual(['Marion', 'Marion']);
    await asked(undefined);
    expect(heard.slice(2)).toEqual([undefined, undefined]);
  });

  it('does not notify removed listeners', async () => {
    const { heard, follow, asked } = switchOf();
    follow()();
    await asked('Marion');
    expect(heard).toEqual([]);
  });

  it('leaves a dump paused where it is not known whether it still is', async () => {
    const answers = [() => ({ by: 'Marion' }), () => Promise.reject(new Error('EIO'))];
    const heard: (string | undefined)[] = [];
    const pause = new PauseSwitch(async () => answers.shift()?.());
    pause.follow((pauser) => heard.push(pauser?.by));
    await pause.look();
    await pause.look();
    expect(heard).toEqual(['Marion']);
    await pause.look();
    expect(heard).toEqual(['Marion', undefined]);
  });
});
