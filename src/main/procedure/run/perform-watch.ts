/** Watches the resynchronisation: COPY, then STOP; anything else has failed (GDS guide 6.6.3.7, step 8-2). */
import { failure } from '../../../contract/errors.ts';
import { copyState, type CopyState } from '../../gds/proxy-state.ts';
import { slicesOfVolume } from '../../gds/report-lookup.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { volumeNamed, type VolumeAssignment } from '../model/assignment.ts';
import type { Performer } from './perform-commands.ts';
import type { RunContext } from '../hosts/run-context.ts';
import type { Step, StepCommand } from '../model/step.ts';

interface Watched {
  readonly volume: VolumeAssignment;
  readonly state: CopyState;
  /** The slices with their status, in words. */
  readonly words: string;
}

/** @throws RESYNCHRONISATION_FAILED */
async function look(context: RunContext, step: Step, proxy: string, command: StepCommand): Promise<Watched> {
  const { assignment } = context;
  const volume = volumeNamed(assignment, proxy);
  const { master } = volume;
  const report = parseSdxinfo((await context.runner.send(step.id, command)).stdout.toString('utf8'));
  const slices = slicesOfVolume(report, assignment.class, proxy);
  const words = slices.map(({ disk, status }) => `slice of ${disk} ${status.word}`).join(', ');
  const state = copyState(report, {
    class: assignment.class,
    proxyVolume: proxy,
    masterVolume: master,
  });
  if (state === 'unexpected')
    throw failure('RESYNCHRONISATION_FAILED', { master, proxy, actual: words || 'no slice is shown' });
  return { volume, state, words };
}

export const performWatch: Performer = async (context, step) => {
  const startedAt = performance.now();
  let copying = [...(step.volumes ?? [])];
  while (copying.length > 0) {
    const watched: Watched[] = [];
    // One after the other: sdxinfo becomes slow when several run at once (GDS guide 4.5, D.6).
    for (const proxy of copying) {
      const command = step.commands[step.volumes?.indexOf(proxy) ?? -1];
      if (!command) throw new Error('the step has an sdxinfo command for each volume');
      watched.push(await look(context, step, proxy, command));
    }
    const several = (step.volumes?.length ?? 0) > 1;
    const words = watched.map(({ volume, words: own }) => (several ? `${volume.proxy}: ${own}` : own));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    context.progress({
      step: step.id,
      what: 'resynchronisation',
      bytes: 0,
      words: `${words.join('; ')}, ${seconds} s`,
    });
    copying = watched.flatMap(({ volume, state }) => (state === 'in-sync' ? [] : [volume.proxy]));
    if (copying.length > 0)
      await context.pause(step.id, context.assignment.job.resynchronisation.everySeconds);
  }
  context.observer.forget();
};
