/** Reports on the screen's side, and what must always hold for them: signed, changed, resumed, on a full disk. */
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { ReportDocument } from '../../src/contract/report.ts';
import { ReportService } from '../../src/main/application/console.ts';
import { readReportRecords } from '../../src/main/journal/report-record.ts';
import { auditReport } from '../../src/main/proof/audit.ts';
import { readSeals } from '../../src/main/proof/seals-file.ts';
import { signRun } from '../../src/main/proof/sign-run.ts';
import { newKey } from '../../src/main/ssh/ssh-server.test-support.ts';
import { withJob } from '../support/failures.ts';
import { openScene, runScene, type Scene } from '../support/lab-run.ts';
import { recoverScene } from '../support/mortal-console.ts';
import { serveScene, TestPage } from '../support/serve.ts';

/** One successful run, for all tests that only read it. */
let scene: Scene;
let run: string;
beforeAll(async () => {
  scene = await openScene({ blocks: 4096 });
  ({ run } = await runScene(scene));
});
afterAll(() => scene.close());

const textOf = ({ sections }: ReportDocument, id: string) =>
  JSON.stringify(sections.find((section) => section.id === id)?.blocks ?? []);

it('a page gets the document, and every form of export', async () => {
  const served = await serveScene(scene);
  try {
    const page = await TestPage.open(served);
    const document = await page.result('report', { run });
    expect(document).toMatchObject({ run, ended: true, title: expect.stringContaining(run) as string });
    expect(textOf(document, 'summary')).toContain('Result: Verified');
    const exported = (what: 'pdf' | 'journal' | 'commands' | 'rates') =>
      page.result('exportRun', { run, what, paper: 'Letter' });
    const pdf = await exported('pdf');
    expect(pdf).toMatchObject({ name: `${run}.pdf`, type: 'application/pdf' });
    expect(Buffer.from(pdf.base64, 'base64').toString('latin1')).toContain('/MediaBox [0 0 612 792]');
    const journal = await exported('journal');
    expect(Buffer.from(journal.base64, 'base64')).toEqual(await readFile(scene.state.journalFile(run)));
    expect((await exported('commands')).name).toBe(`${run}.commands.sh`);
    expect((await exported('rates')).name).toBe(`${run}.rates.csv`);
    await expect(page.result('report', { run: '20200101-000000-volume9' })).rejects.toThrow(
      'there is no run 20200101-000000-volume9',
    );
    await page.close();
  } finally {
    await served.close();
  }
});

it('a PDF is distinguished from a changed one, and from one that was never exported', async () => {
  const desk = new ReportService(scene.state);
  const file = await desk.write({ run, what: 'pdf', paper: 'A4', file: join(scene.folder, 'good.pdf') });
  const audit = (name: string) => auditReport({ state: scene.state }, join(scene.folder, name));
  expect(await audit('good.pdf')).toMatchObject({ run, verdict: 'proven' });
  // The paper publishes the head of the seals, and can be recreated nevertheless.
  const { lastHash: head } = await readSeals(scene.state);
  expect(textOf(await desk.document(run), 'proof')).toContain(`shadowtape audit --head ${head}`);
  const [record] = (await readReportRecords(scene.state, run)).records.slice(-1);
  if (!record) throw new Error('the export was not recorded');
  expect(record).toMatchObject({ what: 'pdf', sealed: true });
  expect(await desk.again(run, record)).toEqual(await readFile(file));

  const changed = await readFile(file);
  changed.writeUInt8(changed.readUInt8(changed.length - 40) ^ 1, changed.length - 40);
  await writeFile(join(scene.folder, 'changed.pdf'), changed);
  await writeFile(join(scene.folder, 'foreign.pdf'), '%PDF-1.7\n%%EOF\n');
  for (const name of ['changed.pdf', 'foreign.pdf'])
    expect(await audit(name)).toMatchObject({
      run: undefined,
      verdict: 'wrong',
      sentence: expect.stringMatching(
        /^no export of this state folder has its sha256 [0-9a-f]{64}: it was changed, or comes from elsewhere$/,
      ) as string,
    });
});

it('a signature is in the report, with the command that checks it', async () => {
  const desk = new ReportService(scene.state);
  expect(textOf(await desk.document(run), 'proof')).toContain('none when this report was made');
  const before = await desk.export({ run, what: 'pdf', paper: 'A4' });
  const keyFile = join(scene.folder, 'id_ed25519');
  await writeFile(keyFile, newKey(), { mode: 0o600 });
  const { signature } = await signRun({
    state: scene.state,
    run,
    keyFile,
    askSecret: () => Promise.resolve(undefined),
  });
  const text = textOf(await desk.document(run), 'signature');
  expect(text).toContain(`${signature.keyType} ${signature.fingerprint}`);
  expect(text).toContain('it matches exactly these bytes');
  expect(text).toContain(`-s ${run}.ndjson.sig < ${run}.ndjson`);
  const after = await desk.export({ run, what: 'pdf', paper: 'A4' });
  expect(after.content.equals(before.content)).toBe(false);
  // Both were exported, and both can be made again.
  expect((await desk.again(run, { what: 'pdf', signed: false, sealed: true })).equals(before.content)).toBe(
    true,
  );
  expect((await desk.again(run, { what: 'pdf', sealed: true })).equals(after.content)).toBe(true);
});

it('a resumed run shows who resumed it, with what, and what was found', async () => {
  const change = withJob({ onFailure: 'halt', media: { layout: 'plain', overwrite: true } });
  const halting = await openScene({ blocks: 4096, faults: ['tape-error=20'] });
  onTestFinished(() => halting.close());
  const halted = await runScene(halting, { change });
  expect(halted.exitStatus).toBe(3);
  const desk = new ReportService(halting.state);
  const byHand = textOf(await desk.document(halted.run), 'stands');
  expect(byHand).toContain('sdxshadowvolume -F -c Class2 -v Volume2');

  halting.lab.faults.clear('tape-error');
  expect(await recoverScene(halting, 'resume', halted.run, { change })).toMatchObject({ exitStatus: 0 });
  const report = await desk.document(halted.run);
  expect(textOf(report, 'summary')).toMatch(/resumed by \S+ at \d{4}-\d\d-\d\d/);
  expect(textOf(report, 'decisions')).toMatch(/resumed it.*found: /);
  expect(textOf(report, 'proof')).toContain(`Node.js ${process.versions.node}`);
  expect(textOf(report, 'verification')).toContain('Every rule holds');
});

// Links are not followed in the state folder; only root makes a device there.
it.runIf(existsSync('/dev/full') && process.getuid?.() === 0)(
  'on a full disk there is no report, not even an incomplete one',
  async () => {
    const record = scene.state.reportsFile(run);
    await rm(record, { force: true });
    execFileSync('mknod', [record, 'c', '1', '7']);
    const file = join(scene.folder, 'nightly.pdf');
    await expect(
      new ReportService(scene.state).write({ run, what: 'pdf', paper: 'A4', file }),
    ).rejects.toThrow(`${record} cannot be written: the disk is full`);
    expect((await readdir(scene.folder)).filter((name) => name.includes('nightly'))).toEqual([]);
  },
);
