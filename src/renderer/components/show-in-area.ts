/**
 * Scrolls an area so far that an element in it is seen. What the area is in stays where it is: in a narrow window the
 * screen as a whole scrolls, and begins with what matters most.
 */
export function showInArea(element: Element, area: Element): void {
  const [at, room] = [element.getBoundingClientRect(), area.getBoundingClientRect()];
  if (at.top < room.top) area.scrollTop -= room.top - at.top;
  else if (at.bottom > room.bottom) area.scrollTop += at.bottom - room.bottom;
}
