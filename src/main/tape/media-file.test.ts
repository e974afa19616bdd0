import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mediaEvent, type MediaEvent } from './media-catalogue.ts';
import { MediaFile } from './media-file.ts';

let folder: string;
let media: MediaFile;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shadowtape-media-'));
  media = new MediaFile(join(folder, 'tapes.ndjson'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const place = { host: 'node3', device: '/dev/rmt/0' };
const at = (day: number) => ({ ...place, at: `2026-11-0${day}T00:00:00.000Z` });
const label = (name: string, uuid: string) => ({
  name,
  uuid,
  writtenAt: '2026-11-01T00:00:00.000Z',
  run: `run of ${uuid}`,
  site: 's',
  volumes: [],
  recordBytes: 32_768,
});
const add = (...events: MediaEvent[]) => events.forEach((event) => media.append(event));

describe('the list of tapes', () => {
  it('is empty if there is no file yet', () => {
    expect(media.list()).toEqual({ tapes: [], unreadableLines: 0 });
  });

  it('folds what happened to each tape, the one seen last first', () => {
    const files = [{ file: 1, volume: 'Volume2', method: '6a', bytes: 5 }];
    add(
      mediaEvent('labelled', label('A', 'u1'), at(1)),
      mediaEvent('written', label('A', 'u1'), at(2), files),
      mediaEvent('labelled', label('B', 'u2'), at(3)),
      mediaEvent('seen', label('A', 'u1'), at(4)),
    );
    const { tapes } = media.list();
    expect(tapes).toMatchObject([
      { name: 'A', uuid: 'u1', files, firstSeen: at(1).at, lastSeen: at(4).at, replaced: false },
      { name: 'B', uuid: 'u2', files: [], replaced: false },
    ]);
  });

  it('records where a person put a tape, which says nothing about its data', () => {
    const moved = { what: 'moved', uuid: 'u1', name: 'A', location: 'fire safe 2', ...at(3) } as const;
    add(mediaEvent('written', label('A', 'u1'), at(1)), mediaEvent('lost', label('A', 'u1'), at(2)), moved);
    expect(media.list().tapes).toMatchObject([
      { location: 'fire safe 2', lastSeen: at(2).at, lost: true, loss: { at: at(2).at } },
    ]);
    add(mediaEvent('seen', label('A', 'u1'), at(4)));
    expect(media.list().tapes[0]?.location).toBeUndefined();
  });

  it('marks a tape whose name a later label has', () => {
    add(
      mediaEvent('labelled', label('A', 'u1'), at(1)),
      mediaEvent('labelled', label('A', 'u2'), at(2)),
      mediaEvent('seen', label('A', 'u1'), at(3)),
    );
    expect(media.list().tapes.map(({ uuid, replaced }) => [uuid, replaced])).toEqual([
      ['u1', true],
      ['u2', false],
    ]);
  });

  it('loses only the line that a crash has truncated', async () => {
    add(mediaEvent('labelled', label('A', 'u1'), at(1)));
    await appendFile(media.path, '{"what":"seen","at":"2026-1');
    add(mediaEvent('labelled', label('B', 'u2'), at(2)));
    const { tapes, unreadableLines } = media.list();
    expect([tapes.map(({ name }) => name), unreadableLines]).toEqual([['B', 'A'], 1]);
    expect((await readFile(media.path, 'utf8')).split('\n')).toHaveLength(4);
  });

  it('reports its path if it cannot be written or read', async () => {
    await mkdir(media.path);
    expect(() => add(mediaEvent('seen', label('A', 'u1'), at(1)))).toThrow(
      `the tape inventory ${media.path} cannot be written: EISDIR`,
    );
    expect(() => media.list()).toThrow(`the tape inventory ${media.path} cannot be read: EISDIR`);
  });
});
