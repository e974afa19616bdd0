/** How a restore ends, in words: what was restored, or what is left and how to continue. Pure. */
import type { ClusterMark } from '../../../../contract/run-outcome.ts';
import { listed, utcText } from '../../../../contract/words.ts';
import { phrase, phraseCount } from '../../../../contract/text/say.ts';
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
  if (isDump)
    return phrase('The file system was rebuilt from its dump, and every byte of it compared on the master');
  return methods.every((method) => method === '6a')
    ? phrase('Every byte was read again and compared')
    : phrase('Every file was read back and compared with the archive, and every byte on the master');
}

/** What a finished restore has done. */
export function restoredSentence({ restore, ...assignment }: Assignment): string {
  const [masters, proxies] = [mastersOf(assignment), proxiesOf(assignment)];
  if (!restore) return '';
  const source =
    restore.from === 'tape' ? phrase('from tape') : phrase('from {proxies}', { proxies: listed(proxies) });
  return phraseCount(
    masters.length,
    '{masters} is restored {source}: backup of run {run}, data of {at}. {compared}; changes since then are lost',
    '{masters} are restored {source}: backup of run {run}, data of {at}. {compared}; changes since then are lost',
    {
      masters: listed(masters),
      source,
      run: restore.run,
      at: utcText(restore.at),
      compared: comparedWords(assignment),
    },
  );
}

/** What the operator must know about a restore that failed; empty for a backup. */
export function restoreSentences(assignment: Assignment, marks: RunMarks): string[] {
  const { restore } = assignment;
  if (!restore) return [];
  const [masters, proxies] = [listed(mastersOf(assignment)), listed(proxiesOf(assignment))];
  const count = assignment.volumes.length;
  if (marks.masterProven)
    return [
      phraseCount(count, '{masters} is restored and proven', '{masters} are restored and proven', {
        masters,
      }),
    ];
  if (marks.restoreSent) return waysOn(assignment);
  if (marks.proxyWritten)
    return [
      phraseCount(
        count,
        '{masters} is unchanged; {proxies} was written to, and must not be rejoined unless its data is given up',
        '{masters} are unchanged; {proxies} were written to, and must not be rejoined unless their data is given up',
        { masters, proxies },
      ),
      phrase('to try again: shadowtape restore {run}', { run: restore.run }),
    ];
  return [
    phraseCount(
      count,
      '{masters} is unchanged; {proxies} was not written to',
      '{masters} are unchanged; {proxies} were not written to',
      { masters, proxies },
    ),
  ];
}

/** The documented ways forward after RejoinRestore was sent and the master is not verified. This program does none of them. */
function waysOn(assignment: Assignment): string[] {
  const { class: className, volumes } = assignment;
  const host = commandNode(assignment);
  return volumes.flatMap(({ master, proxy }) => {
    const line = (argv: readonly string[]) =>
      phrase('on {host}, {commandLine}', { host, commandLine: commandLine(argv) });
    const pair = { class: className, proxyVolumes: [proxy] };
    return [
      phrase(
        '{master} may hold a mixture of old and restored data: do not start it, and keep the tape loaded',
        { master },
      ),
      phrase('1. see how far the copy is: {sdxinfo} shows COPY until it ends', {
        sdxinfo: line(sdxinfo({ show: ['slice'], class: className, object: master })),
      }),
      phrase('2. if {proxy} is still parted, repeat: {sdxproxyRejoinRestore}', {
        proxy,
        sdxproxyRejoinRestore: line(sdxproxyRejoinRestore(pair)),
      }),
      phrase(
        '3. otherwise, once no slice is COPY, end the relation: {sdxproxyBreak}. {proxy} keeps the restored data. Write {master} from it and compare, then {sdxproxyJoin}',
        {
          sdxproxyBreak: line(sdxproxyBreak(pair)),
          proxy,
          master,
          sdxproxyJoin: line(sdxproxyJoin({ class: className, master, proxy })),
        },
      ),
      phrase('never sdxproxy Break -e force while a slice is COPY, and never sdxfix -V on {master}', {
        master,
      }),
    ];
  });
}
