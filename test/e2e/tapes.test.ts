/**
 * What the tape screen and a run do with tapes, by clicks: the library moves them, their place is recorded, and a
 * second copy is made.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Lab } from '../../src/lab/lab.ts';
import { openVaultOf } from '../support/carried-copy.ts';
import { startCommand } from '../support/command-line.ts';
import { sha256, type Scene } from '../support/lab-run.ts';
import { movesOf, openLibrary, placeOf, pooled } from '../support/library-scene.ts';
import { filesOfTape } from '../support/tap-file.ts';
import { describeInBrowser, serveConsole, type ConsolePage } from '../support/ui/console-page.ts';
import { nameVault } from '../support/year/machine-room.ts';

describeInBrowser('the tapes of a library by clicks', (browser) => {
  let scene: Scene;
  let vault: Lab;
  let console: Awaited<ReturnType<typeof serveConsole>>;
  let run: string;

  beforeAll(async () => {
    scene = await openLibrary();
    vault = await openVaultOf(scene);
    const change = pooled({ unload: 'never' });
    console = await serveConsole(scene, (site) => {
      change(site);
      nameVault(site, vault);
    });
    const keys = await Promise.all([scene.lab, vault].map((lab) => readFile(lab.knownHostsFile, 'utf8')));
    await writeFile(scene.state.knownHostsFile, keys.join(''));
  });
  afterAll(async () => {
    await console.close();
    await vault.close();
    await scene.close();
  });

  /** The entry of the state folder for a tape, read by another process. */
  async function recorded(name: string): Promise<unknown> {
    const { stdout } = await startCommand(['--state', scene.state.path, 'tapes', '--json']).end;
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly name: string });
    return lines.find((line) => line.name === name);
  }

  const opened = async (hash: string): Promise<ConsolePage> => (await browser.page(console)).open(hash);

  it('loads a tape from its slot, and returns it there', async () => {
    const on = await opened('#/tape');
    await on.button('Load W1').click();
    await on.said('Loaded PAY001L4 from slot 1').waitFor();
    await on.button('Return W1 to its slot').waitFor();
    expect([placeOf(scene, 'PAY001L4'), placeOf(scene, 'PAY002L4')]).toEqual(['drive', 'slot 3']);
    // The header shows the drive like the screen.
    await on.page.getByRole('listitem').filter({ hasText: '/dev/rmt/0' }).getByText('ready').waitFor();
    await on.picture('library-loaded');
    await on.button('Return W1 to its slot').click();
    await on.said('Returned PAY001L4 to slot 1').waitFor();
    expect(placeOf(scene, 'PAY001L4')).toBe('slot 1');
    expect(movesOf(scene)).toEqual(['load 1 0', 'unload 1 0']);
    // Neither the cleaning cartridge nor one in the import/export slot can be loaded.
    expect(await on.page.getByRole('button', { name: /^Load / }).allTextContents()).toHaveLength(2);
  });

  it('records where a tape is, and that it is lost and found', async () => {
    ({ run } = await console.ask('start', { job: 'raw-dd' }));
    await console.served.desk.runs.settled();
    const on = await opened('#/tape');
    const place = on.page.getByRole('textbox', { name: 'Place' });

    await on.button('Move W1').click();
    await on.heading('Where is W1?').waitFor();
    expect(await on.button('Note the place').getAttribute('aria-disabled')).toBe('true');
    await place.fill('fire safe 2');
    await on.picture('tape-place');
    await on.button('Note the place').click();
    await on.page.getByRole('cell', { name: 'fire safe 2' }).waitFor();
    await on.button('Dismiss').click();
    expect(await recorded('W1')).toMatchObject({ run, location: 'fire safe 2', lost: false });

    await on.button('Move W1').click();
    await on.button('Declare W1 lost').click();
    await on.said(`W1 is declared lost. No other tape holds ${run}`).waitFor();
    await on.button('Dismiss').click();
    expect(await recorded('W1')).toMatchObject({ run, lost: true, declaredLost: { by: expect.any(String) } });

    await on.button('Found W1').click();
    await on.heading('Where was W1 found?').waitFor();
    await place.fill('fire safe 3');
    await on.picture('tape-found');
    await on.button('Declare W1 found').click();
    await on.page.getByRole('cell', { name: 'fire safe 3' }).waitFor();
    expect(await recorded('W1')).toMatchObject({ run, location: 'fire safe 3', lost: false });
  });

  it('makes a second copy of the tape in the drive, which holds the same bytes', async () => {
    const on = await opened(`#/run/${run}`);
    const copies = on.region('Second copies');
    await copies.getByText('None is known.').waitFor();
    await on.button('Copy to another tape…').click();
    await on.heading('Copy to another tape').waitFor();
    await on.page.getByRole('textbox', { name: 'Name of the copy' }).fill('OFFSITE-1');
    expect(await on.button('Copy the tape').getAttribute('aria-disabled')).toBe('true');
    await on.page.getByRole('textbox', { name: 'Second drive' }).fill('vault:/dev/rmt/0');
    await on.picture('copy-dialog');
    await on.button('Copy the tape').click();
    await on.heading('The second copy is verified').waitFor();
    await on.picture('copy-end');
    const [, original] = await filesOfTape(scene.lab.tapeFileOf('PAY001L4'));
    const [, copy] = await filesOfTape(vault.tapeFile);
    const digest = sha256(Buffer.concat(copy ?? []));
    expect(digest).toBe(scene.masterBefore);
    expect(digest).toBe(sha256(Buffer.concat(original ?? [])));

    await on.open(`#/run/${run}`);
    await copies.getByText('OFFSITE-1').waitFor();
    await copies.getByText(digest.slice(0, 12)).waitFor();
    await on.picture('copy-on-run');
  });
});
