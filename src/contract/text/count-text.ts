/** `8,388,608`. */
export const countText = (count: number): string => count.toLocaleString('en-US');
