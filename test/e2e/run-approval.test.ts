import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { clusterState, normalState, sha256 } from '../support/lab-run.ts';
import { firstFileOfTape } from '../support/tap-file.ts';
import { withJob } from '../support/failures.ts';
import { describeInBrowser, servedScene } from '../support/ui/console-page.ts';

/** Each rule with both values, its verdict and why it is there. */
async function judgedRules(page: Page): Promise<string[][]> {
  const rows = page.getByRole('table', { name: 'Rules of the verification' }).getByRole('row');
  const texts = await rows.allInnerTexts();
  return texts.slice(1).map((text) => text.split('\t').map((cell) => cell.trim()));
}

const active = 'volume ACTIVE, each slice ACTIVE, each disk ENABLE';
const proxyRules = [
  [
    'Proxy is parted',
    'Part of Volume1',
    'Part of Volume1 on node1, node2',
    'holds',
    'while the proxy is joined, the cluster keeps writing to it',
  ],
  [
    'Proxy is stopped',
    'STOP',
    'STOP on node1, node2',
    'holds',
    'nothing on the cluster may open the proxy while the backup server uses its blocks',
  ],
];

describeInBrowser('a backup on the screen', (browser) => {
  it('runs from the plan through the approval to its verified end, with clicks alone', async () => {
    const console = await servedScene({}, withJob({ approve: 'operator' }));
    const { scene } = console;
    const on = await (await browser.page(console, { isMoving: true })).open();
    const { page } = on;
    await on.link('Plan').click();
    await on.titled(/^Plan · Shadowtape$/);
    await on.button('Back up Volume2').click();

    await on.heading('The shadow is verified: approve it?').waitFor();
    await on.titled(/^Waiting for your answer · Run · Shadowtape$/);
    const question =
      'Every rule holds and every sampled record matches: Class2/Volume2 matches Volume2. Dump it to /dev/rmt/0 on node3?';
    await on.said(`The run is waiting for your answer: ${question}`).waitFor();
    await on.picture('approval-asked');
    // It is approved only where both sides are shown side by side.
    expect(await on.button('Approve and start the dump').count()).toBe(0);

    await on.button('Show the verification…').click();
    await on.heading('The shadow maps the same blocks').waitFor();
    await on.titled(/^Waiting for your answer · Verification · Shadowtape$/);
    await on.said(question).waitFor();
    await page
      .getByRole('img', {
        name: 'Class1 / Volume2 above Class2 / Volume2. Both are on the same blocks; 8 sampled records match.',
      })
      .waitFor();
    await on.picture('approval-verification');
    const rules = await judgedRules(page);
    expect(rules.map(([title, expected, seen, verdict]) => [title, expected, seen, verdict])).toEqual([
      ['Disk names', 'Disk3', 'Disk3', 'equal'],
      ['Disk devices', 'Disk3=c1t1d3', 'Disk3=c1t1d3', 'equal'],
      ['Device sizes', 'Disk3: 72,192 blocks', 'Disk3: 72,192 blocks', 'equal'],
      ['Group type', 'mirror', 'mirror', 'equal'],
      ['Disk order', 'Disk3', 'Disk3', 'equal'],
      ['First block', '65,536', '65,536', 'equal'],
      ['Size', '4,096 blocks', '4,096 blocks', 'equal'],
      ['Shadow is active', active, 'volume ACTIVE, slice of Disk3 ACTIVE, disk Disk3 ENABLE', 'holds'],
      ['Access mode', 'ro', 'ro', 'equal'],
      ...proxyRules.map((rule) => rule.slice(0, 4)),
      ['Proxy slices are valid', 'each slice STOP', 'slice of Disk3 STOP on node1, node2', 'holds'],
      ['Nothing else in the shadow class', 'only Disk3, Group2, Volume2', 'nothing else', 'holds'],
      ['Every status is known', 'every status known', 'every status known', 'holds'],
      ['Content fingerprint', '8 sampled records match', '8 match', 'equal'],
    ]);
    expect(rules).toEqual(expect.arrayContaining(proxyRules));

    // The proxy is frozen from the part on: the tape must match its current contents.
    const parted = await scene.lab.volumeDigest('Class1', 'Volume2');
    await on.button('Approve and start the dump').click();
    await on.heading('Backup verified').waitFor();
    const end = 'Volume2 is on the tape in /dev/rmt/0 on node3, and every record was read back and compared';
    await on.region('The end').getByText(end).waitFor();
    await on.region('The end').getByText('exit status 0').waitFor();
    // On a loaded machine the dump is slower than the lab's drive would like.
    const lines = await on.region('The end').getByRole('listitem').allInnerTexts();
    expect(lines.filter((line) => !line.includes('shoe-shining'))).toEqual([
      'Volume2: joined to Volume1, in sync',
      'node3: no shadow object of Class2',
    ]);
    await on.said(`verified: ${end}`).waitFor();
    await on.titled(/^Verified · Run · Shadowtape$/);
    await on.picture('approval-end');

    const records = await firstFileOfTape(scene.lab.tapeFile);
    expect(records).toHaveLength(64);
    expect(sha256(Buffer.concat(records))).toBe(parted);
    expect(await clusterState(scene)).toEqual(normalState);
  });

  it('is declined on the verification: no byte is written to tape, and the cluster is rolled back', async () => {
    const console = await servedScene({}, withJob({ approve: 'operator' }));
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const on = await (await browser.page(console)).open(`#/verify/${run}`);
    await on.button('Remove the shadow and rejoin').click();
    await on.heading('Failed, rolled back').waitFor();
    await on.titled(/^Failed, rolled back · Run · Shadowtape$/);
    await on.picture('approval-declined');
    expect(await firstFileOfTape(console.scene.lab.tapeFile)).toEqual([]);
    expect(await clusterState(console.scene)).toEqual(normalState);
  });

  it('is stopped while it asks: the consequences are shown before', async () => {
    const console = await servedScene({}, withJob({ approve: 'operator' }));
    const { run } = await console.ask('start', { job: 'raw-dd' });
    const on = await (await browser.page(console)).open(`#/run/${run}`);
    await on.heading('The shadow is verified: approve it?').waitFor();
    await on.button('Stop the backup…').click();
    const dialog = on.page.getByRole('dialog', { name: 'Stop the backup and roll back?' });
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual([
      'removes the shadow of Volume2',
      'rejoins Volume2 and watches the copy',
      'releases the lock',
    ]);
    await on.picture('stop-dialog');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await on.heading('Failed, rolled back').waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect(await on.heading('The shadow is verified: approve it?').count()).toBe(0);
    expect(await clusterState(console.scene)).toEqual(normalState);
  });
});
