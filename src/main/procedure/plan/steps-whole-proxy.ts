/**
 * `verify.fingerprint: all`: the whole proxy is hashed on a cluster node, and compared with what was streamed. The proxy is parted and
 * stopped since step 3-5; it is started there for reading alone, once the shadow is removed, and stopped again before the rejoin.
 */
import { sdxvolumeStartReadable, sdxvolumeStop } from '../../gds/commands.ts';
import { hashesAll } from '../../site/whole-fingerprint.ts';
import { bytesText, saidList } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import { bytesOfVolumes, commandNode, proxiesOf, type Assignment } from '../model/assignment.ts';
import { wholeHashSteps } from '../model/run-marks.ts';
import type { Step, StepCommand } from '../model/step.ts';
import { waitsForHash } from '../model/samples/whole-hash-cost.ts';
import { judgeRejoinable } from './checks.ts';
import {
  isProxyJoined,
  isProxyReadable,
  isProxyStopped,
  judgeReadable,
  judgeStopped,
} from './cluster-checks.ts';
import { wholeDigestArguments } from './server-work.ts';
import { guideStep } from './step-sources.ts';
import { primarySource } from '../model/samples/fingerprint.ts';

/** Starts the proxies on one node, which can then read them. */
export function startStep(assignment: Assignment): Step {
  const host = commandNode(assignment);
  const proxies = proxiesOf(assignment);
  return {
    id: wholeHashSteps.start,
    phase: 'remove',
    title: say('Start {proxies} on {host} for reading', { proxies: saidList(proxies), host }),
    why: say('the job says verify.fingerprint: all, and a stopped volume cannot be read'),
    endangers: say('while it is started, processes on the node can open it'),
    source: 'GDS guide 4.5, D.4',
    performance: 'commands',
    commands: [
      {
        host,
        argv: sdxvolumeStartReadable({ class: assignment.class, volumes: proxies }),
        guide: false,
        changes: true,
        isDone: (world) => isProxyReadable(assignment, world),
      },
    ],
    before: {
      looks: ['primaries', 'backup'],
      fresh: ['primaries'],
      judge: (world) => judgeRejoinable(assignment, world),
    },
    after: { looks: ['primaries'], judge: (world) => judgeReadable(assignment, world) },
  };
}

/** The reads, without the pipes between them. */
function hashCommands(assignment: Assignment): StepCommand[] {
  return assignment.volumes.map((volume) => ({
    host: commandNode(assignment),
    argv: wholeDigestArguments(primarySource(assignment, volume).device),
    guide: false,
    changes: false,
  }));
}

function hashStep(assignment: Assignment): Step {
  const host = commandNode(assignment);
  const proxies = saidList(proxiesOf(assignment));
  return {
    id: wholeHashSteps.hash,
    phase: 'remove',
    title: say('Hash all of {proxies} on {host}', { proxies, host }),
    why: say('every byte is compared with the data on tape, not only sampled records: {host} reads {bytes}', {
      host,
      bytes: bytesText(bytesOfVolumes(assignment)),
    }),
    endangers: waitsForHash(assignment),
    source: 'Shadowtape',
    performance: 'whole-hash',
    commands: hashCommands(assignment),
    // Hours may pass: a proxy that was rejoined meanwhile holds other data.
    after: {
      looks: ['primaries', 'backup'],
      fresh: ['primaries', 'backup'],
      judge: (world) => [...judgeRejoinable(assignment, world), ...judgeReadable(assignment, world)],
    },
  };
}

/** Stops them again. */
export function stopStep(assignment: Assignment): Step {
  const host = commandNode(assignment);
  const proxies = proxiesOf(assignment);
  const isOver = (world: Parameters<typeof isProxyStopped>[1]) =>
    isProxyStopped(assignment, world) || isProxyJoined(assignment, world);
  return {
    id: wholeHashSteps.stop,
    phase: 'remove',
    title: say('Stop {proxies} on all nodes', { proxies: saidList(proxies) }),
    why: say('the rejoin needs the proxy stopped, as after step 3-5'),
    source: guideStep('3-5'),
    performance: 'stop-hashed',
    commands: [
      {
        host,
        argv: sdxvolumeStop({ class: assignment.class, volumes: proxies }),
        guide: false,
        changes: true,
        isDone: isOver,
      },
    ],
    // One that somebody has rejoined meanwhile must not be stopped.
    after: {
      looks: ['primaries'],
      judge: (world) => (isProxyJoined(assignment, world) ? [] : judgeStopped(assignment, world)),
    },
    unwinds: {
      looks: ['primaries'],
      isDone: (world, marks) =>
        marks.works.every(({ purpose }) => purpose !== 'hash') && (!marks.proxyStarted || isOver(world)),
      mayBeNeeded: (marks) => marks.proxyStarted || marks.works.some(({ purpose }) => purpose === 'hash'),
    },
  };
}

/** Between the removal of the shadow and the rejoin. */
export function wholeSteps(assignment: Assignment): Step[] {
  if (!hashesAll(assignment.job)) return [];
  return [startStep(assignment), hashStep(assignment), stopStep(assignment)];
}
