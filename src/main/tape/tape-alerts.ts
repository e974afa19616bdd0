/** TapeAlert flags in what sg_logs prints. Pure. */
import type { RaisedAlert } from '../../contract/tape/drive-health.ts';
import { askMaker, tapeAlerts } from '../../contract/tape/tape-alert-table.ts';

/** A flag that the standard does not name is at least a warning. */
const ofName = new Map(tapeAlerts.map((alert) => [alert.name, alert]));

/** Flags by which a drive requests cleaning. */
const cleaningFlags = [20, 21];

export const asksForCleaning = (alerts: readonly RaisedAlert[]): boolean =>
  alerts.some(({ flag }) => flag !== undefined && cleaningFlags.includes(flag));

/**
 * @param text what `sg_logs --page=0x2e DEVICE` prints
 * @returns the raised flags; undefined if the page is missing or truncated: no flag is then known not to be raised
 */
export function raisedAlerts(text: string): RaisedAlert[] | undefined {
  const [, page = ''] = /^[ \t]*Tape alert page[^\n]*\n([\s\S]*)$/im.exec(text.replaceAll('\r', '')) ?? [];
  const flags = [...page.matchAll(/^[ \t]+(\S.*?)(?:, flag)?: ([01])$/gm)];
  if (flags.length === 0 || !page.endsWith('\n')) return undefined;
  return flags.flatMap(([, name = '', value]) =>
    value === '1' ? [ofName.get(name) ?? { name, severity: 'warning', remedy: askMaker }] : [],
  );
}
