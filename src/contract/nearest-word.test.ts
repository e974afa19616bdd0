import { describe, expect, it } from 'vitest';
import { didYouMean, nearestWord } from './nearest-word.ts';

const jobs = ['raw-dd', 'ufs-tar', 'ufsdump', 'sfxfs-tar', 'three-volumes'];

describe('the name that somebody may have meant', () => {
  it.each([
    ['raw-d', 'raw-dd'],
    ['rwa-dd', 'raw-dd'],
    ['Raw-DD', 'raw-dd'],
    ['ufs-dump', 'ufsdump'],
    ['three-volume', 'three-volumes'],
    ['treevolumes', 'three-volumes'],
  ])('of %s is %s', (word, name) => {
    expect(nearestWord(word, jobs)).toBe(name);
  });

  it.each(['nightly', '', 'x', 'tar', 'a'.repeat(5000)])('of "%.9s" is none', (word) => {
    expect(nearestWord(word, jobs)).toBeUndefined();
    expect(didYouMean(word, jobs)).toBe('');
  });

  it('begins a hint', () => {
    expect(didYouMean('ufsdmup', jobs)).toBe('did you mean "ufsdump"? ');
    expect(didYouMean('ufsdmup', [])).toBe('');
  });
});
