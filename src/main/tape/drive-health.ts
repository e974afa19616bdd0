/** The commands that query a tape drive, and what they print. None of them moves the tape. Pure. */
import { withoutRewind } from './tape-device.ts';

/** Log pages: SPC-4 and SSC-4. Reading the flags of TapeAlert clears them in most drives. */
const pages = { alerts: '0x2e', statistics: '0x14', compression: '0x1b' } as const;
type Page = keyof typeof pages;

/** The no-rewind device: the other one would rewind the tape when sg_logs closes it. */
export const logPageArguments = (device: string, page: Page): string[] => [
  'sg_logs',
  `--page=${pages[page]}`,
  withoutRewind(device),
];

export const encryptionArguments = (device: string): string[] => ['stenc', '-f', withoutRewind(device)];

/** Optional programs of a tape host: without them, their information is reported as not available. */
export const optionalPrograms: readonly string[] = ['sg_logs', 'sg_inq', 'sg_raw', 'stenc'];

/** `Lifetime media loads: 4711` of the device statistics page. */
export function mediaLoads(text: string): number | undefined {
  const count = /^[ \t]*Lifetime media loads: (\d{1,15})\r?$/m.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** `Data compression enabled: 0x1` of the data compression page. */
export function compressionState(text: string): 'on' | 'off' | undefined {
  const value = /^[ \t]*Data compression enabled: 0x([0-9a-f]{1,8})\r?$/im.exec(text)?.[1];
  if (value === undefined) return undefined;
  return parseInt(value, 16) === 0 ? 'off' : 'on';
}

/** `Drive Encryption:        off` of stenc 1.0; other modes are `on`, `mixed`, `rawread`, and `unknown` for any other. */
export function encryptionState(text: string): string | undefined {
  const mode = /^Drive Encryption:[ \t]*(on|mixed|rawread|off)[ \t]*\r?$/m.exec(text)?.[1];
  return mode;
}
