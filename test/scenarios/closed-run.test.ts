/** What happens to a journal at the end of its run: sealed, signed, compressed; and the audit while the run is in progress. */
import { readdir } from 'node:fs/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { AuditLine } from '../../src/contract/proof.ts';
import type { Ask, EndedRun } from '../../src/main/application/console.ts';
import { auditState, auditVerdictOf } from '../../src/main/proof/audit.ts';
import { smallEvents, writeRun } from '../../src/main/proof/proof.test-support.ts';
import { fingerprintOfKeyFile } from '../../src/main/ssh/keys/signers.ts';
import { sealRun } from '../../src/main/proof/seals-file.ts';
import { removeRun } from '../../src/main/proof/state-archive.ts';
import { withJob } from '../support/failures.ts';
import { openScene, openSceneConsole, type Scene, type SiteTree } from '../support/lab-run.ts';

const never = () => new AbortController().signal;

interface Told {
  readonly end: EndedRun;
  readonly notices: readonly string[];
}

/** Runs raw-dd on a site that signs with that key, and compresses ended runs. */
async function runSigned(scene: Scene, key: string, ask: Ask): Promise<Told> {
  const change = (site: SiteTree) => {
    withJob({
      services: 'not-needed',
      approve: 'operator',
      media: { layout: 'plain', overwrite: true },
    })(site);
    Object.assign(site, { sign: { key }, journals: { compressAfter: '90 days' } });
  };
  const console = await openSceneConsole(scene, change);
  const notices: string[] = [];
  try {
    const end = await console.run({
      ...{ job: 'raw-dd', ask, approveVerified: false, cancel: never(), halt: never() },
      onEvent: () => undefined,
      onNotice: (sentence) => notices.push(sentence),
    });
    return { end, notices };
  } finally {
    await console.close();
  }
}

const approve: Ask = () => Promise.resolve({ choice: 'approve', by: 'marion' });

const verdicts = (lines: readonly AuditLine[]) =>
  lines.map(({ run, subject, verdict }) => [run, subject, verdict]);

it('a run is sealed and signed at its end, older ones are compressed, and no failure of these fails a run', async () => {
  const scene = await openScene({ blocks: 4096 });
  onTestFinished(() => scene.close());
  const { state } = scene;
  const old = '20200101-000000-volume2';
  writeRun(
    state,
    smallEvents().map((event) => ({ ...event, at: '2020-01-01T00:00:00.000Z' })),
    old,
  );
  await sealRun(state, old);

  const whileLive: AuditLine[] = [];
  const first = await runSigned(scene, scene.lab.identityFile, async () => {
    whileLive.push(...(await auditState({ state })));
    const run = (await state.runs()).at(-1) ?? '';
    await expect(removeRun(state, run, 'marion')).rejects.toMatchObject({ code: 'STATE_RUN_LIVE' });
    return { choice: 'approve', by: 'marion' };
  });
  expect(first).toMatchObject({ end: { exitStatus: 0 }, notices: [] });
  const { run } = first.end;
  expect(whileLive).toMatchObject([
    { subject: 'seals', verdict: 'proven' },
    { run: old, subject: 'journal', verdict: 'proven' },
    { run: old, subject: 'signature', verdict: 'unproven' },
    {
      run,
      verdict: 'unproven',
      sentence: expect.stringMatching(
        /^\d+ lines, chain intact, but not sealed: its run has no end: it is running or interrupted;/,
      ) as string,
    },
    { run, subject: 'signature', verdict: 'unproven' },
  ]);
  const siteKey = {
    file: scene.lab.identityFile,
    fingerprint: await fingerprintOfKeyFile(scene.lab.identityFile),
  };
  expect(verdicts(await auditState({ state, siteKey }))).toEqual([
    [undefined, 'seals', 'proven'],
    [old, 'journal', 'proven'],
    [old, 'signature', 'wrong'],
    [run, 'journal', 'proven'],
    [run, 'signature', 'proven'],
  ]);

  const second = await runSigned(scene, '/nowhere/key', approve);
  expect(second).toMatchObject({
    end: { exitStatus: 0, verdict: 'verified' },
    notices: [`run ${second.end.run} was not signed: sign: there is no key file /nowhere/key`],
  });
  const files = [`${old}.ndjson.gz`, `${run}.ndjson`, `${run}.ndjson.sig`, `${second.end.run}.ndjson`];
  expect((await readdir(state.runsFolder)).sort()).toEqual(files.sort());
  expect(auditVerdictOf(await auditState({ state }))).toBe('unproven');
});
