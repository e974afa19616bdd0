import { expect, test } from 'vitest';
import { overridesOf, type RunStart } from './run-began.ts';

const start = (method: RunStart['method'], ...methods: (string | undefined)[]) =>
  ({
    method,
    route: 'console',
    volumes: methods.map((each, index) => ({
      master: `M${index}`,
      proxy: `P${index}`,
      ...(each ? { method: each } : {}),
    })),
  }) as unknown as RunStart;

test('a run is resumed with the method of its command line', () => {
  expect(overridesOf(start('6c', '6c', '6c'))).toEqual({ method: '6c', route: 'console', nodes: 'all' });
  expect(overridesOf(start('6a', undefined))).toEqual({ method: '6a', route: 'console', nodes: 'all' });
});

test('volumes that have methods of their own keep them when their run is resumed', () => {
  expect(overridesOf(start('6a', '6e', '6b'))).toEqual({ method: undefined, route: 'console', nodes: 'all' });
  expect(overridesOf(start('6a', '6a', '6b'))).toEqual({ method: undefined, route: 'console', nodes: 'all' });
});
