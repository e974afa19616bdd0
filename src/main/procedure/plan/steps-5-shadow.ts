/** Step 5 of the GDS guide's 6.6.3.7, and the verification that has to follow it. */
import { shadowCreation } from '../../gds/shadow-commands.ts';
import { proxiesOf, type Assignment } from '../model/assignment.ts';
import { listed } from '../../../contract/words.ts';
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
  const one = volumes.length === 1;
  return {
    id: '5',
    phase: 'shadow',
    title: `Create the shadow ${one ? 'volume' : 'volumes'} ${listed(names)}`,
    why: [
      `with the same disks under the same names, and the same size, ${host} sees the blocks of ${listed(proxiesOf(assignment))}`,
      ...(standIns.length === 0
        ? []
        : [
            `${listed(standIns.map(({ name }) => name))} ${standIns.length === 1 ? 'replaces' : 'replace'} what is before them, so that each volume begins at its own block`,
          ]),
    ].join('; '),
    endangers: 'writing to a shadow with a wrong configuration damages data of the cluster',
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
    title: volumes.length === 1 ? 'Verify the shadow' : 'Verify the shadows',
    why: 'every rule of the configuration and the fingerprint are checked before the dump',
    endangers: 'a dump of a wrong shadow is a backup of other data',
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
