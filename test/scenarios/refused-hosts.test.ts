import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openConsole, type ConsoleOptions } from '../../src/main/application/console.ts';
import {
  clusterState,
  normalState,
  openScene,
  runScene,
  type Scene,
  type SiteTree,
} from '../support/lab-run.ts';
import { changingCommands } from '../support/lab-shell.ts';
import { checkScene, failureOf, refusedBeforeJournal, refusedRun } from '../support/refusals.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

function portOf(host: string): number {
  const found = scene.lab.hosts.find(({ name }) => name === host);
  if (!found) throw new Error(`the lab has no host ${host}`);
  return found.port;
}

/** The key of a host as in a known_hosts line, by type and fingerprint. */
async function keyOf(host: string): Promise<{ line: string; fingerprint: string }> {
  const lines = (await readFile(scene.lab.knownHostsFile, 'utf8')).split('\n');
  const line = lines.find((text) => text.startsWith(`[127.0.0.1]:${portOf(host)} `)) ?? '';
  const digest = createHash('sha256')
    .update(Buffer.from(line.split(' ')[2] ?? '', 'base64'))
    .digest('base64');
  return { line, fingerprint: `SHA256:${digest.replace(/=+$/, '')}` };
}

/** Changes the entry of a host in the site file. */
const hostWith = (host: string, settings: object) => (site: SiteTree) =>
  void Object.assign(site.hosts[host] ?? {}, settings);

afterEach(async () => {
  for (const fault of scene.lab.faults.list()) scene.lab.faults.clear(fault);
  await rm(scene.state.path, { recursive: true, force: true });
});

describe('a primary node that cannot be used', () => {
  it('is down', async () => {
    scene.lab.faults.set('host-down=node2');
    const [port, hint] = [
      portOf('node2'),
      (at: number) =>
        `check that node2 is up, that sshd listens on port ${at}, and that no firewall blocks it`,
    ];
    const words = {
      code: 'HOST_UNREACHABLE',
      sentence: `node2 (127.0.0.1, port ${port}) cannot be reached: the connection was refused`,
      hint: hint(port),
    };
    expect(await refusedBeforeJournal(scene)).toMatchObject(words);
    const lines = await checkScene(scene);
    expect(lines.filter(({ good }) => !good)).toEqual([
      { host: 'node2', what: 'login', good: false, said: words.sentence, hint: words.hint },
      {
        host: 'node2',
        what: 'job raw-dd',
        good: false,
        said: 'not checked: node2 cannot be reached',
        hint: undefined,
      },
      {
        host: 'node2',
        what: 'job ufs-tar',
        good: false,
        said: 'not checked: node2 cannot be reached',
        hint: undefined,
      },
    ]);
    expect(lines.filter(({ good }) => good).map(({ host, what }) => `${host} ${what}`)).toEqual([
      'node1 login',
      'node1 login shell',
      'node1 commands',
      'node3 login',
      'node3 login shell',
      'node3 commands',
      'node3 drive /dev/rmt/0',
      'node3 tape /dev/rmt/0',
    ]);
  });

  it('has an unknown name', async () => {
    const error = await refusedBeforeJournal(scene, {
      change: hostWith('node1', { address: 'nonexistent.invalid' }),
    });
    expect(error).toMatchObject({
      code: 'HOST_NAME_UNKNOWN',
      sentence: 'node1: the name nonexistent.invalid has no address',
      hint: 'check the address of node1 in the site file, HostName in ~/.ssh/config, and the name service of this machine',
    });
  });

  it('refuses every login', async () => {
    scene.lab.faults.set('login-refused=node1');
    const words = {
      code: 'LOGIN_REFUSED',
      sentence: `node1 does not let root log in: every method was refused; tried: key ${scene.lab.identityFile}`,
      hint: 'add the public key to authorized_keys of root on node1, or name another key or user in the site file',
    };
    const change = hostWith('node1', { login: 'key' });
    expect(await refusedBeforeJournal(scene, { change })).toMatchObject(words);
    expect((await checkScene(scene, change))[0]).toEqual({
      host: 'node1',
      what: 'login',
      good: false,
      said: words.sentence,
      hint: words.hint,
    });
  });

  it('needs a key file that does not exist', async () => {
    const file = join(scene.folder, 'id_missing');
    const words = {
      code: 'KEY_FILE_MISSING',
      sentence: `node1: there is no key file ${file}`,
      hint: 'name the private key with "key" of node1 in the site file, or create one with ssh-keygen -t ed25519',
    };
    const change = hostWith('node1', { key: file, login: 'key' });
    expect(await refusedBeforeJournal(scene, { change })).toMatchObject(words);
    expect((await checkScene(scene, change))[0]).toMatchObject({
      host: 'node1',
      what: 'login',
      good: false,
      said: words.sentence,
    });
  });
});

describe('a host key', () => {
  /** A console on the scene's site whose user refuses every new host key. */
  const options = async (): Promise<ConsoleOptions> => ({
    state: scene.state,
    siteFile: await scene.writeSite(),
    lab: { fresh: false, faults: [] },
    confirmHostKey: () => Promise.resolve(false),
    askSecret: () => Promise.resolve(undefined),
  });
  let words: { changed: RegExp; hint: string };
  beforeEach(() => {
    const port = portOf('node3');
    words = {
      changed: new RegExp(
        `^node3 \\(127\\.0\\.0\\.1, port ${port}\\) shows the ssh-ed25519 host key (SHA256:\\S{43}), but (SHA256:\\S{43}) is known \\((\\S+), line (\\d+)\\)$`,
      ),
      hint: 'another machine may be intercepting the connection; if node3 was reinstalled, remove line',
    };
  });

  it('that is not confirmed is not accepted, and not recorded', async () => {
    const console = await openConsole(await options());
    try {
      const { fingerprint } = await keyOf('node1');
      const error = await failureOf(
        console.run({
          job: 'raw-dd',
          ask: undefined,
          approveVerified: false,
          cancel: new AbortController().signal,
          halt: new AbortController().signal,
          onEvent: () => undefined,
        }),
      );
      expect(error).toMatchObject({
        code: 'HOST_KEY_UNKNOWN',
        sentence: `node1 (127.0.0.1, port ${portOf('node1')}) shows an unknown ssh-ed25519 host key: ${fingerprint}`,
        hint: 'compare it with "ssh-keygen -lf" of the key in /etc/ssh on node1 itself; if both match, accept it with --trust',
      });
      const lines = await console.check(() => undefined);
      expect(
        lines
          .filter(({ what }) => what === 'login')
          .map(({ good, said }) => [good, said.replace(/port \d+.*/, '')]),
      ).toEqual([
        [false, 'node1 (127.0.0.1, '],
        [false, 'node2 (127.0.0.1, '],
        [false, 'node3 (127.0.0.1, '],
      ]);
      await expect(readFile(scene.state.knownHostsFile)).rejects.toThrow('ENOENT');
    } finally {
      await console.close();
    }
  });

  it('that differs from the recorded one ends the run before anything is touched, with both fingerprints', async () => {
    const [own, other] = [await keyOf('node3'), await keyOf('node1')];
    await mkdir(scene.state.path, { recursive: true });
    const line = other.line.replace(/^\S+/, `[127.0.0.1]:${portOf('node3')}`);
    await writeFile(scene.state.knownHostsFile, `# keys of this site\n${line}\n`);
    const { code, sentence, hint } = await refusedRun(scene);
    expect(code).toBe('HOST_KEY_CHANGED');
    expect(words.changed.exec(sentence)?.slice(1)).toEqual([
      own.fingerprint,
      other.fingerprint,
      scene.state.knownHostsFile,
      '2',
    ]);
    expect(hint).toBe(`${words.hint} 2 of ${scene.state.knownHostsFile} and connect again`);
  });

  it('that changes once it was known is refused by check and by run', async () => {
    await checkScene(scene);
    scene.lab.faults.set('host-key-changed=node3');
    const { fingerprint } = await keyOf('node3');
    const { code, sentence } = await refusedRun(scene);
    expect(code).toBe('HOST_KEY_CHANGED');
    const [, shown, known] = words.changed.exec(sentence) ?? [];
    expect(known).toBe(fingerprint);
    expect(shown).not.toBe(fingerprint);
    const lines = await checkScene(scene);
    const bad = lines.find(({ good }) => !good);
    expect(bad).toMatchObject({ host: 'node3', what: 'login' });
    expect(words.changed.exec(bad?.said ?? '')?.[2]).toBe(fingerprint);
  });
});

describe('a backup server that cannot be used', () => {
  it('is down: the run is begun, refused and recorded in its journal', async () => {
    scene.lab.faults.set('host-down=node3');
    const port = portOf('node3');
    expect(await refusedRun(scene)).toEqual({
      code: 'HOST_UNREACHABLE',
      sentence: `node3 (127.0.0.1, port ${port}) cannot be reached: the connection was refused`,
      hint: `check that node3 is up, that sshd listens on port ${port}, and that no firewall blocks it`,
    });
  });

  it('answers again: the same site then runs successfully', async () => {
    const from = scene.lab.commands.length;
    const end = await runScene(scene, {
      change: (site) => void Object.assign(site.jobs['raw-dd'] ?? {}, { services: 'not-needed' }),
    });
    expect(end).toMatchObject({ verdict: 'verified', exitStatus: 0 });
    expect(changingCommands(scene, from)).toContain('node1 sdxproxy Rejoin -c Class1 -p Volume2');
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
