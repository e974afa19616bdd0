import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillableDisk } from '../../../../test/support/full-disk.ts';
import { StateFolder } from '../../journal/state-folder.ts';
import { metricsToken, writeMetrics } from './metrics-places.ts';
import type { SiteStatus } from './status-service.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-metrics-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const status: SiteStatus = { site: 'payroll', at: new Date(0), volumes: [], sealsHead: undefined };

describe('the token of the metrics', () => {
  it('is the same for two consoles that create it at the same time, and for the next one', async () => {
    const state = new StateFolder(folder);
    const made = await Promise.all([metricsToken(state), metricsToken(state)]);
    const [one, other] = made.map(({ token }) => token);
    expect(one).toBe(other);
    expect((await metricsToken(state)).token).toBe(one);
    expect(readFileSync(state.metricsTokenFile, 'utf8')).toBe(`${one}\n`);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

describe('on a full disk', () => {
  const fill = fillableDisk();

  it('the metrics of before stay whole, and no token is left half-written', async () => {
    const file = join(folder, 'shadowtape.prom');
    writeFileSync(file, 'old 1\n');
    fill((path) => path.startsWith(folder));
    await expect(writeMetrics(file, status)).rejects.toThrow(`${file} cannot be written: the disk is full`);
    const state = new StateFolder(folder);
    await expect(metricsToken(state)).rejects.toThrow('cannot be written: the disk is full');
    expect(readFileSync(file, 'utf8')).toBe('old 1\n');
    expect(readdirSync(folder)).toEqual(['shadowtape.prom']);
    fill(undefined);
    expect((await metricsToken(state)).token).toMatch(/^[\w-]{43}$/);
  });
});
