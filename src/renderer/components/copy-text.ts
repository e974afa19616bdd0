/** Puts text on the clipboard. @returns false where the page may not, or the page is not in front */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
