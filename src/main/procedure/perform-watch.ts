/** Watches the resynchronisation: COPY, then STOP; anything else has failed (GDS guide 6.6.3.7, step 8-2). */
import { setTimeout as wait } from 'node:timers/promises';
import { failure } from '../../contract/errors.ts';
import { copyState } from '../gds/proxy-state.ts';
import { slicesOfVolume } from '../gds/report-lookup.ts';
import { parseSdxinfo } from '../gds/sdxinfo.ts';
import type { Performer } from './perform-commands.ts';
import type { RunContext } from './run-context.ts';

async function pause(context: RunContext, step: string): Promise<void> {
  const seconds = context.assignment.job.resynchronisation.everySeconds;
  try {
    await wait(seconds * 1000, undefined, { signal: context.abort });
  } catch {
    throw failure('RUN_CANCELLED', { step });
  }
}

export const performWatch: Performer = async (context, step) => {
  const { class: className, proxy, master } = context.assignment;
  const [look] = step.commands;
  if (!look) throw new Error('the step has its sdxinfo command');
  const names = { class: className, proxyVolume: proxy, masterVolume: master };
  const startedAt = performance.now();
  for (;;) {
    const report = parseSdxinfo((await context.runner.send(step.id, look)).stdout.toString('utf8'));
    const words = slicesOfVolume(report, className, proxy).map(
      ({ disk, status }) => `slice of ${disk} ${status.word}`,
    );
    const state = copyState(report, names);
    if (state === 'unexpected') {
      throw failure('RESYNCHRONISATION_FAILED', {
        master,
        proxy,
        actual: words.join(', ') || 'no slice is shown',
      });
    }
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    context.progress({
      step: step.id,
      what: 'resynchronisation',
      bytes: 0,
      words: `${words.join(', ')}, ${seconds} s`,
    });
    if (state === 'in-sync') break;
    await pause(context, step.id);
  }
  context.observer.forget();
};
