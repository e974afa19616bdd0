import type { CartridgeMove } from '../../contract/tape/library.ts';
import { phrase } from '../../contract/text/say.ts';
import { listTapes } from '../application/console.ts';
import { declareTapeFound, declareTapeLost, moveTape } from '../application/known-tapes.ts';
import { knownHealth } from '../application/media/known-health.ts';
import { tellLostTape } from '../application/media/lost-tape.ts';
import { tapeOf, type DeskRoom, type Handlers } from './handlers.ts';
import { tapeContents } from './site-views.ts';

export type TapeChannel =
  | 'tape'
  | 'identify'
  | 'label'
  | 'driveCheck'
  | 'driveHealth'
  | 'library'
  | 'loadTape'
  | 'unloadTape'
  | 'placeTape'
  | 'loseTape'
  | 'tapes';

const moving = phrase('the library is moving a tape');

export function tapeHandlers(room: DeskRoom): Pick<Handlers, TapeChannel> {
  const { state, site, drive, checking, history } = room;
  return {
    tape: async (_request, abort) =>
      (await site.current).console.clusterService.tape({ abort, driveUse: drive.user }),

    identify: async (_request, abort) => {
      const opened = await site.current;
      return drive.during(tapeOf(opened), phrase('a tape is being identified'), async () =>
        tapeContents(await opened.console.tapeService.identify(abort)),
      );
    },

    label: async ({ name, overwrite }, abort) => {
      const opened = await site.current;
      return drive.during(tapeOf(opened), phrase('a tape is being labeled'), async () => {
        const { label } = await opened.console.tapeService.label(name, { overwrite, abort });
        return { name: label.name, uuid: label.uuid };
      });
    },

    driveCheck: async ({ overwrite }, abort) => {
      const opened = await site.current;
      return drive.during(tapeOf(opened), phrase('the drive is being tested'), () =>
        checking.during('driveCheck', (listener) =>
          opened.console.tapeService.checkDrive({ overwrite, abort }, listener),
        ),
      );
    },

    driveHealth: async () => {
      const { console } = await site.current;
      return (await knownHealth(state, console.site, await history.lines())) ?? null;
    },

    // A drive that streams slows down when it is asked for its serial number, and in an autoloader the changer is a part of it.
    library: async (_request, abort) => {
      const opened = await site.current;
      drive.requireFree(tapeOf(opened), phrase('then refresh the library'));
      return opened.console.tapeService.library(abort);
    },

    loadTape: async ({ name }, abort) => {
      const opened = await site.current;
      const moves: CartridgeMove[] = [];
      return drive.during(tapeOf(opened), moving, async () => {
        await opened.console.tapeService.load(name, abort, (move) => moves.push(move));
        return moves;
      });
    },

    unloadTape: async (_request, abort) => {
      const opened = await site.current;
      const moves: CartridgeMove[] = [];
      return drive.during(tapeOf(opened), moving, async () => {
        await opened.console.tapeService.unload(abort, (move) => moves.push(move));
        return moves;
      });
    },

    placeTape: async ({ name, location, found }) => {
      if (found) declareTapeFound(state, name, location);
      else moveTape(state, name, location);
      return null;
    },

    loseTape: async ({ name }) => {
      const { console } = await site.current;
      const loss = declareTapeLost(state, name);
      const lines = await history.lines();
      // The operator at this screen has just seen the result. A message that was not sent must not hide it.
      await tellLostTape({ state, site: console.site, lines, warn: () => undefined }, name, loss);
      return loss.runs;
    },

    tapes: async () => listTapes(state).tapes,
  };
}
