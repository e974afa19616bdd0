import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { access, readFile, readdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LockFile, removeDead } from './lock-file.ts';
import { thisProcess } from './process-owner.ts';
import { newFolder, removeFolders } from '../proof/proof.test-support.ts';

afterEach(removeFolders);

const newLock = async () => join(await newFolder(), 'seals.ndjson.lock');
const done = () => Promise.resolve('done');

/** No process has that number: it is above the highest that Linux gives. */
const nobody = 4_194_305;
const lockOf = (change: object) =>
  JSON.stringify({ owner: { ...thisProcess(), process: nobody, console: undefined, ...change }, key: 'x' });

it('lets one work after the other, and leaves nothing', async () => {
  const lock = await newLock();
  const said: string[] = [];
  const work = (name: string) =>
    new LockFile(lock).during(async () => {
      said.push(`${name} begins`);
      await access(lock);
      said.push(`${name} ends`);
    });
  await Promise.all([work('one'), work('other')]);
  expect(said.map((line) => line.split(' ')[1])).toEqual(['begins', 'ends', 'begins', 'ends']);
  expect(await readdir(dirname(lock))).toEqual([]);
});

it('is taken where its process has ended', async () => {
  const lock = await newLock();
  await writeFile(lock, lockOf({}));
  expect(await new LockFile(lock).during(done)).toBe('done');
  expect(await readdir(dirname(lock))).toEqual([]);
});

it('is taken if the process that was about to remove it died, too', async () => {
  const lock = await newLock();
  const dead = lockOf({});
  await writeFile(lock, dead);
  const guard = `${lock}.${createHash('sha256').update(dead).digest('hex').slice(0, 16)}`;
  await writeFile(guard, lockOf({ process: nobody + 1 }));
  expect(await new LockFile(lock).during(done)).toBe('done');
  expect(await readdir(dirname(lock))).toEqual([]);
});

describe('of a process that is gone', () => {
  const guardOf = (lock: string, content: string) =>
    `${lock}.${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;

  it('is removed by one alone: a late remover leaves the lock to the process that has taken it since', async () => {
    const lock = await newLock();
    const next = new LockFile(lock);
    await next.during(() => {
      removeDead(lock, lockOf({}), lockOf({ process: process.pid }));
      expect(next.isMine).toBe(true);
    });
    expect(await readdir(dirname(lock))).toEqual([]);
  });

  it('is left to the process that is about to remove it', async () => {
    const lock = await newLock();
    await writeFile(lock, lockOf({}));
    const other = lockOf({ process: process.pid });
    await writeFile(guardOf(lock, lockOf({})), other);
    removeDead(lock, lockOf({}), lockOf({ process: process.pid, started: undefined }));
    expect(await readFile(lock, 'utf8')).toBe(lockOf({}));
    expect(await readFile(guardOf(lock, lockOf({})), 'utf8')).toBe(other);
  });
});

describe('stays where it is not known whether its process is running', () => {
  const rest = 'it is not known whether that process is running; if it is not, remove the file';
  it.each([
    ['of another boot: a clone looks the same', lockOf({ boot: '0123456789ab' })],
    ['of a clone of this machine', lockOf({ machine: '0123456789ab' })],
    ['of another container', lockOf({ namespace: '1' })],
    ['of release 0.1.0, which named host and process alone', `${hostname()} ${nobody}\n`],
    ['of the index of release 0.1.0', `{"process":${nobody},"host":"${hostname()}","began":"1","key":"x"}`],
  ])('%s', async (_whose, content) => {
    const lock = await newLock();
    await writeFile(lock, content);
    const refused = new LockFile(lock, { patienceMilliseconds: 50 }).during(done);
    await expect(refused).rejects.toMatchObject({
      code: 'EBUSY',
      message: `${lock} is held by process ${nobody} on ${hostname()}, and ${rest}`,
    });
    expect(await readFile(lock, 'utf8')).toBe(content);
  });

  it('that names nobody', async () => {
    const lock = await newLock();
    await writeFile(lock, '');
    const refused = new LockFile(lock, { patienceMilliseconds: 50 }).during(done);
    await expect(refused).rejects.toThrow(`${lock} is held by an unnamed process, and ${rest}`);
  });
});

it('stays where its process is running, and is given back by that one alone', async () => {
  const lock = await newLock();
  const [one, other] = [new LockFile(lock), new LockFile(lock, { patienceMilliseconds: 50 })];
  await one.during(async () => {
    await expect(other.during(done)).rejects.toMatchObject({
      message: `${lock} is held by process ${process.pid} on ${hostname()}`,
    });
    other.release();
    expect(one.isMine).toBe(true);
  });
});

/** What the log says of each process, in pairs. @throws where one begins before the other has ended */
function requireOneAtATime(log: string, killed: readonly number[]): number {
  let holder: string | undefined;
  let turns = 0;
  for (const [what, process = ''] of log
    .trim()
    .split('\n')
    .map((line) => line.split(' '))) {
    if (what === 'begins') {
      if (holder !== undefined && !killed.includes(Number(holder)))
        throw new Error(`${process} holds the lock while ${holder} holds it`);
      holder = process;
      turns += 1;
    } else {
      if (holder !== process) throw new Error(`${process} ends, but ${holder ?? 'nobody'} holds the lock`);
      holder = undefined;
    }
  }
  return turns;
}

it('is held by one of several processes at a time, also where one is killed while it holds it', async () => {
  const lock = await newLock();
  const log = join(dirname(lock), 'log');
  const start = (times: string) =>
    fork(join(import.meta.dirname, 'lock-holder.fixture.ts'), [lock, log, times], { stdio: 'inherit' });
  const turnsOfEach = 60;
  const killed: number[] = [];
  const workers = Array.from({ length: 4 }, () => start(String(turnsOfEach)));
  const ends = workers.map((worker) => once(worker, 'exit'));
  for (let death = 0; death < 6; death += 1) {
    const dying = start('forever');
    await once(dying, 'message');
    killed.push(dying.pid ?? 0);
    dying.kill('SIGKILL');
    await once(dying, 'exit');
  }
  expect((await Promise.all(ends)).map(([status]) => status as number)).toEqual([0, 0, 0, 0]);
  expect(requireOneAtATime(await readFile(log, 'utf8'), killed)).toBe(4 * turnsOfEach + killed.length);
  // The last who was killed may have left it.
  expect(await new LockFile(lock).during(done)).toBe('done');
  expect(await readdir(dirname(lock))).toEqual(['log']);
}, 120_000);
