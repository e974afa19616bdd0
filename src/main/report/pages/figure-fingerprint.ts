/** Draws the sampled records of a volume along its blocks. */
import type { ReportFingerprint } from '../../../contract/report.ts';
import { countText } from '../../../contract/words.ts';
import { say } from '../../../contract/text/say.ts';
import type { Pen } from './figure-topology.ts';
import { inks } from './page-items.ts';

export const fingerprintHeight = 40;

export function drawFingerprint(
  { flow, node, left, width }: Pen,
  { blocks, samples }: ReportFingerprint,
  top: number,
): void {
  const last = Math.max(...samples.map(({ block }) => block), 1);
  const whole = Math.max(blocks ?? 0, last + 1);
  const [y, height] = [top + 9, 15];
  flow.rectangle(node, left, y, width, height, { fill: inks.white, stroke: inks.ink, width: 0.7 });
  const at = (block: number) => Math.round((left + 1.5 + (block / whole) * (width - 3)) * 100) / 100;
  const threads = (verdict: string) =>
    samples.filter((sample) => sample.verdict === verdict).map(({ block }) => at(block));
  const path = (xs: readonly number[], from: number, to: number) =>
    xs.map((x) => `M${x} ${from}V${to}`).join('');
  const equal = threads('equal');
  const waiting = threads('waiting');
  if (equal.length > 0) flow.shape(node, path(equal, y, y + height), { stroke: inks.ink, width: 0.7 });
  if (waiting.length > 0)
    flow.shape(node, path(waiting, y, y + height), { stroke: inks.quiet, width: 0.7, dash: [1.5, 1.5] });
  for (const x of threads('differs')) {
    flow.shape(node, path([x], y - 1, y + height + 1), { stroke: inks.ink, width: 2.2 });
    flow.mark(node, 'bad', x - 3.2, y - 2, 7.6);
  }
  flow.text(node, say('block 0'), left, y + height + 8.5, { size: 6.4, tone: 'quiet' });
  flow.text(node, say('block {whole}', { whole: countText(whole - 1) }), left + width, y + height + 8.5, {
    size: 6.4,
    tone: 'quiet',
    align: 'right',
  });
  const legend = say('solid line: matches; thick line with a cross: differs; dashed: read on one side only');
  flow.text(node, legend, left + width / 2, y + height + 8.5, { size: 6.4, tone: 'quiet', align: 'middle' });
}
