import { describe, expect, it } from 'vitest';
import { testsNamed } from './named-tests.ts';

const texts: Readonly<Record<string, string>> = {
  'src/streams/stage.test.ts': "it('yields its result')",
  'test/scenarios/exit-status.test.ts': "describe('a tape mismatch ends with 4')",
  'test/scenarios/plan.test.ts': "it('names every step')",
};
const named = (...names: string[]) => testsNamed(names, Object.keys(texts), (file) => texts[file] ?? '');

describe('the names after npm test --', () => {
  it('are parts of paths: all tests of these files, each file once', () => {
    expect(named('scenarios/plan', 'exit-status', 'exit')).toEqual([
      { files: ['test/scenarios/exit-status.test.ts', 'test/scenarios/plan.test.ts'] },
    ]);
  });

  it('are words of a title if no path has them, with or without hyphens, in any case', () => {
    for (const name of ['tape-mismatch', 'Tape mismatch'])
      expect(named(name)).toEqual([
        {
          files: ['test/scenarios/exit-status.test.ts'],
          title: expect.stringMatching(/^tape.*mismatch$/i) as string,
        },
      ]);
    const [{ title = '' } = { title: '' }] = named('tape-mismatch');
    expect('a tape mismatch ends with 4').toMatch(new RegExp(title));
  });

  it('may be of both kinds', () => {
    expect(named('plan', 'yields-its').map(({ files }) => files)).toEqual([
      ['test/scenarios/plan.test.ts'],
      ['src/streams/stage.test.ts'],
    ]);
  });

  it('are refused where nothing contains them', () => {
    expect(() => named('plan', 'no-such')).toThrow('no test file and no title contains no-such');
  });
});
