/** The operator of a run and a second person, each with their own key, as ssh-keygen of this machine makes and uses them. */
import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCommand, type CommandEnd } from './command-line.ts';

const run = promisify(execFile);

export interface TwoPeople {
  /** The approval settings of the site file. */
  readonly approve: { readonly by: 'other'; readonly signers: string; readonly revoked: string };
  /** Private keys. */
  readonly operatorKey: string;
  readonly secondKey: string;
  /** Of nobody who is an allowed signer. */
  readonly strangerKey: string;
  /** Of other second persons: their lines end yesterday, begin tomorrow, or are revoked by the file of revoked keys. */
  readonly expiredKey: string;
  readonly earlyKey: string;
  readonly revokedKey: string;
  /** Types `shadowtape approve`. */
  approves(state: string, words: readonly string[]): Promise<CommandEnd>;
  /** Signs the statement of a run with ssh-keygen. @returns the file of the signature */
  signs(state: string, runName: string, key: string): Promise<string>;
}

/** What ssh-keygen makes of a text. @returns the signature */
export const signedText = (key: string, text: string, namespace = 'shadowtape-approval'): string =>
  execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', key], {
    input: text,
    encoding: 'utf8',
  });

/** As an option of a line of allowed signers has it. */
const dayText = (days: number): string =>
  new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');

/** @param folder for keys and signatures; it goes away with the test */
export async function makeTwoPeople(folder: string): Promise<TwoPeople> {
  const keyOf = async (name: string) => {
    const file = join(folder, `key-${name}`);
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    return file;
  };
  const operatorKey = await keyOf('operator');
  const secondKey = await keyOf('mary');
  const strangerKey = await keyOf('stranger');
  const expiredKey = await keyOf('expired');
  const earlyKey = await keyOf('early');
  const revokedKey = await keyOf('revoked');
  const publicKeyOf = (key: string) => readFile(`${key}.pub`, 'utf8');
  const [signers, revoked] = [join(folder, 'allowed_signers'), join(folder, 'revoked_keys')];
  const lines = [
    `${userInfo().username}@example.com ${await publicKeyOf(operatorKey)}`,
    `mary@example.com ${await publicKeyOf(secondKey)}`,
    `henry@example.com valid-before="${dayText(-1)}Z" ${await publicKeyOf(expiredKey)}`,
    `edith@example.com valid-after="${dayText(1)}Z" ${await publicKeyOf(earlyKey)}`,
    `carol@example.com ${await publicKeyOf(revokedKey)}`,
  ];
  await writeFile(signers, lines.join(''));
  await writeFile(revoked, `# left the company\n${await publicKeyOf(revokedKey)}`);
  const approves: TwoPeople['approves'] = (state, words) =>
    startCommand(['--state', state, 'approve', ...words]).end;
  return {
    approve: { by: 'other', signers, revoked },
    operatorKey,
    secondKey,
    strangerKey,
    expiredKey,
    earlyKey,
    revokedKey,
    approves,
    async signs(state, runName, key) {
      const { stdout } = await approves(state, [runName, '--statement']);
      const file = join(folder, 'statement');
      await writeFile(file, stdout);
      await run('sh', [
        '-c',
        'rm -f "$1.sig"; ssh-keygen -q -Y sign -n shadowtape-approval -f "$2" "$1"',
        'sh',
        file,
        key,
      ]);
      return `${file}.sig`;
    },
  };
}
