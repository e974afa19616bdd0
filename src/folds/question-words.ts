/** What a run asks for, in a few words: for a header, a footer and a notification. Pure. */
import type { QuestionView } from '../contract/screens.ts';

const words: Readonly<Record<QuestionView['id'], string>> = {
  'approve-shadow': 'approve the shadow',
  'services-stopped': 'stop the services',
  'services-resumed': 'resume the services',
  'step-failed': 'a step failed',
  'next-tape': 'next tape needed',
  'node-down': 'a node does not answer',
  'approve-overwrite': 'approve: overwrite the proxy',
  'approve-replace': 'approve: replace the master',
};

/** @param question undefined, or one that only a later release knows */
export const questionWords = (question: string | undefined): string =>
  (question === undefined ? undefined : words[question as QuestionView['id']]) ?? 'the run asks';
