import { describe, expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import { findVolume } from '../../gds/report-lookup.ts';
import { CommandRunner } from './command-runner.ts';
import type { Hosts } from './hosts.ts';
import { noJournal } from '../../journal/journal.ts';
import { Observer } from './observe.ts';

const observed = {
  platform: 'solaris',
  class: 'Class1',
  primaryNodes: ['node1'],
  backupServer: 'node3',
  noObjectsMessage: undefined,
} as const;

const defaultForm = (status: string) => `
OBJ    NAME    CLASS   GROUP   SKIP JRM 1STBLK   LASTBLK  BLOCKS   STATUS
------ ------- ------- ------- ---- --- -------- -------- -------- --------
volume Volume2 Class1  Group2  off  on     65536  1114111  1048576 ${status}
`;
const longForm = (status: string) => `
OBJ    NAME    TYPE   CLASS   GROUP   DISK   MASTER  PROXY STATUS
------ ------- ------ ------- ------- ------ ------- ----- --------
volume Volume2 mirror Class1  Group2  *      Volume1 Part  ${status}
`;

/** @param statuses what the node shows of Volume2, one query after the other */
function observer(statuses: readonly string[]) {
  const left = [...statuses];
  const hosts = {
    session: () => ({
      exec: (argv: readonly string[]) => {
        const status = left.shift() ?? 'none';
        const stdout = Buffer.from(argv.includes('long') ? longForm(status) : defaultForm(status));
        return Promise.resolve({ status: 0, signal: undefined, stdout, stderr: '', milliseconds: 1 });
      },
      exclusive: (_name: string, work: () => Promise<unknown>) => work(),
    }),
  } as unknown as Hosts;
  const { signal } = new AbortController();
  const runner = new CommandRunner(noJournal(), hosts, () => ({ cancel: signal, halt: signal }));
  return new Observer(runner, observed);
}

const statusSeen = async (statuses: readonly string[]) => {
  const { primaries } = await observer(statuses).look('test', ['primaries']);
  const [node] = primaries;
  return node && findVolume(node.report, 'Class1', 'Volume2')?.status?.word;
};

describe('a volume that is started between the two forms of sdxinfo', () => {
  it('is queried again', async () => {
    expect(await statusSeen(['STOP', 'ACTIVE', 'ACTIVE', 'ACTIVE'])).toBe('ACTIVE');
  });

  it('is not judged where the forms keep differing', async () => {
    await expect(statusSeen(['STOP', 'ACTIVE', 'STOP', 'ACTIVE'])).rejects.toMatchObject({
      code: 'SDXINFO_CONTRADICTS',
    });
  });
});

describe('a backup server that prints nothing', () => {
  const ended = (stdout: string, status = 0) => ({
    status,
    signal: undefined,
    stdout: Buffer.from(stdout),
    stderr: '',
    milliseconds: 1,
  });
  const timedOut = () =>
    Promise.reject(failure('COMMAND_TIMED_OUT', { host: 'node3', command: 'x', limit: '60 s' }));
  const titles = 'OBJ    NAME\n------ -----\n';

  /** @param answers program -> its answers, one call after the other; the last one is repeated */
  async function sightOf(answers: Readonly<Record<string, readonly unknown[]>>) {
    const all: Record<string, readonly unknown[]> = {
      sdxinfo: [ended('')],
      cat: [ended('/dev/dsk/c0t0d0s0\t/\tufs\trw\t1\n')],
      kstat: [ended('unix:0:system_misc:boot_time\t1\n')],
      ls: [ended('/dev/sfdsk:\n')],
      ...answers,
    };
    const sent: string[] = [];
    const hosts = {
      session: () => ({
        exec: (argv: readonly string[]) => {
          const [program = ''] = argv;
          const of = all[program] ?? [ended('', 127)];
          const nth = sent.filter((line) => line.split(' ')[0] === program).length;
          sent.push(argv.join(' '));
          const answer = of[Math.min(nth, of.length - 1)];
          return typeof answer === 'function' ? (answer as () => unknown)() : Promise.resolve(answer);
        },
        exclusive: (_name: string, work: () => Promise<unknown>) => work(),
      }),
    } as unknown as Hosts;
    const { signal } = new AbortController();
    const runner = new CommandRunner(noJournal(), hosts, () => ({ cancel: signal, halt: signal }));
    const { backup } = await new Observer(runner, observed).look('test', ['backup']);
    return { sight: `${backup?.sight?.shown}: ${backup?.sight?.evidence}`, sent };
  }

  it('is queried for its mounts, its boot and its device files, in this order', async () => {
    const { sight, sent } = await sightOf({});
    expect(sight).toMatch(/^nothing: sdxinfo printed nothing; no device file of GDS exists/);
    expect(sent).toEqual([
      'sdxinfo -DGSV',
      'sdxinfo -GV -e long',
      'cat /etc/mnttab',
      'kstat -p unix:0:system_misc:boot_time',
      'ls -R /dev/sfdsk',
    ]);
  });

  it('is not queried for device files if it prints titles', async () => {
    const { sight, sent } = await sightOf({ sdxinfo: [ended(titles)] });
    expect(sight).toBe('nothing: sdxinfo printed titles without objects');
    expect(sent).not.toContain('ls -R /dev/sfdsk');
  });

  it('has no device files if /dev has no folder for them', async () => {
    const { sight } = await sightOf({ ls: [ended('', 2), ended('dsk\nnull\n')] });
    expect(sight).toMatch(/^nothing:/);
  });

  it('is queried again if the witnesses do not answer, and is then unknown', async () => {
    const { sight, sent } = await sightOf({ ls: [timedOut] });
    expect(sight).toBe('unknown: sdxinfo printed nothing, and the device files of GDS cannot be listed');
    expect(sent.filter((line) => line === 'sdxinfo -DGSV')).toHaveLength(2);
  });

  it('may print titles when it is queried again', async () => {
    const { sight } = await sightOf({ sdxinfo: [ended(''), ended(''), ended(titles)], ls: [timedOut] });
    expect(sight).toBe('nothing: sdxinfo printed titles without objects');
  });

  it('shows its boot by who if it has no kstat, or if that hangs', async () => {
    for (const kstat of [ended('', 127), timedOut]) {
      const { sent } = await sightOf({ kstat: [kstat] });
      expect(sent).toContain('who -b');
    }
  });

  it('is rejected if its last line has no end', async () => {
    await expect(sightOf({ sdxinfo: [ended(titles.trimEnd())] })).rejects.toMatchObject({
      code: 'SDXINFO_INCOMPLETE',
      message: 'node3: the output of sdxinfo is incomplete: its last line has no end',
    });
  });
});
