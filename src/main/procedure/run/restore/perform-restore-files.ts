/** Files of a backup: extracted into a new file system on the shadow, read back and compared with the archive as it passed. */
import { failure } from '../../../../contract/errors.ts';
import { phrase } from '../../../../contract/text/say.ts';
import { alsoInto } from '../../../../streams/also-into.ts';
import type { ProcessEnd } from '../../../../streams/stage.ts';
import { TarContents } from '../../../../streams/tar/tar-contents.ts';
import { troubleOf } from '../../hosts/command-runner.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import { tarSentBack } from '../../hosts/tar-sent-back.ts';
import { volumeNamed, type VolumeAssignment } from '../../model/assignment.ts';
import type { Step, StepCommand } from '../../model/step.ts';
import type { Performer } from '../perform-commands.ts';
import { whileWatched } from '../shadow/shadow-watch.ts';
import { differingFiles } from './differing-files.ts';
import { recognized } from './perform-restore-tape.ts';
import { recordDigest } from './restored-digest.ts';
import { readTapeInto, readTapesInto, type TapeDigest, type TapeSink } from './tape-into-command.ts';
import { asWriteFailure, requireDevice } from './write-trouble.ts';

/** At most this many names in an error. */
const namesShown = 3;

function volumeOf({ assignment }: RunContext, { volumes }: Step): VolumeAssignment {
  return volumeNamed(assignment, volumes?.[0] ?? '');
}

/** First the test that the device is a volume of GDS, not a plain file; then the command of the site, or newfs. */
export const performMakeFileSystem: Performer = async (context, step) => {
  const [test, make] = step.commands;
  if (!test || !make) throw new Error('the step tests the device and makes the file system');
  await requireDevice(context, step, test);
  try {
    await context.runner.send(step.id, make);
  } catch (error) {
    throw asWriteFailure(context, step, volumeOf(context, step), make, error);
  } finally {
    context.observer.forget(make.host);
  }
};

/** Messages of a program that exits 0 are journaled. */
function requireSuccess({ journal }: RunContext, step: Step, command: StepCommand, end: ProcessEnd): void {
  const { status, signal, stderr } = end;
  const trouble = troubleOf(command, { status, signal, stdout: Buffer.alloc(0), stderr });
  if (trouble) throw trouble;
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines.slice(0, 200))
    journal.append({ type: 'warning', step: step.id, text: line.trim() });
}

/** A program that has read the end of its archive leaves the padding of the last record unread. Only tar's end is known here. */
function extractingSink(
  context: RunContext,
  step: Step,
  command: StepCommand,
  archive: TarContents | undefined,
): TapeSink {
  return {
    command,
    through: (input) =>
      alsoInto(input, {
        piece: (bytes) => archive?.add(bytes),
        end() {
          archive?.end();
          if (archive && !archive.isComplete) throw failure('TAR_INCOMPLETE', { offset: archive.offset });
        },
        mayCloseEarly: () => archive?.isComplete ?? true,
      }),
    judge: (end) => requireSuccess(context, step, command, end),
  };
}

/** @throws RESTORE_FILES_DIFFER */
function compare(context: RunContext, step: Step, archive: TarContents, found: TarContents): void {
  const { assignment, journal } = context;
  const { proxy: volume, master } = volumeOf(context, step);
  const differing = differingFiles(archive, found);
  const host = assignment.backupServer;
  const [compared, count] = [archive.found.size, differing.length];
  journal.append({ type: 'restore-files', step: step.id, volume, host, compared, differing: count });
  if (count === 0) return;
  const more = count > namesShown ? phrase('; and {count} more', { count: count - namesShown }) : '';
  throw failure('RESTORE_FILES_DIFFER', {
    ...{ step: step.id, volume, master, host, count, total: compared },
    run: assignment.restore?.run ?? '',
    files: `${differing.slice(0, namesShown).join('; ')}${more}`,
  });
}

/** The last two commands: the extraction, and the one after it. */
function parted({ commands }: Step) {
  const [extract, after] = commands.slice(-2);
  if (!extract || !after)
    throw new Error('the step reads the tape, extracts it, and checks or clears up after that');
  return { reading: commands.slice(0, -2), extract, after };
}

async function extracted(
  context: RunContext,
  step: Step,
  { archive, reading }: { archive: TarContents | undefined; reading: readonly StepCommand[] },
  abort: AbortSignal,
): Promise<TapeDigest> {
  const { assignment } = context;
  const { proxy } = volumeOf(context, step);
  const { extract } = parted(step);
  const sink = extractingSink(context, step, extract, archive);
  if (assignment.job.media.span) return readTapesInto(context, step.id, proxy, sink, abort);
  const total = assignment.restore?.volumes.find((volume) => volume.proxy === proxy)?.bytes ?? 0;
  return readTapeInto(context, step.id, { reading, total, sink }, abort);
}

/** Extracts the files of a backup. Those of an archive are compared one by one; for a dump, only its own program can tell. */
export const performRestoreFiles: Performer = async (context, step) => {
  const volume = volumeOf(context, step);
  const { proxy, method } = volume;
  const { reading: whole, extract, after } = parted(step);
  const isArchive = method === '6b' || method === '6d';
  const archive = isArchive ? new TarContents() : undefined;
  const { host } = extract;
  const reading = await recognized(context, step, whole);
  try {
    const { bytes, sha256 } = await whileWatched(context, step, (abort) =>
      extracted(context, step, { archive, reading }, abort),
    );
    recordDigest(context, step, { volume: proxy, place: 'sent', host, bytes, sha256 });
    if (archive) {
      const found = await whileWatched(context, step, (abort) => tarSentBack(context, step.id, after, abort));
      compare(context, step, archive, found);
    } else {
      await context.runner.send(step.id, after);
      context.journal.append({ type: 'restore-files', step: step.id, volume: proxy, host });
    }
  } catch (error) {
    throw asWriteFailure(context, step, volume, extract, error);
  } finally {
    context.observer.forget();
  }
};
