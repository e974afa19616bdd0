import { ReportService } from '../application/console.ts';
import type { DeskRoom, Handlers } from './handlers.ts';

export type ReportChannel = 'report' | 'exportRun';

export function reportHandlers({ state }: DeskRoom): Pick<Handlers, ReportChannel> {
  const desk = new ReportService(state);
  return {
    report: ({ run }) => desk.document(run),
    exportRun: async (request) => {
      const { name, type, content } = await desk.export(request);
      return { name, type, base64: content.toString('base64') };
    },
  };
}
