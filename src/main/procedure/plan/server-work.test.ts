/** What runs detached: which digest is taken, what is kept of the tape meanwhile, and under which rights. */
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../model/assignment.ts';
import { guideAssignment } from '../model/guide-cluster.test-support.ts';
import { dumpWorkOf, hashWorkOf, readBackWorkOf, toolsOfWork } from './server-work.ts';

const become = { node3: 'sudo' } as const;
function volumeOf({ volumes: [first] }: Assignment) {
  if (!first) throw new Error('the job has a volume');
  return first;
}
const namesOf = ({ processes }: { processes: readonly { name: string }[] }) =>
  processes.map(({ name }) => name);

describe('the dump', () => {
  const dump = (job: object) => {
    const assignment = guideAssignment({ route: 'server', ...job });
    return dumpWorkOf(assignment, volumeOf(assignment), 'run-1');
  };

  it('is in a folder of its run and volume, and measured where it writes the tape', () => {
    const { folder, measured } = dump({});
    expect([folder, measured]).toEqual(['/var/tmp/shadowtape-run-1.Volume2.dump.work', 'writer']);
    expect(namesOf(dump({}))).toEqual(['reader', 'tee', 'cksum', 'sha256', 'writer']);
    expect(namesOf(dump({ verify: { digest: 'cksum' } }))).toEqual(['reader', 'tee', 'cksum', 'writer']);
  });

  it('is the guide’s line alone where no digest is taken, in the mounted file system', () => {
    const none = { verify: { digest: 'none' } };
    expect(dump({ ...none, method: '6b' }).processes).toEqual([
      { name: 'dump', argv: ['tar', 'cvf', '/dev/rmt/0', '.'], directory: '/mnt1' },
    ]);
    expect(dump({ ...none, method: '6c' }).processes[0]?.directory).toBeUndefined();
  });

  it('needs every command of its reading back', () => {
    for (const digest of ['cksum', 'sha256'] as const)
      for (const method of ['6a', '6b', '6c']) {
        const assignment = guideAssignment({ route: 'server', method, verify: { digest } });
        const { processes } = readBackWorkOf(assignment, volumeOf(assignment), 'run-1', digest);
        const tools = toolsOfWork(assignment);
        expect(processes.map(({ argv }) => argv[0]).filter((tool = '') => !tools.includes(tool))).toEqual([]);
      }
  });
});

/** The first record, and the last one of 512 MiB: as keepingNumbers lists them. */
const numbers = [...[0, 1, 0, 1], ...[16_382, 1, 0, 1]];

describe('the reading back', () => {
  const readBack = (kept: readonly number[], differing: Partial<Assignment> = {}) => {
    const assignment = { ...guideAssignment({ route: 'server' }), ...differing };
    return readBackWorkOf(assignment, volumeOf(assignment), 'run-1', 'sha256', kept);
  };

  it('never rewinds, and keeps nothing unless sampled records are named', () => {
    const { folder, processes } = readBack([]);
    expect(folder).toBe('/var/tmp/shadowtape-run-1.Volume2.read-back.work');
    expect(processes[0]).toEqual({
      name: 'reader',
      argv: ['dd', 'if=/dev/rmt/0n', 'bs=32768'],
      output: 'read',
    });
    expect(processes.filter(({ keeping }) => keeping)).toEqual([]);
  });

  it('keeps sampled records from the tape, up to the last one of the volume', () => {
    const [reader] = readBack([0, 16_383]).processes;
    expect(reader?.keeping).toEqual({
      from: 'tape',
      tapeDevice: '/dev/rmt/0n',
      recordBytes: 32_768,
      numbers,
    });
  });

  it('keeps them from what dd prints, where the login may not open the tape', () => {
    const { processes } = readBack([0, 16_383], { become });
    expect(namesOf({ processes })).toEqual(['reader', 'keeper', 'tee', 'cksum', 'sha256']);
    expect(processes[0]?.keeping).toBeUndefined();
    expect(processes[1]?.keeping).toMatchObject({ from: 'input', platform: 'solaris', numbers });
    // Rights on another host change nothing.
    expect(namesOf(readBack([0], { become: { node1: 'sudo' } }))).not.toContain('keeper');
  });
});

describe('the hash of a whole proxy', () => {
  const digestsOf = (job: object) => {
    const assignment = guideAssignment({ ...job });
    return namesOf(hashWorkOf(assignment, volumeOf(assignment), 'run-1')).filter((name) => name !== 'tee');
  };
  const sha256 = ['reader', 'cksum', 'sha256'];

  it('is compared with the digest of the dump: SHA-256, unless route server takes cksum alone', () => {
    expect(digestsOf({ verify: { digest: 'cksum' } })).toEqual(sha256);
    expect(digestsOf({ route: 'server' })).toEqual(sha256);
    expect(digestsOf({ route: 'server', verify: { digest: 'none' } })).toEqual(sha256);
    expect(digestsOf({ route: 'server', verify: { digest: 'cksum' } })).toEqual(['reader', 'cksum']);
  });
});
