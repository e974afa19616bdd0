/** What answers the wizard of restores: volumes become a run, files and drills a record of their own. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { CheckedRequest } from '../../../contract/channels.ts';
import { failure } from '../../../contract/errors.ts';
import type { PreviewedBackup, RestorePreview } from '../../../contract/restore-views.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { PreparedRestore, PreviewedDump, Where } from '../../application/console.ts';
import { restoreView } from '../../history/restore-records.ts';
import { tapeOf, type DeskRoom, type Handlers } from '../handlers.ts';

export type RestoreChannel =
  | 'restorePlan'
  | 'restorePreview'
  | 'restoreFiles'
  | 'drill'
  | 'copyRun'
  | 'restoreRecord'
  | 'stopRestore';

/** Names that a page is shown. */
const mostNames = 500;

type FileRequest = CheckedRequest<'restorePreview'>;
type DrillRequest = CheckedRequest<'drill'>;

/** A path of this computer that is not absolute is one below the home folder: a page has no folder of its own. */
const placeOf = ({ host, path }: Pick<FileRequest, 'host' | 'path'>): string =>
  host === undefined ? resolve(homedir(), path) : `${host}:${path}`;

/** Undefined: the tape is only read. */
const scratchPlaceOf = ({ host, path }: DrillRequest): string | undefined =>
  path === undefined ? undefined : placeOf({ host, path });

function backupOf(dump: PreviewedDump): PreviewedBackup {
  const { run, volume, method, startedAt, host, tapes, files, bytes, byHand, uncompared } = dump;
  return {
    ...{ run, volume, method, startedAt, host, tapes, bytes, byHand, uncompared },
    files: files?.slice(0, mostNames),
    fileCount: files?.length,
  };
}

function previewOf({ target, device, work, preview }: PreparedRestore): RestorePreview {
  return {
    kind: work.kind === 'image' ? 'image' : 'files',
    to: target.kind === 'here' ? target.path : `${target.host}:${target.path}`,
    device,
    backups: preview.map(backupOf),
  };
}

export function restoreHandlers(room: DeskRoom): Pick<Handlers, RestoreChannel> {
  const { state, site, drive, restores, history } = room;

  const where: Where = (file, limit) => history.where({ file, limit });

  async function prepared(request: FileRequest) {
    const opened = await site.current;
    const { what, volume, overwrite } = request;
    const service = opened.console.fileRestoreService;
    const ready = await service.prepare({ what, volume, overwrite, to: placeOf(request) }, where);
    return { opened, service, ready };
  }

  return {
    restorePlan: async (request) => (await site.current).console.volumeRestoreService.plan(request),

    restorePreview: async (request) => previewOf((await prepared(request)).ready),

    restoreFiles: async (request) => {
      const { opened, service, ready } = await prepared(request);
      const giveBack = drive.take(tapeOf(opened), phrase('files are being restored'));
      const beginning = { kind: previewOf(ready).kind, run: ready.preview[0]?.run };
      const restore = await restores.begin(beginning, (hooks) =>
        service.perform(ready, { ...hooks, replace: request.replace }).finally(giveBack),
      );
      return { restore };
    },

    drill: async (request) => {
      const { run, volume } = request;
      const to = scratchPlaceOf(request);
      const opened = await site.current;
      const giveBack = drive.take(tapeOf(opened), phrase('a drill reads the tape of run {run}', { run }));
      const restore = await restores.begin({ kind: 'drill', run }, (hooks) =>
        opened.console.fileRestoreService.drill({ run, volume, to }, hooks).finally(giveBack),
      );
      return { restore };
    },

    copyRun: async (request) => {
      const opened = await site.current;
      const { copyService } = opened.console;
      const ready = await copyService.prepare(request);
      const giveBack = drive.take(
        tapeOf(opened),
        phrase('the tape of run {run} is being copied', { run: request.run }),
      );
      const restore = await restores.begin({ kind: 'copy', run: request.run }, (hooks) =>
        copyService.perform(ready, hooks).finally(giveBack),
      );
      return { restore };
    },

    restoreRecord: async ({ restore }) => {
      const { console } = await site.current;
      return restoreView(state, restore, restores.names.has(restore), console.site.fileNames);
    },

    stopRestore: async ({ restore }) => {
      if (!restores.stop(restore)) throw failure('RESTORE_NOT_LIVE', { restore });
      return null;
    },
  };
}
