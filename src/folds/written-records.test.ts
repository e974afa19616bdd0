import { expect, it } from 'vitest';
import type { EventOf } from '../contract/events.ts';
import { fixtureEvents } from './journals.test-support.ts';
import { foldRun } from './run/run-fold.ts';
import { writtenBeforeFailure } from './written-records.ts';

const line = 'dd ibs=262144 obs=32768 of=/dev/rmt/0';
const outcome = (stderr: string, exitStatus = 2) => ({ exitStatus, stderr }) as EventOf<'outcome'>;

it('a failed dump has the count of the tape host, where the last progress had less', () => {
  const leg = foldRun(fixtureEvents('tape-error')).legs.at(-1);
  expect(leg?.latest).toMatchObject({ records: 99, bytes: 99 * 32_768, total: 8_388_608 });
});

it('counts the last line of dd, and only what a failed dd has written', () => {
  const text = '0+9 records in\n8+0 records out\n0+100 records in\n99+0 records out\n';
  expect(writtenBeforeFailure(line, outcome(text))).toEqual({ records: 99, bytes: 99 * 32_768 });
  expect(writtenBeforeFailure(line, outcome(text, 0))).toBeUndefined();
  expect(writtenBeforeFailure(line, outcome('write: I/O error\n'))).toBeUndefined();
  expect(writtenBeforeFailure('dd if=/dev/rmt/0 bs=32768', outcome(text))).toBeUndefined();
  expect(writtenBeforeFailure(undefined, outcome(text))).toBeUndefined();
});
