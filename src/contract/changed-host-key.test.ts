import { expect, test } from 'vitest';
import { changedHostKeyOf } from './changed-host-key.ts';
import { failure } from './errors.ts';

const evidence = {
  host: 'node3',
  actual: 'SHA256:new',
  expected: 'SHA256:old',
  knownIn: '/home/aiko/.ssh/known_hosts, line 4',
};

test('a changed host key is reported with both keys and the place of the known one', () => {
  expect(changedHostKeyOf(failure('HOST_KEY_CHANGED', {}, evidence))).toEqual({
    shown: 'SHA256:new',
    known: 'SHA256:old',
    place: '/home/aiko/.ssh/known_hosts, line 4',
  });
});

test('another trouble is none of it', () => {
  expect(changedHostKeyOf(failure('HOST_KEY_REVOKED', {}, evidence))).toBeUndefined();
});
