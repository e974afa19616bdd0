/** Step 5 of the GDS guide's 6.6.3.7, and the verification that has to follow it. */
import { shadowCreation } from '../../gds/shadow-commands.ts';
import { proxiesOf, type Assignment } from '../model/assignment.ts';
import { saidList } from '../../../contract/words.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import { judgeDisks, judgeNoShadow, judgeShadow } from './shadow-checks.ts';
import { judgeStopped } from './cluster-checks.ts';
import { guideStep } from './step-sources.ts';
import { backupSource, fingerprintCommands, recordsCompared } from '../model/samples/fingerprint.ts';
import { heldProxies } from '../model/shadow-holder.ts';
import type { Step } from '../model/step.ts';

/** 5 */
function createStep(assignment: Assignment): Step {
  const { shadow, volumes, backupServer: host } = assignment;
  const { layout, devices } = shadow;
  const names = volumes.map((volume) => volume.shadow.volume);
  const standIns = layout.volumes.filter(({ proxy }) => proxy === undefined);
  return {
    id: '5',
    phase: 'shadow',
    title: sayCount(volumes.length, 'Create the shadow volume {names}', 'Create the shadow volumes {names}', {
      names: saidList(names),
    }),
    why: [
      say(
        'with the same disks under the same names, and the same size, {host} sees the blocks of {proxies}',
        { host, proxies: saidList(proxiesOf(assignment)) },
      ),
      ...(standIns.length === 0
        ? []
        : [
            sayCount(
              standIns.length,
              '{names} replaces what is before them, so that each volume begins at its own block',
              '{names} replace what is before them, so that each volume begins at its own block',
              { names: saidList(standIns.map(({ name }) => name)) },
            ),
          ]),
    ].join('; '),
    endangers: say('writing to a shadow with a wrong configuration damages data of the cluster'),
    source: guideStep('5'),
    performance: 'commands',
    commands: shadowCreation(layout, devices).map(({ argv }) => ({ host, argv, guide: true, changes: true })),
    before: {
      looks: ['primaries', 'backup'],
      last: 'backup',
      judge: (world) => [
        ...judgeStopped(assignment, world),
        ...judgeDisks(assignment, world),
        ...judgeNoShadow(assignment, world),
      ],
    },
  };
}

function verificationStep(assignment: Assignment): Step {
  const { volumes } = assignment;
  return {
    id: 'verify',
    phase: 'verify',
    title: sayCount(volumes.length, 'Verify the shadow', 'Verify the shadows'),
    why: say('every rule of the configuration and the fingerprint are checked before the dump'),
    endangers: say('a dump of a wrong shadow is a backup of other data'),
    source: `${guideStep('5')}: "be sure to confirm that the shadow volume configuration is correct"`,
    performance: 'verification',
    commands: volumes.flatMap((volume) =>
      fingerprintCommands(backupSource(assignment, volume), recordsCompared(assignment, volume)),
    ),
    holds: heldProxies(assignment),
    before: { looks: ['primaries', 'backup'], judge: (world) => judgeShadow(assignment, world) },
  };
}

export function shadowSteps(assignment: Assignment): Step[] {
  return [createStep(assignment), verificationStep(assignment)];
}
