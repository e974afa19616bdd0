/** Looks at drive and tape before anything is touched: a tape that is not blank is not written to unless the job says so. */
import { failure, isFailure } from '../../contract/errors.ts';
import { describeFirstRecord } from '../tape/tape-contents.ts';
import { driveCommand } from '../tape/tape-device.ts';
import { wordsOf } from './command-runner.ts';
import { driveStatus, requireReadyDrive } from './drive-ready.ts';
import type { CommandResult } from './hosts.ts';
import type { Performer } from './perform-commands.ts';
import { mayBeOwnFile } from './own-tape.ts';
import type { RunContext } from './run-context.ts';
import type { Step } from './step.ts';

/**
 * A read that fails may mean a blank tape, or a bad one. Solaris tells by the sense key (Blank Check). On Linux the end of data is
 * looked for: a tape without a single file has it in file 0, where it begins.
 */
async function isBlank(context: RunContext, step: Step): Promise<boolean> {
  const status = await driveStatus(context.runner, step.id, context.assignment);
  if (status.blankCheck) return true;
  if (context.assignment.platform !== 'linux') return false;
  const { tapeHost: host, tapeDevice } = context.assignment;
  await context.runner.send(
    step.id,
    { host, argv: driveCommand(tapeDevice, 'eod'), changes: true },
    { anyStatus: true },
  );
  const atEnd = await driveStatus(context.runner, step.id, context.assignment);
  return atEnd.endOfData && atEnd.file === 0 && (atEnd.record === undefined || atEnd.record === 0);
}

/** What the tape holds; undefined where it is blank. */
async function contents(context: RunContext, step: Step, first: CommandResult): Promise<string | undefined> {
  if (first.status === 0) return describeFirstRecord(first.stdout);
  if (/cannot allocate memory|not enough space/i.test(first.stderr))
    return 'records that are larger than 262,144 bytes';
  if (await isBlank(context, step)) return undefined;
  const { tapeDevice: device, tapeHost: host } = context.assignment;
  // The counts that dd prints in the end tell nothing of the trouble.
  const stderr = first.stderr.replace(/^\d+\+\d+ records (in|out)$/gm, '');
  const said = wordsOf({ stderr }) || `dd ended with exit status ${first.status ?? 'unknown'}`;
  throw failure('TAPE_STATE_UNKNOWN', { device, host, said }, { host, stderr: first.stderr });
}

/** After a dump that was broken off its dd may still be writing the last records, and the drive rewinding. */
async function readyDrive(context: RunContext, step: Step): Promise<void> {
  for (;;) {
    try {
      return await requireReadyDrive(context.runner, step.id, context.assignment, 'write');
    } catch (error) {
      const mayBeOwn = context.again && context.marks.dumpBegun && isFailure(error, 'TAPE_BUSY');
      if (!mayBeOwn || context.abort.aborted || !(await context.waitForHost())) throw error;
    }
  }
}

function isOwnFile(context: RunContext, first: CommandResult, found: string): boolean {
  const { again, marks, assignment, fingerprint } = context;
  if (!again || marks.tape !== 'incomplete' || first.status !== 0) return false;
  return mayBeOwnFile(assignment, first.stdout, found, fingerprint);
}

export const performTapeCheck: Performer = async (context, step) => {
  const [, rewind, firstRecord] = step.commands;
  if (!rewind || !firstRecord) throw new Error('the step has its commands');
  const { tapeDevice: device, tapeHost: host, job } = context.assignment;
  await readyDrive(context, step);
  await context.runner.send(step.id, rewind);
  const first = await context.runner.send(step.id, firstRecord, { anyStatus: true, binary: true });
  const found = await contents(context, step, first);
  const own = found !== undefined && isOwnFile(context, first, found);
  // The device that rewinds does so when it is closed, not when it is opened: the dump begins where the head is.
  await context.runner.send(step.id, rewind);
  context.journal.append({
    type: 'tape',
    step: step.id,
    host,
    device,
    found: found ?? 'blank',
    blank: found === undefined,
    position: { file: 0, record: 0 },
    overwritten: found !== undefined && (job.media.overwrite || own),
  });
  if (found === undefined) return;
  if (!job.media.overwrite && !own) throw failure('TAPE_NOT_BLANK', { device, host, found });
  const text = own
    ? `the tape holds ${found}: the unfinished file of this run, which is overwritten`
    : `the tape holds ${found}; the job lets it be overwritten`;
  context.journal.append({ type: 'warning', step: step.id, text });
};
