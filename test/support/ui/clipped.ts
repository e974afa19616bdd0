/** What cannot be read or clicked on a page: texts that are cut off, buttons that are out of view, covered or too small. */
import type { Page } from 'playwright-core';

/**
 * Runs in the page. A text is cut off if it extends beyond the visible or scrollable area: beyond a box that hides what
 * overflows it, or beyond the width of the window. A box may shorten its text with an ellipsis where the whole text is
 * its title, or that of what it is in.
 */
const cutTexts = `(() => {
  const found = [];
  const shortens = (element, style) =>
    (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') && element.closest('[title]') !== null;
  let measured = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.trim();
    const parent = node.parentElement;
    if (text === '' || !parent.checkVisibility({ visibilityProperty: true })) continue;
    if (parent.closest('svg, option, script, style, .visually-hidden, .skip, [aria-hidden="true"]')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    measured += 1;
    for (let at = parent; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.clipPath !== 'none') break;
      if (shortens(at, style)) break;
      if (style.display === 'inline') continue;
      const edge = at.getBoundingClientRect();
      const hidesX = style.overflowX === 'hidden' || style.overflowX === 'clip';
      const hidesY = style.overflowY === 'hidden' || style.overflowY === 'clip';
      const beyondX = box.right > edge.right + 1.5 || box.left < edge.left - 1.5;
      const beyondY = box.bottom > edge.bottom + 1.5 || box.top < edge.top - 1.5;
      if ((hidesX && beyondX) || (hidesY && beyondY)) {
        found.push(text.slice(0, 60) + ' <' + at.tagName.toLowerCase() + '.' + at.className + '>');
        break;
      }
      if (style.overflowX === 'auto' || style.overflowX === 'scroll') break;
    }
  }
  // The words of a choice are drawn by the browser: they are measured instead.
  const ink = document.createElement('canvas').getContext('2d');
  for (const choice of document.querySelectorAll('select')) {
    if (!choice.checkVisibility({ visibilityProperty: true })) continue;
    const style = getComputedStyle(choice);
    ink.font = style.font;
    const words = choice.selectedOptions[0]?.textContent.trim() ?? '';
    const room = choice.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (ink.measureText(words).width > room + 1.5 && choice.title === '') found.push(words + ' <select>');
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the window scrolls sideways');
  const screen = document.querySelector('main');
  if (screen && screen.scrollWidth > screen.clientWidth + 1) found.push('the screen scrolls sideways');
  return { measured, found: [...new Set(found)] };
})()`;

/** Runs in the page: buttons of the bar at the foot that are out of view, or below one another. */
const lostButtons = `(() => {
  const bar = document.querySelector('.action-bar');
  if (!bar) return [];
  const buttons = [...bar.querySelectorAll('button')];
  const boxes = buttons.map((button) => button.getBoundingClientRect());
  const rows = new Set(boxes.map(({ top, height }) => Math.round((top + height / 2) / 12)));
  return [
    ...buttons.flatMap((button, at) => {
      const { left, right, top, bottom } = boxes[at];
      const isIn = left >= -0.5 && right <= innerWidth + 0.5 && top >= 0 && bottom <= innerHeight + 0.5;
      return isIn ? [] : [button.textContent.trim() + ' is not in sight'];
    }),
    ...(rows.size > 1 ? ['the buttons wrap'] : []),
  ];
})()`;

/** Runs in the page: visible buttons that cannot be clicked, because they are too small, covered, or outside the window with nothing to scroll. */
const deadButtons = `(() =>
  [...document.querySelectorAll('main button')].flatMap((button) => {
    const { left, top, width, height } = button.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    if (!button.checkVisibility()) return [];
    const name = button.getAttribute('aria-label') ?? button.textContent.trim().slice(0, 40);
    // What is beside the window is reached only where something is scrolled sideways.
    const slides = [...ancestors(button)].some(
      (each) => each.scrollWidth > each.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(each).overflowX),
    );
    if (left < -1 || left + width > innerWidth + 1) return slides ? [] : [name + ' is beside the window'];
    if (y < 0 || y >= innerHeight) return [];
    if (width < 20 || height < 16) return [name + ' is too small to be pressed'];
    const hit = document.elementFromPoint(x, y);
    // What is scrolled to lies below the edges of what scrolls, and of the bar at the foot, for a while.
    const isBelow = hit === null || hit.closest('.action-bar, header, footer, thead, .bar, .floating') || !hit.closest('main');
    const isScrolled = [...ancestors(button)].some((each) => {
      const box = each.getBoundingClientRect();
      return each.scrollHeight > each.clientHeight + 1 && (y < box.top || y > box.bottom || x > box.right);
    });
    return isBelow || isScrolled || button.contains(hit) || hit.contains(button) ? [] : [name + ' is covered'];
    function* ancestors(element) {
      for (let at = element.parentElement; at; at = at.parentElement) yield at;
    }
  })
)()`;

/** Runs in the page: texts of what floats above the screen that something of the screen covers. */
const coveredTexts = `(() =>
  [...document.querySelectorAll('.floating')].flatMap((above) => {
    const frame = above.getBoundingClientRect();
    const walker = document.createTreeWalker(above, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const range = document.createRange();
      range.selectNodeContents(node);
      const { left, top, width, height } = range.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      // What is scrolled out of sight is not covered.
      if (width === 0 || x < frame.left || x > frame.right || y < frame.top || y > frame.bottom) continue;
      const hit = document.elementFromPoint(x, y);
      if (hit && !hit.closest('.floating')) found.push(node.textContent.trim().slice(0, 60) + ' is covered');
    }
    return found;
  })
)()`;

/** Runs in the page: the screen as a whole scrolls only to what can be seen, not to texts for screen readers. */
const scrollsToNothing = `(() => {
  const main = document.querySelector('main');
  if (!main) return [];
  const [before, hidden] = [main.scrollHeight, [...main.querySelectorAll('.visually-hidden')]];
  for (const each of hidden) each.style.display = 'none';
  const after = main.scrollHeight;
  for (const each of hidden) each.style.removeProperty('display');
  return before > after + 1 ? ['the screen scrolls ' + (before - after) + ' pixels to nothing'] : [];
})()`;

/**
 * @param fewest texts that are there at least: of a page that is not drawn yet, nothing is cut off
 * @returns what is cut off, out of view or covered, one per line; none if everything can be read and clicked
 */
export async function clippedOn(page: Page, fewest = 25): Promise<string[]> {
  const { measured, found } = await page.evaluate<{ measured: number; found: string[] }>(cutTexts);
  const cut = measured < fewest ? [...found, `only ${measured} texts are there`] : found;
  const lost = await page.evaluate<string[]>(lostButtons);
  const beyond = await page.evaluate<string[]>(scrollsToNothing);
  const covered = await page.evaluate<string[]>(coveredTexts);
  return [...cut, ...lost, ...beyond, ...covered, ...(await page.evaluate<string[]>(deadButtons))];
}
