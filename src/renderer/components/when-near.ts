/** Draws more of a long list before scrolling reaches the last row. */
import type { Attachment } from 'svelte/attachments';

/** Pixels before the end comes into view. */
const margin = 400;

/**
 * Attached to the element after the last drawn row.
 * @param near called once, right before its element comes into view; an element that is drawn again is watched again
 */
export const whenNear =
  (near: () => void): Attachment<HTMLElement> =>
  (element) => {
    const watch = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        watch.disconnect();
        near();
      },
      { root: element.closest('.scrolls'), rootMargin: `${margin}px` },
    );
    watch.observe(element);
    return () => watch.disconnect();
  };
