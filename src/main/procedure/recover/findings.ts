/** Describes the state of a run that is resumed: where its journal ends, what follows from it, and what the hosts show. Pure. */
import type { RunEvent } from '../../../contract/events.ts';
import { mastersOf, proxiesOf, type Assignment } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
import { phrase } from '../../../contract/text/say.ts';
import { isShadowGone } from '../plan/shadow-checks.ts';
import { isJoinedAndInSync } from '../plan/cluster-checks.ts';
import type { RunMarks } from '../model/run-marks.ts';
import { sentCommands } from '../model/sent-commands.ts';
import type { Settled } from '../run/settle.ts';
import { stateSentences } from '../run/state-sentences.ts';
import type { World } from '../model/world.ts';

function whereItEnds(events: readonly RunEvent[]): string {
  const end = events.findLast((event) => event.type === 'run-finished');
  if (end?.type === 'run-finished' && end === events.at(-1))
    return phrase('the journal ends with exit status {exitStatus}: {sentence}', {
      exitStatus: end.exitStatus,
      sentence: end.sentence,
    });
  const started = events.findLast((event) => event.type === 'step-started');
  if (started?.type !== 'step-started') return phrase('the journal ends before the first step');
  const finished = events.findLast(
    (event) => event.type === 'step-finished' && event.step === started.step && event.seq > started.seq,
  );
  const place = started.unwinding
    ? phrase('step {step} of the rollback', { step: started.step })
    : phrase('step {step}', { step: started.step });
  if (finished?.type !== 'step-finished')
    return phrase('the journal ends in the middle of {place}', { place });
  const result =
    finished.result === 'failed' ? 'failed' : phrase('was {result}', { result: finished.result });
  return phrase('the journal ends after {place}, which {result}', { place, result });
}

/** A command that carries scripts, such as the start of detached work, is shown by its first line. */
function told(line: string): string {
  const [first = '', ...more] = line.split('\n');
  return more.length === 0 ? first : `${first} …`;
}

function commandsWithoutEnd(events: readonly RunEvent[], settled: readonly Settled[]): string[] {
  return sentCommands(events).flatMap(({ intent, ending }) => {
    if (ending !== 'unknown' || !intent.changes) return [];
    const seen = settled.find(({ of }) => of === intent.seq);
    const words = { good: 'it took effect', bad: 'it had no effect' } as const;
    const how = seen ? words[seen.ended] : phrase('its result is not known');
    return [phrase('sent to {host}: {line}: {how}', { host: intent.host, line: told(intent.line), how })];
  });
}

/** The state that the commands of the run leave, if they all succeeded. */
function expectations(assignment: Assignment, events: readonly RunEvent[], world: World): string[] {
  const { shadow, backupServer } = assignment;
  const [proxies, masters] = [listed(proxiesOf(assignment)), listed(mastersOf(assignment))];
  // Proxies that are rejoined one after the other have a step each: "8-1:2".
  const last = (step: string) =>
    sentCommands(events).findLast(
      ({ intent, ending }) => intent.step.replace(/:.*/, '') === step && intent.changes && ending !== 'bad',
    );
  const [part, rejoin, create, remove] = ['3-3', '8-1', '5', '7'].map(last);
  const isParted = (part?.intent.seq ?? 0) > (rejoin?.intent.seq ?? 0);
  const hasShadow = (create?.intent.seq ?? 0) > (remove?.intent.seq ?? 0);
  const differing: string[] = [];
  const pair = { proxies, masters };
  const place = { class: shadow.class, host: backupServer };
  if (isParted === isJoinedAndInSync(assignment, world))
    differing.push(
      isParted
        ? phrase('expected from the journal: {proxies} parted from {masters}', pair)
        : phrase('expected from the journal: {proxies} joined to {masters}', pair),
    );
  if (hasShadow === isShadowGone(assignment, world))
    differing.push(
      hasShadow
        ? phrase('expected from the journal: a shadow in {class} on {host}', place)
        : phrase('expected from the journal: no shadow in {class} on {host}', place),
    );
  return differing;
}

/** @returns sentences: where the journal ends, which commands have no known end, what differs from the journal, the current state */
export function findingsOf(
  assignment: Assignment,
  events: readonly RunEvent[],
  world: World,
  marks: RunMarks,
  settled: readonly Settled[],
): string[] {
  return [
    whereItEnds(events),
    ...commandsWithoutEnd(events, settled),
    ...expectations(assignment, events, world),
    ...stateSentences(assignment, world, marks).map((sentence) => phrase('found: {sentence}', { sentence })),
  ];
}
