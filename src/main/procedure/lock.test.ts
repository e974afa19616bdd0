import fc from 'fast-check';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isDead, lockFolder, ownerName, parseOwner, thisOwner } from './lock.ts';

describe('the lock of a class', () => {
  it('is a folder that bears the name of the class', () => {
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

  it('is not taken for dead while its process lives, nor when it belongs to another machine', () => {
    expect(isDead(thisOwner('run'))).toBe(false);
    expect(isDead({ ...thisOwner('run'), console: `not-${hostname()}`, processId: 2 ** 22 })).toBe(false);
    expect(isDead({ ...thisOwner('run'), processId: 2 ** 22 })).toBe(true);
  });
});
