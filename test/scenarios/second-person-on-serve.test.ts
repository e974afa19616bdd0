/** approve: { by: other } in the browser: a second person uploads the signature that ssh-keygen made, and nothing else counts. */
import { execFileSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRun } from '../../src/main/application/console.ts';
import type { Served } from '../../src/main/serve/serve.ts';
import { clusterState, jobOf, normalState, openScene, sha256, type Scene } from '../support/lab-run.ts';
import { serveScene, TestPage, type Followed } from '../support/serve.ts';
import { startCommand } from '../support/command-line.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import { makeTwoPeople, signedText, type TwoPeople } from '../support/two-people.ts';

let scene: Scene;
let served: Served;
let siteFile: string;
let people: TwoPeople;
/** The operator's, and that of the second person. */
let mine: TestPage;
let theirs: TestPage;

beforeEach(async () => {
  scene = await openScene();
  people = await makeTwoPeople(scene.folder);
  served = await serveScene(scene, (site) => {
    jobOf(site)['approve'] = people.approve;
  });
  siteFile = join(scene.folder, 'site.yaml');
  mine = await TestPage.open(served);
  theirs = await TestPage.open(served);
});
afterEach(async () => {
  served.desk.runs.haltAll();
  await served.desk.runs.settled();
  await served.close();
  await scene.close();
});

async function askedRun(): Promise<{ readonly run: string; readonly followed: Followed }> {
  const { run } = await mine.result('start', { job: 'raw-dd' });
  const followed = mine.follow('run', { run });
  await followed.until(({ question, end }) => question !== undefined || end !== undefined);
  expect(followed.question).toMatchObject({ id: 'approve-shadow', bySignature: true, choices: [] });
  return { run, followed };
}

const reasonOf = async (run: string, signature: string): Promise<string> => {
  const reply = await theirs.ask('approve', { run, signature });
  expect(reply).toMatchObject({ error: { code: 'APPROVAL_REFUSED' } });
  const { sentence } = (reply as { error: { sentence: string } }).error;
  return sentence.replace(`the approval of run ${run} does not count: `, '').replace(/SHA256:\S+/, 'KEY');
};

describe('a second person at a page', { timeout: 120_000 }, () => {
  it('approves with the command that is shown; journal and report have both names', async () => {
    const { run, followed } = await askedRun();
    expect(served.desk.activity.runs).toMatchObject([{ asking: true, pulse: { bySignature: true } }]);
    const number = followed.question?.number ?? 0;
    expect(await mine.ask('answer', { run, number, choice: 'approve' })).toMatchObject({
      error: { sentence: 'request "answer" refused: a second person answers with a signature' },
    });

    const view = await theirs.result('approval', { run });
    expect(view.statement).toContain(`run: ${run}\n`);
    expect(view.statement).toContain(`operator: ${userInfo().username}@${hostname()}\n`);
    const home = join(scene.folder, 'home of mary');
    execFileSync('mkdir', ['-p', join(home, '.ssh')]);
    execFileSync('cp', [people.secondKey, join(home, '.ssh', 'id_ed25519')]);
    // The proxy is frozen from the part on.
    const parted = await scene.lab.volumeDigest('Class1', 'Volume2');
    // Both commands sign the same bytes.
    const options = { env: { ...process.env, HOME: home }, cwd: home, encoding: 'utf8' } as const;
    await writeFile(join(home, view.fileName), view.statement);
    execFileSync('sh', ['-c', view.fileCommand], { ...options, stdio: 'pipe' });
    const signature = await readFile(join(home, `${view.fileName}.sig`), 'utf8');
    expect(execFileSync('sh', ['-c', view.pipedCommand], { ...options, stdio: 'pipe' })).toBe(signature);
    expect(await theirs.result('approve', { run, signature })).toMatchObject({
      by: 'mary@example.com',
      keyType: 'ssh-ed25519',
    });
    await followed.until(({ end }) => end !== undefined);
    expect(followed.end).toMatchObject({ exitStatus: 0 });
    expect(sha256(Buffer.concat(await firstFileOfTape(scene.lab.tapeFile)))).toBe(parted);
    const answered = followed.events.find(({ type }) => type === 'answered');
    expect(answered).toMatchObject({
      by: 'mary@example.com',
      signed: { statement: view.statement, signature },
    });
    const report = JSON.stringify(await mine.result('report', { run }));
    expect(report).toContain('the shadow approved by mary@example.com, signed with ssh-ed25519 SHA256:');
    expect(report).toContain(userInfo().username);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('learns why a signature is rejected, with each reason, and the run continues to wait', async () => {
    const first = await askedRun();
    const earlier = (await theirs.result('approval', { run: first.run })).statement;
    await mine.result('halt', { run: first.run });
    await first.followed.until(({ end }) => end !== undefined);
    expect(await theirs.ask('approval', { run: first.run })).toMatchObject({
      error: { code: 'APPROVAL_NOT_AWAITED' },
    });
    const { run } = first;
    const followed = mine.follow('run', { run });
    await mine.result('resume', { run });
    await followed.until(({ question }) => question !== undefined);
    const { statement } = await theirs.result('approval', { run });
    expect(statement).not.toBe(earlier);
    const { operatorKey, secondKey, strangerKey, expiredKey, earlyKey, revokedKey } = people;
    const reasons: readonly (readonly [signature: string, reason: string | RegExp])[] = [
      ['mary@example.com', 'it is not an OpenSSH signature'],
      [
        signedText(operatorKey, statement),
        `the key KEY is that of ${userInfo().username}@${hostname()}, who performs the run`,
      ],
      [signedText(strangerKey, statement), 'the key KEY is not a key of an allowed signer'],
      [
        signedText(secondKey, statement, 'shadowtape'),
        'it was made for "shadowtape", not for "shadowtape-approval"',
      ],
      [signedText(secondKey, statement.replace('raw-dd', 'ufs-tar')), 'it is a signature of another text'],
      [signedText(secondKey, earlier), 'it is a signature of an earlier question of this run'],
      [
        signedText(expiredKey, statement),
        /^the key KEY of henry@example\.com expired at \d{4}-\d\d-\d\d 00:00 UTC$/,
      ],
      [
        signedText(earlyKey, statement),
        /^the key KEY of edith@example\.com is not valid before \d{4}-\d\d-\d\d 00:00 UTC$/,
      ],
      [signedText(revokedKey, statement), `the key KEY is revoked in ${people.approve.revoked}`],
    ];
    for (const [signature, reason] of reasons) {
      const said = await reasonOf(run, signature);
      if (typeof reason === 'string') expect(said).toBe(reason);
      else expect(said).toMatch(reason);
    }
    expect(await firstFileOfTape(scene.lab.tapeFile)).toEqual([]);
    expect(followed.question).toMatchObject({ bySignature: true });
    // A key that was revoked while the run waited is rejected, too.
    await writeFile(people.approve.revoked, await readFile(`${secondKey}.pub`));
    expect(await reasonOf(run, signedText(secondKey, statement))).toMatch(/^the key KEY is revoked in /);
    await rm(people.approve.revoked);
    expect(await theirs.ask('approve', { run, signature: signedText(secondKey, statement) })).toMatchObject({
      error: { code: 'REVOKED_KEYS_UNREADABLE' },
    });
    await writeFile(people.approve.revoked, '');
    await theirs.result('approve', { run, signature: signedText(secondKey, statement) });
    await followed.until(({ pushes }) => pushes.filter(({ kind }) => kind === 'end').length === 2);
    expect(followed.pushes.findLast(({ kind }) => kind === 'end')).toMatchObject({ exitStatus: 0 });
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('approves the earlier state: a tape that was inserted meanwhile is not written', async () => {
    const { run, followed } = await askedRun();
    const { statement } = await theirs.result('approval', { run });
    const record = Buffer.alloc(10_240, 'the only backup of somebody else ');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(record.length);
    const image = Buffer.concat([length, record, length, Buffer.alloc(4)]);
    await writeFile(scene.lab.tapeFile, image);
    await theirs.result('approve', { run, signature: signedText(people.secondKey, statement) });
    await followed.until(({ end }) => end !== undefined);
    expect(followed.end).toMatchObject({ exitStatus: 2 });
    const { events } = await readRun(scene.state, run);
    expect(events.find(({ type }) => type === 'answered')).toMatchObject({ by: 'mary@example.com' });
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', code: 'TAPE_NOT_BLANK' });
    expect((await readFile(scene.lab.tapeFile)).equals(image)).toBe(true);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  /** Begins a run on the command line. */
  async function commandRun() {
    let hear: (run: string) => void = () => undefined;
    const asked = new Promise<string>((resolve) => (hear = resolve));
    const words = ['--state', scene.state.path, '--site', siteFile, 'run', 'raw-dd'];
    const command = startCommand(words, (text) => {
      const found = /a second person approves with: shadowtape approve (\S+)\n/.exec(text);
      if (found?.[1]) hear(found[1]);
    });
    const died = command.end.then(({ stdout, stderr }) => Promise.reject(new Error(stdout + stderr)));
    const run = await Promise.race([asked, died]);
    died.catch(() => undefined);
    // The question is reported before it can be answered.
    await expect.poll(() => theirs.ask('approval', { run })).toHaveProperty('result');
    return { command, run };
  }

  it('approves a run of the command line, too', async () => {
    const { command, run } = await commandRun();
    const view = await theirs.result('run', { run });
    expect(view.line).toMatchObject({ elsewhere: true });
    const { statement } = await theirs.result('approval', { run });
    await theirs.result('approve', { run, signature: signedText(people.secondKey, statement) });
    expect((await command.end).exitStatus).toBe(0);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('approves nothing once the console that asked has died', async () => {
    const { command, run } = await commandRun();
    const { statement } = await theirs.result('approval', { run });
    command.process.kill('SIGKILL');
    await command.end;
    const over = { error: { code: 'APPROVAL_NOT_AWAITED' } };
    expect(await theirs.ask('approval', { run })).toMatchObject(over);
    const signature = signedText(people.secondKey, statement);
    expect(await theirs.ask('approve', { run, signature })).toMatchObject(over);
    expect(await readFile(scene.state.approvalSignatureFile(run)).catch(() => undefined)).toBeUndefined();
    await rm(scene.state.approvalFile(run));
  });
});
