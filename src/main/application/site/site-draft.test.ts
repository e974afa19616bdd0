import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDraft } from './site-draft.ts';

const good = `site: cluster-a
platform: solaris
hosts:
  node1: {role: primary}
  node2: {role: primary}
  backup1: {role: backup}
tape:
  host: backup1
  device: /dev/rmt/0
jobs:
  # every night
  night.ly:
    class: Class1
    volumes:
      - {master: Volume1, proxy: Volume2}
    shadow:
      class: Class2
      disks: {Disk1: c1t1d1}
  weekly:
    class: Class1
    volumes:
      - {master: Volume3, proxy: Volume4}
    shadow:
      class: Class2
      disks: {Disk1: c1t1d1}
`;

describe('the draft of a site file', () => {
  it('that is valid has its site, hosts and jobs, and no errors', () => {
    const draft = readDraft(good);
    expect(draft.troubles).toEqual([]);
    expect(draft.site?.site).toBe('cluster-a');
    expect(Object.keys(draft.hosts)).toEqual(['node1', 'node2', 'backup1']);
    expect(Object.keys(draft.jobs)).toEqual(['night.ly', 'weekly']);
    expect(draft.tapeHost).toBe('backup1');
  });

  it('reports every error at its place', () => {
    const text = good
      .replace('role: backup', 'role: spare')
      .replace('platform: solaris', 'platform: aix')
      .replace('    class: Class1\n', '    class: Class1\n    metod: 6a\n');
    expect(readDraft(text).troubles).toEqual([
      {
        sentence: 'unknown key "metod" in jobs.night.ly',
        hint: expect.stringMatching(
          /^did you mean "method"\? keys allowed here: class, volumes, shadow/,
        ) as string,
        path: 'jobs.night.ly.metod',
        line: 14,
      },
      {
        sentence: 'platform: must be one of: solaris, linux',
        hint: 'see docs/site-file.md for every key and its values',
        path: 'platform',
        line: 2,
      },
      {
        sentence: 'hosts.backup1.role: must be one of: primary, backup, tape',
        hint: 'see docs/site-file.md for every key and its values',
        path: 'hosts.backup1.role',
        line: 6,
      },
    ]);
  });

  it('reports the broken rules of each job, not only of the first', () => {
    const text = good
      .replaceAll('class: Class2', 'class: Class1')
      .replace('proxy: Volume4', 'proxy: "Volume 4"');
    expect(readDraft(text).troubles).toMatchObject([
      {
        sentence:
          'jobs.night.ly.shadow.class: the shadow class must not have the name of the primary class (Class1)',
        path: 'jobs.night.ly.shadow.class',
        line: 17,
      },
      { path: 'jobs.weekly.volumes[0].proxy', line: 22 },
      { path: 'jobs.weekly.shadow.class', line: 24 },
    ]);
  });

  it('with only the hosts so far can be tested with these', () => {
    const draft = readDraft(
      'platform: linux\nhosts:\n  node1: {role: primary, port: 2222}\n  node2: {role: spare}\n',
    );
    expect(draft.site).toBeUndefined();
    expect(draft.platform).toBe('linux');
    expect(draft.hosts).toMatchObject({ node1: { role: 'primary', port: 2222 } });
    expect(Object.keys(draft.hosts)).toEqual(['node1']);
    expect(draft.troubles.map(({ path }) => path)).toContain('tape');
  });

  it('that is not YAML reports the line', () => {
    expect(readDraft('site: a\nhosts: [node1\n').troubles).toMatchObject([{ path: undefined, line: 3 }]);
  });

  it.each(['', 'text', '- 1', 'null', 'hosts: 3', 'jobs: [1]', 'hosts: {node1: null}', 'a: *b'])(
    'is read whatever it is: %j',
    (text) => {
      expect(readDraft(text).troubles.length).toBeGreaterThan(0);
    },
  );

  it('is read whatever it is', () => {
    const line = fc.constantFrom(
      ...good.split('\n'),
      '  - x',
      'a: [',
      '"',
      '\t',
      '&a *a',
      'hosts: {}',
      '{',
      '}',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 30 }), (lines) => {
        const { troubles, site } = readDraft(lines.join('\n'));
        expect(site === undefined).toBe(troubles.length > 0);
        for (const { line: at } of troubles) expect(at ?? 1).toBeGreaterThan(0);
      }),
    );
  });
});
