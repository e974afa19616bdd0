import { auditState } from '../proof/audit.ts';
import type { DeskRoom, Handlers } from './handlers.ts';

export type ProofChannel = 'audit' | 'sign';

export function proofHandlers({ state, site }: DeskRoom): Pick<Handlers, ProofChannel> {
  return {
    audit: ({ run }) => auditState({ state }, run === undefined ? [] : [run]),
    sign: async ({ run }) => (await site.current).console.proofService.sign(run),
  };
}
