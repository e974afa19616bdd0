import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shadowClassName } from './found-pairs.ts';

it.each([
  ['Class1', [], 'Class2'],
  ['Class1', ['Class2', 'Class3'], 'Class4'],
  ['payroll', [], 'payroll2'],
  [undefined, [], 'Class2'],
  ['Class9', ['Class1'], 'Class10'],
])('increments the class %s, past %j', (primary, taken, name) => {
  expect(shadowClassName(primary, new Set(taken))).toBe(name);
});

it('yields an unused name that GDS accepts', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/);
  fc.assert(
    fc.property(name, fc.array(name), (primary, taken) => {
      const proposed = shadowClassName(primary, new Set([...taken, primary]));
      expect(proposed).toMatch(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/);
      expect([...taken, primary]).not.toContain(proposed);
    }),
  );
});
