/** Why a backup would be refused as the hosts are, in the words of the screens; test/scenarios/offered-backups asks the run itself. */
import { describe, expect, it } from 'vitest';
import { failure } from '../../contract/errors.ts';
import type { JobRefusal } from '../../contract/job-refusal.ts';
import type { HostLook } from '../../contract/screens.ts';
import { parseSdxinfo } from '../gds/sdxinfo.ts';
import { guideSite, joined, mountOf, parted, shadow } from '../procedure/model/guide-cluster.test-support.ts';
import type { Mount } from '../procedure/model/world.ts';
import { severalJoined } from '../procedure/recover/resume-story.test-support.ts';
import { siteOf } from '../site/site-file.ts';
import { jobRefusals, type LockRefusal, type RefusalRoom } from './job-refusals.ts';

/** What sdxinfo shows of each host; undefined: it has not answered. */
interface Seen {
  readonly node1?: string | undefined;
  readonly node2?: string | undefined;
  readonly node3?: string | undefined;
  readonly mounts?: Readonly<Record<string, readonly Mount[]>>;
  readonly looks?: Readonly<Record<string, Partial<HostLook>>>;
  readonly locks?: readonly LockRefusal[];
}

/** What the backup server shows without a shadow. */
const nothing = { shown: 'nothing', evidence: 'sdxinfo printed titles without objects' } as const;
const silent = { reached: false, trouble: 'node2 cannot be reached', hint: 'check the network' };

function roomOf(site: object, { mounts = {}, looks = {}, locks = [], ...texts }: Seen): RefusalRoom {
  const shown = { node1: joined, node2: joined, node3: '', ...texts };
  const reports = Object.entries(shown).flatMap(([node, text]) =>
    text === undefined
      ? []
      : [
          {
            node,
            report: parseSdxinfo(text),
            mounts: mounts[node] ?? [],
            ...(text === '' ? { sight: nothing } : {}),
          },
        ],
  );
  const hosts = [...new Set([...Object.keys(shown), ...Object.keys(looks)])];
  const seen = {
    reports,
    locks,
    looks: hosts.map((host) => ({
      host,
      reached: true,
      trouble: undefined,
      hint: undefined,
      ...looks[host],
    })),
  };
  return {
    site: siteOf('site.yaml', site),
    seen,
    outsideOf: () => Promise.reject(new Error('no node may be outside')),
    withTape: (named) => named,
  };
}

const refusals = (job: object, seen: Seen = {}, room: Partial<RefusalRoom> = {}): Promise<JobRefusal[]> =>
  jobRefusals({ ...roomOf(guideSite(job), seen), ...room });
/** Why the one job is refused; undefined if it is not. */
const why = async (job: object, seen: Seen = {}, room: Partial<RefusalRoom> = {}) =>
  (await refusals(job, seen, room))[0]?.reason;

describe('a backup is offered', () => {
  it('where everything is as it needs it', async () => {
    expect(await refusals({})).toEqual([]);
  });

  it('and refused for the first rule that does not hold, with what to do instead', async () => {
    expect(await refusals({}, { node1: parted, node2: parted })).toEqual([
      {
        job: 'nightly',
        reason: 'Volume2 is not joined: Part of Volume1 (node1)',
        instead: expect.stringMatching(/^a run that was interrupted or needs action/) as string,
      },
    ]);
    const disabled = joined.replace(/(disk {3}Disk3 .*)ENABLE/, '$1DISABLE');
    expect(await why({}, { node1: disabled })).toBe(
      'a disk of Volume2 is not enabled: Disk3 DISABLE (node1)',
    );
    expect(await why({}, { node1: joined.replace(/(volume Volume2 .*)STOP/, '$1SLEEPING') })).toBe(
      'sdxinfo shows an unknown status: volume Volume2 SLEEPING on node1',
    );
    expect(await why({}, { node3: shadow })).toMatch(
      /^a shadow already exists on the backup server: .*Volume2/,
    );
    const mounts = { node3: [mountOf('/mnt1')] };
    expect(await why({}, { mounts })).toBe('the shadow class is mounted on the backup server: /mnt1');
    expect(await why({ part: { synchroniseFirst: true } }, { mounts })).toBe(
      'the shadow class is mounted on the backup server: /mnt1',
    );
  });

  it('and refused in the words of the rule where it has none of its own', async () => {
    const services = { whereMounted: { stop: ['umount /app'], resume: ['mount /app'] } };
    const [refusal] = await refusals({ services });
    expect(refusal).toEqual({
      job: 'nightly',
      reason: 'Volume1 mounted on one node: expected one primary node, seen no node',
      instead: expect.stringMatching(/^no node: mount the file system/) as string,
    });
    const mounts = { node2: [mountOf('/app', '/dev/sfdsk/Class1/dsk/Volume1')] };
    expect(await refusals({ services }, { mounts })).toEqual([]);
    // What is mounted counts only where the commands depend on it.
    expect(await refusals({ services: services.whereMounted })).toEqual([]);
  });

  it('names the volume that does not hold it, of several', async () => {
    const job = {
      volumes: [
        { master: 'Volume3', proxy: 'Volume4' },
        { master: 'Volume5', proxy: 'Volume6' },
      ],
      shadow: { class: 'Class2', disks: { Disk6: 'c1t1d6' } },
    };
    const both = (text: string) => ({ node1: text, node2: text });
    expect(await refusals(job, both(severalJoined))).toEqual([]);
    const copying = severalJoined.replace(/(slice .* Volume6 +)STOP/, '$1COPY');
    expect(await why(job, both(copying))).toMatch(/^Volume6 is not in sync: slice of \S+ COPY \(node1\)$/);
  });
});

describe('a lock', () => {
  const host = 'node3';
  const ofClass = (name: string): LockRefusal => ({
    ...{ what: 'class', name },
    error: failure('CLASS_LOCKED_NAMELESS', { class: name, host }),
  });
  const ofDrive: LockRefusal = {
    ...{ what: 'drive', name: '/dev/rmt/0' },
    error: failure('DRIVE_LOCKED_NAMELESS', { device: '/dev/rmt/0', host }),
  };

  it('of the class refuses it, and that of another class does not', async () => {
    expect(await refusals({}, { locks: [ofClass('Class7'), ofClass('Class1')] })).toEqual([
      {
        job: 'nightly',
        reason: 'Class1 is locked on node3, and the lock names no owner',
        instead:
          'check whether a run is just starting; if not, the lock is removed on the command line, see docs/recovery.md',
      },
    ]);
    expect(await refusals({}, { locks: [ofClass('Class7')] })).toEqual([]);
  });

  it('of the drive refuses every job, and counts more than what the hosts show', async () => {
    expect(await why({}, { locks: [ofDrive], node1: parted })).toMatch(/^the drive \/dev\/rmt\/0 on node3 /);
  });
});

describe('a host that has not answered', () => {
  it('is named with its reason', async () => {
    const looks = { node2: silent };
    expect(await refusals({}, { node2: undefined, looks })).toEqual([
      { job: 'nightly', reason: 'node2 is not reached', instead: 'check the network' },
    ]);
    const refused = { node2: { ...silent, code: 'LOGIN_REFUSED' as const } };
    expect(await why({}, { node2: undefined, looks: refused })).toBe('node2 refuses the login');
    const unasked = { ...roomOf(guideSite({}), { node2: undefined }).seen, looks: [] };
    expect(await why({}, {}, { seen: unasked })).toBe('node2 is not reached');
  });

  it('is named with what is wrong with its sdxinfo, where it is reached', async () => {
    const looks = { node3: { trouble: 'sdxinfo on node3 has no column STATUS', hint: 'report it' } };
    expect(await refusals({}, { node3: undefined, looks })).toEqual([
      { job: 'nightly', reason: 'sdxinfo on node3 has no column STATUS', instead: 'report it' },
    ]);
  });

  it('may be a node of a job that does without, but not all of them, and never the backup server', async () => {
    const looks = { node1: silent, node2: silent, node3: silent };
    const any = { nodes: 'any' };
    expect(await why(any, { node2: undefined, looks: { node2: silent } })).toBeUndefined();
    expect(await why(any, { node1: undefined, node2: undefined, looks })).toBe('node1 is not reached');
    expect(await why(any, { node3: undefined, looks })).toBe('node3 is not reached');
  });

  it('may be the host of the drive, which has no sdxinfo', async () => {
    const site = guideSite({});
    const elsewhere = {
      ...site,
      hosts: { ...site.hosts, tapehost: { role: 'tape' } },
      tape: { host: 'tapehost', device: '/dev/rmt/0' },
    };
    const offered = (tapehost: Partial<HostLook>) => jobRefusals(roomOf(elsewhere, { looks: { tapehost } }));
    expect(await offered({})).toEqual([]);
    expect((await offered(silent))[0]?.reason).toBe('tapehost is not reached');
  });
});

describe('a node that may not share the class', () => {
  const without = joined.replaceAll('Class1', 'Class9');
  const asking = (...outside: string[]) => {
    const asked: string[] = [];
    const outsideOf: RefusalRoom['outsideOf'] = (job) => {
      asked.push(job.class);
      return Promise.resolve(outside.map((node) => ({ node, scope: ['node1'] })));
    };
    return { asked, outsideOf };
  };

  it('is asked, and no longer counts if it does not', async () => {
    const { asked, outsideOf } = asking('node2');
    expect(await refusals({}, { node2: without }, { outsideOf })).toEqual([]);
    expect(asked).toEqual(['Class1']);
    const failing = { node2: { trouble: 'sdxinfo on node2 ended with 1' } };
    expect(await refusals({}, { node2: undefined, looks: failing }, { outsideOf })).toEqual([]);
  });

  it('counts if it does share it', async () => {
    const { outsideOf } = asking();
    expect(await why({}, { node2: without }, { outsideOf })).toMatch(/\(node2\)$/);
  });

  it('is not asked while it is not reached, or while it shows the class', async () => {
    const { asked, outsideOf } = asking('node2');
    const looks = { node2: silent };
    expect(await why({}, { node2: undefined, looks }, { outsideOf })).toBe('node2 is not reached');
    // It has another class, too.
    await refusals(
      {},
      { node2: joined.replace('volume Volume1 Class1', 'volume Volume1 Class9') },
      { outsideOf },
    );
    expect(asked).toEqual([]);
  });
});

describe('what refuses a job whatever the hosts say', () => {
  it('is the tape of its pool, in the words of the error', async () => {
    const withTape = () => {
      throw failure('POOL_EXHAUSTED', { pool: 'nightly', tapes: 'NIGHTLY-1 is kept' });
    };
    expect(await refusals({}, {}, { withTape })).toEqual([
      {
        job: 'nightly',
        reason: 'no tape of the pool "nightly" may be overwritten: NIGHTLY-1 is kept',
        instead: 'add the name of a blank tape to pools.nightly.tapes in the site file',
      },
    ]);
  });

  it('is what its options forbid, before a tape is chosen', async () => {
    const { site, ...room } = roomOf(guideSite({ route: 'server' }), {});
    const elsewhere = { ...site, tape: { ...site.tape, host: 'node1' } };
    const withTape = () => {
      throw new Error('no tape is chosen');
    };
    const [refusal] = await jobRefusals({ ...room, site: elsewhere, withTape });
    expect(refusal?.reason).toBe(
      failure('ROUTE_SERVER_ELSEWHERE', { host: 'node1', backupServer: 'node3' }).message,
    );
  });

  it('is no fault of the program: that is not told as a refusal', async () => {
    const withTape = () => {
      throw new Error('a fault');
    };
    await expect(refusals({}, {}, { withTape })).rejects.toThrow('a fault');
  });

  it('leaves the other jobs as they are, in their order', async () => {
    const site = guideSite({});
    const { nightly } = site.jobs;
    const jobs = {
      first: { ...nightly, volumes: [{ master: 'Volume1', proxy: 'Volume98' }] },
      nightly,
      last: { ...nightly, volumes: [{ master: 'Volume1', proxy: 'Volume99' }] },
    };
    const refused = await jobRefusals(roomOf({ ...site, jobs }, {}));
    expect(refused.map(({ job }) => job)).toEqual(['first', 'last']);
  });
});
