/** All queries of a run before and between its steps. Pure. */
import { probeArguments } from '../../ssh/login/login-shell.ts';
import { driveNameQuery } from '../../tape/tape-device.ts';
import { hostNamesOf, type Assignment } from '../model/assignment.ts';
import {
  backupLooks,
  bootLooks,
  diskLook,
  machineLook,
  mountLook,
  primaryLooks,
  withLongLook,
} from '../model/look-commands.ts';
import type { StepCommand } from '../model/step.ts';
import { dependOnMounts } from './service-checks.ts';

/** What identifies the drive of a device: its lock has that drive's name. */
function driveLooks({ tapeHost: host, tapeDevice }: Assignment): StepCommand[] {
  const argv = driveNameQuery(tapeDevice);
  return argv ? [{ host, argv, changes: false, guide: false }] : [];
}

/** @param assignment its primary nodes are those that answer */
export function looksOf(assignment: Assignment): StepCommand[] {
  const { backupServer, platform, primaryNodes, job } = assignment;
  const hosts = hostNamesOf(assignment);
  return [
    ...hosts.map((host) => ({ host, argv: probeArguments('MARK'), changes: false, guide: false })),
    ...hosts.map((host) => machineLook(host, platform)),
    ...driveLooks(assignment),
    ...primaryNodes.flatMap((node) => withLongLook(primaryLooks(node, assignment.class))),
    ...(dependOnMounts(job) ? primaryNodes.map((node) => mountLook(node, platform)) : []),
    ...withLongLook(backupLooks(backupServer)),
    mountLook(backupServer, platform),
    ...bootLooks(backupServer, platform).slice(0, 1),
    ...[...primaryNodes.slice(0, 1), backupServer].map((host) => diskLook(host, platform)),
  ];
}
