/** What can be reached by Tab as it is: the keys then scroll what it stands in. */
const reachable = 'a[href], button:not(:disabled), input, select, textarea, summary, [tabindex="0"]';

/**
 * An area that scrolls and holds nothing that takes the focus takes it itself, so that the arrow keys scroll it. Chromium does so
 * unasked, other browsers do not.
 * @returns what ends it
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
