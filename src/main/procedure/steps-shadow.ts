/** Step 5 of the GDS guide's 6.6.3.7, and the verification that has to follow it. */
import {
  rawDevice,
  sdxshadowdiskConnect,
  sdxshadowdiskRegister,
  sdxshadowvolumeCreate,
} from '../gds/commands.ts';
import type { Assignment } from './assignment.ts';
import { judgeNoShadow, judgeShadow, judgeStopped } from './checks.ts';
import { fingerprintCommands, fingerprintSource } from './fingerprint.ts';
import type { Step } from './step.ts';

function createStep(assignment: Assignment): Step {
  const { shadow, backupServer: host, blocks } = assignment;
  const change = (argv: readonly string[]) => ({ host, argv, guide: true, changes: true });
  return {
    id: '5',
    phase: 'shadow',
    title: `Create the shadow volume ${shadow.volume}`,
    why: `the same disks under the same names, and the same size: ${host} then sees the blocks of ${assignment.proxy}`,
    endangers: 'a shadow in a wrong configuration, once written to, damages the data of the cluster',
    source: 'GDS guide 6.6.3.7, step 5',
    performance: 'commands',
    commands: [
      change(
        sdxshadowdiskRegister({
          class: shadow.class,
          disks: shadow.disks.map(({ name, device }) => ({ disk: name, device })),
        }),
      ),
      change(
        sdxshadowdiskConnect({
          class: shadow.class,
          group: shadow.group,
          disks: shadow.disks.map(({ name }) => name),
        }),
      ),
      change(
        sdxshadowvolumeCreate({ class: shadow.class, group: shadow.group, volume: shadow.volume, blocks }),
      ),
    ],
    before: {
      looks: ['primaries', 'backup'],
      fresh: true,
      judge: (world) => [...judgeStopped(assignment, world), ...judgeNoShadow(assignment, world)],
    },
  };
}

function verificationStep(assignment: Assignment): Step {
  const { shadow, backupServer } = assignment;
  return {
    id: 'verify',
    phase: 'verify',
    title: 'Verify the shadow',
    why: 'each rule of the configuration, and the fingerprint read through the shadow: before a byte goes to tape',
    endangers: 'a dump of a wrong shadow is a backup of something else',
    source: 'GDS guide 6.6.3.7, step 5: "be sure to confirm that the shadow volume configuration is correct"',
    performance: 'verification',
    commands: fingerprintCommands(
      fingerprintSource(assignment, backupServer, rawDevice(shadow.class, shadow.volume)),
    ),
    before: { looks: ['primaries', 'backup'], judge: (world) => judgeShadow(assignment, world) },
  };
}

export function shadowSteps(assignment: Assignment): Step[] {
  return [createStep(assignment), verificationStep(assignment)];
}
