import { describe, expect, it } from 'vitest';
import { correctHome } from './home-folder.ts';

describe('HOME', () => {
  const corrected = (home: string | undefined, known: () => string = () => '/home/operator') => {
    const environment = home === undefined ? {} : { HOME: home };
    correctHome(environment, known);
    return environment;
  };

  it('that is empty or relative is replaced by that of the password database', () => {
    expect(corrected('')).toEqual({ HOME: '/home/operator' });
    expect(corrected('operator')).toEqual({ HOME: '/home/operator' });
  });

  it('that is absolute, or not set, stays as it is', () => {
    expect(corrected('/root')).toEqual({ HOME: '/root' });
    expect(corrected(undefined)).toEqual({});
  });

  it('is not set if the password database has no entry', () => {
    expect(
      corrected('', () => {
        throw new Error('ENOENT');
      }),
    ).toEqual({});
  });
});
