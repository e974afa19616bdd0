import { say } from '../../../contract/text/say.ts';
import { notices } from '../../managers/notices.svelte.ts';

/** Copies text to the clipboard. @returns false if the page may not, or is not in front */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copies text to the clipboard, and confirms it. @param said the confirmation */
export async function copyAndSay(text: string, said: string): Promise<void> {
  const copied = await copyText(text);
  notices.show(copied ? said : say('Cannot write to the clipboard'), copied ? 'ok' : 'warn');
}
