/** Elements that Tab reaches anyway: the keys then scroll their container. */
const reachable = 'a[href], button:not(:disabled), input, select, textarea, summary, [tabindex="0"]';

/**
 * A scrolling area without focusable elements becomes focusable itself, so that the arrow keys scroll it. Chromium does
 * so itself, other browsers do not.
 * @returns a function that ends it
 */
export function scrolledByKeys(area: HTMLElement): () => void {
  const look = () => {
    const scrolls = area.scrollHeight > area.clientHeight || area.scrollWidth > area.clientWidth;
    if (scrolls && area.querySelector(reachable) === null) area.tabIndex = 0;
    else area.removeAttribute('tabindex');
  };
  const size = new ResizeObserver(look);
  const content = new MutationObserver(look);
  size.observe(area);
  content.observe(area, { childList: true, subtree: true });
  return () => {
    size.disconnect();
    content.disconnect();
  };
}
