import { expect, test } from 'vitest';
import { renameHost } from './rename-host.ts';
import { EditRefused } from './site-edit.ts';

const text = `hosts:
  node1: { role: primary } # the first
  node3: { role: backup }
tape: { host: node3, device: /dev/rmt/0 }
jobs:
  nightly:
    services: { nodes: { node1: { stop: [stop node1], resume: [] } } }
    scripts:
      - { before: dump, host: node3, command: cool }
      - { after: dump, host: node1, command: warm }
    drill: { schedule: { at: "14:00" }, to: "node1:/var/tmp" }
`;

test('references to a host follow its new name; words of commands do not', () => {
  expect(renameHost(renameHost(text, 'node1', 'oslo'), 'node3', 'bergen')).toBe(`hosts:
  oslo: { role: primary } # the first
  bergen: { role: backup }
tape: { host: bergen, device: /dev/rmt/0 }
jobs:
  nightly:
    services: { nodes: { oslo: { stop: [stop node1], resume: [] } } }
    scripts:
      - { before: dump, host: bergen, command: cool }
      - { after: dump, host: oslo, command: warm }
    drill: { schedule: { at: "14:00" }, to: oslo:/var/tmp }
`);
});

test('a name that another host has is refused', () => {
  expect(() => renameHost(text, 'node1', 'node3')).toThrow(EditRefused);
});
