/** approve: { by: other }: a dump begins when a second person has signed, and not before. */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EventOf, RunEvent } from '../../src/contract/events.ts';
import { normalState, clusterState, jobOf, openScene, runScene, type Scene } from '../support/lab-run.ts';
import { makeTwoPeople, type TwoPeople } from '../support/two-people.ts';

/** Starts a run, lets somebody interfere when it asks, and waits for its end. */
async function runWhileAsked(
  scene: Scene,
  { approve }: TwoPeople,
  act: (run: string, cancel: () => void) => Promise<void>,
) {
  let begin: (value: RunEvent) => void = () => undefined;
  const asked = new Promise<RunEvent>((resolve) => (begin = resolve));
  const cancel = new AbortController();
  const running = runScene(scene, {
    change: (site) => (jobOf(site)['approve'] = approve),
    // Answers yes to everything that the operator may confirm.
    approveVerified: true,
    cancel: cancel.signal,
    onEvent: (event) => {
      if (event.type === 'asked') begin(event);
    },
  });
  const begun = await Promise.race([asked, running.then((end) => Promise.reject(new Error(end.sentence)))]);
  await act(begun.run, () => cancel.abort());
  return running;
}

describe('a job that a second person approves', { timeout: 120_000 }, () => {
  it('dumps with a signature of ssh-keygen, which the journal keeps and ssh-keygen verifies', async () => {
    const scene = await openScene();
    try {
      const people = await makeTwoPeople(scene.folder);
      const state = scene.state.path;
      const end = await runWhileAsked(scene, people, async (run) => {
        const own = await people.approves(state, [run, '--key', people.operatorKey]);
        expect(own.exitStatus).toBe(1);
        expect(own.stderr).toMatch(/does not count: the key SHA256:\S+ is that of \S+, who performs the run/);
        const strange = await people.approves(state, [run, '--key', people.strangerKey]);
        expect(strange.exitStatus).toBe(1);
        expect(strange.stderr).toMatch(
          /does not count: the key SHA256:\S+ is not a key of an allowed signer/,
        );
        const signature = await people.signs(state, run, people.secondKey);
        const given = await people.approves(state, [run, '--signature', signature]);
        expect(given.exitStatus, given.stderr).toBe(0);
        expect(given.stdout).toMatch(
          /^approved: run \S+ by mary@example\.com \(ssh-ed25519 SHA256:\S+\), operator /,
        );
      });
      expect(end, end.sentence).toMatchObject({ verdict: 'verified', exitStatus: 0 });
      const answered = end.events.find((event): event is EventOf<'answered'> => event.type === 'answered');
      expect(answered).toMatchObject({
        question: 'approve-shadow',
        answer: 'approve',
        by: 'mary@example.com',
      });
      const { statement = '', signature = '' } = answered?.signed ?? {};
      expect(statement).toContain(`run: ${end.run}\n`);
      const file = join(scene.folder, 'journal.sig');
      await writeFile(file, signature);
      const words = ['-Y', 'verify', '-n', 'shadowtape-approval', '-I', 'mary@example.com', '-s', file];
      execFileSync('ssh-keygen', [...words, '-f', people.approve.signers], { input: statement });
    } finally {
      await scene.close();
    }
  });

  it('an earlier signature, or a typed name, approves nothing; a cancel rolls the run back', async () => {
    const scene = await openScene();
    try {
      const people = await makeTwoPeople(scene.folder);
      const state = scene.state.path;
      let earlier = '';
      const first = await runWhileAsked(scene, people, async (run, cancel) => {
        earlier = await people.signs(state, run, people.secondKey);
        cancel();
      });
      expect(first).toMatchObject({ verdict: 'failed', exitStatus: 2 });
      const second = await runWhileAsked(scene, people, async (run, cancel) => {
        const old = await people.approves(state, [run, '--signature', earlier]);
        expect(old.exitStatus).toBe(1);
        expect(old.stderr).toContain('it is a signature of another text');
        const name = join(scene.folder, 'name');
        await writeFile(name, 'mary@example.com\n');
        expect((await people.approves(state, [run, '--signature', name])).exitStatus).toBe(1);
        // Write access to the state folder bypasses the command, so the run checks again.
        await writeFile(scene.state.approvalSignatureFile(run), await readFile(earlier));
        cancel();
      });
      expect(second).toMatchObject({ verdict: 'failed', exitStatus: 2 });
      const over = await people.approves(state, [second.run, '--key', people.secondKey]);
      expect(over).toMatchObject({ exitStatus: 1 });
      expect(over.stderr).toContain('does not wait for the approval of a second person');
      expect(await clusterState(scene)).toEqual(normalState);
    } finally {
      await scene.close();
    }
  });

  it('without a file of allowed signers nothing is touched', async () => {
    const scene = await openScene();
    try {
      const approve = { by: 'other', signers: join(scene.folder, 'nowhere') };
      await expect(
        runScene(scene, { change: (site) => (jobOf(site)['approve'] = approve), approveVerified: true }),
      ).rejects.toMatchObject({ code: 'SIGNERS_UNREADABLE' });
      expect(await clusterState(scene)).toEqual(normalState);
    } finally {
      await scene.close();
    }
  });
});
