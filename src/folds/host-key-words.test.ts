import { expect, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { changedHostKey } from './host-key-words.ts';

test('a changed host key is told with both keys and the place of the known one', () => {
  const { message } = failure('HOST_KEY_CHANGED', {
    host: 'node3',
    address: 'backup.example.com',
    port: 22,
    keyType: 'ED25519',
    shown: 'SHA256:new',
    known: 'SHA256:old',
    file: '/home/aiko/.ssh/known_hosts',
    line: 4,
  });
  expect(changedHostKey(message)).toEqual({
    shown: 'SHA256:new',
    known: 'SHA256:old',
    place: '/home/aiko/.ssh/known_hosts, line 4',
  });
});

test('another trouble is none of it', () => {
  const { message } = failure('HOST_KEY_UNKNOWN', { host: 'node3', fingerprint: 'SHA256:new' });
  expect(changedHostKey(message)).toBeUndefined();
});
