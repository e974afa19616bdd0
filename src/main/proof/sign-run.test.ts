import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Journal } from '../journal/journal.ts';
import { parseJournal } from '../journal/journal-reader.ts';
import { fingerprintOfKeyFile } from '../ssh/keys/signers.ts';
import { isSignatureOf, readSignature } from '../ssh/keys/ssh-signature.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { auditState } from './audit.ts';
import type { SignatureDemand } from './audit-signature.ts';
import { compressFile } from './packed-runs.ts';
import { newFolder, removeFolders, run, sealedState, smallEvents } from './proof.test-support.ts';
import { checkSignature, readAllowedSigners } from './signature-facts.ts';
import { signRun } from './sign-run.ts';

afterEach(removeFolders);

const execute = promisify(execFile);
const keygen = existsSync('/usr/bin/ssh-keygen');
const hint = keygen ? '' : ' (skipped: apt install openssh-client)';
const nobody = () => Promise.resolve(undefined);

interface Key {
  readonly file: string;
  readonly publicLine: string;
}

async function newKey(type: readonly string[], passphrase = ''): Promise<Key> {
  const file = join(await newFolder(), 'key');
  await execute('ssh-keygen', ['-q', '-t', ...type, '-N', passphrase, '-C', 'marion', '-f', file]);
  return { file, publicLine: (await readFile(`${file}.pub`, 'utf8')).trim() };
}

/** What ssh-keygen says of a journal and its signature; throws where it refuses. */
async function verifyByOpenssh(state: StateFolder, key: Key): Promise<string> {
  const allowed = join(await newFolder(), 'allowed_signers');
  await writeFile(allowed, `marion@example.com namespaces="shadowtape" ${key.publicLine}\n`);
  const args = [
    '-Y',
    'verify',
    '-f',
    allowed,
    '-I',
    'marion@example.com',
    '-n',
    'shadowtape',
    '-s',
    state.signatureFile(run),
  ];
  const child = spawn('ssh-keygen', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString('utf8')));
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString('utf8')));
  child.stdin.end(await readFile(state.journalFile(run)));
  const [status] = (await once(child, 'close')) as [number];
  if (status !== 0) throw new Error(said);
  return said;
}

const signatureLine = async (state: StateFolder, demand: SignatureDemand = {}) =>
  (await auditState({ state, ...demand }, [run])).find(({ subject }) => subject === 'signature');

/** Of a file of allowed signers with that key alone. */
const allowing = ({ publicLine }: Key): SignatureDemand => ({ allowedSigners: `marion ${publicLine}` });

const keyTypes = [
  ['ed25519'],
  ['rsa', '-b', '2048'],
  ['ecdsa', '-b', '256'],
  ['ecdsa', '-b', '384'],
  ['ecdsa', '-b', '521'],
];

describe.skipIf(!keygen)(`a signature over a journal${hint}`, () => {
  it.each(keyTypes.map((type) => [type.join(' '), type] as const))(
    'by a key of type %s is taken by OpenSSH, and theirs here',
    async (_name, type) => {
      const state = await sealedState(smallEvents());
      const key = await newKey(type);
      const { signature } = await signRun({ state, run, keyFile: key.file, askSecret: nobody });
      const { stdout: listed } = await execute('ssh-keygen', ['-lf', `${key.file}.pub`]);
      expect(listed).toContain(signature.fingerprint);
      expect(await verifyByOpenssh(state, key)).toContain(
        `Good "shadowtape" signature for marion@example.com`,
      );
      expect(await signatureLine(state, allowing(key))).toMatchObject({
        verdict: 'proven',
        sentence: `signed by ${key.publicLine.split(' ')[0]} ${signature.fingerprint} of marion`,
      });

      await rm(state.signatureFile(run));
      await execute('ssh-keygen', [
        '-Y',
        'sign',
        '-q',
        '-f',
        key.file,
        '-n',
        'shadowtape',
        state.journalFile(run),
      ]);
      expect(await signatureLine(state, allowing(key))).toMatchObject({
        verdict: 'proven',
        signature: { ...signature, principal: 'marion' },
      });

      await appendFile(state.journalFile(run), '\n');
      expect(await signatureLine(state)).toMatchObject({
        verdict: 'wrong',
        sentence: `the signature by ${key.publicLine.split(' ')[0]} ${signature.fingerprint} is invalid: it is a signature of other bytes`,
      });
      await expect(verifyByOpenssh(state, key)).rejects.toThrow(/incorrect signature/i);
    },
  );

  it('names the principal that a file of allowed signers has for the key', async () => {
    const state = await sealedState(smallEvents());
    const key = await newKey(['ed25519']);
    const { signature } = await signRun({ state, run, keyFile: key.file, askSecret: nobody });
    expect(
      await signatureLine(state, {
        allowedSigners: `# people\nmarion@example.com,@ops namespaces="file,shadowtape" ${key.publicLine}\n`,
      }),
    ).toMatchObject({
      verdict: 'proven',
      sentence: `signed by ssh-ed25519 ${signature.fingerprint} of marion@example.com,@ops`,
    });
    for (const allowedSigners of [
      '',
      `marion namespaces="git" ${key.publicLine}`,
      `marion cert-authority ${key.publicLine}`,
      `#marion ${key.publicLine}`,
    ])
      expect(await signatureLine(state, { allowedSigners })).toMatchObject({
        verdict: 'wrong',
        sentence: `signed by ssh-ed25519 ${signature.fingerprint}, which is not a key of an allowed signer`,
      });
  });

  it('counts while the key does, by the lines of ssh-keygen(1)', async () => {
    const state = await sealedState(smallEvents());
    const key = await newKey(['ed25519']);
    const { signature } = await signRun({ state, run, keyFile: key.file, askSecret: nobody });
    const signed = `signed by ssh-ed25519 ${signature.fingerprint} of marion`;
    const lineOf = async (options: string) => {
      const line = await signatureLine(state, { allowedSigners: `marion ${options} ${key.publicLine}\n` });
      return [line?.verdict, line?.sentence];
    };
    expect(await lineOf('valid-after="20260101Z",valid-before="29991231235959Z"')).toEqual([
      'proven',
      signed,
    ]);
    expect(await lineOf('namespaces="shadow*",valid-after="202601010000"')).toEqual(['proven', signed]);
    expect(await lineOf('valid-before="20261123Z"')).toEqual([
      'unproven',
      `${signed}, whose key is valid only until 2026-11-23T00:00:00Z: it could have signed later with a false time`,
    ]);
    expect(await lineOf('valid-after="20260101Z",valid-before="20260201Z"')).toEqual([
      'wrong',
      `${signed}, whose key is valid only from 2026-01-01T00:00:00Z until 2026-02-01T00:00:00Z, not when the run ended`,
    ]);
    expect(await lineOf('valid-after="29990101Z"')).toEqual([
      'wrong',
      `${signed}, whose key is valid only from 2999-01-01T00:00:00Z, not when the run ended`,
    ]);
    // The key may have several lines: one that counts is enough.
    const both = ['valid-before="20260201Z"', 'valid-after="20260201Z"'].map(
      (options) => `marion ${options} ${key.publicLine}\n`,
    );
    expect(await signatureLine(state, { allowedSigners: both.join('') })).toMatchObject({
      verdict: 'proven',
    });
  });

  it.each([
    ['valid-before="tomorrow"', '"tomorrow" is not a time: YYYYMMDD or YYYYMMDDHHMM[SS], with Z for UTC'],
    ['valid-before="20261345Z"', '"20261345Z" is not a time: YYYYMMDD or YYYYMMDDHHMM[SS], with Z for UTC'],
    ['verify-required', 'unknown option verify-required'],
    ['namespaces="a",namespaces="b"', 'the option namespaces is given twice'],
  ])('is not judged by a file whose options are not understood: %s', async (options, reason) => {
    const key = await newKey(['ed25519']);
    const file = join(await newFolder(), 'allowed_signers');
    await writeFile(file, `# keys\nmarion ${options} ${key.publicLine}\n`);
    await expect(readAllowedSigners(file)).rejects.toMatchObject({
      code: 'SIGNERS_UNREADABLE',
      message: `the file of allowed signers ${file} cannot be read: line 2: ${reason}`,
    });
  });

  it('asks for the passphrase of a key, or lets an agent sign that holds it', async () => {
    const state = await sealedState(smallEvents());
    const key = await newKey(['ed25519'], 'secret words');
    await expect(signRun({ state, run, keyFile: key.file, askSecret: nobody })).rejects.toMatchObject({
      code: 'KEY_PASSPHRASE_MISSING',
    });
    const asked: string[] = [];
    const askSecret = ({ text }: { text: string }) => {
      asked.push(text);
      return Promise.resolve('secret words');
    };
    await signRun({ state, run, keyFile: key.file, askSecret });
    expect(asked).toEqual([`Passphrase of ${key.file}`]);
    expect(await verifyByOpenssh(state, key)).toContain('Good "shadowtape" signature');
  });

  it.each([['ed25519'], ['rsa'], ['ecdsa']])(
    'is made by an agent that holds a key of type %s',
    async (type) => {
      const state = await sealedState(smallEvents());
      const key = await newKey([type]);
      const agentSocket = join(await newFolder(), 'agent');
      const agent = spawn('ssh-agent', ['-D', '-a', agentSocket], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        await once(agent.stdout, 'data');
        const environment = { ...process.env, SSH_AUTH_SOCK: agentSocket };
        await expect(
          signRun({ state, run, keyFile: `${key.file}.pub`, agentSocket, askSecret: nobody }),
        ).rejects.toMatchObject({
          message: `cannot sign with ${key.file}.pub: it is a public key, and no ssh agent holds its private key`,
        });
        await execute('ssh-add', ['-q', key.file], { env: environment });
        await rm(key.file);
        for (const keyFile of [`${key.file}.pub`, undefined]) {
          await rm(state.signatureFile(run), { force: true });
          await signRun({ state, run, keyFile, agentSocket, askSecret: nobody });
          expect(await verifyByOpenssh(state, key)).toContain('Good "shadowtape" signature');
        }
      } finally {
        agent.kill();
        await once(agent, 'close');
      }
    },
  );

  it('is void once the run is resumed, and still good where the journal is compressed', async () => {
    const state = await sealedState(smallEvents());
    const key = await newKey(['ed25519']);
    const { signature } = await signRun({ state, run, keyFile: key.file, askSecret: nobody });
    const file = state.journalFile(run);
    const before = await readFile(file);
    await compressFile(file);
    expect(await signatureLine(state, allowing(key))).toMatchObject({ verdict: 'proven' });
    await writeFile(file, before);
    const journal = Journal.reopen({ file, run }, parseJournal(file, before));
    journal.append({
      type: 'run-resumed',
      by: 'marion',
      version: '1',
      mode: 'unwind',
      reason: 'to be unwound',
    });
    journal.close();
    expect(await signatureLine(state)).toMatchObject({
      verdict: 'unproven',
      sentence: `the signature by ssh-ed25519 ${signature.fingerprint} is invalid: the run was resumed after it was signed`,
    });
    await expect(signRun({ state, run, keyFile: key.file, askSecret: nobody })).rejects.toMatchObject({
      code: 'RUN_NOT_ENDED',
      hint: 'only a run that has ended can be signed; resume it or roll it back first',
    });
    const again = Journal.reopen({ file, run }, parseJournal(file, await readFile(file)));
    again.append({ type: 'run-finished', verdict: 'failed', exitStatus: 2, sentence: 'back', stands: [] });
    again.close();
    expect(await signatureLine(state)).toMatchObject({ verdict: 'unproven' });
    expect(await signatureLine(state, allowing(key))).toMatchObject({ verdict: 'wrong' });
  });

  it('counts where it is by the key of the site file, and is required of a site that signs', async () => {
    const state = await sealedState(smallEvents());
    const [own, other] = [await newKey(['ed25519']), await newKey(['ed25519'], 'secret words')];
    const siteOf = async ({ file }: Key) => ({
      siteKey: { file, fingerprint: await fingerprintOfKeyFile(file) },
    });
    expect(await signatureLine(state, await siteOf(own))).toMatchObject({
      verdict: 'wrong',
      sentence: `the signature is missing: the site signs its runs with ${own.file}`,
    });
    const { signature } = await signRun({ state, run, keyFile: own.file, askSecret: nobody });
    const signed = `signed by ssh-ed25519 ${signature.fingerprint}`;
    expect(await signatureLine(state, await siteOf(own))).toMatchObject({
      verdict: 'proven',
      sentence: `${signed}, the key of the site file`,
    });
    // The passphrase hides the key in the file: its public half is next to it.
    expect(await signatureLine(state, await siteOf(other))).toMatchObject({
      verdict: 'unproven',
      sentence: `${signed}, which is not the key of the site file; --signers names other accepted keys`,
    });
    const unknown = {
      verdict: 'unproven',
      sentence: `${signed}; the owner of the key was not checked: --signers names the accepted keys`,
    };
    expect(await signatureLine(state)).toMatchObject(unknown);
    await rm(`${other.file}.pub`);
    expect(await signatureLine(state, await siteOf(other))).toMatchObject(unknown);
  });

  it('is missing: an error with allowed signers, unless the run has not ended', async () => {
    const state = await sealedState(smallEvents());
    expect(await signatureLine(state, { allowedSigners: '' })).toMatchObject({
      verdict: 'wrong',
      sentence: 'the signature is missing: --signers requires a signature',
    });
    const lines = (await readFile(state.journalFile(run), 'utf8')).split('\n');
    await writeFile(
      state.journalFile(run),
      lines.slice(0, -2).map((line) => `${line}\n`),
    );
    expect(await signatureLine(state, { allowedSigners: '' })).toMatchObject({
      verdict: 'unproven',
      sentence: 'not signed: only a run that has ended can be signed',
    });
  });

  it('is refused where it was made for something else, or is damaged', async () => {
    const state = await sealedState(smallEvents());
    const key = await newKey(['ed25519']);
    await execute('ssh-keygen', ['-Y', 'sign', '-q', '-f', key.file, '-n', 'file', state.journalFile(run)]);
    expect((await signatureLine(state))?.sentence).toMatch(
      /is invalid: it was made for "file", not for "shadowtape"$/,
    );
    await signRun({ state, run, keyFile: key.file, askSecret: nobody });
    const armored = await readFile(state.signatureFile(run), 'utf8');
    const journal = await readFile(state.journalFile(run));
    const { signature } = readSignature(armored);
    expect(checkSignature(armored, journal).verdict).toBe('good');
    fc.assert(
      fc.property(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const read = readSignature(armored);
        read.signature.writeUInt8(read.signature.readUInt8(place) ^ change, place);
        expect(isSignatureOf(read, journal)).toBe(false);
      }),
      { numRuns: 50 },
    );
    fc.assert(
      fc.property(fc.nat(armored.length - 2), (place) => {
        fc.pre(armored[place] !== '\n');
        const cut = armored.slice(0, place) + armored.slice(place + 1);
        expect(checkSignature(cut, journal).verdict).not.toBe('good');
      }),
      { numRuns: 100, examples: [[0], [30]] },
    );
    await writeFile(state.signatureFile(run), 'no signature');
    expect((await signatureLine(state))?.sentence).toBe(
      'the signature cannot be read: it is not an OpenSSH signature',
    );
  });

  it('is not put under a journal that was changed, or by a key that is not there', async () => {
    const state = await sealedState(smallEvents());
    await expect(signRun({ state, run: 'nobody', askSecret: nobody })).rejects.toMatchObject({
      code: 'RUN_UNKNOWN',
    });
    await expect(signRun({ state, run, keyFile: '/nowhere/key', askSecret: nobody })).rejects.toMatchObject({
      message: 'sign: there is no key file /nowhere/key',
    });
    await writeFile(
      state.journalFile(run),
      (await readFile(state.journalFile(run), 'utf8')).replace('ü', 'u'),
    );
    await expect(signRun({ state, run, askSecret: nobody })).rejects.toMatchObject({
      code: 'JOURNAL_BROKEN',
    });
  });
});
