import type { DeskRoom, Handlers } from './handlers.ts';

export type LabChannel = 'lab' | 'labAct';

export function labHandlers({ site }: DeskRoom): Pick<Handlers, LabChannel> {
  return {
    lab: async () => (await site.current).console.labService.view,

    labAct: async ({ act, name }) => (await site.current).console.labService.act(act, name),
  };
}
