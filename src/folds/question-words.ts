/** What a run asks for, in a few words: for a header, a footer and a notification. Pure. */
import type { QuestionView } from '../contract/screens.ts';
import { say } from '../contract/text/say.ts';

const words: Readonly<Record<QuestionView['id'], string>> = {
  'approve-shadow': say('approve the shadow'),
  'services-stopped': say('stop the services'),
  'services-resumed': say('resume the services'),
  'step-failed': say('a step failed'),
  'next-tape': say('next tape needed'),
  'node-down': say('a node does not answer'),
  'approve-overwrite': say('approve: overwrite the proxy'),
  'approve-replace': say('approve: replace the master'),
};

/** @param question undefined, or one of a later release */
export const questionWords = (question: string | undefined): string =>
  (question === undefined ? undefined : words[question as QuestionView['id']]) ?? say('the run asks');
