/** Logins with certificates and with security keys at a genuine sshd. A security key is played by an agent that signs as one does. */
import { execFile, spawn } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, copyFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { opensshHosts, opensshProfile } from '../../../test/support/openssh-hosts.ts';
import { findSshd, sshdMissing, startOpensshServer } from '../../../test/support/openssh-server.ts';
import type { OpensshServer } from '../../../test/support/openssh-server.ts';
import type { AskSecret, LoginMethods } from './host-profile.ts';
import { string, uint32, WireReader } from './wire.ts';

const missing = findSshd() === undefined ? sshdMissing : undefined;
const run = promisify(execFile);

describe.runIf(missing === undefined || process.env['CI'])(
  `certificates and security keys at a genuine sshd${missing === undefined ? '' : ` (not tested: ${missing})`}`,
  { timeout: 30_000 },
  () => {
    let server: OpensshServer;
    let authority: string;
    beforeAll(async () => {
      server = await startOpensshServer({ trustsAuthority: true });
      authority = join(server.folder, 'authority');
    });
    afterAll(() => server?.close());

    /** A key that no authorized_keys has. */
    async function newKey(name: string, ...type: readonly string[]): Promise<string> {
      const path = join(server.folder, name);
      await run('ssh-keygen', ['-q', '-t', ...(type.length > 0 ? type : ['ed25519']), '-N', '', '-f', path]);
      return path;
    }

    /** Writes PATH-cert.pub. @param validity as ssh-keygen -V takes it */
    const certify = (path: string, validity = 'always:forever') =>
      run('ssh-keygen', [
        '-q',
        '-s',
        authority,
        '-I',
        'ada',
        '-n',
        server.user,
        '-V',
        validity,
        `${path}.pub`,
      ]);

    /** @returns how sshd says that it let the user in */
    async function logIn(login: Partial<LoginMethods>, askSecret?: AskSecret): Promise<string | undefined> {
      const profile = opensshProfile(server, { login: { keyFiles: [], password: false, ...login } });
      const hosts = opensshHosts([server], [profile], askSecret ? { askSecret } : {});
      const before = server.log().length;
      await hosts
        .session('node3')
        .connect()
        .finally(() => hosts.close());
      return /Accepted publickey for \S+ from \S+ port \d+ ssh2: (.*)/.exec(server.log().slice(before))?.[1];
    }

    const keyFile = (path: string) => ({ keyFiles: [{ path, required: true }] });

    async function genuineAgent(...keys: readonly string[]): Promise<string> {
      const socket = join(server.folder, `agent-${keys.length}-${Date.now()}`);
      const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
      onTestFinished(async () => {
        const exited = once(agent, 'exit');
        agent.kill();
        await exited;
      });
      await once(agent.stdout, 'data');
      await run('ssh-add', ['-q', ...keys], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      return socket;
    }

    it.each([
      ['ED25519', ['ed25519']],
      ['ECDSA', ['ecdsa']],
      ['RSA', ['rsa', '-b', '2048']],
    ])(
      'the certificate of a key of type %s is shown, next to the key file and held by an agent',
      async (words, type) => {
        const path = await newKey(`id_${words}`, ...type);
        await certify(path);
        const expected = new RegExp(`^${words}-CERT SHA256:\\S+ ID ada `);
        expect(await logIn(keyFile(path))).toMatch(expected);
        // ssh-add loads the certificate next to the key, too; the host does not admit the key itself.
        const agentSocket = await genuineAgent(path);
        await rm(path);
        expect(await logIn({ agentSocket })).toMatch(expected);
      },
    );

    it('CertificateFile is shown where an agent has the key alone, and before that key', async () => {
      const path = await newKey('alone');
      const agentSocket = await genuineAgent(path);
      await certify(path);
      const certificate = join(server.folder, 'elsewhere-cert.pub');
      await copyFile(`${path}-cert.pub`, certificate);
      await rm(`${path}-cert.pub`);
      const login = { ...keyFile(path), agentSocket, certificateFiles: [certificate] };
      expect(await logIn(login)).toMatch(/^ED25519-CERT SHA256:\S+ ID ada /);
    });

    it('a certificate that has expired is named where the host refuses it', async () => {
      const path = await newKey('late');
      await certify(path, '20200101Z:20200201Z');
      await expect(logIn(keyFile(path))).rejects.toMatchObject({
        code: 'LOGIN_REFUSED',
        message:
          `node3 does not let ${server.user} log in: every method was refused; node3: the certificate ${path}-cert.pub expired at ` +
          `2020-02-01T00:00Z; tried: certificate of ${path}, key ${path}`,
      });
    });

    it('a passphrase that is not known is asked for three times, for key and certificate together', async () => {
      const path = await newKey('locked');
      await certify(path);
      await run('ssh-keygen', ['-q', '-p', '-a', '1', '-P', '', '-N', 'tango', '-f', path]);
      const attempts: number[] = [];
      const refused = logIn(keyFile(path), ({ attempt }) => {
        attempts.push(attempt);
        return Promise.resolve('foxtrot');
      });
      await expect(refused).rejects.toMatchObject({ code: 'KEY_PASSPHRASE_WRONG' });
      expect(attempts).toEqual([1, 2, 3]);
    });

    it('a certificate for another key is not shown, and the key is', async () => {
      const path = await newKey('other');
      await certify(path);
      const own = join(server.folder, 'own');
      await copyFile(server.identityFile, own);
      await copyFile(`${path}-cert.pub`, `${own}-cert.pub`);
      expect(await logIn(keyFile(own))).toMatch(/^ED25519 SHA256:/);
    });

    it('a security key signs through its agent', async () => {
      const token = newToken();
      const path = join(server.folder, 'id_ed25519_sk');
      const line = `sk-ssh-ed25519@openssh.com ${token.publicKey.toString('base64')} token`;
      await writeFile(`${path}.pub`, `${line}\n`);
      await appendFile(join(server.folder, 'authorized_keys'), `${line}\n`);
      const agentSocket = await tokenAgent(server.folder, token);
      expect(await logIn({ agentSocket })).toMatch(/^ED25519-SK SHA256:/);
      expect(await logIn({ agentSocket, identitiesOnly: true, ...keyFile(path) })).toMatch(
        /^ED25519-SK SHA256:/,
      );
    });
  },
);

interface Token {
  /** In wire form. */
  readonly publicKey: Buffer;
  /** @returns the signature as an agent gives it back */
  sign(message: Buffer): Buffer;
}

/** A security key that was touched (PROTOCOL.u2f, SSH U2F signatures). */
function newToken(): Token {
  const type = 'sk-ssh-ed25519@openssh.com';
  const application = 'ssh:';
  const pair = generateKeyPairSync('ed25519');
  const publicBytes = pair.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const digest = (data: Buffer | string) => createHash('sha256').update(data).digest();
  let counter = 6;
  return {
    publicKey: Buffer.concat([string(type), string(publicBytes), string(application)]),
    sign(message) {
      counter += 1;
      const end = Buffer.concat([Buffer.from([1]), uint32(counter)]);
      const signed = Buffer.concat([digest(application), end, digest(message)]);
      return Buffer.concat([string(type), string(sign(null, signed, pair.privateKey)), end]);
    },
  };
}

/** An agent with one key (draft-miller-ssh-agent). @returns its socket */
async function tokenAgent(folder: string, token: Token): Promise<string> {
  const agent = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (request: Buffer) => {
      const reader = new WireReader(new WireReader(request).string());
      const [type] = reader.take(1);
      const identities = () => [Buffer.from([12]), uint32(1), string(token.publicKey), string('token')];
      const signature = () => {
        reader.string();
        return [Buffer.from([14]), string(token.sign(reader.string()))];
      };
      socket.write(string(Buffer.concat(type === 11 ? identities() : signature())));
    });
  });
  const path = join(folder, 'token-agent');
  agent.listen(path);
  await once(agent, 'listening');
  onTestFinished(() => void agent.close());
  return path;
}
