import { describe, expect, it } from 'vitest';
import { linkRefusal, safePath } from './safe-path.ts';

describe('a path of an archive', () => {
  it.each([
    ['./app/ledger.db', ['app', 'ledger.db']],
    ['/app//ledger.db', ['app', 'ledger.db']],
    ['app/', ['app']],
    ['./', []],
    ['a..b/...', ['a..b', '...']],
  ])('%s is below the folder', (path, parts) => {
    expect(safePath(path)).toEqual({ parts });
  });

  it.each(['../etc/passwd', 'app/../../etc', './..', 'app/..'])('%s leaves the folder', (path) => {
    expect(safePath(path)).toEqual({ reason: 'its path leaves the folder' });
  });

  it('with a part that no file system accepts is refused; its bytes count', () => {
    expect(safePath('n'.repeat(255))).toEqual({ parts: ['n'.repeat(255)] });
    expect(safePath('app/a\0b')).toEqual({ reason: 'its name holds a NUL character' });
    expect(safePath('é'.repeat(127))).toEqual({ parts: ['é'.repeat(127)] });
    expect(safePath('é'.repeat(128))).toEqual({ reason: 'a part of its path is longer than 255 bytes' });
  });
});

describe('the target of a symbolic link', () => {
  it.each([
    [['a'], 'b'],
    [['a', 'b'], '../c'],
    [['a', 'b', 'c'], '../../d/./e'],
    [['a', 'b'], '..'],
    [['a', 'b'], './../c'],
    [['a', 'b', 'c'], '..//../d'],
    [['a'], '.'],
  ])('of %j may be %s', (parts, target) => {
    expect(linkRefusal(parts, target)).toBeUndefined();
  });

  it.each([
    [['a'], '/etc/passwd', 'it links to an absolute path'],
    [['a'], '..', 'it links to a place outside of the folder'],
    [['a', 'b'], '../../x', 'it links to a place outside of the folder'],
    // `up` may be a link to the folder itself: then `up/..` is outside.
    [['z'], 'a/up/..', 'it links to a place that may be outside of the folder'],
  ])('of %j may not be %s', (parts, target, reason) => {
    expect(linkRefusal(parts, target)).toBe(reason);
  });
});
