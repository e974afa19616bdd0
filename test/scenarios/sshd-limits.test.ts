/** Limits that an administrator sets in sshd_config, over a genuine OpenSSH server. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it, type TestContext } from 'vitest';
import type { HostProfile } from '../../src/main/ssh/host-profile.ts';
import type { SshHostsOptions } from '../../src/main/ssh/ssh-hosts.ts';
import { opensshHosts, opensshProfile } from '../support/openssh-hosts.ts';
import { findSshd, sshdMissing, startOpensshServer } from '../support/openssh-server.ts';

const missing = findSshd() === undefined ? sshdMissing : undefined;

interface Wanted {
  readonly config: readonly string[];
  readonly profile?: Partial<HostProfile>;
  readonly hosts?: Partial<SshHostsOptions>;
}

async function serverWith({ onTestFinished }: TestContext, { config, profile, hosts: more }: Wanted) {
  const server = await startOpensshServer({ config: ['LogLevel VERBOSE', ...config] });
  const hosts = opensshHosts([server], [opensshProfile(server, profile)], more);
  onTestFinished(async () => {
    await hosts.close();
    await server.close();
  });
  const logins = () => server.log().match(/Accepted publickey/g)?.length ?? 0;
  return { server, session: hosts.session('node3'), logins };
}

describe.runIf(missing === undefined || process.env['CI'])(
  `limits of sshd${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    it('one channel a connection: a volume is copied within one host over two connections', async (test) => {
      const { server, session, logins } = await serverWith(test, { config: ['MaxSessions 1'] });
      const [from, to] = [join(server.folder, 'volume'), join(server.folder, 'tape')];
      // More than the host may send ahead: the reader is still running when the writer is started.
      const data = randomBytes(16_000_000);
      await writeFile(from, data);
      const source = await session.openRead(['dd', `if=${from}`, 'bs=32768']);
      const target = await session.openWrite(['dd', 'obs=32768', `of=${to}`]);
      await pipeline(source.stream, target.stream);
      expect((await readFile(to)).equals(data)).toBe(true);
      expect(logins()).toBe(2);
      // Neither was lost: nothing must be checked again.
      expect(session.connections).toBe(1);
    });

    it('two channels a connection: six commands at once take three connections, and the next ones use them again', async (test) => {
      const { session, logins } = await serverWith(test, { config: ['MaxSessions 2'] });
      const talks = await Promise.all(Array.from({ length: 6 }, () => session.openTalk(['cat'])));
      for (const { input } of talks) input.end('x');
      for (const { output } of talks) expect(String(await once(output, 'data'))).toBe('x');
      await Promise.all(talks.map(({ ended }) => ended));
      const after = logins();
      expect(after).toBeGreaterThanOrEqual(3);
      for (let count = 0; count < 5; count += 1) expect((await session.exec(['true'])).status).toBe(0);
      expect(logins()).toBe(after);
    });

    it('a channel that is refused while another one closes is requested again', async (test) => {
      const { session, logins } = await serverWith(test, { config: ['MaxSessions 1'] });
      for (let count = 0; count < 10; count += 1) expect((await session.exec(['true'])).status).toBe(0);
      expect(logins()).toBe(1);
    });

    it('no channel at all is refused with the setting that forbids it', async (test) => {
      const { session } = await serverWith(test, { config: ['MaxSessions 0'] });
      await expect(session.exec(['true'])).rejects.toMatchObject({
        code: 'COMMAND_NOT_STARTED',
        message: 'node3 does not start true: open failed',
        hint: expect.stringContaining('check MaxSessions and ForceCommand in sshd_config of node3'),
      });
    });

    it('too many logins in progress: the host is retried until one of them is done', async (test) => {
      const profile = { retry: { tries: 1, everySeconds: 0.05 } };
      const { server, session } = await serverWith(test, { config: ['MaxStartups 1'], profile });
      const other = connect(server.port, '127.0.0.1');
      await once(other, 'data');
      const told: string[] = [];
      const onRetry = (sentence: string) => {
        told.push(sentence);
        if (told.length === 3) other.destroy();
      };
      expect((await session.exec(['true'], { onRetry })).status).toBe(0);
      expect(told[0]).toBe(
        `node3 (127.0.0.1, port ${server.port}) cannot be reached: it disconnects with "Exceeded MaxStartups"; trying again in 0.05 s (attempt 2 of 30)`,
      );
    });

    it('a banner is shown once, and is not part of the output of commands', async (test) => {
      const shown: string[] = [];
      const { server, session } = await serverWith(test, {
        config: ['MaxSessions 1', `Banner ${import.meta.dirname}/fixtures/banner.txt`],
        hosts: { onBanner: (host, text) => shown.push(`${host}: ${text}`), checksShell: true },
      });
      const talk = await session.openTalk(['cat']);
      expect((await session.exec(['echo', 'hello'])).stdout.toString()).toBe('hello\n');
      talk.input.end();
      await talk.ended;
      expect(server.log().match(/Accepted publickey/g)).toHaveLength(2);
      expect(shown).toEqual(['node3: Authorized users only.\nAll activity is logged.\n']);
    });
  },
);
