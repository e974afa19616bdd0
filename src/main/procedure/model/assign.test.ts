import { describe, expect, it } from 'vitest';
import { parseSdxinfo } from '../../gds/sdxinfo.ts';
import { chooseJob, siteOf } from '../../site/site-file.ts';
import { assign } from './assign.ts';
import { stepsOf } from '../plan/steps.ts';

const site = siteOf('site.yaml', {
  site: 'payroll-cluster',
  platform: 'solaris',
  hosts: { node1: { role: 'primary' }, node2: { role: 'primary' }, node3: { role: 'backup' } },
  tape: { host: 'node3', device: '/dev/rmt/0' },
  jobs: {
    nightly: {
      class: 'Class1',
      volumes: [{ master: 'Volume1', proxy: 'Volume2' }],
      shadow: { class: 'Class2', disks: { Disk4: 'c1t1d4', Disk3: 'c1t1d3' } },
    },
  },
});

interface Shown {
  readonly group?: string;
  readonly disks?: string;
  readonly blocks?: string;
  readonly proxy?: string;
}

/** What node1 shows of a class with its proxy on Disk3 and Disk4, unless the scenario overrides it. */
function assigned({
  group = 'Group2',
  disks = 'Disk3:Disk4',
  blocks = '1048576',
  proxy = 'Volume2',
}: Shown = {}) {
  const name = group === '*' ? 'Group2' : group;
  const diskRows = disks
    .split(':')
    .map((disk) => `disk   ${disk}   mirror Class1  ${name}  c1t1d3  1736704  node1:node2      ENABLE`);
  const last = blocks === '*' ? '*' : String(65_535 + Number(blocks));
  const report = parseSdxinfo(`
OBJ    NAME    CLASS   DISKS               BLKS     FREEBLKS SPARE
------ ------- ------- ------------------- -------- -------- -----
group  Group1  Class1  Disk1:Disk2          1736704   622592     0
group  ${name}  Class1  ${disks}                1736704   622592     0

OBJ    NAME    TYPE   CLASS   GROUP   DEVNAM  DEVBLKS  DEVCONNECT       STATUS
------ ------- ------ ------- ------- ------- -------- ---------------- -------
${diskRows.join('\n')}

OBJ    NAME    CLASS   GROUP   SKIP JRM 1STBLK   LASTBLK  BLOCKS   STATUS
------ ------- ------- ------- ---- --- -------- -------- -------- --------
volume Volume1 Class1  Group1  off  on     65536  1114111  1048576 ACTIVE
volume ${proxy} Class1  ${group}  off  on     65536  ${last}  ${blocks} STOP
`);
  return assign(
    site,
    chooseJob('site.yaml', site, undefined),
    { primaries: [{ node: 'node1', report }] },
    'run',
  );
}

describe('an assignment', () => {
  it('takes the size from the proxy, and the disks in the order of its group', () => {
    expect(assigned()).toMatchObject({
      primaryNodes: ['node1', 'node2'],
      backupServer: 'node3',
      volumes: [
        {
          proxy: 'Volume2',
          blocks: 1_048_576,
          method: '6a',
          shadow: { class: 'Class2', group: 'Group2', volume: 'Volume2' },
          tapeFile: 0,
        },
      ],
      shadow: { class: 'Class2', devices: { Disk3: 'c1t1d3', Disk4: 'c1t1d4' } },
    });
    expect(assigned().shadow.layout.groups[0]?.members).toEqual(['Disk3', 'Disk4']);
    expect(assigned({ disks: 'Disk4:Disk3' }).shadow.layout.groups[0]?.members).toEqual(['Disk4', 'Disk3']);
  });

  it.each<[string, Shown, string, string]>([
    ['no such volume', { proxy: 'Volume7' }, 'VOLUME_MISSING', 'node1 shows no volume Volume2 in Class1'],
    [
      'a proxy outside of any group',
      { group: '*' },
      'SHADOW_UNBUILDABLE',
      'cannot create a shadow of Volume2: Proxy is a mirror or a single disk: expected mirror or single, seen neither a group nor a disk',
    ],
    [
      'no size',
      { blocks: '*' },
      'VOLUME_SIZE_UNKNOWN',
      'node1 does not show the number of blocks of Volume2',
    ],
    [
      'a name that no command could carry',
      { group: 'Group;2' },
      'GDS_NAME_FORBIDDEN',
      '"Group;2" cannot be the name of a group',
    ],
    [
      'fewer disks than the job names',
      { disks: 'Disk3' },
      'JOB_DISKS_DIFFER',
      'Volume2 is on Disk3, but the job names Disk4, Disk3 for its shadow',
    ],
    [
      'a group of groups',
      { disks: 'Group5:Group6' },
      'JOB_DISKS_DIFFER',
      'Volume2 is on Group5, Group6, but the job names Disk4, Disk3 for its shadow',
    ],
  ])('is refused where sdxinfo shows %s', (_what, shown, code, message) => {
    expect(() => stepsOf(assigned(shown))).toThrow(expect.objectContaining({ code, message }));
  });
});
