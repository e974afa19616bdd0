import { describe, expect, it } from 'vitest';
import { refusalOf, type Tree } from './site.test-support.ts';

const job = (change: (job: Tree) => void) => (site: Tree) => change(site.jobs.nightly);

const inLibrary = (library: object) => (site: Tree) => {
  site.tape.changer = '/dev/sg3';
  site.library = library;
};

describe('names that GDS forbids', () => {
  const tooLong = 'C'.repeat(33);
  it.each<[string, string, (site: Tree) => void]>([
    ['class', 'Class 1', job((nightly) => (nightly.class = 'Class 1'))],
    ['class', tooLong, job((nightly) => (nightly.class = tooLong))],
    [
      'volumes[0].master',
      'Volume1,Volume3',
      job((nightly) => (nightly.volumes[0].master = 'Volume1,Volume3')),
    ],
    ['volumes[0].proxy', '-V', job((nightly) => (nightly.volumes[0].proxy = '-V'))],
    ['shadow.class', '', job((nightly) => (nightly.shadow.class = ''))],
    ['shadow.group', 'Group/2', job((nightly) => (nightly.shadow.group = 'Group/2'))],
    ['shadow.volume', '_Volume2', job((nightly) => (nightly.shadow.volume = '_Volume2'))],
    ['shadow.stripeWidth', 'Group/6', job((nightly) => (nightly.shadow.stripeWidth = { 'Group/6': 32 }))],
    ['shadow.disks', 'Disk=3', job((nightly) => (nightly.shadow.disks = { 'Disk=3': 'c1t1d3' }))],
  ])('%s: "%s"', (path, name, change) => {
    expect(refusalOf(change)).toMatchObject({
      code: 'SITE_NAME_FORBIDDEN',
      sentence: `site.yaml: jobs.nightly.${path}: "${name}" is not a name that GDS accepts`,
      hint: 'a GDS name has 1 to 32 letters, digits, "-" and "_", and begins with a letter or a digit',
    });
  });

  it('accepts 32 characters, and the signs that GDS has', () => {
    expect(refusalOf(job((nightly) => (nightly.class = `0-_${'C'.repeat(29)}`)))).toBeUndefined();
  });
});

describe('rules of a site', () => {
  it.each<[string, (site: Tree) => void]>([
    ['hosts: no host has the role primary', (site) => (site.hosts = { node3: site.hosts.node3 })],
    ['hosts: exactly one host has the role backup, not 2', (site) => (site.hosts.node2.role = 'backup')],
    ['hosts: exactly one host has the role backup, not 0', (site) => (site.hosts.node3.role = 'tape')],
    ['tape.host: there is no host node9; hosts: node1, node2, node3', (site) => (site.tape.host = 'node9')],
    [
      'tape.host: there is no host constructor; hosts: node1, node2, node3',
      (site) => (site.tape.host = 'constructor'),
    ],
    [
      'tape.changerDrive: is the number of a drive in tape.changer, which is missing',
      (site) => (site.tape.changerDrive = 1),
    ],
    ['library: needs the changer of the library in tape.changer', (site) => (site.library = {})],
    [
      'library.barcodes.W2: PAY001L6 is already the bar code of W1',
      inLibrary({ barcodes: { W1: 'PAY001L6', W2: 'PAY001L6' } }),
    ],
    [
      'library.barcodes.W1: CLN001L1 is the bar code of a cleaning or diagnostic cartridge',
      inLibrary({ barcodes: { W1: 'CLN001L1' } }),
    ],
    [
      'library.barcodes.W1: ZZ0001L1 is the bar code of a cleaning or diagnostic cartridge',
      inLibrary({ barcodes: { W1: 'ZZ0001L1' }, cleaning: ['ZZ'] }),
    ],
    [
      'tape.device: /dev/rmt is not a tape device such as /dev/rmt/0 (Solaris)',
      (site) => (site.tape.device = '/dev/rmt'),
    ],
    [
      'tape.device: /dev/st0 is not a tape device such as /dev/rmt/0 (Solaris)',
      (site) => (site.tape.device = '/dev/st0'),
    ],
    [
      'jobs.nightly.shadow.class: the shadow class must not have the name of the primary class (Class1)',
      job((nightly) => (nightly.shadow.class = 'Class1')),
    ],
    ...(['group', 'volume'] as const).map((key): [string, (site: Tree) => void] => [
      `jobs.nightly.shadow.${key}: is only for a job with one volume, and this job has 2; their shadows get the names of their proxies`,
      job((nightly) => {
        nightly.volumes.push({ master: 'Volume3', proxy: 'Volume4' });
        nightly.shadow[key] = 'Copy';
      }),
    ]),
    ...(
      [
        ['there is no pool monthly; pools: weekly', { layout: 'labelled', pool: 'monthly' }],
        ['there is no pool constructor; pools: weekly', { layout: 'labelled', pool: 'constructor' }],
        ['a pool needs layout: labelled', { pool: 'weekly' }],
        ['use either pool or name, not both', { layout: 'labelled', pool: 'weekly', name: 'W1' }],
        [
          'a run of a pool writes one tape, unless the site has a library: leave out span',
          { layout: 'labelled', pool: 'weekly', span: true },
        ],
        [
          'the pool keeps its tapes for their retention: leave out overwrite',
          { layout: 'labelled', pool: 'weekly', overwrite: true },
        ],
      ] as const
    ).map(([reason, media]): [string, (site: Tree) => void] => [
      `jobs.nightly.media.pool: ${reason}`,
      (site) => {
        site.pools = { weekly: { tapes: ['W1', 'W2'], keep: '4 weeks' } };
        site.jobs.nightly.media = media;
      },
    ]),
    [
      'pools.weekly.tapes[1]: W1 is named twice',
      (site) => (site.pools = { weekly: { tapes: ['W1', 'W1'], keep: '4 weeks' } }),
    ],
    [
      'pools.monthly.tapes[0]: W1 is already in the pool weekly',
      (site) =>
        (site.pools = {
          weekly: { tapes: ['W1'], keep: '4 weeks' },
          monthly: { tapes: ['W1'], keep: '1 year' },
        }),
    ],
    ['jobs.nightly.shadow.disks: names no disk', job((nightly) => (nightly.shadow.disks = {}))],
    [
      'jobs.nightly.shadow.disks.Disk3: "c1t1d3=Disk4" is not the name of a device, such as c1t1d3 (without its path)',
      job((nightly) => (nightly.shadow.disks = { Disk3: 'c1t1d3=Disk4' })),
    ],
    [
      'jobs.nightly.shadow.disks.Disk3: "/dev/rdsk/c1t1d3" is not the name of a device, such as c1t1d3 (without its path)',
      job((nightly) => (nightly.shadow.disks = { Disk3: '/dev/rdsk/c1t1d3' })),
    ],
    [
      'jobs.nightly.shadow.disks.Disk4: c1t1d3 is already the device of Disk3',
      job((nightly) => (nightly.shadow.disks = { Disk3: 'c1t1d3', Disk4: 'c1t1d3' })),
    ],
    [
      'jobs.nightly.volumes[0]: Volume1 is named twice; a proxy volume cannot be its own master',
      job((nightly) => (nightly.volumes[0].proxy = 'Volume1')),
    ],
    [
      'jobs.nightly.services.nodes.node3: node3 is not a primary node of this site',
      job((nightly) => (nightly.services = { nodes: { node3: { stop: [], resume: [] } } })),
    ],
    [
      'jobs.nightly.services.nodes.constructor: constructor is not a primary node of this site',
      job((nightly) => (nightly.services = { nodes: { constructor: { stop: [], resume: [] } } })),
    ],
  ])('%s', (words, change) => {
    expect(refusalOf(change)).toMatchObject({ code: 'SITE_VALUE_WRONG', sentence: `site.yaml: ${words}` });
  });

  it('refuses two hosts of one address and port, also where one of them is known by its name alone', () => {
    const hint = 'declare each machine once; the backup server cannot be a primary node';
    const sameAddress = (site: Tree) => {
      site.hosts.node1.address = '10.0.0.1';
      site.hosts.node3 = { ...site.hosts.node3, address: '10.0.0.1', port: 22 };
    };
    expect(refusalOf(sameAddress)).toMatchObject({
      code: 'SITE_HOSTS_ALIKE',
      sentence: 'site.yaml: hosts node1 and node3 are the same machine (10.0.0.1:22)',
      hint,
    });
    expect(refusalOf((site) => (site.hosts.node3.address = 'NODE1'))).toMatchObject({
      code: 'SITE_HOSTS_ALIKE',
      sentence: 'site.yaml: hosts node1 and node3 are the same machine (node1:22)',
      hint,
    });
  });

  it('accepts hosts of one address on several ports, and a tape on a host of its own', () => {
    expect(
      refusalOf((site) =>
        Object.values<Tree>(site.hosts).forEach((host, index) =>
          Object.assign(host, { address: '127.0.0.1', port: 2001 + index }),
        ),
      ),
    ).toBeUndefined();
    const tapeApart = (site: Tree) => {
      site.hosts.library = { role: 'tape' };
      site.tape = { host: 'library', device: '/dev/rmt/1cn' };
    };
    expect(refusalOf(tapeApart)).toBeUndefined();
  });

  it('asks for a tape device of the platform', () => {
    const linux = (device: string) => (site: Tree) => {
      site.platform = 'linux';
      site.tape.device = device;
    };
    const accepted = [
      '/dev/nst0',
      '/dev/IBMtape0',
      '/dev/IBMtape0n',
      '/dev/tape/by-id/scsi-35000e111-nst',
      '/dev/tape/by-path/pci-0000:03:00.0-sas-0x5000e11100a00001-lun-0',
      '/dev/tape/by-path/ip-10.0.0.1:3260-iscsi-iqn.2026-01.lab.tape:d1-lun-1-nst',
    ];
    for (const device of accepted) expect(refusalOf(linux(device)), device).toBeUndefined();
    for (const device of ['/dev/rmt/0', '/dev/tape/by-id/scsi-35000e111-changer', '/dev/IBMchanger0'])
      expect(refusalOf(linux(device))).toMatchObject({
        sentence: `site.yaml: tape.device: ${device} is not a tape device such as /dev/st0 or /dev/IBMtape0 (Linux)`,
      });
    expect(refusalOf((site) => (site.tape.device = '/dev/IBMtape0'))).toMatchObject({
      sentence: 'site.yaml: tape.device: /dev/IBMtape0 is not a tape device such as /dev/rmt/0 (Solaris)',
    });
  });
});

describe('the file system of a job', () => {
  it.each<[string, Tree]>([
    [
      'method 6b does not back up a GFS Shared File System: use method 6a only',
      { fileSystem: 'gfs-shared', method: '6b' },
    ],
    [
      'method 6c does not back up a GFS Local File System: use methods 6a, 6d, 6e',
      { fileSystem: 'gfs-local', method: '6c' },
    ],
    [
      'method 6d does not back up a ufs file system: use methods 6a, 6b, 6c',
      { fileSystem: 'ufs', method: '6d' },
    ],
    [
      'method 6b does not back up data of a raw device: use method 6a only',
      { fileSystem: 'raw', method: '6b' },
    ],
    ['Solaris has no ext3 file system', { fileSystem: 'ext3' }],
  ])('is refused where its method does not fit: %s', (reason, options) => {
    expect(refusalOf(job((nightly) => Object.assign(nightly, options)))).toMatchObject({
      code: 'SITE_VALUE_WRONG',
      sentence: `site.yaml: jobs.nightly.fileSystem: ${reason}`,
    });
  });

  it.each([{ fileSystem: 'gfs-shared' }, { fileSystem: 'gfs-local', method: '6e' }, { method: '6d' }])(
    'is taken with a method that backs it up: %j',
    (options) => {
      expect(refusalOf(job((nightly) => Object.assign(nightly, options)))).toBeUndefined();
    },
  );
});
