/**
 * The requests of the Tape screen: the library as its changer shows it, moves of its tapes, and the last known health
 * of the drive.
 */
import { copyFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Desk } from '../../src/main/desk/desk.ts';
import { questionsTo } from '../support/desk-questions.ts';
import { withJob } from '../support/failures.ts';
import { openScene, type Scene, type SiteTree } from '../support/lab-run.ts';

const changer = '/dev/scsi/changer/c2t0d0';

let scene: Scene;
let desk: Desk;

const { ask, result, endOf } = questionsTo(() => desk);

/** Slot 1 has W1, slot 2 a cleaning cartridge, slot 3 W2, slot 6 is for import and export; the drive is empty. */
const change = (site: SiteTree) => {
  const media = { layout: 'labelled', pool: 'weekly' };
  withJob({ services: 'not-needed', approve: 'when-verified', media })(site);
  site.tape['changer'] = changer;
  const library = { barcodes: { W1: 'PAY001L4', W2: 'PAY002L4' } };
  Object.assign(site, { pools: { weekly: { tapes: ['W1', 'W2'], keep: '1 week' } }, library });
};

beforeEach(async () => {
  scene = await openScene({
    slots: 6,
    changer: { mailSlots: 1 },
    cartridges: [
      { name: 'PAY001L4', slot: 1 },
      { name: 'CLN001L4', slot: 2 },
      { name: 'PAY002L4', slot: 3 },
      { name: 'MAILEDL4', slot: 6 },
    ],
  });
  await scene.lab.ejectCartridge();
  await scene.state.prepare();
  await copyFile(scene.lab.knownHostsFile, scene.state.knownHostsFile);
  desk = new Desk({ state: scene.state, siteFile: await scene.writeSite(change), guest: 'browser' });
});
afterEach(async () => {
  await desk.close();
  await scene.close();
});

async function runJob(): Promise<string> {
  const { run } = await result('start', { job: 'raw-dd' });
  expect(await endOf(run)).toBe(0);
  return run;
}

const placeOf = (name: string) => scene.lab.cartridges.find((each) => each.name === name)?.where;

describe('a tape of the inventory', () => {
  it('is recorded with its place, declared lost and found again', async () => {
    const run = await runJob();
    await result('placeTape', { name: 'W1', location: 'fire safe 2' });
    expect(await result('tapes', {})).toMatchObject([{ name: 'W1', location: 'fire safe 2', lost: false }]);
    expect(await result('loseTape', { name: 'W1' })).toEqual([run]);
    expect(await result('tapes', {})).toMatchObject([{ name: 'W1', lost: true, loss: { certain: true } }]);
    await expect(result('loseTape', { name: 'W1' })).rejects.toThrow('is already declared lost');
    await result('placeTape', { name: 'W1', location: 'fire safe 3', found: true });
    expect(await result('tapes', {})).toMatchObject([{ name: 'W1', location: 'fire safe 3', lost: false }]);
  });
});

describe('the library', () => {
  it('is shown slot by slot, with bar codes, tapes and the moment at which it was seen', async () => {
    const before = new Date().toISOString();
    const { host, changer: device, at, elements } = await result('library', {});
    expect([host, device]).toEqual(['node3', changer]);
    expect(at >= before && at <= new Date().toISOString()).toBe(true);
    const told = elements.map(({ place, number, own, full, barcode, use, tape }) =>
      [place, number, own, full, barcode, use, tape].map(String).join(' '),
    );
    expect(told).toEqual([
      'drive 0 true false undefined undefined undefined',
      'slot 1 false true PAY001L4 data W1',
      'slot 2 false true CLN001L4 cleaning undefined',
      'slot 3 false true PAY002L4 data W2',
      ...[4, 5].map((slot) => `slot ${slot} false false undefined undefined undefined`),
      'import/export 6 false true MAILEDL4 data undefined',
    ]);
  });

  it('is not known if the changer cannot be queried: the reason is shown, and no slot counts as empty', async () => {
    scene.lab.faults.set('not-found=node3:mtx');
    expect(await ask('library', {})).toMatchObject({
      error: { code: 'COMMAND_NOT_FOUND', sentence: 'node3 has no command mtx' },
    });
  });

  it('loads a tape by its name, and returns it to its slot', async () => {
    expect(await result('loadTape', { name: 'W1' })).toEqual([
      { what: 'loaded', slot: 1, drive: 0, barcode: 'PAY001L4' },
    ]);
    expect(placeOf('PAY001L4')).toBe('drive');
    expect(await result('loadTape', { name: 'W1' })).toEqual([]);
    expect(await result('unloadTape', {})).toEqual([
      { what: 'unloaded', slot: 1, drive: 0, barcode: 'PAY001L4' },
    ]);
    expect(placeOf('PAY001L4')).toBe('slot 1');
    expect(await result('unloadTape', {})).toEqual([]);
  });

  it('is neither queried nor moved while a run of this console uses the drive', async () => {
    const { run } = await result('start', { job: 'raw-dd' });
    const replies = [await ask('library', {}), await ask('loadTape', { name: 'W1' })];
    expect(replies).toMatchObject([
      {
        error: {
          code: 'DRIVE_IN_USE',
          sentence: 'the drive /dev/rmt/0 on node3 is in use: a run of job raw-dd is running',
          hint: 'wait until it ends; then refresh the library',
        },
      },
      { error: { code: 'DRIVE_IN_USE' } },
    ]);
    expect(await endOf(run)).toBe(0);
  });
});

describe('the health of the drive', () => {
  it('is not known before a run or a check has queried the drive', async () => {
    expect(await result('driveHealth', {})).toBeNull();
    expect(scene.lab.commands.filter(({ line }) => line.includes('sg_logs'))).toEqual([]);
  });

  it('is that of the last run, or of a later check', async () => {
    const run = await runJob();
    expect(await result('driveHealth', {})).toMatchObject({
      host: 'node3',
      device: '/dev/rmt/0',
      by: { run, when: 'after' },
      health: { alerts: [], cleaning: false, loads: 4711, compression: 'on' },
    });
    scene.lab.faults.set('tape-alert=21');
    await result('check', {});
    const checked = await result('driveHealth', {});
    expect(checked).toMatchObject({
      health: { alerts: [{ flag: 21, severity: 'warning' }], cleaning: true },
    });
    expect(checked?.by).toBeUndefined();
    scene.lab.faults.clear('tape-alert');
    const next = await runJob();
    expect(await result('driveHealth', {})).toMatchObject({ by: { run: next }, health: { alerts: [] } });
  });

  it('names what the tape host does not report, and does not call it healthy', async () => {
    scene.lab.faults.set('not-found=node3:sg_logs');
    await result('check', {});
    const { health } = (await result('driveHealth', {})) ?? {};
    expect(health).not.toHaveProperty('alerts');
    expect(health?.unavailable).toContainEqual({
      what: 'TapeAlert',
      reason: 'sg_logs is not installed on node3',
    });
  });
});
