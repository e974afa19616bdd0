/** Times as the screens of tapes and sites show them. */

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** `22 Nov 2026`, in this machine's time zone. @param moment ISO 8601 */
function dayText(moment: string): string {
  return day.format(new Date(moment));
}

/** `22 Nov 2026, 14:03`. */
export function momentText(moment: string): string {
  return `${dayText(moment)}, ${time.format(new Date(moment))}`;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 MiB`. */
export function sizeText(bytes: number): string {
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${value.toLocaleString('en-US', { maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 })} ${units[step]}`;
}
