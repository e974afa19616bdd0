/** Has more of a long list drawn before who scrolls comes to its end. */
import type { Attachment } from 'svelte/attachments';

/** Pixels before the end comes into view. */
const margin = 400;

/**
 * Attached to what stands after the last row that is drawn.
 * @param near called once, as soon as its element is about to be seen; what is drawn anew is watched anew
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
