import { expect, it } from 'vitest';
import type { CommandRunner } from '../../procedure/hosts/command-runner.ts';
import { requireTarget } from './restore-target-check.ts';
import { parseTarget } from './restore-target.ts';

const hosts = ['node1', 'node3'];

it.each([
  ['/restore', { kind: 'here', path: '/restore' }],
  ['/a:b', { kind: 'here', path: '/a:b' }],
  ['node3:/restore/', { kind: 'host', host: 'node3', path: '/restore' }],
  ['node3:/', { kind: 'host', host: 'node3', path: '/' }],
])('%s is a place', (to, target) => {
  expect(parseTarget(to, hosts)).toEqual(target);
});

it.each([
  ['node9:/restore', 'node9 is not a host of the site'],
  ['node3:restore', 'the path in node3:restore is not absolute'],
])('%s is refused', (to, message) => {
  expect(() => parseTarget(to, hosts)).toThrow(message);
});

it.each([
  ['older', 'image', '/image', '--overwrite older does not apply to an image'],
  ['always', 'files', 'node3:/restore', '--overwrite always does not apply to files on a host'],
  ['always', 'image', 'node3:/dev/rdsk/c2t0d0s2', '--overwrite always does not apply to a device'],
] as const)(
  '--overwrite %s of %s at %s is refused before the host is queried',
  async (overwrite, kind, to, message) => {
    const target = parseTarget(to, hosts);
    const nobody = {} as CommandRunner;
    const gds = { platform: 'solaris', primaries: [], all: [] } as const;
    await expect(requireTarget(nobody, { target, kind, bytes: 1, overwrite, gds })).rejects.toThrow(message);
  },
);
