/** Login shells of administrators, over a genuine OpenSSH server: what is sent works in each of them, or is refused before anything else is sent. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import type { ShadowtapeError } from '../../src/contract/errors.ts';
import { judgeDumpWork } from '../../src/main/procedure/detached/detached-judge.ts';
import { awaitWork } from '../../src/main/procedure/detached/detached-watch.ts';
import {
  cksum,
  recordBytes,
  soon,
  startDetachedServer,
  volume,
  WorkBench,
} from '../../src/main/procedure/detached/detached.test-support.ts';
import type { SshSession } from '../../src/main/ssh/ssh-session.ts';
import { shellsMissing, testShells, withLoginShell } from '../support/login-shells.ts';
import { opensshHosts, opensshProfile } from '../support/openssh-hosts.ts';
import {
  findSshd,
  sshdMissing,
  startOpensshServer,
  type OpensshServerOptions,
} from '../support/openssh-server.ts';

const missing = findSshd() === undefined ? sshdMissing : shellsMissing();

const failureOf = (work: Promise<unknown>): Promise<ShadowtapeError | undefined> =>
  work.then(
    () => undefined,
    (error: ShadowtapeError) => error,
  );

async function homeOf({ onTestFinished }: TestContext): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'shadowtape-home-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function sessionWith(
  { onTestFinished }: TestContext,
  options: OpensshServerOptions,
): Promise<SshSession> {
  const server = await startOpensshServer(options);
  const hosts = opensshHosts([server], [opensshProfile(server)], { checksShell: true });
  onTestFinished(async () => {
    await hosts.close();
    await server.close();
  });
  return hosts.session('node3');
}

/** A session with a host with this login shell, and its login. */
async function loginBy(test: TestContext, shell: string, files: Readonly<Record<string, string>> = {}) {
  const home = await homeOf(test);
  const write = async (name: string, text: string) => writeFile(join(home, name), text);
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const session = await sessionWith(test, withLoginShell(shell, home));
  return { session, user: session.profile.user, write };
}

const greeting = 'Welcome to node3, root\n';

describe.runIf(missing === undefined || process.env['CI'])(
  `login shells${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 60_000 },
  () => {
    it.for(testShells)('$path passes on arguments, scripts and data', async ({ path }, test) => {
      const { session } = await loginBy(test, path);
      expect(await session.loginShell()).toEqual({ path, says: '' });

      const odd = [
        "it's",
        '!! !1 a!b',
        '\\',
        '\\!',
        'a\nb',
        '=ls',
        '{a,b}',
        '$HOME `id`',
        '~',
        '日本',
        'x'.repeat(2000),
      ];
      const { stdout } = await session.exec(['printf', '%s\\0', ...odd]);
      expect(stdout.toString('utf8').split('\0').slice(0, -1)).toEqual(odd);

      const script = 'while read line; do\n  echo "$line!"\ndone\nexit 3';
      expect(await session.exec(['sh', '-c', script])).toMatchObject({ status: 3, stdout: Buffer.alloc(0) });
      const data = randomBytes(300_000);
      expect((await session.exec(['cat'], { stdin: data })).stdout.equals(data)).toBe(true);
    });

    it.for(['/bin/bsd-csh', '/bin/tcsh'])(
      'a backup server with %s runs detached work',
      async (path, test) => {
        const server = await startDetachedServer(withLoginShell(path, await homeOf(test)));
        const bench = new WorkBench(server, 'run-1');
        test.onTestFinished(async () => {
          await bench.end();
          await server.close();
        });
        const work = await bench.start(bench.dump());
        const look = await awaitWork(bench.place, work, soon);
        const judged = judgeDumpWork('node3', work, look, { recordBytes, expectedBytes: volume.length });
        expect(judged).toMatchObject({ bytes: volume.length, cksum: cksum(volume) });
      },
    );

    it.for([
      [
        '/bin/bsd-csh',
        '.cshrc',
        `echo ${greeting}`,
        'if (! $?prompt) exit\n',
        'in ~/.cshrc and /etc/csh.cshrc, put "if (! $?prompt) exit" before the line that prints',
      ],
      [
        '/bin/tcsh',
        '.tcshrc',
        `echo ${greeting}`,
        'if (! $?prompt) exit\n',
        'in ~/.tcshrc, ~/.cshrc and /etc/csh.cshrc, put "if (! $?prompt) exit" before the line that prints',
      ],
      [
        '/bin/bash',
        '.bashrc',
        `echo ${greeting}`,
        'case $- in *i*) ;; *) return ;; esac\n',
        'in ~/.bashrc, put "case $- in *i*) ;; *) return ;; esac" before the line that prints',
      ],
    ] as const)(
      '%s whose start-up files print a greeting is refused until the hint is followed',
      async ([path, file, text, remedy, hint], test) => {
        const { session, user, write } = await loginBy(test, path, { [file]: text });
        const error = await failureOf(session.exec(['sdxinfo']));
        expect(error).toMatchObject({
          code: 'LOGIN_SHELL_PRINTS',
          message: `node3: the login shell ${path} of ${user} prints 23 bytes before the output of each command: "Welcome to node3, root"`,
          evidence: { host: 'node3', stdout: greeting },
        });
        expect(error?.hint).toBe(
          `${hint}; in ~/.ssh/rc, /etc/ssh/sshrc or what ForceCommand names, print only where "test -t 1" succeeds; then run "shadowtape check" again`,
        );
        await write(file, remedy + text);
        expect((await session.exec(['echo', 'hello'])).stdout.toString()).toBe('hello\n');
      },
    );

    it('a shell that only prints errors is reported, and works', async (test) => {
      const { session } = await loginBy(test, '/bin/tcsh', { '.tcshrc': 'stty erase "^H"\n' });
      expect((await session.loginShell()).says).toMatch(/^stty: .*: Inappropriate ioctl for device$/);
      expect((await session.exec(['echo', 'hello'])).stdout.toString()).toBe('hello\n');
    });

    it.for([
      [
        '/usr/sbin/nologin',
        'it ended with exit status 1 and printed "This account is currently not available."',
      ],
      ['echo only backups here', 'it ended with exit status 0 and printed "only backups here"'],
      ['$SSH_ORIGINAL_COMMAND; true', 'it ended with exit status 0 and printed "'],
    ] as const)('a login that runs %s instead is refused', async ([command, reason], test) => {
      const session = await sessionWith(test, { config: [`ForceCommand ${command}`] });
      const { user } = session.profile;
      const error = await failureOf(session.exec(['sdxinfo']));
      expect(error).toMatchObject({
        code: 'LOGIN_SHELL_UNUSABLE',
        message: expect.stringContaining(`node3: the login of ${user} does not run commands: ${reason}`),
      });
      expect(error?.hint).toContain(
        'under "user" of node3 in the site file, name a user whose login shell runs commands',
      );
    });

    it('a filter that ends lines as a terminal does is refused', async (test) => {
      const config = [`ForceCommand sh -c "$SSH_ORIGINAL_COMMAND" | sed 's/$/\\r/'`];
      const session = await sessionWith(test, { config });
      const { user } = session.profile;
      const error = await failureOf(session.exec(['sdxinfo']));
      expect(error).toMatchObject({
        code: 'LOGIN_SHELL_CHANGES',
        message: expect.stringMatching(
          new RegExp(
            `^node3: the login shell /\\S+ of ${user} changes commands or data: byte 35 of 316 comes back as 0x0d instead of 0x0a$`,
          ),
        ),
      });
      expect(error?.hint).toContain('a terminal or session recorder may be between');
    });
  },
);
