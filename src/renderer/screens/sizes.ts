/** Sizes as the screens of tapes and sites show them. */
import { localeOf } from '../../contract/text/say.ts';

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 MiB`. */
export function sizeText(bytes: number): string {
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** step;
  return `${value.toLocaleString(localeOf('en-US'), { maximumFractionDigits: value < 10 && step > 0 ? 1 : 0 })} ${units[step]}`;
}
