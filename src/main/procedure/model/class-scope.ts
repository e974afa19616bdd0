/** Which nodes are proven not to share a class, from the class tables of all of them. Pure. */
import { say } from '../../../contract/text/say.ts';
import type { SdxClass } from '../../gds/sdxinfo-objects.ts';

/** What one node shows of its classes. */
export interface ClassesOfNode {
  /** As the site file names it. */
  readonly node: string;
  /** As it calls itself (uname -n). */
  readonly name: string;
  readonly classes: readonly SdxClass[];
}

/** A primary node of the site that does not share the class of a job. */
export interface OutsideNode {
  readonly node: string;
  /** The nodes that share the class, as sdxinfo names them. */
  readonly scope: readonly string[];
}

/**
 * @param told one for each node that answers
 * @returns nothing if the scope is not shown, differs between nodes, or lacks a node that shows the class: it then does
 *   not use the nodes' own names, and proves nothing
 */
export function outsideScope(told: readonly ClassesOfNode[], className: string): OutsideNode[] {
  const scopeOn = ({ classes }: ClassesOfNode) => classes.find(({ name }) => name === className)?.scope;
  const showing = told.filter(({ classes }) => classes.some(({ name }) => name === className));
  const scopes = new Set(showing.map(scopeOn));
  const [words] = scopes;
  if (words === undefined || scopes.size !== 1) return [];
  const scope = words.split(':');
  if (!showing.every(({ name }) => scope.includes(name))) return [];
  return told
    .filter((node) => !showing.includes(node) && !scope.includes(node.name))
    .map(({ node }) => ({ node, scope }));
}

/** `node1 is not used: Class1 is shared by node2 alone, as sdxinfo shows` */
export const outsideWords = (className: string, { node, scope }: OutsideNode): string =>
  say('{node} is not used: it does not share {class}, whose scope is {scope}', {
    node,
    class: className,
    scope: scope.join(', '),
  });
