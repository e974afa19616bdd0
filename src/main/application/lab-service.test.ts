import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLab, type Lab } from '../../lab/lab.ts';
import { LabService } from './lab-service.ts';

let folder: string;
let lab: Lab;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-lab-service-'));
  lab = await openLab({ folder: join(folder, 'lab'), blocks: 2048 });
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true, force: true });
});

describe('the lab, changed by hand', () => {
  it('loads a blank cartridge with an unused name, and puts the other one on the shelf', async () => {
    const service = new LabService(lab, true);
    await service.act('load-blank', undefined);
    const { cartridges } = await service.act('load-blank', undefined);
    expect(cartridges.map(({ name, where }) => [name, where])).toEqual([
      ['tape', 'shelf'],
      ['blank-1', 'shelf'],
      ['blank-2', 'drive'],
    ]);
    await service.act('load', 'tape');
    expect(lab.cartridges.find(({ name }) => name === 'tape')?.where).toBe('drive');
    await service.act('eject', undefined);
    expect(lab.cartridges.map(({ where }) => where)).toEqual(['shelf', 'shelf', 'shelf']);
    await expect(service.act('load', 'nothing')).rejects.toMatchObject({ code: 'LAB_NOT_HERE' });
  });

  it('can switch each fault on, and off again', async () => {
    const service = new LabService(lab, true);
    expect(await service.act('write-protect', undefined)).toMatchObject({ writeProtected: true });
    expect(await service.act('fail-drive', undefined)).toMatchObject({ driveFails: true });
    expect(await service.act('mismatch', undefined)).toMatchObject({ mismatch: true });
    expect(lab.faults.list()).toEqual(['write-protected', 'tape-error=20', 'shadow-first-block=512']);
    expect(await service.act('fail-drive', undefined)).toMatchObject({ driveFails: false });
    await service.act('clear-faults', undefined);
    expect(lab.faults.list()).toEqual([]);
  });

  it('reboots one host and no other', async () => {
    const service = new LabService(lab, true);
    const boots = () => Promise.all(['node1', 'node3'].map((node) => lab.type(node as 'node1', 'who -b')));
    const before = await boots();
    await service.act('reboot', 'node3');
    const after = await boots();
    expect(after[0]).toEqual(before[0]);
    expect(after[1]).not.toEqual(before[1]);
    await expect(service.act('reboot', 'node9')).rejects.toMatchObject({
      message: 'the lab cannot be changed here: it has no host node9',
    });
  });

  it('is not changed if another process runs it, or the site is another one', async () => {
    expect(new LabService(undefined, true).view.refusal).toBe('another process runs it');
    expect(new LabService(undefined, false).view.refusal).toBe('the site is not the embedded lab');
    await expect(new LabService(undefined, true).act('eject', undefined)).rejects.toMatchObject({
      code: 'LAB_NOT_HERE',
    });
  });
});
