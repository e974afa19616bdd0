import { expect, it } from 'vitest';
import { bootQueries, isSameBoot, parseBoot } from './boot-identity.ts';

const answers = {
  kstat: 'unix:0:system_misc:boot_time\t1104537600\n',
  cat: '3f0f6a6e-7f1e-4c8e-9d0a-0d4a3c1b2e5f\n',
  who: '   .       system boot  Nov 28 18:04\n',
};

it('a boot is identified by the kernel of each platform, or by who', () => {
  const told = (['solaris', 'linux'] as const).map((platform) =>
    bootQueries(platform).map((argv) => parseBoot(argv, answers[argv[0] as keyof typeof answers])),
  );
  expect(told).toEqual([
    ['kstat 1104537600', 'who Nov 28 18:04'],
    ['cat 3f0f6a6e-7f1e-4c8e-9d0a-0d4a3c1b2e5f', 'who Nov 28 18:04'],
  ]);
});

it('who on Linux prints no dot, and the date in digits', () => {
  expect(parseBoot(['who', '-b'], '         system boot  2026-11-28 18:04\n')).toBe('who 2026-11-28 18:04');
});

it('an output that is not an answer identifies no boot', () => {
  for (const argv of [...bootQueries('solaris'), ...bootQueries('linux')])
    for (const text of ['', 'kstat: not found\n', 'unix:0:system_misc:boot_time\n', 'system boot\n'])
      expect(parseBoot(argv, text), `${argv[0]}: ${text}`).toBeUndefined();
  expect(parseBoot(['date'], answers.kstat)).toBeUndefined();
});

it('two boots are compared only if the same query identified them', () => {
  expect(isSameBoot('kstat 1', 'kstat 1')).toBe(true);
  expect(isSameBoot('kstat 1', 'kstat 2')).toBe(false);
  expect(isSameBoot('kstat 1', 'who Nov 28 18:04')).toBeUndefined();
  expect(isSameBoot(undefined, 'kstat 1')).toBeUndefined();
});
