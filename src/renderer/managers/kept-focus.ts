/**
 * Keeps the focus on the screen for keyboard users: the console may remove the focused element, such as an answered
 * question, and a browser then leaves the focus nowhere.
 * @param screen gets the focus instead
 * @returns a function that ends it
 */
export function keepFocus(screen: HTMLElement): () => void {
  const { ownerDocument: page } = screen;
  let last: Element | undefined;
  const isLost = () => last?.isConnected === false && (page.activeElement ?? page.body) === page.body;
  const heard = ({ target }: FocusEvent) => {
    if (target instanceof Element) last = target;
  };
  // A dialog returns the focus a moment after it has closed.
  const look = () => {
    if (isLost()) screen.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(() => {
    if (isLost()) setTimeout(look);
  });
  page.addEventListener('focusin', heard);
  observer.observe(page.body, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    page.removeEventListener('focusin', heard);
  };
}
