/** Looks at drive and tape before anything is touched: a tape that is not blank is not written to unless the job says so. */
import { failure, isFailure } from '../../../contract/errors.ts';
import { requireReadyDrive } from '../drive/drive-ready.ts';
import type { CommandResult } from '../hosts/hosts.ts';
import type { Performer } from './perform-commands.ts';
import { mayBeOwnFile } from '../model/own-tape.ts';
import type { RunContext } from '../hosts/run-context.ts';
import { recordFoundTape, requireOverwritable } from './perform-label.ts';
import type { Step } from '../model/step.ts';
import { foundTape, readFirstRecord } from '../drive/tape-look.ts';

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
  const { again, marks, assignment, fingerprints } = context;
  const [volume] = assignment.volumes;
  if (!volume || !again || marks.tape !== 'incomplete' || first.status !== 0) return false;
  const { method, proxy } = volume;
  const { recordBytes } = assignment.job.media;
  return mayBeOwnFile({ method, recordBytes }, first.stdout, found, fingerprints?.get(proxy));
}

export const performTapeCheck: Performer = async (context, step) => {
  const [, rewind] = step.commands;
  if (!rewind) throw new Error('the step has its commands');
  const { tapeDevice: device, tapeHost: host, job } = context.assignment;
  await readyDrive(context, step);
  const { first, found } = await readFirstRecord(context.runner, step.id, context.assignment);
  const own = found !== undefined && isOwnFile(context, first, found);
  // The device that rewinds does so when it is closed, not when it is opened: the dump begins where the head is.
  await context.runner.send(step.id, rewind);
  if (job.media.layout === 'labelled') {
    const tape = foundTape(context.assignment, found, first);
    recordFoundTape(context, step, tape);
    // A label of which only the file mark was written is this run's own.
    if (!own || first.stdout.length > 0) requireOverwritable(context, step, tape);
    return;
  }
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
