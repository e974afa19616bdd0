import { describe, expect, it } from 'vitest';
import { ProgressLine, progressText } from './progress-line.ts';

const half = {
  what: 'dump',
  bytes: 268_435_456,
  total: 536_870_912,
  records: 8192,
  rate: 100_000_000,
} as const;

describe('the progress of a dump', () => {
  it('shows a bar, bytes of the total, records, rate and time left', () => {
    expect(progressText(half)).toBe(
      'dump           ████████████░░░░░░░░░░░░   50 %  256 MiB of 512 MiB  8,192 records  100.0 MB/s  2.7 s left',
    );
  });

  it('shows what is known if there is no total', () => {
    expect(progressText({ what: 'resynchronisation', bytes: 0, words: 'slice of Disk3 COPY, 3 s' })).toBe(
      'resynchronise  slice of Disk3 COPY, 3 s',
    );
    expect(progressText({ what: 'dump', bytes: 1_048_576, records: 32 })).toBe(
      'dump           1 MiB  32 records',
    );
  });
});

describe('the progress line', () => {
  const terminal = (canDraw: boolean, columns?: number) => {
    const written: string[] = [];
    return {
      written,
      canDraw,
      ...(columns === undefined ? {} : { columns }),
      write: (text: string) => written.push(text),
    };
  };

  it('is drawn over itself, and removed before a line is printed', () => {
    const screen = terminal(true, 30);
    const line = new ProgressLine(screen);
    line.show(half);
    line.print(['✓ done']);
    expect(screen.written).toEqual([`\r\x1b[2K${progressText(half).slice(0, 29)}`, '\r\x1b[2K', '✓ done\n']);
  });

  it('is cut before it wraps, whatever its words are, and cleared once', () => {
    const screen = terminal(true, 20);
    const line = new ProgressLine(screen);
    line.draw('reading 2 of 20,000 journals into the index');
    line.clear();
    line.clear();
    expect(screen.written).toEqual(['\r\x1b[2Kreading 2 of 20,000', '\r\x1b[2K']);
  });

  it('is complete on a terminal with an unknown width', () => {
    const screen = terminal(true, 0);
    new ProgressLine(screen).show(half);
    expect(screen.written[0]).toContain('50 %');
  });

  it('is not drawn without a terminal', () => {
    const screen = terminal(false);
    new ProgressLine(screen).show(half);
    expect(screen.written).toEqual([]);
  });
});
