/** What a restore will do, and its result, in lines. */
import type { FileNameEncoding } from '../../../contract/file-names.ts';
import type {
  PreparedRestore,
  PreviewedDump,
  RestoredFile,
  RestoreResult,
} from '../../application/console.ts';
import { readablePath } from '../../history/name-encoding.ts';
import { momentText } from '../terminal/display.ts';
import { exact, type Line } from '../terminal/lines.ts';
import { bytesText, countText } from '../terminal/text.ts';

/** How names are shown that are not UTF-8. */
export interface ShownPath {
  readonly fileNames: FileNameEncoding | undefined;
}

type Target = PreparedRestore['target'];

/** As `--to` takes it. */
export const targetText = (target: Target): string =>
  target.kind === 'here' ? target.path : `${target.host}:${target.path}`;

/** More names than this are counted only; --json has all of them. */
const shownNames = 20;

const counted = (count: number, one: string, many: string): string =>
  `${countText(count)} ${count === 1 ? one : many}`;

function namesOf({ files }: PreviewedDump): Line[] {
  if (!files) return [];
  const more = files.length - shownNames;
  return [
    ...files
      .slice(0, shownNames)
      .map(({ path, type, bytes }) => [
        '    ',
        exact(path),
        `  ${type === 'File' ? bytesText(bytes) : type}`,
      ]),
    ...(more > 0 ? [`    and ${countText(more)} more; --json has all of them`] : []),
  ];
}

function dumpLines(dump: PreviewedDump): Line[] {
  const { run, volume, method, startedAt, tapes, files, bytes, host, byHand, uncompared } = dump;
  const what = files ? counted(files.length, 'entry', 'entries') : method === '6a' ? 'an image' : 'files';
  return [
    `${what} of ${volume} from run ${run}, method ${method}, started ${momentText(startedAt)}`,
    ...tapes.map(({ words, file, bytes: onTape }) => `  tape: ${words}, file ${file}, ${bytesText(onTape)}`),
    `  space needed: ${bytesText(bytes)}`,
    ...namesOf(dump),
    ...uncompared.map((sentence) => `  note: ${sentence}`),
    [exact(`  by hand: ${host} # ${byHand}`)],
  ];
}

/** Tapes in order, names, space, and the same by hand. */
export function previewLines({ preview, target, work }: PreparedRestore): Line[] {
  const loose =
    work.kind === 'loose' ? [`file ${work.file} of the tape in the drive, of which no run is named`] : [];
  return [...loose, ...preview.flatMap(dumpLines), ['to ', exact(targetText(target))]];
}

function notWrittenLine({ path, what, reason = '' }: RestoredFile, { fileNames }: ShownPath): Line {
  return [`${what}: `, exact(`${readablePath(path, fileNames)}:`), ` ${reason}`];
}

function summaryLine(files: readonly RestoredFile[], target: Target): Line {
  const written = files.filter(({ what }) => what === 'written');
  const folders = written.filter(({ kind }) => kind === 'directory').length;
  const bytes = written.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  const parts = [
    counted(written.length - folders, 'file', 'files'),
    ...(folders > 0 ? [counted(folders, 'folder', 'folders')] : []),
    bytesText(bytes),
  ];
  return [`restored: ${parts.join(', ')} to `, exact(targetText(target))];
}

/** What was written is named where the restore did not finish. */
export function resultLines(result: RestoreResult, target: Target, shown: ShownPath): Line[] {
  const { files, sources, uncompared, notes, error, record } = result;
  const written = files.filter(({ what }) => what === 'written');
  return [
    ...files.filter(({ what }) => what !== 'written').map((file) => notWrittenLine(file, shown)),
    ...(error
      ? written.map(({ path }): Line => ['written: ', exact(readablePath(path, shown.fileNames))])
      : []),
    ...uncompared.map((sentence) => `note: ${sentence}`),
    ...notes.map((sentence) => `note: ${sentence}`),
    ...sources.map(({ run = '', sha256, isCompared }) =>
      isCompared ? `compared: the tape holds what run ${run} wrote` : `read: SHA-256 ${sha256}, not compared`,
    ),
    summaryLine(files, target),
    ['record: ', exact(record)],
  ];
}
