/**
 * The steps of a restore, in their order. The guide's own restore pages were not available: each step uses only
 * documented commands, and names its source.
 *
 *     lock, tools, mount-point, view, mark             here
 *     load-tape, unload-tape                           steps-library.ts
 *     read-tape                                        steps-write-proxy.ts
 *     3-3 to 7                                         steps-write-proxy.ts: from tape to the proxy
 *     start-proxy to 3-4                               steps-replace-master.ts: from the proxy to the master
 *     unlock                                           here
 *
 * Steps that a backup has, too, keep its numbers: what a run has done is folded from them.
 */
import type { RestoreOrder } from '../../../../contract/restore-events.ts';
import { saidList } from '../../../../contract/words.ts';
import { say } from '../../../../contract/text/say.ts';
import { sdxinfo } from '../../../gds/commands.ts';
import { mastersOf, onAnyNode, proxiesOf, type Assignment } from '../../model/assignment.ts';
import { restoreMark } from '../../model/lock.ts';
import { lockPlaces } from '../../model/lock-places.ts';
import type { Step } from '../../model/step.ts';
import { loadSteps, unloadSteps } from '../steps-library.ts';
import { lockStep, mountPointStep, toolsStep, unlockStep } from '../steps-around.ts';
import { basedOn } from './based-on.ts';
import { judgeRestorable } from './restore-checks.ts';
import { replaceMasterSteps } from './steps-replace-master.ts';
import { toolsOfFiles } from './steps-write-files.ts';
import { readTapeStep, writeProxySteps } from './steps-write-proxy.ts';

function viewStep(assignment: Assignment, order: RestoreOrder): Step {
  const names = [...mastersOf(assignment), ...proxiesOf(assignment)];
  const place = onAnyNode(assignment);
  return {
    id: 'view',
    phase: 'prepare',
    title: say('View {names}', { names: saidList(names) }),
    why: say(
      'the proxy must be as expected, the master valid, and the disks of the shadow proven by their serial numbers',
    ),
    source: basedOn('GDS guide 6.6.3.7, step 3-1'),
    performance: 'commands',
    commands: names.flatMap((object) => [
      {
        ...place,
        argv: sdxinfo({ show: ['volume'], class: assignment.class, object, long: true }),
        guide: false,
        changes: false,
      },
      {
        ...place,
        argv: sdxinfo({ show: ['slice'], class: assignment.class, object }),
        guide: false,
        changes: false,
      },
    ]),
    after: {
      looks: ['primaries', 'backup'],
      judge: (world) => judgeRestorable(assignment, order, world),
    },
  };
}

/** Inside the lock of the class: it keeps everybody out, even if somebody removes the name of the lock's owner. */
function markStep(assignment: Assignment): Step {
  return {
    id: 'mark',
    phase: 'prepare',
    title: say('Mark the restore of {class} on each host', { class: assignment.class }),
    why: say(
      'until the master is proven nobody may rejoin the proxy: no backup of the class starts while the mark exists',
    ),
    source: 'Shadowtape',
    performance: 'restore-mark',
    commands: lockPlaces(assignment)
      .filter(({ what }) => what === 'class')
      .map(({ host, folder }) => ({
        host,
        argv: ['mkdir', `${folder}/${restoreMark('RUN')}`],
        guide: false,
        changes: false,
      })),
  };
}

/** What a restore of files needs of the backup server. */
function toolSteps(assignment: Assignment): Step[] {
  const tools = toolsOfFiles(assignment);
  if (tools.length === 0) return [];
  return [
    toolsStep(assignment, 'tools', assignment.backupServer, say('the restore'), tools),
    mountPointStep(assignment),
  ];
}

/** Pure: the same assignment gives the same steps. */
export function restoreSteps(assignment: Assignment, order: RestoreOrder): Step[] {
  const isFromTape = order.from === 'tape';
  return [
    lockStep(assignment),
    ...(isFromTape
      ? [...toolSteps(assignment), ...loadSteps(assignment), readTapeStep(assignment, order)]
      : []),
    viewStep(assignment, order),
    markStep(assignment),
    ...(isFromTape ? writeProxySteps(assignment, order) : []),
    ...replaceMasterSteps(assignment, order),
    ...(isFromTape ? unloadSteps(assignment) : []),
    unlockStep(assignment),
  ];
}
