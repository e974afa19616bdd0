import { describe, expect, test } from 'vitest';
import { newSiteText } from './new-site.ts';
import { withNamedHost } from './named-host.ts';

const hostLines = (text: string) =>
  text.slice(text.indexOf('hosts:'), text.indexOf('jobs:')).split('\n').slice(1).filter(Boolean);

describe('a host that the ssh configuration names', () => {
  test('replaces a host that is not described yet; the drive follows its host', () => {
    let text = withNamedHost(newSiteText, { name: 'payroll-a', user: 'root' }, 'primary');
    text = withNamedHost(text, { name: 'payroll-b', user: undefined }, 'primary');
    text = withNamedHost(text, { name: 'vault', user: 'backup' }, 'backup');
    expect(hostLines(text)).toEqual([
      '  payroll-a: { role: primary }',
      '  payroll-b: { role: primary, user: root }',
      '  vault: { role: backup }',
      'tape: { host: vault, device: /dev/rmt/0 }',
    ]);
  });

  test('is added if every host is described', () => {
    let text = newSiteText;
    for (const name of ['a', 'b', 'c']) text = withNamedHost(text, { name, user: undefined }, 'primary');
    expect(hostLines(text)).toEqual([
      '  a: { role: primary, user: root }',
      '  b: { role: primary, user: root }',
      '  node3: { role: backup, user: root }',
      '  c: { role: primary, user: root }',
      'tape: { host: node3, device: /dev/rmt/0 }',
    ]);
  });

  test('with the name of a host of the new file is that host', () => {
    const text = withNamedHost(newSiteText, { name: 'node2', user: 'gds' }, 'primary');
    expect(hostLines(text)).toEqual([
      '  node1: { role: primary, user: root }',
      '  node2: { role: primary }',
      '  node3: { role: backup, user: root }',
      'tape: { host: node3, device: /dev/rmt/0 }',
    ]);
  });
});
