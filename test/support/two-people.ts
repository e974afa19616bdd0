/** The operator of a run and a second person, each with a key of his own, as ssh-keygen of this machine makes and uses them. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCommand, type CommandEnd } from './command-line.ts';

const run = promisify(execFile);

export interface TwoPeople {
  /** What the site file says of the approval. */
  readonly approve: { readonly by: 'other'; readonly signers: string };
  /** Private keys. */
  readonly operatorKey: string;
  readonly secondKey: string;
  /** Of nobody who is an allowed signer. */
  readonly strangerKey: string;
  /** Types `shadowtape approve`. */
  approves(state: string, words: readonly string[]): Promise<CommandEnd>;
  /** Signs the statement of a run with ssh-keygen. @returns the file of the signature */
  signs(state: string, runName: string, key: string): Promise<string>;
}

/** @param folder for keys and signatures; it goes away with the test */
export async function makeTwoPeople(folder: string): Promise<TwoPeople> {
  const keyOf = async (name: string) => {
    const file = join(folder, `key-${name}`);
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    return file;
  };
  const [operatorKey, secondKey, strangerKey] = [
    await keyOf('operator'),
    await keyOf('mary'),
    await keyOf('stranger'),
  ];
  const lineOf = async (who: string, key: string) => `${who} ${await readFile(`${key}.pub`, 'utf8')}`;
  const signers = join(folder, 'allowed_signers');
  const own = `${userInfo().username}@example.com`;
  await writeFile(signers, (await lineOf(own, operatorKey)) + (await lineOf('mary@example.com', secondKey)));
  const approves: TwoPeople['approves'] = (state, words) =>
    startCommand(['--state', state, 'approve', ...words]).end;
  return {
    approve: { by: 'other', signers },
    operatorKey,
    secondKey,
    strangerKey,
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
