import fc from 'fast-check';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import {
  isOld,
  livenessOfOwner,
  lockFolder,
  ownerName,
  ownerWords,
  parseOwner,
  sinceWords,
  thisOwner,
} from './lock.ts';
import { busyFailure, lockedFailure } from '../hosts/lock-refusal.ts';

describe('the lock of a class', () => {
  it('is a folder with the name of the class', () => {
    expect(lockFolder('Class1')).toBe('/var/tmp/shadowtape-Class1.lock');
  });

  it('names its owner in one file name, whatever the owner is called', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(text, text, text, fc.nat(), (run, user, console, processId) => {
        const owner = { run, user, console, processId };
        expect(ownerName(owner)).toMatch(/^[A-Za-z0-9_.!~*'()=,-]+$/);
        expect(parseOwner(`${ownerName(owner)}\n`)).toEqual(owner);
      }),
    );
  });

  it('has no owner where the folder holds something else', () => {
    expect(parseOwner('')).toBeUndefined();
    expect(parseOwner('lost+found\n')).toBeUndefined();
    expect(parseOwner('a,b,c,=\n')).toBeUndefined();
  });

  it('is not considered stale while its process is running, nor when it belongs to another machine', () => {
    const gone = { ...thisOwner('run'), processId: 2 ** 22 + 1 };
    expect(livenessOfOwner(thisOwner('run'))).toBe('alive');
    expect(livenessOfOwner(gone)).toBe('gone');
    expect(livenessOfOwner({ ...gone, console: `not-${hostname()}`, machine: 'abc' })).toBe('unknown');
    expect(livenessOfOwner({ ...gone, boot: 'abc' })).toBe('unknown');
  });

  it('names machine, boot, PID namespace, start of the process and console', () => {
    const owner = thisOwner('20261122-020004-volume2');
    expect(owner).toMatchObject({ machine: expect.any(String), boot: expect.any(String) });
    expect(parseOwner(ownerName(owner))).toEqual(owner);
    expect(ownerName(owner).length).toBeLessThan(255);
  });

  it('looks to release 0.1.0 like a lock of another machine, so it takes nothing over', () => {
    const [run, , console, processId] = ownerName(thisOwner('20261122-020004-volume2')).split(',');
    expect([run, processId]).toEqual(['20261122-020004-volume2', String(process.pid)]);
    expect(decodeURIComponent(console?.replaceAll('=', '%') ?? '')).toMatch(
      new RegExp(`^${hostname()}/[0-9a-f]{12}/[0-9a-f]{12}/\\d+/\\d+/[0-9a-f]{8}$`),
    );
  });

  it('of release 0.1.0 is understood: it can only be judged while its process is running here', () => {
    const owner = parseOwner(
      `20261122-020004-volume2,marion,${hostname()},${2 ** 22 + 1},20261122T020004Z\n`,
    );
    expect(owner).toEqual({
      run: '20261122-020004-volume2',
      user: 'marion',
      console: hostname(),
      processId: 2 ** 22 + 1,
      since: '2026-11-22T02:00:04Z',
    });
    expect(owner && livenessOfOwner(owner)).toBe('unknown');
    expect(owner && livenessOfOwner({ ...owner, processId: process.pid })).toBe('alive');
  });

  it('shows since when it is held, where that is known', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    const second = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(text, second, (run, date) => {
        const since = `${date.toISOString().slice(0, 19)}Z`;
        const owner = { run, user: 'root', console: 'jump1', processId: 4711, since };
        expect(ownerName(owner)).toMatch(/^[A-Za-z0-9_.!~*'()=,-]+$/);
        expect(parseOwner(`${ownerName(owner)}\n`)).toEqual(owner);
      }),
    );
    expect(parseOwner('run,root,jump1,4711')?.since).toBeUndefined();
    expect(parseOwner('run,root,jump1,4711,yesterday')).toEqual({
      run: 'run',
      user: 'root',
      console: 'jump1',
      processId: 4711,
    });
  });

  it('has the same name when it is made and when it is removed', () => {
    expect(thisOwner('one run')).toEqual(thisOwner('one run'));
    expect(thisOwner('one run').since).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('is old when it is held longer than any run takes', () => {
    const now = new Date('2026-11-25T02:00:05Z');
    expect(isOld('2026-11-22T02:00:04Z', now)).toBe(true);
    expect(isOld('2026-11-22T02:00:06Z', now)).toBe(false);
    expect(isOld(undefined, now)).toBe(false);
    expect(sinceWords('2026-11-22T02:00:06Z', now)).toBe('2026-11-22T02:00:06Z');
    expect(sinceWords('2026-11-20T02:00:06Z', now)).toBe('2026-11-20T02:00:06Z (4 days ago)');
  });
});

describe('a process that finds the class locked', () => {
  const place = { what: 'class', name: 'Class1', host: 'node3' } as const;
  const since = `${new Date().toISOString().slice(0, 19)}Z`;
  const owner = { run: 'R', user: 'marion', console: 'jump1', processId: 4711, since };

  it('learns by whom and since when', () => {
    expect(ownerWords(owner)).toBe('marion on jump1 (process 4711)');
    expect(lockedFailure(place, `${ownerName(owner)}\n`)).toMatchObject({
      code: 'CLASS_LOCKED',
      message: `Class1 is locked on node3 by run R of marion on jump1 (process 4711), since ${since}`,
    });
    expect(lockedFailure(place, 'R,marion,jump1,4711\n').message).toBe(
      'Class1 is locked on node3 by run R of marion on jump1 (process 4711)',
    );
    expect(lockedFailure(place, '').code).toBe('CLASS_LOCKED_NAMELESS');
  });

  it('learns the time of the lock of the run to be resumed, or that of its journal where the lock has none', () => {
    const message = (listing: string) => busyFailure(place, 'R', listing, '2026-11-22T02:00:04.000Z').message;
    const words = 'run R is being worked on by marion on jump1 (process 4711), since';
    expect(message(ownerName(owner))).toBe(`${words} ${since}`);
    expect(message('R,marion,jump1,4711')).toMatch(
      new RegExp(`^${words.replaceAll(/[()]/g, '\\$&')} 2026-11-22T02:00:04\\.000Z`),
    );
    expect(busyFailure(place, 'another', ownerName(owner), since).code).toBe('CLASS_LOCKED');
  });
});
