import { describe, expect, it } from 'vitest';
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

/** @param statuses what the node shows of Volume2, one look after the other */
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
  it('is looked at once more', async () => {
    expect(await statusSeen(['STOP', 'ACTIVE', 'ACTIVE', 'ACTIVE'])).toBe('ACTIVE');
  });

  it('is not taken for anything where the forms go on to differ', async () => {
    await expect(statusSeen(['STOP', 'ACTIVE', 'STOP', 'ACTIVE'])).rejects.toMatchObject({
      code: 'SDXINFO_CONTRADICTS',
    });
  });
});
