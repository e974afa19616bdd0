import { describe, expect, it } from 'vitest';
import { shortcutOf } from './shortcuts.ts';

const press = (key: string, held: { ctrlKey?: boolean; metaKey?: boolean; altKey?: boolean } = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...held,
});

describe('keys of the shell', () => {
  it('leads to the screens in the order of the rail', () => {
    expect(shortcutOf(press('1'), false)).toEqual({ screen: 'home' });
    expect(shortcutOf(press('7'), false)).toEqual({ screen: 'restore' });
    expect(shortcutOf(press('9'), false)).toEqual({ screen: 'sites' });
    expect(shortcutOf(press('0'), false)).toBeUndefined();
  });

  it('ignores digits that are typed into a field, but not with Ctrl', () => {
    expect(shortcutOf(press('3'), true)).toBeUndefined();
    expect(shortcutOf(press('?'), true)).toBeUndefined();
    expect(shortcutOf(press('4', { ctrlKey: true }), true)).toEqual({ screen: 'run' });
    expect(shortcutOf(press('4', { metaKey: true }), true)).toEqual({ screen: 'run' });
  });

  it('shows the keys, and leaves Alt to the system', () => {
    expect(shortcutOf(press('?'), false)).toBe('help');
    expect(shortcutOf(press('1', { altKey: true }), false)).toBeUndefined();
  });

  it('opens the palette with Ctrl K, also while typing; notices and glossary only outside of fields', () => {
    expect(shortcutOf(press('k', { ctrlKey: true }), true)).toBe('palette');
    expect(shortcutOf(press('K', { metaKey: true }), false)).toBe('palette');
    expect(shortcutOf(press('k'), false)).toBeUndefined();
    expect([shortcutOf(press('n'), false), shortcutOf(press('g'), false)]).toEqual(['notices', 'glossary']);
    expect([shortcutOf(press('n'), true), shortcutOf(press('n', { ctrlKey: true }), false)]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('shows the report, but ignores P in a field and leaves Ctrl P to the browser', () => {
    expect(shortcutOf(press('p'), false)).toEqual({ screen: 'report' });
    expect(shortcutOf(press('p'), true)).toBeUndefined();
    expect(shortcutOf(press('p', { ctrlKey: true }), false)).toBeUndefined();
  });
});
