/** The approvals of a restore, and what happens to the master: stopped, rebuilt, watched. */
import { failure } from '../../../../contract/errors.ts';
import { durationText, listed, utcText } from '../../../../contract/words.ts';
import { isInFuture } from '../../../../contract/time/in-future.ts';
import { inEnglish, phrase, phraseCount } from '../../../../contract/text/say.ts';
import type { Question } from '../../hosts/questions.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { mastersOf, proxiesOf } from '../../model/assignment.ts';
import { isSameBoot, parseBoot } from '../../model/boot-identity.ts';
import { bootLooks } from '../../model/look-commands.ts';
import { othersWords } from '../../model/restore-words.ts';
import type { Step } from '../../model/step.ts';
import { performCommands, type Performer } from '../perform-commands.ts';
import { watchCopies } from '../perform-watch.ts';
import { whileWatched } from '../shadow/shadow-watch.ts';
import { asHeldMaster } from './master-holders.ts';
import { anyAnswer } from '../../hosts/command-runner.ts';

/** `2026-11-28 17:04:11 UTC (26 h 3 min ago)`. */
function instantWords(at: string, now: Date = new Date()): string {
  const seconds = (now.getTime() - Date.parse(at)) / 1000;
  if (isInFuture(seconds))
    return phrase('{at} (in the future: check the clock of the console)', { at: utcText(at) });
  return phrase('{at} ({age} ago)', { at: utcText(at), age: durationText(Math.max(0, seconds)) });
}

const sentenceOf = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** To approve, an operator types the name of the volume that is lost. */
function question(id: Question['id'], step: Step, volume: string, text: string): Question {
  return {
    id,
    step: step.id,
    text,
    choices: [
      { id: volume, label: phrase('Replace the data of {volume}', { volume }), byWord: true },
      { id: 'stop', label: phrase('Stop here; the master keeps its data') },
    ],
  };
}

function requireApproved(step: Step, volume: string, { choice, by }: { choice: string; by: string }): void {
  if (choice !== volume) throw failure('OPERATOR_DECLINED', { step: step.id, by });
}

/** What is restored, in words. */
function backupWords({ assignment: { restore } }: RunContext): string {
  return restore
    ? phrase('the backup of run {run}, its data of {at}', { run: restore.run, at: instantWords(restore.at) })
    : phrase('the backup');
}

/** Approval 1: both sides are watched while the operator is asked, and checked afterwards. */
export const performApproveOverwrite: Performer = async (context, step) => {
  const { assignment } = context;
  const proxy = listed(proxiesOf(assignment));
  const { restore } = assignment;
  const newer =
    restore?.begins === 'parted'
      ? phrase(' {proxy} was parted by run {partedBy}: it may be the better source (--from-proxy).', {
          proxy,
          partedBy: restore.partedBy ?? phrase('unknown'),
        })
      : '';
  const notes = (step.notes ?? []).map((note) => ` ${sentenceOf(note)}.`).join('');
  const text = phrase('Overwrite {proxy} with {backup}? The current data of {proxy} is lost.{notes}{newer}', {
    proxy,
    backup: backupWords(context),
    notes,
    newer,
  });
  const asked = question('approve-overwrite', step, proxy, text);
  requireApproved(step, proxy, await whileWatched(context, step, (abort) => context.ask(asked, abort)));
};

/** Approval 2: before the services are stopped. */
export const performApproveReplace: Performer = async (context, step) => {
  const { assignment } = context;
  const master = listed(mastersOf(assignment));
  const proxy = listed(proxiesOf(assignment));
  const at = assignment.restore?.at ?? '';
  const { others = [] } = assignment.restore ?? {};
  const apart = others.length > 0 ? ` ${sentenceOf(inEnglish(() => othersWords(assignment, others)))}.` : '';
  const text = phraseCount(
    assignment.volumes.length,
    'Replace {master} with {proxy}, which is proven to hold {backup}? Changes to {master} since {at} are lost, and the copy cannot be stopped.{apart}',
    'Replace {master} with {proxy}, which are proven to hold {backup}? Changes to {master} since {at} are lost, and the copy cannot be stopped.{apart}',
    { master, proxy, backup: backupWords(context), at: utcText(at), apart },
  );
  requireApproved(step, master, await context.ask(question('approve-replace', step, master, text)));
};

/** Node -> its boot; a node that does not show it is omitted. */
async function bootsOf({ assignment, runner }: RunContext, step: Step): Promise<Map<string, string>> {
  const boots = new Map<string, string>();
  for (const node of assignment.primaryNodes) {
    for (const look of bootLooks(node, assignment.platform)) {
      const { status, stdout } = await runner.send(step.id, look, anyAnswer);
      const boot = status === 0 ? parseBoot(look.argv, stdout.toString('utf8')) : undefined;
      if (boot === undefined) continue;
      boots.set(node, boot);
      break;
    }
  }
  return boots;
}

export const performStopMaster: Performer = async (context, step) => {
  context.nodeBoots = await bootsOf(context, step);
  await performCommands(context, step).catch(async (error: unknown) => {
    throw await asHeldMaster(context, step, error);
  });
};

/** A rebooted node has started its volumes, even if it stopped them again since. @throws RESTORE_NODE_REBOOTED */
async function requireSameBoots(context: RunContext, step: Step): Promise<void> {
  const now = await bootsOf(context, step);
  const master = listed(mastersOf(context.assignment));
  for (const node of context.assignment.primaryNodes) {
    const isSame = isSameBoot(context.nodeBoots.get(node), now.get(node));
    if (isSame === false) throw failure('RESTORE_NODE_REBOOTED', { step: step.id, node, master });
    if (isSame !== undefined) continue;
    const text = phrase(
      '{node} does not show when it booted: it may have rebooted since {master} was stopped',
      { node, master },
    );
    context.journal.append({ type: 'warning', step: step.id, text });
  }
}

/** The last query of both sides comes right before the command. */
export const performRejoinRestore: Performer = async (context, step) => {
  await requireSameBoots(context, step);
  await context.judgeBefore?.();
  await performCommands(context, step);
};

export const performWatchRestore: Performer = (context, step) => {
  const proxy = listed(proxiesOf(context.assignment));
  return watchCopies(
    context,
    step,
    (step.volumes ?? []).map((master) => ({
      volume: master,
      failed: (actual) => failure('RESTORE_COPY_FAILED', { proxy, master, actual }),
    })),
  );
};
