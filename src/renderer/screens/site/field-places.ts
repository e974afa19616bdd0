/** Where a place of a site file is on the screen: fields have the path of what they write. */

/** The field at a place, or the one that the place is a part of. */
function fieldAt(path: string): Element | null {
  for (let place = path; place !== ''; place = place.replace(/(^|\.)[^.[\]]*$|\[\d+\]$/, '')) {
    const field = document.querySelector(`[data-path="${CSS.escape(place)}"]`);
    if (field) return field;
  }
  return null;
}

/** Moves the cursor to the field of a place. @returns false if the screen has none */
export function focusField(path: string): boolean {
  const control = fieldAt(path)?.querySelector<HTMLElement>('input, select, textarea, button');
  control?.focus();
  control?.scrollIntoView({ block: 'center' });
  return control !== null && control !== undefined;
}
