/**
 * How the current boot of a host is identified: two different answers mean a reboot between them. Pure.
 *
 * Solaris keeps the time of the boot in a kernel statistic (kstat(1M)), Linux draws a new UUID at each boot
 * (random(4)). Where neither is available, `who -b` prints the minute.
 */
import type { Platform } from '../../site/site-schema.ts';

const ofSolaris = ['kstat', '-p', 'unix:0:system_misc:boot_time'] as const;
const ofLinux = ['cat', '/proc/sys/kernel/random/boot_id'] as const;
const ofBoth = ['who', '-b'] as const;

/** The queries, the best first; the next one is for hosts that cannot answer it. */
export function bootQueries(platform: Platform): readonly (readonly string[])[] {
  return [platform === 'solaris' ? ofSolaris : ofLinux, ofBoth];
}

const readers: readonly (readonly [readonly string[], RegExp])[] = [
  [ofSolaris, /^unix:0:system_misc:boot_time\s+(\d+)$/],
  [ofLinux, /^([0-9A-Za-z]{8}(?:-[0-9A-Za-z]{4}){3}-[0-9A-Za-z]{12})$/],
  [ofBoth, /^[.\s]*system boot\s+(\S.*)$/],
];

/**
 * @param argv the query that was sent
 * @param stdout what it printed, where it ended with exit status 0
 * @returns the boot, with the query that identified it: answers to different queries never match; undefined if the
 *   output is not an answer
 */
export function parseBoot(argv: readonly string[], stdout: string): string | undefined {
  const reader = readers.find(([query]) => query.join(' ') === argv.join(' '));
  const found = reader?.[1].exec(stdout.trim())?.[1];
  return found === undefined ? undefined : `${argv[0] ?? ''} ${found.replace(/\s+/g, ' ')}`;
}

/** @returns undefined if either is not known, or if different queries identified them */
export function isSameBoot(one: string | undefined, other: string | undefined): boolean | undefined {
  const queryOf = (boot: string) => boot.replace(/ .*/s, '');
  if (one === undefined || other === undefined || queryOf(one) !== queryOf(other)) return undefined;
  return one === other;
}
