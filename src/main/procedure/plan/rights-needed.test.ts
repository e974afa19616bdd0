/** Which commands a login that is not root must be allowed: what a run sends, and nothing else. */
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../model/assignment.ts';
import { guideAssignment } from '../model/guide-cluster.test-support.ts';
import { rightsNeeded, type AllowedWord } from './rights-needed.ts';

/** `<5>`: a number of up to five digits; `<run>`: the name of a run; `<any>`: any further arguments. */
const wordText = (parts: AllowedWord) =>
  parts
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'digits' in part ? `<${part.digits}>` : `<${part.varies}>`;
    })
    .join('');

function lines(job: object = {}, differing: Partial<Assignment> = {}): string[] {
  const become = { node1: 'sudo', node3: 'sudo' } as const;
  return rightsNeeded({ ...guideAssignment(job), become, ...differing }).map(({ host, program, words }) =>
    [host, program, ...words.map(wordText)].join(' '),
  );
}
const ofRaw = lines();
/** Lines that a job needs and that of the raw device does not. */
const also = (job: object, differing?: Partial<Assignment>) =>
  lines(job, differing).filter((line) => !ofRaw.includes(line));

const ofCluster = [
  'node1 sdxinfo <any>',
  'node1 sdxproxy Part -c Class1 -p Volume2 -a pjrm=off',
  'node1 dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=32768 iseek=<5> count=1',
  'node1 sdxvolume -F -c Class1 -v Volume2 -e allnodes',
  'node1 sdxproxy Rejoin -c Class1 -p Volume2',
];
const ended = (host: string) => [`${host} kill -TERM <any>`, `${host} kill -KILL <any>`];
const held =
  'node3 sh -c : shadowtape-holder <run>; exec 3< "$1" || exit 1; echo "held $$"; while read line; do echo "held $$"; done sh /dev/sfdsk/Class2/rdsk/Volume2';

describe('the commands of a run', () => {
  it('are each allowed once, on the hosts whose login is not root', () => {
    expect(ofRaw.filter((line) => line.startsWith('node1 '))).toEqual(ofCluster);
    expect(ofRaw.filter((line) => !line.startsWith('node1 '))).toEqual([
      'node3 sdxinfo <any>',
      'node3 mt -f /dev/rmt/0n status',
      'node3 mt -f /dev/rmt/0n rewind',
      'node3 dd if=/dev/rmt/0n bs=262144 count=1',
      'node3 sg_logs --page=0x2e /dev/rmt/0n',
      'node3 sg_logs --page=0x14 /dev/rmt/0n',
      'node3 sg_logs --page=0x1b /dev/rmt/0n',
      'node3 stenc -f /dev/rmt/0n',
      'node3 sdxshadowdisk -M -c Class2 -d c1t1d3=Disk3',
      'node3 sdxshadowdisk -C -c Class2 -g Group2 -d Disk3',
      'node3 sdxshadowvolume -M -c Class2 -g Group2 -v Volume2 -s 1048576',
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768 iseek=<5> count=1',
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768',
      'node3 dd ibs=262144 obs=32768 of=/dev/rmt/0',
      'node3 dd if=/dev/rmt/0 bs=32768',
      'node3 sdxshadowvolume -F -c Class2 -v Volume2',
      'node3 sdxshadowvolume -R -c Class2 -v Volume2',
      'node3 sdxshadowgroup -R -c Class2 -g Group2',
      'node3 sdxshadowdisk -R -c Class2 -d Disk3',
      'node3 mt -f /dev/rmt/0n fsf <3>',
      'node3 mt -f /dev/rmt/0n fsr <5>',
      'node3 mt -f /dev/rmt/0n eod',
      'node3 dd if=/dev/rmt/0n bs=32768 count=64',
      'node3 dd ibs=262144 obs=32768 of=/dev/rmt/0n',
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/null bs=512 count=1',
    ]);
    expect(lines({}, { become: {} })).toEqual([]);
  });

  it('may be sent to any node, whichever answers first', () => {
    const both = lines({}, { become: { node1: 'sudo', node2: 'sudo' } });
    expect(both.filter((line) => line.startsWith('node2 '))).toEqual(
      ofCluster.map((line) => line.replace('node1', 'node2')),
    );
    expect(both.filter((line) => line.startsWith('node3 '))).toEqual([]);
    // Only the last of them may be left.
    const many = { primaryNodes: ['node1', 'node2', 'node4'], become: { node4: 'sudo' } } as const;
    expect(lines({}, many)).toEqual(ofCluster.map((line) => line.replace('node1', 'node4')));
  });

  it('do not include what the job skips', () => {
    expect(lines({ rejoin: 'leave-parted' })).not.toContain('node1 sdxproxy Rejoin -c Class1 -p Volume2');
    const services = { stop: ['umount /app'], resume: ['mount /app'] };
    expect(also({ services })).toEqual(['node1 umount /app', 'node1 mount /app']);
    // Its author has specified how it gets its rights.
    const own = { stop: ['sudo -n umount /app'], resume: ['mount /app'] };
    expect(also({ services: own })).toEqual(['node1 mount /app']);
  });
});

describe('what a job needs in addition', () => {
  it('reads records back before a dump is continued', () => {
    expect(also({ media: { layout: 'labelled' } })).toEqual([
      'node3 dd if=/dev/rmt/0n bs=32768',
      'node3 dd if=/dev/rmt/0n bs=32768 of=/dev/null count=<5>',
      'node3 dd if=/dev/rmt/0n bs=32768 count=<5>',
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768 iseek=<5>',
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=32768 iseek=<5> count=<5>',
    ]);
    // Records are counted in the size that they have on tape.
    expect(also({ media: { layout: 'labelled', recordBytes: 65_536 } })).toContain(
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 bs=65536 iseek=<5> count=<5>',
    );
  });

  it('runs detached, is held open and ended, by route server', () => {
    expect(also({ route: 'server' })).toEqual(['node3 dd if=/dev/rmt/0n bs=32768', held, ...ended('node3')]);
    // The guide's own lines are sent in another form.
    const files = also({ route: 'server', method: '6b', fsck: { answerYes: true } });
    expect(files).toEqual([
      'node3 ls -d /mnt1',
      'node3 sdxshadowvolume -N -c Class2 -v Volume2 -e mode=rw',
      'node3 mkfs -F ufs -m /dev/sfdsk/Class2/rdsk/Volume2',
      'node3 fsck -F ufs -y /dev/sfdsk/Class2/rdsk/Volume2',
      'node3 mkdir /mnt1',
      'node3 mount -F ufs -o ro /dev/sfdsk/Class2/dsk/Volume2 /mnt1',
      'node3 umount /mnt1',
      'node3 rmdir /mnt1',
      'node3 dd if=/dev/rmt/0n bs=32768',
      'node3 tar cbf 64 - -C /mnt1 .',
      held,
      ...ended('node3'),
    ]);
    expect(also({ route: 'server', verify: { digest: 'none' } })).toContain(
      'node3 dd if=/dev/sfdsk/Class2/rdsk/Volume2 of=/dev/rmt/0 bs=32768',
    );
  });

  it('has the name of the run alone as what varies, whatever volumes are called', () => {
    const shadow = { class: 'Class2', volume: 'RUNDATA', disks: { Disk3: 'c1t1d3' } };
    const ofVolume = also({ route: 'server', shadow }).filter((line) => line.includes('RUNDATA'));
    expect(ofVolume.filter((line) => line.includes('sh -c'))).toEqual([held.replace(/Volume2$/, 'RUNDATA')]);
    expect(ofVolume).toContain('node3 dd if=/dev/sfdsk/Class2/rdsk/RUNDATA bs=32768');
  });

  it('reads records by numbers of as many digits as the largest volume needs', () => {
    const digitsOf = (job: object, differing: Partial<Assignment> = {}) => [
      ...new Set(lines(job, differing).flatMap((line) => /iseek=(<\d>)/.exec(line)?.[1] ?? [])),
    ];
    const { volumes } = guideAssignment();
    const sized = (...blocks: number[]) => ({
      volumes: blocks.flatMap((each) =>
        volumes.map((volume) => ({ ...volume, proxy: `Proxy${each}`, blocks: each })),
      ),
    });
    // 512 MiB are 16,384 records of 32 KiB.
    expect(digitsOf({})).toEqual(['<5>']);
    expect(digitsOf({}, sized(64, 1_048_576, 128))).toEqual(['<5>']);
    expect(digitsOf({}, sized(640_000))).toEqual(['<5>']);
    expect(digitsOf({}, sized(639_936))).toEqual(['<4>']);
    expect(digitsOf({}, sized(639_937))).toEqual(['<5>']);
    // Where the tape has smaller records, those are counted; larger ones do not shorten the numbers.
    expect(digitsOf({ media: { recordBytes: 512 } })).toEqual(['<7>']);
    expect(digitsOf({ media: { recordBytes: 1_048_576 } })).toEqual(['<5>']);
  });

  it('hashes the whole proxy on a node', () => {
    const all = { verify: { fingerprint: 'all' } };
    expect(also(all)).toEqual([
      'node1 sdxvolume -N -c Class1 -v Volume2 -e mode=ro',
      'node1 dd if=/dev/sfdsk/Class1/rdsk/Volume2 bs=1048576',
      ...ended('node1'),
    ]);
    expect(also(all, { platform: 'linux' })).toContain('node1 cat /proc/<7>/io');
  });

  it('changes tapes', () => {
    const span = { media: { layout: 'labelled', span: true } };
    const { tapeChange } = guideAssignment(span);
    const changer = '/dev/scsi/changer/c1t0d0';
    const withChanger = { tapeChange: { ...tapeChange, changer } };
    const added = (differing: Partial<Assignment>) =>
      lines(span, differing).filter((line) => !lines(span).includes(line));
    expect(also(span)).toContain('node3 /etc/rmt');
    expect(also(span)).toContain('node3 mt -f /dev/rmt/0n offline');
    expect(added(withChanger)).toEqual([
      `node3 mtx -f ${changer} status`,
      `node3 mtx -f ${changer} load <3> <3>`,
      `node3 mtx -f ${changer} unload <3> <3>`,
      `node3 sg_raw -b -r 16384 ${changer} b8 04 00 00 ff ff 01 00 40 00 00 00`,
      'node3 sg_inq --page=0x80 /dev/rmt/0n',
    ]);
    expect(added({ tapeChange: { ...tapeChange, changer, changerDrive: 0 } })).toHaveLength(3);
    expect(added({ tapeChange: { ...tapeChange, nextTape: ['/opt/next', '--wait'] } })).toEqual([
      'node3 /opt/next --wait <any>',
    ]);
    // Its author has specified how it gets its rights.
    expect(added({ tapeChange: { ...tapeChange, nextTape: ['sudo', '-n', '/opt/next'] } })).toEqual([]);
    // A library loads and returns the tape of each run.
    const inLibrary = { barcodes: {}, cleaning: [], unload: 'never', named: [] } as const;
    const loading = also({}, { tapeChange: { ...tapeChange, changer, library: inLibrary } });
    expect(loading).toContain('node3 mt -f /dev/rmt/0n offline');
    expect(loading).toContain(`node3 mtx -f ${changer} load <3> <3>`);
    // Nothing is changed where one tape is written.
    expect(also({}, withChanger)).toEqual([]);
    expect(also({}, { tapeChange: { ...tapeChange, nextTape: ['/opt/next'] } })).toEqual([]);
  });
});
