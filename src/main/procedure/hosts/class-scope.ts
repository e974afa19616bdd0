/**
 * Which primary nodes of the site do not share the class of a job. GDS shows a class only on the nodes of its scope
 * (GDS guide 4.5, D.6), and only those reach its volumes. A node that shows nothing of the class proves nothing, since
 * it may not see what it shares. It is left out only if its own sdxinfo lists other classes, and the scope on the other
 * nodes has their names but not its own.
 */
import { isFailure } from '../../../contract/errors.ts';
import { sdxinfo } from '../../gds/commands.ts';
import { readSdxinfoText } from '../../gds/sdxinfo-table.ts';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { outsideScope, type ClassesOfNode, type OutsideNode } from '../model/class-scope.ts';
import type { World } from '../model/world.ts';
import type { Look } from '../model/step.ts';
import type { CommandRunner } from './command-runner.ts';
import { Observer, type Observed } from './observe.ts';

const limits = { timeLimitSeconds: 60 };

/** @returns nothing if the node does not show its classes or its name */
async function classesOf(runner: CommandRunner, step: string, host: string): Promise<ClassesOfNode[]> {
  const ask = async (argv: readonly string[]) =>
    (await runner.send(step, { host, argv, changes: false }, limits)).stdout.toString('utf8');
  try {
    const name = (await ask(['uname', '-n'])).trim();
    const printed = await ask(sdxinfo({ show: ['class'] }));
    const { classes } = parseSdxinfo(printed);
    const hasTitles = readSdxinfoText(printed).tables.length > 0;
    return name === '' || !hasTitles ? [] : [{ node: host, name, classes }];
  } catch (error) {
    // No answer proves nothing.
    if (isFailure(error)) return [];
    throw error;
  }
}

/** True if a node that answers shows nothing of the class, or its sdxinfo fails: it may be outside of the scope. */
const isDoubtful = ({ primaries, missing = [] }: World, className: string): boolean =>
  missing.some(({ gds }) => gds) ||
  primaries.some(({ report }) => report.volumes.every((volume) => volume.class !== className));

/** Asks the nodes which of them are proven not to share a class. */
export async function nodesOutside(
  runner: CommandRunner,
  step: string,
  { primaryNodes, class: className }: Pick<Observed, 'primaryNodes' | 'class'>,
): Promise<OutsideNode[]> {
  const reported = await Promise.all(primaryNodes.map((node) => classesOf(runner, step, node)));
  return outsideScope(reported.flat(), className);
}

/** The view of the class, and the nodes that do not share it: only the others are observed then. */
export interface SeenWithinScope {
  readonly world: World;
  readonly outside: readonly OutsideNode[];
}

/**
 * Queries the cluster like `Observer.look`, without nodes that are proven not to share the class.
 * @throws as `Observer.look`
 */
export async function lookWithinScope(
  runner: CommandRunner,
  step: string,
  observed: Observed,
  looks: readonly Look[],
): Promise<SeenWithinScope> {
  const look = (primaryNodes: readonly string[]) =>
    new Observer(runner, { ...observed, primaryNodes }).look(step, looks);
  const { primaryNodes, class: className } = observed;
  let first: { readonly world: World } | { readonly error: unknown };
  try {
    first = { world: await look(primaryNodes) };
    if (!isDoubtful(first.world, className)) return { ...first, outside: [] };
  } catch (error) {
    if (!isFailure(error, 'SDXINFO_FAILED_ON')) throw error;
    first = { error };
  }
  const outside = await nodesOutside(runner, step, observed);
  if (outside.length === 0 && 'error' in first) throw first.error;
  if (outside.length === 0 && 'world' in first) return { world: first.world, outside };
  const within = primaryNodes.filter((node) => outside.every((each) => each.node !== node));
  return { world: await look(within), outside };
}
