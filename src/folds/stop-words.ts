/** What stopping a run would do now, in words. Pure. */
import { saidList } from '../contract/words.ts';
import { say } from '../contract/text/say.ts';
import type { RunModel } from './run/run-model.ts';

/** Phases whose commands leave the cluster and the backup server as they are: lock, tape position, looking. */
const harmless: readonly string[] = ['prepare', 'finish', 'view'];

interface Sent {
  readonly step: string;
  readonly phase: string;
}

function mayHaveChanged(model: RunModel): Sent[] {
  return model.passes.flatMap(({ step, phase, unwinding, commands }) =>
    !unwinding && commands.some(({ changes }) => changes) ? [{ step, phase }] : [],
  );
}

const finished = (model: RunModel, step: string) =>
  model.passes.some((pass) => pass.step === step && pass.state === 'done');

/** A restore leaves the proxy parted: until the master is proven nobody may rejoin it. */
function restoreWords(model: RunModel, began: (step: string) => boolean): string[] {
  const proxies = saidList(model.volumes.map(({ proxy }) => proxy));
  const masters = saidList(model.volumes.map(({ master }) => master));
  if (began('rejoin-restore'))
    return [
      say(
        'rolls back nothing: {masters} may hold a mixture of old and restored data, and the copy continues by itself',
        { masters },
      ),
      say('keeps the locks, and lists what can be done next'),
    ];
  return [
    ...(began('5') && !finished(model, '7') ? [say('removes the shadow of {proxies}', { proxies })] : []),
    ...(began('stop-master') ? [say('starts {masters} again', { masters })] : []),
    ...(began('3-2') && !finished(model, '3-4') ? [say('resumes the services')] : []),
    ...(began('3-3') || began('write')
      ? [say('leaves {proxies} parted and stopped; {masters} keeps its data', { proxies, masters })]
      : []),
  ];
}

/** What rolling back would do from here, one clause each, in its order. */
export function bringBackWords(model: RunModel): string[] {
  const sent = mayHaveChanged(model);
  const touched = sent.filter(({ phase }) => !harmless.includes(phase));
  const operatorStopped = model.passes.some(
    ({ step, questions }) => step === '3-2' && questions.some(({ answered }) => answered !== undefined),
  );
  if (touched.length === 0 && !operatorStopped)
    return [say('releases the lock: nothing else was touched so far')];
  const proxies = saidList(model.volumes.map(({ proxy }) => proxy));
  const began = (step: string) => sent.some((each) => each.step === step);
  if (model.start?.restore) return restoreWords(model, began);
  const mounts = model.volumes.some(({ method }) => method === '6b' || method === '6d');
  const dumping = sent.some(({ phase }) => phase === 'dump');
  const written = finished(model, 'read-back');
  return [
    ...((began('3-2') || operatorStopped) && !finished(model, '3-4') ? [say('resumes the services')] : []),
    ...(began('5') && !finished(model, '7')
      ? [
          mounts
            ? say('unmounts and removes the shadow of {proxies}', { proxies })
            : say('removes the shadow of {proxies}', { proxies }),
        ]
      : []),
    ...(began('3-3') && !finished(model, '8-2')
      ? [say('rejoins {proxies} and watches the copy', { proxies })]
      : []),
    say('releases the lock'),
    ...(dumping && !written ? [say('leaves the tape as it is: it holds no complete backup')] : []),
  ];
}
