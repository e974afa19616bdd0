import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { newPrivateKey } from './lab-keys.ts';

test('a new key can be read by the library that made it, each time', () => {
  // one in 256 could not: after a thousand, all but two in a hundred runs would have met one
  for (let key = 0; key < 1000; key += 1)
    expect(ssh2.utils.parseKey(newPrivateKey('a key'))).not.toBeInstanceOf(Error);
});
