import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseJob, parseSite, readSite, siteOf } from './site-file.ts';
import { refusalOf, sampleSite, sampleSiteText, type Tree } from './site.test-support.ts';

const wrongValueHint = 'see docs/site-file.md for every key and its values';

describe('a site file', () => {
  it('is accepted as the README shows it, with its defaults', () => {
    const site = parseSite('site.yaml', sampleSiteText);
    expect(site.hosts['node3']).toEqual({
      role: 'backup',
      address: 'backup.example.com',
      user: 'root',
      become: 'none',
      key: '~/.ssh/backup_ed25519',
      ssh: 'legacy',
    });
    expect(site.jobs['nightly']).toEqual({
      class: 'Class1',
      volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
      shadow: { class: 'Class2', disks: { Disk3: 'c1t1d3' } },
      method: '6a',
      nodes: 'all',
      route: 'console',
      services: { stop: [['umount', '/app']], resume: [['mount', '/app']] },
      fsck: { answerYes: false },
      mountPoint: '/mnt1',
      media: { layout: 'plain', overwrite: false, span: false, recordBytes: 32_768 },
      verify: { fingerprint: 64, readback: true, digest: 'sha256', unheld: 'refuse' },
      approve: 'operator',
      onFailure: 'halt',
      onSkippedFiles: 'warn',
      onReadError: 'fail',
      resynchronisation: { everySeconds: 10, wait: true },
      part: { synchroniseFirst: false, tries: 1, everySeconds: 60 },
      protect: {},
      rejoin: 'after-backup',
      restore: { makeFileSystem: {} },
      scripts: [],
    });
  });

  it('asks about the services and for approval where the job says nothing', () => {
    const site = sampleSite();
    const { class: className, volumes, shadow } = site.jobs.nightly;
    site.jobs.nightly = { class: className, volumes, shadow };
    expect(siteOf('site.yaml', site).jobs['nightly']).toMatchObject({
      services: 'ask',
      approve: 'operator',
      onFailure: 'halt',
    });
  });
});

describe('a site file that cannot be read', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shadowtape-site-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is missing', async () => {
    const file = join(folder, 'site.yaml');
    await expect(readSite(file)).rejects.toMatchObject({
      code: 'SITE_FILE_MISSING',
      message: `there is no site file at ${file}`,
      hint: 'name it with --site FILE; without --site the embedded lab is used',
    });
  });

  it('is a folder', async () => {
    await expect(readSite(folder)).rejects.toMatchObject({
      code: 'SITE_FILE_UNREADABLE',
      message: `the site file ${folder} cannot be read: it is a folder`,
      hint: 'make the file readable for the user who runs shadowtape',
    });
  });

  it('lies below a file, or at the end of links that lead in a circle', async () => {
    await mkdir(join(folder, 'links'));
    await symlink('circle', join(folder, 'links', 'circle'));
    await writeFile(join(folder, 'file'), '');
    await expect(readSite(join(folder, 'file', 'site.yaml'))).rejects.toThrow(
      /cannot be read: a part of its path is not a folder$/,
    );
    await expect(readSite(join(folder, 'links', 'circle'))).rejects.toThrow(
      /cannot be read: its symbolic links lead in a circle$/,
    );
  });

  it('is read as the same site that its text is', async () => {
    const file = join(folder, 'site.yaml');
    await writeFile(file, sampleSiteText);
    expect(await readSite(file)).toEqual(parseSite(file, sampleSiteText));
  });
});

describe('a site file that is not YAML', () => {
  it('may refer to itself, and is refused like any other', () => {
    expect(() => parseSite('site.yaml', 'site: &site [*site]\n')).toThrow(
      'site.yaml:1: site: must be text, but is a list',
    );
    expect(() => parseSite('site.yaml', 'jobs: &jobs { jobs: *jobs }\n')).toThrow(
      'site.yaml:1: unknown key "jobs" in jobs.jobs',
    );
  });

  it.each([
    [
      'a tab',
      sampleSiteText.replace('  node1:', '\tnode1:'),
      'line 4, column 1: a tab is used for indentation',
    ],
    [
      'a key that stands twice',
      `${sampleSiteText}site: again\n`,
      'line 20, column 1: this key appears twice',
    ],
    [
      'a second document',
      `${sampleSiteText}---\nsite: other\n`,
      'line 20, column 1: a second document begins here, and a site file has one',
    ],
    [
      'an alias without its anchor',
      'site: payroll\ntape: *drive\n',
      'line 2, column 7: there is no anchor &drive before *drive',
    ],
  ])('with %s', (_what, text, words) => {
    expect(() => parseSite('site.yaml', text)).toThrow(
      expect.objectContaining({
        code: 'SITE_FILE_NOT_YAML',
        message: `site.yaml is not valid YAML: ${words}`,
      }),
    );
  });

  it('with anchors that unfold without measure', () => {
    const rows = ['a', 'b', 'c', 'd'].map((name, index, names) => {
      const inner = index === 0 ? 'x' : `*${names[index - 1]}`;
      return `${name}: &${name} [${Array(10).fill(inner).join(', ')}]`;
    });
    expect(() => parseSite('site.yaml', rows.join('\n'))).toThrow(
      'site.yaml is not valid YAML: line 1, column 1: its anchors and aliases unfold into more than a site file can hold',
    );
  });
});

describe('a site file with a wrong key or value', () => {
  const job = (change: (job: Tree) => void) => (site: Tree) => change(site.jobs.nightly);

  it.each<[string, string, string, (site: Tree) => void]>([
    [
      'extra',
      'the file',
      'site, platform, fileNames, gds, hosts, tape, library, connections, report, sign, journals, pools, notify, jobs',
      (site) => (site.extra = 1),
    ],
    [
      'adress',
      'hosts.node1',
      'role, address, port, user, become, key, login, ssh',
      (site) => (site.hosts.node1.adress = 'node1'),
    ],
    [
      'layuot',
      'jobs.nightly.media',
      'layout, overwrite, name, pool, span, keep, recordBytes',
      job((nightly) => (nightly.media.layuot = 'plain')),
    ],
    ['restart', 'jobs.nightly.services', 'stop, resume', job((nightly) => (nightly.services.restart = []))],
    [
      'reload',
      'jobs.nightly.services.nodes.node1',
      'stop, resume',
      job((nightly) => (nightly.services = { nodes: { node1: { stop: [], resume: [], reload: [] } } })),
    ],
  ])('refuses the unknown key "%s" in %s, and lists the others', (key, path, allowed, change) => {
    expect(refusalOf(change)).toMatchObject({
      code: 'SITE_KEY_UNKNOWN',
      sentence: `site.yaml: unknown key "${key}" in ${path}`,
      hint: `${key === 'adress' ? 'did you mean "address"? ' : ''}keys allowed here: ${allowed}`,
    });
  });

  it.each<[string, (site: Tree) => void]>([
    ['site: must not be empty', (site) => (site.site = '')],
    ['platform: must be one of: solaris, linux', (site) => (site.platform = 'aix')],
    ['jobs: is missing', (site) => delete site.jobs],
    ['jobs: must be a set of keys, but is empty', (site) => (site.jobs = null)],
    ['hosts: must be a set of keys, but is a list', (site) => (site.hosts = [])],
    ['hosts.node 4: is not a host name', (site) => (site.hosts['node 4'] = { role: 'tape' })],
    [
      'hosts.node1.role: must be one of: primary, backup, tape',
      (site) => (site.hosts.node1.role = 'secondary'),
    ],
    ['hosts.node1.port: must be a number, but is text', (site) => (site.hosts.node1.port = '22')],
    ['hosts.node1.port: must be at most 65535', (site) => (site.hosts.node1.port = 70_000)],
    ['tape.device: is missing', (site) => delete site.tape.device],
    ['tape.device: must be a device below /dev', (site) => (site.tape.device = 'rmt/0')],
    ['jobs.night shift: is not a job name', (site) => (site.jobs['night shift'] = site.jobs.nightly)],
    ['jobs.nightly.class: is missing', job((nightly) => delete nightly.class)],
    ['jobs.nightly.method: must be one of: 6a, 6b, 6c, 6d, 6e', job((nightly) => (nightly.method = '6f'))],
    [
      'jobs.nightly.volumes[0].method: must be one of: 6a, 6b, 6c, 6d, 6e',
      job((nightly) => (nightly.volumes[0].method = '6f')),
    ],
    [
      'jobs.nightly.shadow.stripeWidth.Group6a: must be at least one block',
      job((nightly) => (nightly.shadow.stripeWidth = { Group6a: 0 })),
    ],
    ['jobs.nightly.volumes: must be a list, but is text', job((nightly) => (nightly.volumes = 'Volume2'))],
    ['jobs.nightly.volumes: names no volume', job((nightly) => (nightly.volumes = []))],
    ['jobs.nightly.volumes[0].proxy: is missing', job((nightly) => delete nightly.volumes[0].proxy)],
    [
      'jobs.nightly.media.overwrite: must be true or false, but is text',
      job((nightly) => (nightly.media.overwrite = 'yes')),
    ],
    [
      'jobs.nightly.media.name: must be 1 to 32 letters, digits, "_", "." and "-", and not "data"',
      job((nightly) => (nightly.media.name = 'PAYROLL 01')),
    ],
    [
      'jobs.nightly.media.keep: must be a number of days, weeks or years, such as "30 days"',
      job((nightly) => (nightly.media.keep = '0 days')),
    ],
    [
      'jobs.nightly.media.recordBytes: must be a multiple of 512',
      job((nightly) => (nightly.media.recordBytes = 1000)),
    ],
    [
      'jobs.nightly.media.recordBytes: must be at least 512',
      job((nightly) => (nightly.media.recordBytes = 256)),
    ],
    [
      'jobs.nightly.verify.fingerprint: must be at least 2 (the first and the last block)',
      job((nightly) => (nightly.verify.fingerprint = 1)),
    ],
    [
      'jobs.nightly.verify.fingerprint: must have one of these forms: a whole number, all',
      job((nightly) => (nightly.verify.fingerprint = 2.5)),
    ],
    [
      'jobs.nightly.verify.fingerprint: "all" needs method 6a: 6b does not write the bytes of the device for Volume2, so they cannot be compared',
      job((nightly) => {
        nightly.method = '6b';
        nightly.verify.fingerprint = 'all';
      }),
    ],
    [
      'jobs.nightly.verify.fingerprint: "all" needs verify.digest: sha256 or cksum: without a digest there is nothing to compare',
      job((nightly) => {
        nightly.route = 'server';
        nightly.verify = { fingerprint: 'all', digest: 'none' };
      }),
    ],
    [
      'jobs.nightly.verify.fingerprint: "all" needs nodes: all: one node reads the whole proxy, and only that node can report its progress',
      job((nightly) => {
        nightly.nodes = 'any';
        nightly.verify.fingerprint = 'all';
      }),
    ],
    ['jobs.nightly.nodes: must be one of: all, any', job((nightly) => (nightly.nodes = 'most'))],
    [
      'jobs.nightly.services: must have one of these forms: ask, not-needed, {stop, resume}, {nodes}, {whereMounted}',
      job((nightly) => (nightly.services = 'never')),
    ],
    ['jobs.nightly.services.resume: is missing', job((nightly) => delete nightly.services.resume)],
    [
      'jobs.nightly.services.stop[0]: "umount /app && sync" is not a plain command: "&" needs a shell',
      job((nightly) => (nightly.services.stop = ['umount /app && sync'])),
    ],
    [
      'jobs.nightly.services.stop[1]: cannot build a command line: an argument holds a NUL character',
      job((nightly) => (nightly.services.stop = ['umount /app', ['echo', 'a\0b']])),
    ],
    [
      'jobs.nightly.services.stop[0]: cannot build a command line: no program is named',
      job((nightly) => (nightly.services.stop = [['']])),
    ],
    ['jobs.nightly.services.stop[0]: must not be empty', job((nightly) => (nightly.services.stop = [[]]))],
    [
      'jobs.nightly.mountPoint: must be an absolute path of letters, digits, ".", "_" and "-"',
      job((nightly) => (nightly.mountPoint = '/mnt1/..')),
    ],
  ])('%s', (words, change) => {
    expect(refusalOf(change)).toMatchObject({
      code: 'SITE_VALUE_WRONG',
      sentence: `site.yaml: ${words}`,
      hint: wrongValueHint,
    });
  });

  it('says of an empty file that it is empty', () => {
    expect(() => parseSite('site.yaml', '# nothing yet\n')).toThrow(
      'site.yaml: the file: must be a set of keys, but is empty',
    );
  });
});

describe('a site file with several errors', () => {
  const broken = sampleSiteText
    .replace('device: /dev/rmt/0,', 'devcie: /dev/rmt/0,')
    .replace('method: 6a ', 'method: 7a ')
    .replace('approve:', 'aprove:');

  it('lists all of them with their lines, and misspelt keys first', () => {
    expect(() => parseSite('site.yaml', broken)).toThrow(
      expect.objectContaining({
        code: 'SITE_KEY_UNKNOWN',
        message: 'site.yaml:7: unknown key "devcie" in tape',
        hint: 'did you mean "device"? keys allowed here: host, device, drive, onCriticalAlert, rmt, rmtDialect, changer, changerDrive, nextTape',
        evidence: {
          also: [
            'site.yaml:18: unknown key "aprove" in jobs.nightly',
            'site.yaml:7: tape.device: is missing',
            'site.yaml:13: jobs.nightly.method: must be one of: 6a, 6b, 6c, 6d, 6e',
          ].join('\n'),
        },
      }),
    );
  });

  it('lists every rule that is broken', () => {
    const text = sampleSiteText
      .replace('/dev/rmt/0', '/dev/st0')
      .replace('class: Class2', 'class: Class1')
      .replace('master: Volume1', 'master: Volume2');
    expect(() => parseSite('site.yaml', text)).toThrow(
      expect.objectContaining({
        message: 'site.yaml:7: tape.device: /dev/st0 is not a tape device such as /dev/rmt/0 (Solaris)',
        evidence: {
          also: [
            'site.yaml:11: jobs.nightly.volumes[0]: Volume2 is named twice; a proxy volume cannot be its own master',
            'site.yaml:12: jobs.nightly.shadow.class: the shadow class must not have the name of the primary class (Class1)',
          ].join('\n'),
        },
      }),
    );
  });

  it('refuses names that every object has, and takes those that only seem to be', () => {
    const named = (name: string) => sampleSiteText.replace('  nightly:', `  ${name}:`);
    expect(() => parseSite('site.yaml', named('__proto__'))).toThrow(
      'site.yaml:9: jobs.__proto__: this name cannot be used',
    );
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      const site = parseSite('site.yaml', named(name));
      expect(chooseJob('site.yaml', site, undefined)).toMatchObject({ name, job: { class: 'Class1' } });
    }
  });
});

describe('merge keys in a site file', () => {
  const merging = (defaults: string, node2: string) =>
    sampleSiteText.replace(/node1: {.*/, `node1: &h ${defaults}`).replace(/node2: {.*/, `node2: ${node2}`);

  it('are merged, and own keys win', () => {
    const site = parseSite(
      'site.yaml',
      merging('{ role: primary, user: root, port: 22 }', '{ <<: *h, address: n2, port: 2022 }'),
    );
    expect(site.hosts['node2']).toMatchObject({ role: 'primary', user: 'root', address: 'n2', port: 2022 });
  });

  it.each([
    ['a text', '{ <<: root }', 'the merge key << needs a set of keys, such as *NAME'],
    ['a list of texts', '{ <<: [*h, a] }', 'the merge key << needs a set of keys, such as *NAME'],
    ['itself', '&n { <<: *n }', 'the merge key << merges a set of keys into itself'],
    ['an alias without its anchor', '{ <<: *x }', 'there is no anchor &x before *x'],
  ])('are refused where they merge %s', (_what, node2, reason) => {
    expect(() => parseSite('site.yaml', merging('{ role: primary }', node2))).toThrow(
      new RegExp(`^site.yaml is not valid YAML: line 5, column \\d+: ${reason.replace(/[*]/g, '\\*')}$`),
    );
  });

  it('are refused where they merge into more than a site has', () => {
    const rows = Array.from({ length: 8 }, (_, index) => {
      const sources =
        index === 0
          ? ''
          : `<<: [${Array(10)
              .fill(`*m${index - 1}`)
              .join(', ')}], `;
      return `k${index}: &m${index} { ${sources}a${index}: 1 }`;
    });
    expect(() => parseSite('site.yaml', rows.join('\n'))).toThrow(
      'site.yaml is too large for a site file: it has more than 10,000 keys',
    );
  });
});
