/** A console that is played in a faulted situation: the answers for its pages, derived from the journal and the last query. */
import type { Responses } from '../../../src/contract/channels.ts';
import type { RunPush } from '../../../src/contract/screens.ts';
import { runLineOf } from '../../../src/main/history/run-line.ts';
import type { Answers } from './fake-bridge.ts';
import { dumping, jobSite, type FaultedSituation } from './faulted-situations.ts';
import { historyAnswers } from './history-answers.ts';
import { idle, type Play } from './played-console.ts';
import { runOf } from './played-runs.ts';
import { protectionAnswers } from './protection-answers.ts';

const plan: Responses['plan'] = {
  ...{ site: 'payroll', job: 'raw-dd', method: '6a', route: 'console', volume: 'Volume2', bytes: 8_388_608 },
  ...{ routes: [], looks: [], steps: [] },
};

const approval: Responses['approval'] = {
  ...{ run: runOf(dumping), operator: 'mika@console', signersFile: '/etc/allowed_signers' },
  ...{ statement: 'Shadowtape approval\n', fileName: 'run.statement' },
  ...{ fileCommand: 'ssh-keygen run.statement', pipedCommand: 'printf x | ssh-keygen' },
};

/** The requests of a page to the console in that situation. */
export function playOf({ facts, events }: FaultedSituation): Play {
  const isLive = facts.active.length > 0;
  const lines = events.length === 0 ? [] : [runLineOf(runOf(events), events, isLive)];
  const opened = lines.map((line) => ({
    ...{ line, events, journalFile: '/journal', lastHash: '', chain: 'intact' as const, plan: undefined },
  }));
  const { protection } = protectionAnswers({
    ...{ site: jobSite, lines, opened, trends: undefined, now: '2026-11-22T15:00:00.000Z' },
  });
  const answers: Answers = {
    site: () => jobSite,
    look: () => facts.view as Responses['look'],
    plan: () => plan,
    run: () => opened[0] as Responses['run'],
    runs: () => lines,
    tape: () => facts.view?.tape as Responses['tape'],
    tapes: () => [],
    recoveryRefusals: () => ({}),
    approval: () => approval,
    siteFile: () => ({ file: '', text: '', digest: undefined, troubles: [], hosts: [], jobs: [] }),
    draftSite: ({ text }) => ({ text, troubles: [], hosts: [], jobs: [] }),
    ...historyAnswers(lines, opened),
    ...(protection ? { protection } : {}),
  };
  const asked = events.findLast((event) => event.type === 'asked');
  const pushes: RunPush[] = [
    { kind: 'events', events },
    {
      kind: 'question',
      question:
        facts.active[0]?.asking && asked
          ? {
              ...{ run: runOf(events), number: 1, id: asked.question as 'step-failed', step: asked.step },
              text: asked.text,
              ...(asked.statement === undefined
                ? { choices: asked.choices.map((id) => ({ id, label: id, asksReason: false })) }
                : { choices: [], bySignature: true }),
            }
          : undefined,
    },
  ];
  return {
    answers,
    activity: { ...idle, runs: facts.active },
    runs: events.length === 0 ? {} : { [runOf(events)]: pushes },
  };
}
