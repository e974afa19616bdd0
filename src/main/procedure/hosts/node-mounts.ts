/** What is mounted on a host, according to its mount table. */
import { mountLook } from '../model/look-commands.ts';
import { parseMountTable, type Mount, type MountsOfNode } from '../model/world.ts';
import type { Platform } from '../../site/site-schema.ts';
import type { CommandRunner } from './command-runner.ts';

/** @throws what a query can end with */
export async function mountTableOf(
  runner: CommandRunner,
  step: string,
  host: string,
  platform: Platform,
): Promise<Mount[]> {
  const table = await runner.send(step, mountLook(host, platform), { timeLimitSeconds: 60 });
  return parseMountTable(table.stdout.toString('utf8'));
}

/**
 * The mount tables of several nodes, all of them at the same time.
 * @returns instead of a table the error if a node was not seen: nothing is known of it then
 */
export function mountTablesOf(
  runner: CommandRunner,
  step: string,
  nodes: readonly string[],
  platform: Platform,
): Promise<(MountsOfNode | { readonly node: string; readonly error: unknown })[]> {
  return Promise.all(
    nodes.map(async (node) => {
      try {
        return { node, mounts: await mountTableOf(runner, step, node, platform) };
      } catch (error) {
        return { node, error };
      }
    }),
  );
}
