/** Which backups are proven by drills: as the last lines of their records say. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { provenDrills } from './drill-records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shadowtape-drills-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (hour: number) => `2026-11-28T0${hour}:00:00.000Z`;
const started = '{"type":"drill-started"}';
const finished = (hour: number, exitStatus: number, volumes: readonly string[] = ['Volume2']) =>
  JSON.stringify({ type: 'drill-finished', at: at(hour), run: 'run', exitStatus, volumes });

const write = (name: string, ...lines: readonly string[]) =>
  writeFileSync(join(folder, name), lines.map((line) => `${line}\n`).join(''));

it('the last drill that succeeded proves its run; one that failed, died or is damaged does not', () => {
  write('20261128-010000-aaaaaa-drill.ndjson', started, finished(1, 0));
  write('20261128-020000-aaaaaa-drill.ndjson', started, finished(2, 0, ['Volume2', 'Volume4']));
  write('20261128-030000-aaaaaa-drill.ndjson', started, finished(3, 4));
  write('20261128-040000-aaaaaa-drill.ndjson', started);
  write('20261128-050000-aaaaaa-drill.ndjson', started, finished(5, 0).slice(0, -9));
  mkdirSync(join(folder, '20261128-060000-aaaaaa-drill.ndjson'));
  expect([...provenDrills(folder)]).toEqual([['run', { at: at(2), volumes: ['Volume2', 'Volume4'] }]]);
});

it('of two drills that were begun within one second the one that ended later counts, whatever their names', () => {
  write('20261128-010000-ffffff-drill.ndjson', started, finished(1, 0));
  write('20261128-010000-aaaaaa-drill.ndjson', started, finished(2, 0, ['Volume4']));
  expect(provenDrills(folder).get('run')).toEqual({ at: at(2), volumes: ['Volume4'] });
});

it('a drill has the level that its record names; one of 0.1.0 names none, and one of a later release is not known', () => {
  const levelled = (level: string) => finished(1, 0).replace('}', `,"level":"${level}"}`);
  const levelOf = (line: string) => {
    write('20261128-010000-aaaaaa-drill.ndjson', started, line);
    return provenDrills(folder).get('run');
  };
  expect(levelOf(levelled('read'))).toEqual({ at: at(1), volumes: ['Volume2'], level: 'read' });
  expect(levelOf(finished(1, 0))).toEqual({ at: at(1), volumes: ['Volume2'] });
  expect(levelOf(levelled('restarted'))).toEqual({ at: at(1), volumes: ['Volume2'] });
});

it('the record of a restore proves nothing, nor does a folder that is missing', () => {
  write('20261128-010000-aaaaaa.ndjson', finished(1, 0));
  expect(provenDrills(folder).size).toBe(0);
  expect(provenDrills(join(folder, 'missing')).size).toBe(0);
});
