/** What Shadowtape adds to step 6: label and manifest of layout `labelled`, and the read-back of the tape. */
import { say } from '../../../contract/text/say.ts';
import { isLabelled, type Assignment } from '../model/assignment.ts';
import { keepsSamples } from '../model/samples/kept-samples.ts';
import { heldProxies } from '../model/shadow-holder.ts';
import type { Step, StepCommand } from '../model/step.ts';
import {
  readBackCommands,
  readBackLabelledCommands,
  readDataCommands,
  readRecordCommand,
  rewindCommand,
  statusCommand,
  writeRecordsCommand,
} from '../model/tape/tape-commands.ts';

/** Layout `labelled`: file 0 is the label, then one file per volume, then the manifest. */
export function labelStep(assignment: Assignment): Step {
  const { job } = assignment;
  return {
    id: 'label',
    phase: 'dump',
    title:
      job.media.name === undefined
        ? say('Label the tape')
        : say('Label the tape "{name}"', { name: job.media.name }),
    why: say('the label on the tape names the tape, the run that wrote it, and its retention'),
    endangers: say('the current contents of the tape are lost'),
    source: 'Shadowtape',
    performance: 'label',
    guarded: 'before',
    holds: heldProxies(assignment),
    commands: [
      rewindCommand(assignment),
      readRecordCommand(assignment),
      rewindCommand(assignment),
      writeRecordsCommand(assignment),
    ],
  };
}

export function manifestStep(assignment: Assignment): Step {
  return {
    id: 'manifest',
    phase: 'dump',
    title: say('Write the manifest'),
    why: say('a tape without a manifest is incomplete; the manifest has the digests of the data'),
    source: 'Shadowtape',
    performance: 'manifest',
    commands: [statusCommand(assignment), writeRecordsCommand(assignment), rewindCommand(assignment)],
  };
}

/** What reads all files of the tape. */
function readBackCommandsOf(assignment: Assignment): StepCommand[] {
  const { tapeHost, tapeDevice, job, volumes, route } = assignment;
  const { recordBytes } = job.media;
  if (isLabelled(assignment)) return readBackLabelledCommands(assignment, recordBytes, volumes);
  if (volumes.length === 1 && route === 'console') return readBackCommands(tapeHost, tapeDevice, recordBytes);
  return [
    ...volumes.flatMap(({ tapeFile }) => readDataCommands(assignment, recordBytes, tapeFile)),
    rewindCommand(assignment),
  ];
}

/** By route `server` the records on tape are compared with the cluster's when it is read back, and not before. */
function endWithoutReadBack({ route, volumes }: Assignment): string {
  const isLost = route === 'server' && volumes.some(({ method }) => method === '6a');
  return isLost
    ? say(
        'the run ends unverified, and no record on tape is compared with the cluster: sampled records are only read through the shadow, before and after the dump',
      )
    : say('the run ends unverified');
}

/** Why the tape is not read back; undefined if it is. */
function notReadBack(assignment: Assignment): string | undefined {
  const { job, route } = assignment;
  const end = endWithoutReadBack(assignment);
  if (!job.verify.readback) return say('the job says verify.readback: false; {end}', { end });
  return route === 'server' && job.verify.digest === 'none'
    ? say('the job says verify.digest: none, so there is nothing to compare; {end}', { end })
    : undefined;
}

export function readBackStep(assignment: Assignment): Step {
  const reason = notReadBack(assignment);
  return {
    id: 'read-back',
    phase: 'dump',
    title: say('Read the tape back and compare'),
    why: keepsSamples(assignment)
      ? say(
          'a tape that cannot be read back is not a backup: every record is read again, and its digest compared with that of the device; sampled records are compared with those hashed on the cluster',
        )
      : say(
          'a tape that cannot be read back is not a backup: every record is read again, and its digest compared with that of the device',
        ),
    source: 'Shadowtape',
    performance: 'read-back',
    commands: readBackCommandsOf(assignment),
    ...(reason === undefined ? {} : { leftOut: reason }),
  };
}
