/** `audit` as an auditor calls it: what each exit status guarantees. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import {
  newFolder,
  newState,
  removeFolders,
  run,
  sealedState,
  smallEvents,
  writeRun,
} from '../../src/main/proof/proof.test-support.ts';
import { sealRun } from '../../src/main/proof/seals-file.ts';
import { signRun } from '../../src/main/proof/sign-run.ts';
import { sampleSiteText } from '../../src/main/site/site.test-support.ts';
import { newKey, publicKeyOf } from '../../src/main/ssh/ssh-server.test-support.ts';
import type { StateFolder } from '../../src/main/application/console.ts';
import { performed } from '../support/performed-command.ts';

afterEach(removeFolders);

const audit = async (state: StateFolder, ...args: string[]) => {
  const { exitStatus, stdout, stderr } = await performed(['--state', state.path, ...args]);
  return { exitStatus, text: stdout + stderr };
};

/** A site that signs with a new key, and a file that allows that key. */
async function signingSite() {
  const folder = await newFolder();
  const [key, site, signers] = ['key', 'site.yaml', 'signers'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const text = newKey();
  await writeFile(key, text, { mode: 0o600 });
  await writeFile(site, `${sampleSiteText}sign: { key: ${key} }\n`);
  await writeFile(signers, `marion ssh-ed25519 ${publicKeyOf(text).toString('base64')}\n`);
  return { key, site, signers };
}

it('unsigned evidence exits 5, and says that it shows accidents, not forgery', async () => {
  const { exitStatus, text } = await audit(await sealedState(smallEvents()), 'audit');
  expect(text).toContain('not signed: chain and seal show accidents, not forgery\n');
  expect(exitStatus).toBe(5);
});

it('a missing signature exits 2 if the site signs, or if signers are named', async () => {
  const state = await sealedState(smallEvents());
  const { key, site, signers } = await signingSite();
  const ofSite = await audit(state, '--site', site, 'audit');
  expect(ofSite.text).toContain(`the signature is missing: the site signs its runs with ${key}\n`);
  expect(ofSite.exitStatus).toBe(2);
  const ofSigners = await audit(state, 'audit', '--signers', signers);
  expect(ofSigners.text).toContain('the signature is missing: --signers requires a signature\n');
  expect(ofSigners.exitStatus).toBe(2);
});

it('a signature exits 0 if its key is accepted: that of the site file, or of an allowed signer', async () => {
  const state = await sealedState(smallEvents());
  const { key, site, signers } = await signingSite();
  await signRun({ state, run, keyFile: key, askSecret: () => Promise.resolve(undefined) });
  expect((await audit(state, '--site', site, 'audit')).exitStatus).toBe(0);
  expect((await audit(state, 'audit', '--signers', signers)).exitStatus).toBe(0);
  const other = await signingSite();
  expect((await audit(state, 'audit', '--signers', other.signers)).exitStatus).toBe(2);
  expect((await audit(state, 'audit')).exitStatus).toBe(5);
});

it('--head exits 2 if the newest run was deleted together with its seal', async () => {
  const state = await newState();
  writeRun(state, smallEvents(), 'older');
  await sealRun(state, 'older');
  const { sealsFile } = state;
  const before = await readFile(sealsFile);
  writeRun(state, smallEvents());
  const head = (await sealRun(state, run)) ?? '';
  expect((await audit(state, 'audit', '--head', head)).exitStatus).toBe(5);

  await rm(state.journalFile(run));
  await writeFile(sealsFile, before);
  expect((await audit(state, 'audit')).exitStatus).toBe(5);
  const { exitStatus, text } = await audit(state, 'audit', '--head', head);
  expect(text).toContain(`the list of seals does not contain the published head ${head} (1 seal, head `);
  expect(exitStatus).toBe(2);
});

it('--head is refused if it is not a hash', async () => {
  const { exitStatus, text } = await audit(await newState(), 'audit', '--head', 'abc');
  expect(text).toContain('a head is 64 hexadecimal digits, as audit prints it.');
  expect(exitStatus).toBe(1);
});
