/**
 * Commands whose end is not known, because the console died or the connection broke: if their effect can be seen, it is
 * checked.
 */
import { posix } from 'node:path';
import type { RunEvent } from '../../../contract/events.ts';
import type { Assignment } from '../model/assignment.ts';
import { anyAnswer, type CommandRunner } from '../hosts/command-runner.ts';
import { mountTableOf } from '../hosts/node-mounts.ts';
import { sentCommands, type Intent } from '../model/sent-commands.ts';

export interface Settled {
  /** `seq` of the intent. */
  readonly of: number;
  readonly ended: 'good' | 'bad';
}

/** Steps whose commands leave something that sdxinfo does not show. */
const serviceSteps = new Set(['3-2', '3-4']);
const step = 'take-up';

/** The path that a command creates, removes, mounts or unmounts, and the action; undefined for any other command. */
function effectOf({ argv }: Intent): { kind: 'folder' | 'mount'; there: boolean; path: string } | undefined {
  const path = argv.at(-1) ?? '';
  if (argv.length < 2 || !path.startsWith('/')) return undefined;
  switch (posix.basename(argv[0] ?? '')) {
    case 'mkdir':
      return { kind: 'folder', there: true, path };
    case 'rmdir':
      return { kind: 'folder', there: false, path };
    case 'mount':
      return { kind: 'mount', there: true, path };
    case 'umount':
      return { kind: 'mount', there: false, path };
    default:
      return undefined;
  }
}

function isLookedAt(intent: Intent, mountPoint: string): boolean {
  return intent.changes && (serviceSteps.has(intent.step) || intent.argv.at(-1) === mountPoint);
}

async function isThere(
  runner: CommandRunner,
  assignment: Assignment,
  host: string,
  { kind, path }: { kind: 'folder' | 'mount'; path: string },
): Promise<boolean> {
  if (kind === 'folder') {
    const command = { host, argv: ['ls', '-d', path], changes: false };
    return (await runner.send(step, command, anyAnswer)).status === 0;
  }
  const mounts = await mountTableOf(runner, step, host, assignment.platform);
  return mounts.some(({ device, mountPoint }) => mountPoint === path || device === path);
}

/** @returns what was seen of each command whose end is not known; what cannot be seen is omitted */
export async function settle(
  runner: CommandRunner,
  assignment: Assignment,
  events: readonly RunEvent[],
): Promise<Settled[]> {
  const settled: Settled[] = [];
  for (const { intent, ending } of sentCommands(events)) {
    if (ending !== 'unknown' || !isLookedAt(intent, assignment.job.mountPoint)) continue;
    const effect = effectOf(intent);
    if (!effect) continue;
    const there = await isThere(runner, assignment, intent.host, effect);
    settled.push({ of: intent.seq, ended: there === effect.there ? 'good' : 'bad' });
  }
  return settled;
}
