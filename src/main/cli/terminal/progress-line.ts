/** One line at the bottom of a terminal with the progress of the current work; the lines above scroll. */
import type { EventOf } from '../../../contract/events.ts';
import { say, sayCount } from '../../../contract/text/say.ts';
import type { Line, LineFormat } from './lines.ts';
import { bytesText, durationText, rateText } from './text.ts';
import { textForPeople } from './output.ts';

export type Progress = Pick<EventOf<'progress'>, 'what' | 'bytes' | 'total' | 'records' | 'rate' | 'words'>;

const names = {
  dump: 'dump',
  'read-back': say('read back'),
  resynchronisation: 'resynchronise',
  fingerprint: 'fingerprint',
} as const;
const barWidth = 24;

function bar(part: number): string {
  const full = Math.round(Math.min(1, Math.max(0, part)) * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)}`;
}

/** @returns the words of a progress, without a line feed */
export function progressText({ what, bytes, total, records, rate, words }: Progress): string {
  const parts = [names[what].padEnd(13)];
  if (total !== undefined && total > 0)
    parts.push(bar(bytes / total), `${Math.floor((100 * bytes) / total)} %`.padStart(5));
  if (words !== undefined) parts.push(words);
  else if (what === 'fingerprint')
    parts.push(sayCount(records ?? 0, '{count} record hashed', '{count} records hashed'));
  else
    parts.push(
      total === undefined
        ? bytesText(bytes)
        : say('{bytes} of {total}', { bytes: bytesText(bytes), total: bytesText(total) }),
    );
  if (what !== 'fingerprint' && records !== undefined)
    parts.push(sayCount(records, '{count} record', '{count} records'));
  if (rate !== undefined && rate > 0) {
    parts.push(rateText(rate));
    if (total !== undefined && bytes < total)
      parts.push(say('{total} left', { total: durationText((total - bytes) / rate) }));
  }
  return parts.join('  ');
}

export interface Terminal {
  /** True if a line can be drawn over. */
  readonly canDraw?: boolean;
  readonly columns?: number | undefined;
  readonly format?: LineFormat;
  /** True while lines wait to be written because there is no reader: no progress is drawn then. */
  readonly isBehind?: boolean;
  write(text: string): unknown;
}

const plainFormat: LineFormat = { width: undefined, colors: false };

const clearLine = '\r\x1b[2K';

export class ProgressLine {
  readonly #terminal: Terminal;
  #shown = false;
  #hasPrinted = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Redraws the line; does nothing if that is not possible. */
  show(progress: Progress): void {
    this.draw(progressText(progress));
  }

  /** Draws these words, cut to the terminal's width: a line that wraps could not be cleared. */
  draw(words: string): void {
    if (!this.#terminal.canDraw || this.#terminal.isBehind) return;
    // A terminal with an unknown width reports 0.
    this.#terminal.write(`${clearLine}${words.slice(0, (this.#terminal.columns || 80) - 1)}`);
    this.#shown = true;
  }

  /** Prints lines above; the progress is drawn again by the next `show`. */
  print(lines: readonly Line[]): void {
    this.clear();
    this.#hasPrinted ||= lines.length > 0;
    for (const line of lines) this.#terminal.write(textForPeople(line, this.#terminal.format ?? plainFormat));
  }

  /** Whether any line was printed by it yet. */
  get hasPrinted(): boolean {
    return this.#hasPrinted;
  }

  clear(): void {
    if (this.#shown) this.#terminal.write(clearLine);
    this.#shown = false;
  }
}
