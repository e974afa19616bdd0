import { expect, it } from 'vitest';
import { withJob } from '../support/failures.ts';
import { clusterState, normalState, sha256 } from '../support/lab-run.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { describeInBrowser, servedScene } from '../support/ui/console-page.ts';

const recordBytes = 32_768;

describeInBrowser('a dump that needs a second tape', (browser) => {
  it('asks for it on the screen, continues when it is inserted, and shows what is on each tape', async () => {
    // Forty records, of which each tape takes thirty in addition to its label.
    const console = await servedScene(
      { blocks: 40 * 64, tapeBytes: 31 * recordBytes },
      withJob({ services: 'not-needed', media: { layout: 'labelled', name: 'NIGHTLY', span: true } }),
    );
    const { scene } = console;
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const on = await (await browser.page(console)).open(`#/run/${run}`);
    const asked = (what: string) => on.page.getByText(`Insert ${what} into /dev/rmt/0 on node3.`).first();
    const ready = on.button('The tape is in the drive');

    await on.heading('Next tape needed').waitFor();
    await asked(`tape 2 of run ${run}: a blank tape, or one that the job may overwrite`).waitFor();
    await on.titled(/^Waiting for your answer · Run · Shadowtape$/);
    await on.picture('next-tape');
    await scene.lab.insertCartridge('second');
    await ready.click();

    // For the read-back, both are requested again.
    await asked(`tape 1 of run ${run}, "NIGHTLY"`).waitFor();
    await scene.lab.insertCartridge('tape');
    await ready.click();
    await asked(`tape 2 of run ${run}, "NIGHTLY-2"`).waitFor();
    await scene.lab.insertCartridge('second');
    await ready.click();

    await on.heading('Backup verified').waitFor();
    await on
      .region('The end')
      .getByText('Volume2 is on the tapes "NIGHTLY" and "NIGHTLY-2", written in /dev/rmt/0 on node3')
      .waitFor();
    const tapes = on.region('Tapes');
    await tapes.getByText('2 tapes').waitFor();
    await tapes.getByText('file 1: Volume2, records 0 to 29').waitFor();
    await tapes.getByText('file 1: Volume2, records 30 to 39').waitFor();
    await on.picture('next-tape-end');

    const [, first] = await filesOfTape(scene.lab.tapeFile);
    const [, second] = await filesOfTape(scene.lab.tapeFileOf('second'));
    expect(sha256(Buffer.concat([...(first ?? []), ...(second ?? [])]))).toBe(scene.masterBefore);
    expect(await clusterState(scene)).toEqual(normalState);
  });
});
