/** Where an interrupted restore continues: nothing may count as restored that is not. */
import { describe, expect, it } from 'vitest';
import type { RestoreOrder } from '../../../contract/restore-events.ts';
import {
  guideAssignment,
  joined,
  mountOf,
  parted,
  shadow,
  started,
  worldOf,
} from '../model/guide-cluster.test-support.ts';
import { RestoreStory } from './restore-story.test-support.ts';
import { severalJoined, severalParted } from './resume-story.test-support.ts';

const masterStopped = (text: string) => text.replace(/(volume Volume1 .*)ACTIVE/, '$1STOP');

const begunParted: Partial<RestoreOrder> = { begins: 'parted', partedBy: 'backup-2' };

/** @param method of a backup of files, which are extracted into a new file system */
function story(different: Partial<RestoreOrder> = {}, method: '6a' | '6b' = '6a'): RestoreStory {
  const assignment = guideAssignment();
  return new RestoreStory(different, {
    ...assignment,
    volumes: assignment.volumes.map((volume) => ({ ...volume, method })),
  });
}
const marked = (different: Partial<RestoreOrder> = {}, method: '6a' | '6b' = '6a') =>
  story(different, method).done('lock', 'read-tape', 'view', 'mark');
const ready = () => marked().done('3-3', 'fingerprint', '3-5');
const shadowed = () => ready().done('5', 'verify', 'approve-overwrite');
const written = () => shadowed().done('activate', 'write').read('sent').done('read-shadow').read('shadow');
const removed = () => written().done('7');
const proven = () =>
  removed().done('start-proxy', 'read-proxy').read('proxy').done('stop-proxy', 'approve-replace');
const replacing = () => proven().done('3-2', 'stop-master').begun('rejoin-restore');

const fromWatch = [
  'watch-restore',
  'open-master',
  'read-master',
  'close-master',
  'start-master',
  '3-4',
  'unlock',
];
const toMaster = [
  ...['start-proxy', 'read-proxy', 'stop-proxy', 'approve-replace', '3-2', 'stop-master', 'rejoin-restore'],
  ...fromWatch,
];
const overTheProxy = [
  '5',
  'verify',
  'approve-overwrite',
  'activate',
  'write',
  'read-shadow',
  '7',
  ...toMaster,
];
const again = ['open-proxy', 'fingerprint', '3-5', ...overTheProxy];

describe('a restore that has changed nothing', () => {
  it('starts again, once its locks are held', () => {
    const fromTape = ['read-tape', 'view', 'mark', '3-3', 'fingerprint', '3-5', ...overTheProxy];
    expect(story().done('lock').point(worldOf(joined))).toEqual(fromTape);
    expect(marked().point(worldOf(joined))).toEqual(fromTape);
    expect(marked().reason(worldOf(joined))).toEqual([
      'read-tape',
      'nothing was changed: starting again after the locks',
    ]);
  });

  it('starts again with the parted proxy that it found', () => {
    const fromTape = ['read-tape', 'view', 'mark', '3-3', ...again];
    expect(marked(begunParted).point(worldOf(parted))).toEqual(fromTape);
    expect(marked(begunParted).done('open-proxy').point(worldOf(started))).toEqual(['mark', '3-5', ...again]);
  });

  it('is one whose part was seen to have no effect', () => {
    const undone = marked().begun('3-3', 'unheard').settled('bad');
    expect(undone.point(worldOf(joined))).toContain('read-tape');
    expect(marked().begun('3-3', 'unheard').settled('good').point(worldOf(parted))).toEqual([
      'mark',
      ...again,
    ]);
  });

  it('does not exist where the proxy may have been written to', () => {
    const wrote = () => marked().begun('write', 'unheard');
    expect(wrote().point(worldOf(joined))).toBe('Volume2 is not shown as parted on every node');
    expect(wrote().point(worldOf(parted))).toBe('nothing proves that this run parted Volume2');
  });
});

describe('a restore that has parted the proxy', () => {
  it('copies the tape from its beginning, and stops the proxy where a node has started it', () => {
    const todo = ['mark', ...again];
    expect(ready().point(worldOf(parted))).toEqual(todo);
    expect(ready().point(worldOf(started))).toEqual(['mark', '3-5', ...again]);
    expect(ready().point(worldOf(parted, '', { node2: started }))).toEqual(['mark', '3-5', ...again]);
    expect(ready().reason(worldOf(parted))).toEqual([
      'mark',
      'Volume2 is parted, and may hold a part of the backup: the tape is written again from its beginning',
    ]);
  });

  it('cannot be resumed where a node shows the proxy joined, or somebody else may have parted it', () => {
    const refused = 'Volume2 is not shown as parted on every node';
    expect(ready().point(worldOf(joined))).toBe(refused);
    expect(ready().point(worldOf(parted, '', { node2: joined }))).toBe(refused);
    const unproven = 'nothing proves that this run parted Volume2';
    expect(marked().begun('3-3', 'unheard').point(worldOf(parted))).toBe(unproven);
    expect(marked().begun('3-3', 1).point(worldOf(parted))).toBe(unproven);
  });

  it('unmounts the shadow first, and removes what is left of it', () => {
    expect(shadowed().point(worldOf(parted, shadow))).toEqual(['mark', '7', ...again]);
    const files = marked({}, '6b').done(
      '3-3',
      'fingerprint',
      '3-5',
      '5',
      'verify',
      'approve-overwrite',
      'activate',
    );
    const left = files
      .done('make-file-system', 'mount')
      .point(worldOf(parted, shadow, { mounts: [mountOf('/mnt1')] }));
    expect(left.slice(0, 4)).toEqual(['mark', 'unmount', '7', 'open-proxy']);
  });
});

describe('a restore that has written the proxy', () => {
  const writtenAgain = ['mark', ...again];

  it('continues with the comparison on the cluster, once the shadow is removed', () => {
    expect(removed().point(worldOf(parted))).toEqual(['mark', ...toMaster]);
    expect(proven().point(worldOf(parted))).toEqual(['mark', ...toMaster]);
    expect(removed().reason(worldOf(parted))).toEqual([
      'mark',
      'Volume2 is parted: continuing with the comparison of Volume2 on the cluster',
    ]);
  });

  it('stops a proxy that a node has started', () => {
    expect(proven().point(worldOf(started))).toEqual(['mark', 'stop-proxy', ...toMaster]);
  });

  it('writes it again where the shadow remains, since somebody may have written through it', () => {
    expect(written().point(worldOf(parted, shadow))).toEqual(['mark', '7', ...again]);
    expect(removed().point(worldOf(parted, '', { mounts: [mountOf('/else')] }))).toEqual(writtenAgain);
  });

  it('writes it again where not all of it was read back and verified', () => {
    expect(shadowed().done('activate', 'write').read('sent').done('7').point(worldOf(parted))).toEqual(
      writtenAgain,
    );
    expect(removed().read('shadow', false).point(worldOf(parted))).toEqual(writtenAgain);
    expect(removed().read('proxy', false).point(worldOf(parted))).toEqual(writtenAgain);
    expect(removed().read('proxy', false).read('proxy').point(worldOf(parted))).toEqual([
      'mark',
      ...toMaster,
    ]);
    expect(removed().compared().point(worldOf(parted))).toEqual(['mark', ...toMaster]);
    // What was sent to the device since then may not be on it yet.
    expect(removed().read('sent').point(worldOf(parted))).toEqual(writtenAgain);
    expect(
      shadowed().done('activate', 'write', '7').read('shadow', true, 'Volume9').point(worldOf(parted)),
    ).toEqual(writtenAgain);
  });

  it('repeats the copy that was refused, from the comparison on', () => {
    expect(replacing().point(worldOf(masterStopped(parted)))).toEqual(['mark', ...toMaster]);
  });
});

describe('a restore in a library', () => {
  it('loads its tape again before it writes: it may be in a slot by now', () => {
    const assignment = guideAssignment({ media: { layout: 'labelled', name: 'NIGHTLY' } });
    const library = { barcodes: {}, cleaning: [], unload: 'never', named: [] } as const;
    const tapeChange = { ...assignment.tapeChange, changer: '/dev/scsi/changer/c1t0d0', library };
    const begun = new RestoreStory({}, { ...assignment, tapeChange });
    const writing = begun.done('lock', 'load-tape', 'read-tape', 'view', 'mark', '3-3', 'fingerprint', '3-5');
    expect(writing.point(worldOf(parted))).toEqual(['mark', 'load-tape', ...again]);
  });
});

describe('a restore of several volumes', () => {
  const pairs = {
    volumes: [
      { master: 'Volume3', proxy: 'Volume4' },
      { master: 'Volume5', proxy: 'Volume6' },
    ],
    shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
  };
  /** @param read the proxies that were read back and compared */
  const removedWith = (...read: string[]) => {
    const volumes = pairs.volumes.map(({ proxy }) => ({ proxy, bytes: 1, sha256: '' }));
    const told = new RestoreStory({ volumes }, guideAssignment(pairs, severalJoined)).done(
      ...['lock', 'read-tape', 'view', 'mark', '3-3', 'fingerprint', '3-5', '5', 'verify'],
      ...['Volume4', 'Volume6'].flatMap((proxy) => [`activate:${proxy}`, `write:${proxy}`]),
    );
    for (const proxy of read) told.read('shadow', true, proxy);
    return told.done('7');
  };
  const apart = worldOf(severalParted);

  it('has written them where each was read back and compared, not only one', () => {
    expect(removedWith('Volume4', 'Volume6').reason(apart)).toEqual([
      'mark',
      'Volume4 and Volume6 are parted: continuing with the comparison of Volume4 and Volume6 on the cluster',
    ]);
    for (const one of ['Volume4', 'Volume6'])
      expect(removedWith(one).reason(apart)).toEqual([
        'mark',
        'Volume4 and Volume6 are parted, and may hold a part of the backup: the tape is written again from its beginning',
      ]);
    expect(removedWith().point(worldOf(severalJoined))).toBe(
      'Volume4 and Volume6 are not shown as parted on every node',
    );
  });

  it('stops the masters once the copy has begun, although only one of them was started', () => {
    const copying = removedWith('Volume4', 'Volume6').done('3-2', 'stop-master').begun('rejoin-restore');
    const stopped = severalJoined.replaceAll(/(volume Volume[35] .*)ACTIVE/g, '$1STOP');
    expect(copying.reason(worldOf(stopped))).toEqual([
      'watch-restore',
      'Volume4 and Volume6 are joined: the copy to Volume3 and Volume5 is watched until it finishes, and Volume3 and Volume5 proven before they are started',
    ]);
    for (const started of ['Volume3', 'Volume5']) {
      const one = stopped.replace(new RegExp(`(volume ${started} .*)STOP`), '$1ACTIVE');
      expect(copying.point(worldOf(one))).toEqual(['close-master', ...fromWatch]);
    }
    const proved = copying.done('watch-restore', 'open-master', 'read-master');
    for (const proxy of ['Volume4', 'Volume6']) proved.read('master', true, proxy);
    expect(proved.reason(worldOf(severalJoined))).toEqual([
      'close-master',
      'Volume3 and Volume5 are proven: continuing with their start',
    ]);
  });
});

describe('a restore from the parted proxy', () => {
  const fromProxy = { ...begunParted, from: 'proxy' } as const;
  const begun = () => story(fromProxy).done('lock', 'view');

  it('starts again where nothing was changed', () => {
    expect(begun().point(worldOf(parted))).toEqual(['view', 'mark', ...toMaster]);
  });

  it('continues with the comparison: the proxy is not written to', () => {
    const marking = begun().done('mark');
    expect(marking.done('start-proxy').point(worldOf(started))).toEqual(['mark', 'stop-proxy', ...toMaster]);
    // The checks before the start of the proxy find obstacles.
    expect(marking.point(worldOf(started, shadow))).toEqual(['mark', 'stop-proxy', ...toMaster]);
    expect(marking.point(worldOf(started, '', { isBackupSeen: false }))).toEqual([
      ...['mark', 'stop-proxy', ...toMaster],
    ]);
  });
});

describe('a restore that has begun to copy to the master', () => {
  const copying = masterStopped(joined);

  it('waits for the copy to finish, and proves the master before it is started', () => {
    expect(replacing().point(worldOf(copying))).toEqual(fromWatch);
    expect(replacing().reason(worldOf(copying))).toEqual([
      'watch-restore',
      'Volume2 is joined: the copy to Volume1 is watched until it finishes, and Volume1 proven before it is started',
    ]);
  });

  it('stops a master that a node has started first', () => {
    expect(replacing().point(worldOf(joined))).toEqual(['close-master', ...fromWatch]);
    expect(replacing().point(worldOf(copying, '', { node2: joined }))).toEqual([
      'close-master',
      ...fromWatch,
    ]);
  });

  it('compares a master again whose comparison failed', () => {
    const differs = replacing().done('watch-restore', 'open-master').read('master', false);
    expect(differs.point(worldOf(joined))).toEqual(['close-master', ...fromWatch]);
  });

  it('does not read a proven master again: its services may write to it', () => {
    const read = () => replacing().done('watch-restore', 'open-master', 'read-master').read('master');
    expect(read().point(worldOf(joined))).toEqual(['close-master', 'start-master', '3-4', 'unlock']);
    expect(read().done('close-master').begun('start-master', 'unheard').point(worldOf(joined))).toEqual([
      'start-master',
      '3-4',
      'unlock',
    ]);
    expect(read().reason(worldOf(joined))).toEqual([
      'close-master',
      'Volume1 is proven: continuing with its start',
    ]);
  });
});
