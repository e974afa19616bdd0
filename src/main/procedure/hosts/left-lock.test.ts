/** Which locks a run that begins may remove: those of processes that are certainly gone, or have ended their run, and have left nothing. */
import { describe, expect, it } from 'vitest';
import { failure } from '../../../contract/errors.ts';
import { commandRun, ownerName, restoreMark, thisOwner, type LockOwner } from '../model/lock.ts';
import { classPlaces, drivePlace, type LockPlace } from '../model/lock-places.ts';
import { mayTakeOver, type TakingOver } from './left-lock.ts';

const [ofClass] = classPlaces({ class: 'Class1', backupServer: 'node3', primaryNodes: [] });
const drive = drivePlace('node3', '/dev/rmt/0');
const working = thisOwner('R');
/** No process has a number above the largest of Linux (proc(5), pid_max). */
const gone = { ...working, processId: 2 ** 22 + 1 };
const left = { whyLockStays: () => Promise.resolve(undefined) };
const superseding = (...supersedes: string[]): TakingOver => ({ ...left, supersedes });

interface Found {
  readonly owner?: LockOwner;
  readonly marks?: readonly string[];
  readonly place?: LockPlace | undefined;
}

/** What a run that begins says of a lock: a warning, the code that refuses it, or nothing. */
async function saidOf({ owner, marks = [], place = ofClass }: Found, options: TakingOver = left) {
  if (!place) throw new Error('a class has a lock on its backup server');
  const listing = [...(owner ? [ownerName(owner)] : []), ...marks.map(restoreMark)].join('\n');
  try {
    return await mayTakeOver({ place, owner, listing }, options);
  } catch (error) {
    return error;
  }
}
const ended = 'run R ended and left its lock; the lock was removed';
const pending = (run: string) => failure('RESTORE_PENDING', { class: 'Class1', host: 'node3', run });

describe('the lock of a run', () => {
  it('stays while its process may be working', async () => {
    expect(await saidOf({ owner: working })).toMatchObject({ code: 'CLASS_LOCKED' });
    const elsewhere = { ...gone, console: 'jump.example.com', machine: '0123456789ab' };
    expect(await saidOf({ owner: elsewhere })).toMatchObject({ code: 'CLASS_LOCKED' });
    const works = { ...left, hasEnded: () => Promise.resolve(false) };
    expect(await saidOf({ owner: working }, works)).toMatchObject({ code: 'CLASS_LOCKED' });
  });

  it('is removed once its process is gone, or has ended the run, if nothing else is left of it', async () => {
    expect(await saidOf({ owner: gone })).toBe(ended);
    const asked: unknown[] = [];
    const hasEnded = (owner: LockOwner) => Promise.resolve(owner.run === 'R');
    const whyLockStays = (...args: unknown[]) => {
      asked.push(args);
      return Promise.resolve(undefined);
    };
    expect(await saidOf({ owner: working }, { hasEnded, whyLockStays })).toBe(ended);
    expect(asked).toEqual([[working, ofClass]]);
  });

  it('stays if something is left of the run, or if that cannot be known', async () => {
    const reason = failure('RUN_INTERRUPTED', { run: 'R', class: 'Class1', step: '5' });
    expect(await saidOf({ owner: gone }, { whyLockStays: () => Promise.resolve(reason) })).toBe(reason);
    expect(await saidOf({ owner: gone }, {})).toMatchObject({ code: 'CLASS_LOCKED' });
  });

  it('that names nobody stays', async () => {
    expect(await saidOf({})).toEqual(failure('CLASS_LOCKED_NAMELESS', { class: 'Class1', host: 'node3' }));
    expect(await saidOf({ place: drive })).toEqual(
      failure('DRIVE_LOCKED_NAMELESS', { device: '/dev/rmt/0', host: 'node3' }),
    );
  });
});

describe('the lock of a restore that did not finish', () => {
  const replaces = 'restore R did not finish; this restore replaces it';

  it('keeps every other run out, whether or not somebody has removed the name of its owner', async () => {
    for (const owner of [undefined, gone]) {
      const found = { ...(owner ? { owner } : {}), marks: ['R'] };
      expect(await saidOf(found)).toEqual(pending('R'));
      expect(await saidOf(found, superseding('another'))).toEqual(pending('R'));
    }
  });

  it('is taken over by the restore that replaces it', async () => {
    expect(await saidOf({ marks: ['R'] }, superseding('R'))).toBe(replaces);
    expect(await saidOf({ owner: gone, marks: ['R'] }, superseding('another', 'R'))).toBe(replaces);
    expect(await saidOf({ marks: ['R', 'S'] }, superseding('R', 'S'))).toBe(
      'restore R, S did not finish; this restore replaces it',
    );
  });

  it('stays while its process works on it, and while another restore is marked in it', async () => {
    expect(await saidOf({ owner: working, marks: ['R'] }, superseding('R'))).toMatchObject({
      code: 'CLASS_LOCKED',
    });
    expect(await saidOf({ owner: gone, marks: ['R', 'S'] }, superseding('R'))).toEqual(pending('S'));
  });

  it('is taken over on the drive, where it has no mark; on a host that it has not marked it is a run like others', async () => {
    const owner = gone;
    expect(await saidOf({ owner, place: drive }, superseding('R'))).toBe(
      'restore R did not finish and left its lock; the lock was removed',
    );
    expect(await saidOf({ owner, place: drive }, superseding('another'))).toBe(ended);
    expect(await saidOf({ owner }, superseding('R'))).toBe(ended);
  });
});

describe('the lock of a command for the drive', () => {
  const place = drive;

  it('is removed without a word once its process is gone: nothing else is left of it', async () => {
    const owner = { ...gone, run: commandRun('label') };
    expect(await saidOf({ owner, place }, {})).toBeUndefined();
  });

  it('stays while its process runs', async () => {
    const owner = { ...working, run: commandRun('label') };
    expect(await saidOf({ owner, place })).toMatchObject({
      code: 'DRIVE_IN_USE',
      message: expect.stringContaining('shadowtape label of ') as string,
      hint: 'wait until it ends; shadowtape locks shows whether its process is running. If it is not, remove the lock with shadowtape unlock /dev/rmt/0',
    });
    // A run leaves more than its lock.
    expect(await saidOf({ owner: working, place })).toMatchObject({
      message: expect.stringContaining('run R of ') as string,
      hint: 'wait until it ends; shadowtape locks shows whether its process is running. If it is not, resume or roll back that run on the machine where it was started: shadowtape resume R, shadowtape rollback R. To discard it instead: shadowtape unlock /dev/rmt/0 --discard R',
    });
  });
});
