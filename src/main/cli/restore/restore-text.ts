/** What a restore will do, and its result, in lines. */
import type { FileNameEncoding } from '../../../contract/file-names.ts';
import { said, say, sayAround, translated } from '../../../contract/text/say.ts';
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

/** How names that are not UTF-8 are shown. */
export interface ShownPath {
  readonly fileNames: FileNameEncoding | undefined;
}

type Target = PreparedRestore['target'];

/** In the form of `--to`. */
export const targetText = (target: Target): string =>
  target.kind === 'here' ? target.path : `${target.host}:${target.path}`;

/** More names than this are only counted; --json has all of them. */
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
    ...(more > 0 ? [`    ${say('and {more} more; --json has all of them', { more: countText(more) })}`] : []),
  ];
}

function dumpLines(dump: PreviewedDump): Line[] {
  const { run, volume, method, startedAt, tapes, files, bytes, host, byHand, uncompared } = dump;
  const what = files
    ? counted(files.length, 'entry', 'entries')
    : method === '6a'
      ? say('an image')
      : 'files';
  return [
    say('{what} of {volume} from run {run}, method {method}, started {startedAt}', {
      what,
      volume,
      run,
      method,
      startedAt: momentText(startedAt),
    }),
    ...tapes.map(
      ({ words, file, bytes: onTape }) =>
        `  ${say('tape: {words}, file {file}, {onTape}', { words, file, onTape: bytesText(onTape) })}`,
    ),
    `  ${say('space needed: {bytes}', { bytes: bytesText(bytes) })}`,
    ...namesOf(dump),
    ...uncompared.map((sentence) => `  ${say('note: {sentence}', { sentence })}`),
    [`  ${say('by hand:')} `, exact(`${host} # ${byHand}`)],
  ];
}

/** Tapes in order, names, space, and the same by hand. */
export function previewLines({ preview, target, work }: PreparedRestore): Line[] {
  const loose =
    work.kind === 'loose'
      ? [say('file {file} of the tape in the drive, of which no run is named', { file: work.file })]
      : [];
  return [
    ...loose,
    ...preview.flatMap(dumpLines),
    sayAround('to {target}', { target: exact(targetText(target)) }),
  ];
}

function notWrittenLine({ path, what, reason = '' }: RestoredFile, { fileNames }: ShownPath): Line {
  return [`${said(what)}: `, exact(`${readablePath(path, fileNames)}:`), ` ${translated(reason)}`];
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
  return [`${say('restored: {parts} to', { parts: parts.join(', ') })} `, exact(targetText(target))];
}

/** Written files are named if the restore did not finish. */
export function resultLines(result: RestoreResult, target: Target, shown: ShownPath): Line[] {
  const { files, sources, uncompared, notes, error, record } = result;
  const written = files.filter(({ what }) => what === 'written');
  return [
    ...files.filter(({ what }) => what !== 'written').map((file) => notWrittenLine(file, shown)),
    ...(error
      ? written.map(({ path }): Line => ['written: ', exact(readablePath(path, shown.fileNames))])
      : []),
    ...uncompared.map((sentence) => say('note: {sentence}', { sentence })),
    ...notes.map((sentence) => say('note: {sentence}', { sentence })),
    ...sources.map(({ run = '', sha256, isCompared }) =>
      isCompared
        ? say('compared: the tape holds what run {run} wrote', { run })
        : say('read: SHA-256 {sha256}, not compared', { sha256 }),
    ),
    summaryLine(files, target),
    ['record: ', exact(record)],
  ];
}
