/**
 * Takes a lock again and again, in a process of its own, and writes into a log when it begins and when it ends to hold it.
 * Arguments: the lock, the log, how often. With `forever` it holds the lock until it is killed.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { LockFile } from './lock-file.ts';

const [lock = '', log = '', times = ''] = process.argv.slice(2);
const note = (what: string) => appendFileSync(log, `${what} ${process.pid}\n`);

for (let turn = 0; times === 'forever' || turn < Number(times); turn += 1) {
  await new LockFile(lock, { everyMilliseconds: 1, patienceMilliseconds: 60_000 }).during(async () => {
    note('begins');
    process.send?.('holds');
    if (times === 'forever') await pause(2 ** 30);
    if (turn % 2 === 0) await pause(0);
    note('ends');
  });
}
