import { auditState } from '../proof/audit.ts';
import type { DeskRoom, Handlers } from './handlers.ts';

export type ProofChannel = 'audit' | 'sign';

export function proofHandlers({ state, site }: DeskRoom): Pick<Handlers, ProofChannel> {
  return {
    audit: async ({ run }) => {
      // Journals are audited even where the site cannot be opened.
      const opened = await site.current.catch(() => undefined);
      const demand = await opened?.console.proofService.demand();
      return auditState({ state, ...demand }, run === undefined ? [] : [run]);
    },
    sign: async ({ run }) => (await site.current).console.proofService.sign(run),
  };
}
