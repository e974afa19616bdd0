/**
 * Whoever works by keyboard stays on the screen: what has the focus may be taken away by the console itself, such as a question that was
 * answered, and a browser then leaves the focus nowhere.
 * @param screen takes the focus in its place
 * @returns what ends it
 */
export function keepFocus(screen: HTMLElement): () => void {
  const { ownerDocument: page } = screen;
  let last: Element | undefined;
  const isLost = () => last?.isConnected === false && (page.activeElement ?? page.body) === page.body;
  const heard = ({ target }: FocusEvent) => {
    if (target instanceof Element) last = target;
  };
  // A dialog that closes gives the focus back a moment after it is gone.
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
