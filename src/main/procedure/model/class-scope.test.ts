import { describe, expect, it } from 'vitest';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { outsideScope } from './class-scope.ts';

const titles = 'OBJ    NAME    TYPE   SCOPE       SPARE\n------ ------- ------ ----------- -----\n';
const row = (name: string, scope: string) => `class  ${name}  shared ${scope} 0\n`;
const told = (node: string, rows = '', name = node) => ({
  node,
  name,
  classes: parseSdxinfo(`${titles}${rows}`).classes,
});

describe('a node is outside of the scope of a class', () => {
  it('where it does not list the class, and the scope on the other nodes has their names and not its own', () => {
    const nodes = [told('node1', row('Class9', 'node1:node4')), told('node2', row('Class1', 'node2:node3'))];
    expect(outsideScope(nodes, 'Class1')).toEqual([{ node: 'node1', scope: ['node2', 'node3'] }]);
  });

  it.each([
    [
      'the scope has its name: it does not see what it shares',
      [told('node1'), told('node2', row('Class1', 'node1:node2'))],
    ],
    [
      'the scope has other names than the nodes: it does not tell of whom it speaks',
      [told('node1'), told('node2', row('Class1', 'cf-2:cf-3'))],
    ],
    [
      'the nodes show different scopes',
      [told('node1'), told('node2', row('Class1', 'node2:node3')), told('node3', row('Class1', 'node3'))],
    ],
    ['the scope is not shown', [told('node1'), told('node2', row('Class1', '*'))]],
    ['no node shows the class', [told('node1'), told('node2')]],
    ['the other nodes tell nothing', [told('node1')]],
  ])('not where %s', (_what, nodes) => {
    expect(outsideScope(nodes, 'Class1')).toEqual([]);
  });
});
