/** The keys for every screen. */
import { screenNames, type ScreenName } from '../../managers/routes.ts';

export interface PressedKey {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

export type Shortcut = { readonly screen: ScreenName } | 'help' | 'palette' | 'notices' | 'glossary';

/** Keys that open something, outside of fields. */
const opening: Readonly<Record<string, Shortcut>> = { '?': 'help', n: 'notices', g: 'glossary' };

/**
 * The action of a key; undefined if the shell has none.
 * @param typing true if the key is typed into a field: only keys with Ctrl count then
 */
export function shortcutOf(
  { key, ctrlKey, metaKey, altKey }: PressedKey,
  typing: boolean,
): Shortcut | undefined {
  const held = ctrlKey || metaKey;
  if (altKey || (typing && !held)) return undefined;
  if (held && key.toLowerCase() === 'k') return 'palette';
  const opened = held ? undefined : opening[key];
  if (opened !== undefined) return opened;
  if (key === 'p' && !held) return { screen: 'report' };
  const screen = /^[1-9]$/.test(key) ? screenNames[Number(key) - 1] : undefined;
  return screen === undefined ? undefined : { screen };
}

/** True if the focused element receives text. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select'))
  );
}

/** True for the key that moves to the search of a screen; not while typing into a field, or if a dialog is open. */
function isSearchKey({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  const takesIt = target instanceof Element && target.closest('input, textarea, select, [role="dialog"]');
  return key === '/' && !ctrlKey && !metaKey && !altKey && !takesIt;
}

/** Moves the cursor to the search line of a screen on its key. @param line undefined while it is not drawn */
export function focusBySearchKey(event: KeyboardEvent, line: HTMLInputElement | undefined): void {
  if (!isSearchKey(event)) return;
  event.preventDefault();
  line?.focus();
}
