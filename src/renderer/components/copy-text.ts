import { say } from '../../contract/text/say.ts';
import { notices } from '../managers/notices.svelte.ts';

/** Puts text on the clipboard. @returns false where the page may not, or the page is not in front */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Puts text on the clipboard, and says so. @param said what is said where it was */
export async function copyAndSay(text: string, said: string): Promise<void> {
  const copied = await copyText(text);
  notices.show(copied ? said : say('Cannot write to the clipboard'), copied ? 'ok' : 'warn');
}
