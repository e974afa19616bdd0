/** Answers what pages ask of the journals of runs: reports and exports, audits and signatures. */
import { ReportService } from '../application/console.ts';
import { auditState } from '../proof/audit.ts';
import type { DeskRoom, Handlers } from './handlers.ts';

export type JournalChannel = 'report' | 'exportRun' | 'audit' | 'sign';

export function journalHandlers({ state, site }: DeskRoom): Pick<Handlers, JournalChannel> {
  const reports = new ReportService(state);
  return {
    report: ({ run }) => reports.document(run),
    exportRun: async (request) => {
      const { name, type, content } = await reports.export(request);
      return { name, type, base64: content.toString('base64') };
    },
    audit: async ({ run }) => {
      // Journals are audited even where the site cannot be opened.
      const opened = await site.current.catch(() => undefined);
      const demand = await opened?.console.proofService.demand();
      return auditState({ state, ...demand }, run === undefined ? [] : [run]);
    },
    sign: async ({ run }) => (await site.current).console.proofService.sign(run),
  };
}
