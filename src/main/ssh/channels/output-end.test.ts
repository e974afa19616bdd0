import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { profileOf, Workbench, type Command } from '../ssh-server.test-support.ts';
import type { SshSession } from '../ssh-session.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.end());

const half = 'OBJ    NAME\n------ -----\ndisk   Disk3\n';

async function sessionWith(sdxinfo: Command): Promise<SshSession> {
  const server = await bench.server({ commands: { sdxinfo } });
  return (await bench.hosts([profileOf(server.port)])).session('node1');
}

describe('the output of a command that has reported its exit status', { timeout: 30_000 }, () => {
  const endless: Command = (channel) => {
    channel.write(half);
    channel.exit(0);
  };

  it('is no answer while its end is not seen, and may stay open where only the exit status counts', async () => {
    const session = await sessionWith(endless);
    // At the same time, since each is given up after some seconds of silence.
    const [asked, told] = await Promise.allSettled([
      session.exec(['sdxinfo']),
      session.exec(['sdxinfo'], { mayLeaveOutputOpen: true }),
    ]);
    expect(asked).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'COMMAND_OUTPUT_CUT',
        message:
          'sdxinfo on node1 ended with exit status 0, but its output stayed open and may be incomplete',
        evidence: { host: 'node1', command: 'sdxinfo', stdout: half },
      },
    });
    expect(told).toMatchObject({ status: 'fulfilled', value: { status: 0, stdout: Buffer.from(half) } });
  });

  it('is whole where its end comes before the status, and after it', async () => {
    for (const order of ['status first', 'end first']) {
      const session = await sessionWith((channel) => {
        if (order === 'status first') channel.exit(0);
        channel.end(half, () => order === 'end first' && channel.exit(0));
      });
      const { stdout } = await session.exec(['sdxinfo']);
      expect(stdout.toString(), order).toBe(half);
    }
  });
});
