/** A command that writes starts only once its target was checked again, and only if it is still wanted then. */
import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { DataRoom } from '../../procedure/hosts/remote-data.ts';
import { commandOn } from './host-place.ts';
import { LateWriter } from './late-writer.ts';

const command = commandOn({ host: 'node1', path: '/restore' }, ['tar', 'xpf', '-'], true);
/** Nothing can be started with it. */
const room = {} as DataRoom;

it('is not started if the restore was stopped while its target was checked', async () => {
  let checked = () => {};
  const writer = new LateWriter(room, command, () => new Promise((resolve) => (checked = resolve)));
  writer.write('first piece');
  const closed = new Promise((resolve) => writer.on('close', resolve));
  writer.destroy(new Error('stopped'));
  await closed;
  checked();
  expect(await writer.processEnd()).toBeUndefined();
  expect(writer.isStarted).toBe(false);
});

it('is not started if its target is refused', async () => {
  const writer = new LateWriter(room, command, () => Promise.reject(new Error('it is not empty')));
  writer.write('first piece');
  expect(await once(writer, 'error')).toMatchObject([{ message: 'it is not empty' }]);
  expect(await writer.processEnd()).toBeUndefined();
  expect(writer.isStarted).toBe(false);
});
