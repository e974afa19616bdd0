import { describe, expect, it } from 'vitest';
import { lockPlaces, placesHeld } from './lock-places.ts';
import { begun, story, Story } from './run-story.test-support.ts';

describe('what a run has changed', () => {
  it('is nothing as long as only lock, tape position and queries were sent', () => {
    const looked = begun()
      .step('tape', 'prepare')
      .sent('tape', 'node3', 'mt -f /dev/rmt/0n rewind', 0)
      .step('3-1', 'part')
      .sent('3-1', 'node1', 'sdxinfo -V', 0, false);
    expect(looked.marks).toMatchObject({
      changed: false,
      dumpBegun: false,
      tape: 'untouched',
      partBegun: false,
      shadowBegun: false,
    });
  });

  it('may be something as soon as a changing command was sent, whatever its result', () => {
    for (const status of [0, 1, undefined])
      expect(begun().step('3-2', 'part').sent('3-2', 'node1', 'umount /app', status).marks.changed).toBe(
        true,
      );
    expect(begun().step('3-2', 'part').brokenOff('3-2', 'node1', 'umount /app').marks.changed).toBe(true);
    expect(begun().step('3-2', 'part').answered('3-2', 'services-stopped', 'stopped').marks.changed).toBe(
      true,
    );
  });

  it('shows how far the run got', () => {
    const parted = begun().step('3-3', 'part').sent('3-3', 'node1', 'sdxproxy Part', undefined);
    expect(parted.marks).toMatchObject({ partBegun: true, shadowBegun: false });
    const made = (status: number | undefined) =>
      begun().step('5', 'shadow').sent('5', 'node3', 'sdxshadowdisk -M', status).marks;
    expect(made(undefined)).toMatchObject({ shadowBegun: true });
    expect(made(0)).toMatchObject({ shadowBegun: true });
    // What its host shows then belongs to somebody else.
    expect(made(1)).toMatchObject({ changed: true, shadowBegun: false });
  });

  it('proves a part by the run only if its node has confirmed it', () => {
    const parted = (status: number | undefined, words = '') =>
      begun().step('3-3', 'part').sent('3-3', 'node1', 'sdxproxy Part', status, true, words);
    const told = { changed: true, partBegun: true };
    expect(parted(0).marks).toMatchObject({ ...told, partProven: true });
    expect(parted(0, 'SDX:sdxproxy: ERROR: Volume2: not joined').marks).toMatchObject({
      ...told,
      partProven: false,
    });
    expect(parted(1).marks).toMatchObject({ ...told, partProven: false });
    expect(parted(undefined).marks).toMatchObject({ ...told, partProven: false });
    expect(parted(1).settled('bad').marks).toMatchObject({ partBegun: false, partProven: false });
    expect(parted(undefined).settled('good').marks).toMatchObject({ ...told, partProven: true });
    expect(parted(1).settled('bad').sent('3-3', 'node1', 'sdxproxy Part', 0).marks).toMatchObject({
      partProven: true,
    });
  });

  it('is not a part where the command was not sent because its checks no longer held', () => {
    const unsent = begun().step('3-3', 'part').unsent('3-3', 'node1', 'sdxproxy Part', 'CHECK_FAILED');
    expect(unsent.marks).toMatchObject({ partBegun: false, partProven: false });
  });
});

describe('the locks', () => {
  const assignment = {
    class: 'Class1',
    backupServer: 'node3',
    primaryNodes: ['node2', 'node1'],
    tapeHost: 'node3',
    tapeDevice: '/dev/rmt/0cbn',
  };
  const lock = '/var/tmp/shadowtape-Class1.lock';
  const own = `${lock}/run,root,jump1,4711`;
  const held = ({ marks }: ReturnType<typeof story>) =>
    placesHeld(lockPlaces(assignment), marks.locks).map(({ host, folder }) => `${host} ${folder}`);

  it('are taken on the backup server, on each node by name, and on the tape host, where the drive has one name', () => {
    expect(lockPlaces(assignment).map(({ host, folder }) => `${host} ${folder}`)).toEqual([
      `node3 ${lock}`,
      `node1 ${lock}`,
      `node2 ${lock}`,
      'node3 /var/tmp/shadowtape-dev.rmt.0.lock',
    ]);
  });

  it('are held until their rmdir is known to have exited 0', () => {
    expect(held(begun())).toEqual([`node3 ${lock}`]);
    expect(held(begun().sent('unlock', 'node3', `rmdir ${lock}`, 0))).toEqual([]);
    expect(held(begun().sent('unlock', 'node3', `rmdir ${lock}`, 2))).toEqual([`node3 ${lock}`]);
    expect(held(begun().brokenOff('unlock', 'node3', `rmdir ${lock}`))).toEqual([`node3 ${lock}`]);
    expect(held(begun().sent('unlock', 'node3', `rmdir ${own}`, 0))).toEqual([`node3 ${lock}`]);
  });

  it('are counted per host: a lock that was released on one node is still held on the others', () => {
    const both = begun().sent('lock', 'node1', `mkdir ${lock}`, 0);
    expect(held(both)).toEqual([`node3 ${lock}`, `node1 ${lock}`]);
    expect(held(both.sent('unlock', 'node1', `rmdir ${lock}`, 0))).toEqual([`node3 ${lock}`]);
  });

  it("are no longer held where the run's own name is seen to be gone at the end", () => {
    const asked = begun().sent('unlock', 'node3', `rmdir ${own}`, 2);
    expect(held(asked.sent('unlock', 'node3', `ls -d ${own}`, 0))).toEqual([`node3 ${lock}`]);
    expect(held(asked.sent('unlock', 'node3', `ls -d ${own}`, 2))).toEqual([]);
  });

  it('are held by the process that resumed the run, until they are removed again', () => {
    const resumed = () => begun().sent('unlock', 'node3', `rmdir ${lock}`, 0).resumed();
    expect(held(resumed())).toHaveLength(4);
    expect(held(resumed().sent('unlock', 'node3', `rmdir ${lock}`, 0))).not.toContain(`node3 ${lock}`);
  });

  it('are not this run’s where their mkdir failed', () => {
    expect(held(story().step('lock', 'prepare').sent('lock', 'node3', `mkdir ${lock}`, 2))).toEqual([]);
  });
});

describe('the mount point', () => {
  const made = (status: number | undefined) =>
    begun().step('6b-3', 'dump').sent('6b-3', 'node3', 'mkdir /mnt1', status);

  it('may exist even where the end of its mkdir is not known', () => {
    expect([made(0), made(undefined), made(2)].map(({ marks }) => marks.mountPointMade)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is gone after its own rmdir only', () => {
    expect(made(0).sent('6b-5', 'node3', 'rmdir /mnt2', 0).marks.mountPointMade).toBe(true);
    expect(made(0).sent('6b-5', 'node3', 'rmdir /mnt1', 1).marks.mountPointMade).toBe(true);
    expect(made(0).sent('6b-5', 'node3', 'rmdir /mnt1', 0).marks.mountPointMade).toBe(false);
  });
});

describe('the proxy', () => {
  const start = 'sdxvolume -N -c Class1 -v Volume2 -e mode=ro';
  const stop = 'sdxvolume -F -c Class1 -v Volume2 -e allnodes';
  const started = () => begun().step('start-proxy', 'remove').brokenOff('start-proxy', 'node1', start);

  it('may run on a node from the start for its hash until it is stopped', () => {
    expect(begun().marks.proxyStarted).toBe(false);
    expect(started().marks.proxyStarted).toBe(true);
    expect(started().sent('stop-proxy', 'node1', stop, 1).marks.proxyStarted).toBe(true);
    expect(started().sent('stop-proxy', 'node1', stop, 0).marks.proxyStarted).toBe(false);
  });
});

describe('the tape', () => {
  const dumping = () => begun().step('6a', 'dump').brokenOff('6a', 'node3', 'dd of=/dev/rmt/0');
  const dumped = () => dumping().finished('6a').step('read-back', 'dump');

  it('is not a backup before the dump has exited 0', () => {
    expect(dumping().marks).toMatchObject({ dumpBegun: true, tape: 'incomplete' });
    expect(dumping().finished('6a', 'failed').marks.tape).toBe('incomplete');
  });

  it('is unjudged where its detached dump exited 0 and no console has checked it', () => {
    const started = () => new Story().volumes('Volume2').step('6a', 'dump');
    const begins = () => started().brokenOff('6a', 'node3', 'sh -c dump').detached('starting');
    expect(begins().marks).toMatchObject({ tape: 'incomplete', incompleteBy: undefined });
    expect(begins().detached({ found: 'ended' }).marks.incompleteBy).toBe('unjudged');
    expect(begins().detached({ found: 'died' }).marks.incompleteBy).toBeUndefined();
    const judged = begins().detached('ended').finished('6a', 'failed');
    expect(judged.detached({ found: 'ended' }).marks.incompleteBy).toBeUndefined();
  });

  it('is written, then read back; is a mismatch only where the tape itself is at fault', () => {
    expect(dumped().marks.tape).toBe('written');
    expect(dumped().finished('read-back').marks.tape).toBe('verified');
    const readBack = (code: string) => dumped().finished('read-back', 'failed', code).marks;
    expect(readBack('TAPE_DIFFERS')).toMatchObject({ tape: 'bad', tapeUnread: false });
    expect(readBack('TAPE_READ_FAILED')).toMatchObject({ tape: 'bad', tapeUnread: true });
    expect(dumped().finished('read-back', 'failed', 'CONNECTION_LOST').marks.tape).toBe('written');
  });

  it('is a mismatch where the whole proxy holds something else, whatever was read back', () => {
    const read = () => dumped().finished('read-back').step('hash-proxy', 'remove');
    expect(read().finished('hash-proxy', 'failed', 'PROXY_DIFFERS').marks.tape).toBe('bad');
    expect(read().finished('hash-proxy', 'failed', 'PROXY_NOT_HASHED').marks.tape).toBe('verified');
  });

  it('is not a backup where the records that were read back are not those of the cluster', () => {
    expect(dumped().finished('read-back', 'failed', 'DUMP_DIFFERS').marks).toMatchObject({
      tape: 'incomplete',
      incompleteBy: 'records',
    });
  });
});
