import { listTapes } from '../application/console.ts';
import { tapeOf, type DeskRoom, type Handlers } from './handlers.ts';
import { tapeContents } from './site-views.ts';

export type TapeChannel = 'tape' | 'identify' | 'label' | 'driveCheck' | 'tapes';

export function tapeHandlers({ state, site, drive, checking }: DeskRoom): Pick<Handlers, TapeChannel> {
  return {
    tape: async (_request, abort) =>
      (await site.current).console.clusterService.tape({ abort, driveUse: drive.user }),

    identify: async (_request, abort) => {
      const opened = await site.current;
      return drive.during(tapeOf(opened), 'a tape is being identified', async () =>
        tapeContents(await opened.console.tapeService.identify(abort)),
      );
    },

    label: async ({ name, overwrite }, abort) => {
      const opened = await site.current;
      return drive.during(tapeOf(opened), 'a tape is being labeled', async () => {
        const { label } = await opened.console.tapeService.label(name, { overwrite, abort });
        return { name: label.name, uuid: label.uuid };
      });
    },

    driveCheck: async ({ overwrite }, abort) => {
      const opened = await site.current;
      return drive.during(tapeOf(opened), 'the drive is being tested', () =>
        checking.during('driveCheck', (listener) =>
          opened.console.tapeService.checkDrive({ overwrite, abort }, listener),
        ),
      );
    },

    tapes: async () => listTapes(state).tapes,
  };
}
