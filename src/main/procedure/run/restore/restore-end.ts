/** How a restore ends, in words: what was restored, or what is left and how to continue. Pure. */
import type { ClusterMark } from '../../../../contract/run-outcome.ts';
import { listed, utcText } from '../../../../contract/words.ts';
import { sdxinfo, sdxproxyBreak, sdxproxyJoin, sdxproxyRejoinRestore } from '../../../gds/commands.ts';
import { commandLine } from '../../../ssh/quoting.ts';
import { commandNode, mastersOf, proxiesOf, type Assignment } from '../../model/assignment.ts';
import type { RunMarks } from '../../model/run-marks.ts';
import type { World } from '../../model/world.ts';
import { isAsFound, isMasterActive } from '../../plan/restore/restore-checks.ts';

/**
 * The state of the cluster after a restore. `normal`: the master is restored and started, or nothing was replaced and
 * everything is as found.
 * @param isJoined no shadow, nothing mounted, the services resumed, the proxy joined and in sync
 */
export function clusterMarkOfRestore(
  assignment: Assignment,
  world: World,
  marks: RunMarks,
  isJoined: boolean,
): ClusterMark {
  const { restore } = assignment;
  if (!restore) return 'unproven';
  if (marks.restoreSent)
    return marks.masterProven && isJoined && isMasterActive(assignment, restore, world)
      ? 'normal'
      : 'unproven';
  const isUsed =
    marks.servicesStopped.length > 0 ||
    marks.operatorStopped ||
    marks.proxyWritten ||
    // The remains of an earlier restore do not become normal by leaving them.
    restore.replaces !== undefined;
  return !isUsed && isAsFound(assignment, restore, world) ? 'normal' : 'unproven';
}

/** Only these were compared: a dump can only be read by its own program. */
function comparedWords({ volumes }: Pick<Assignment, 'volumes'>): string {
  const methods = volumes.map(({ method }) => method);
  const isDump = methods.some((method) => method === '6c' || method === '6e');
  if (isDump) return 'The file system was rebuilt from its dump, and every byte of it compared on the master';
  return methods.every((method) => method === '6a')
    ? 'Every byte was read again and compared'
    : 'Every file was read back and compared with the archive, and every byte on the master';
}

/** What a finished restore has done. */
export function restoredSentence({ restore, ...assignment }: Assignment): string {
  const [masters, proxies] = [mastersOf(assignment), proxiesOf(assignment)];
  if (!restore) return '';
  const source = restore.from === 'tape' ? 'from tape' : `from ${listed(proxies)}`;
  const are = masters.length > 1 ? 'are' : 'is';
  return `${listed(masters)} ${are} restored ${source}: backup of run ${restore.run}, data of ${utcText(restore.at)}. ${comparedWords(assignment)}; changes since then are lost`;
}

/** What the operator must know about a restore that failed; empty for a backup. */
export function restoreSentences(assignment: Assignment, marks: RunMarks): string[] {
  const { restore } = assignment;
  if (!restore) return [];
  const [masters, proxies] = [listed(mastersOf(assignment)), listed(proxiesOf(assignment))];
  const one = assignment.volumes.length === 1;
  if (marks.masterProven) return [`${masters} ${one ? 'is' : 'are'} restored and proven`];
  if (marks.restoreSent) return waysOn(assignment);
  if (marks.proxyWritten)
    return [
      `${masters} ${one ? 'is' : 'are'} unchanged; ${proxies} ${one ? 'was' : 'were'} written to, and must not be rejoined unless ${one ? 'its' : 'their'} data is given up`,
      `to try again: shadowtape restore ${restore.run}`,
    ];
  return [`${masters} ${one ? 'is' : 'are'} unchanged; ${proxies} ${one ? 'was' : 'were'} not written to`];
}

/** The documented ways forward after RejoinRestore was sent and the master is not verified. This program does none of them. */
function waysOn(assignment: Assignment): string[] {
  const { class: className, volumes } = assignment;
  const host = commandNode(assignment);
  return volumes.flatMap(({ master, proxy }) => {
    const line = (argv: readonly string[]) => `on ${host}, ${commandLine(argv)}`;
    const pair = { class: className, proxyVolumes: [proxy] };
    return [
      `${master} may hold a mixture of old and restored data: do not start it, and keep the tape loaded`,
      `1. see how far the copy is: ${line(sdxinfo({ show: ['slice'], class: className, object: master }))} shows COPY until it ends`,
      `2. if ${proxy} is still parted, repeat: ${line(sdxproxyRejoinRestore(pair))}`,
      `3. otherwise, once no slice is COPY, end the relation: ${line(sdxproxyBreak(pair))}. ${proxy} keeps the restored data. Write ${master} from it and compare, then ${line(sdxproxyJoin({ class: className, master, proxy }))}`,
      `never sdxproxy Break -e force while a slice is COPY, and never sdxfix -V on ${master}`,
    ];
  });
}
