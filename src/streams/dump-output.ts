/**
 * The messages of ufsdump, sfxdump and Linux dump(8) on standard error: their progress, and whether the dump is
 * complete.
 *
 * The lines are those of ufsdump (illumos usr/src/cmd/backup/dump); sfxdump's are presumed to be the same; those of
 * dump(8) are of dump 0.4b47. They are translated if the language of the host is not C: a dump whose closing line is
 * not understood does not count as complete.
 */
import { failure } from '../contract/errors.ts';
import type { Evidence } from '../contract/errors.ts';
import { shortened } from '../contract/words.ts';
import { phrase } from '../contract/text/say.ts';

/** "Estimated N blocks" counts blocks of 512 bytes (illumos ufsdump(8), option S), "estimated N blocks" of dump(8) those of 1,024. */
const blockBytes = { Estimated: 512, estimated: 1024 } as const;
const closing = /^DUMP IS DONE\b/;
/** Questions to the operator, aborts, and sectors that the dump replaces with zeros. */
const bad =
  /NEEDS ATTENTION|DUMP IS ABORTED|dump is aborted|cannot read sector|block read errors|read error from/i;
const warning = /^Warning\b/i;
/** At most this many lines are kept, so that a dump with endless errors does not fill the memory. */
const mostKept = 20;
const longestLine = 1000;

/** Reads the lines as they come. */
export class DumpOutput {
  #rest = '';
  #last = '';
  #phase: string | undefined;
  #estimatedBytes: number | undefined;
  #percent: number | undefined;
  #isClosed = false;
  readonly #bad: string[] = [];
  readonly #warnings: string[] = [];

  /** @param piece of the standard error, cut anywhere */
  add(piece: Buffer | string): void {
    const lines = (this.#rest + piece.toString()).split(/\r?\n/);
    this.#rest = (lines.pop() ?? '').slice(0, longestLine + 1);
    for (const line of lines) this.#line(line);
  }

  /** What it is doing while nothing flows yet: "Mapping (Pass I) [regular files]"; undefined once it dumps. */
  get phase(): string | undefined {
    return this.#phase;
  }

  /** The percentage that it reported as done. */
  get percent(): number | undefined {
    return this.#percent;
  }

  /** Lines with which it warned, the first twenty. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /**
   * How long the dump will be, in bytes: an estimate, never below what has arrived.
   * @param bytes that have arrived
   */
  totalBytes(bytes: number): number | undefined {
    const estimated = this.#estimatedBytes ?? (this.#percent ? (100 * bytes) / this.#percent : undefined);
    return estimated === undefined ? undefined : Math.max(bytes, Math.round(estimated));
  }

  /**
   * Judges a dump whose command exited 0.
   * @param tool its name, for the sentence
   * @throws DUMP_NOT_CLOSED if it did not report the dump as done, or reported an error
   */
  judge(tool: string, evidence: Evidence = {}): void {
    if (this.#rest !== '') this.add('\n');
    const [complaint] = this.#bad;
    const lastWords =
      this.#last === ''
        ? phrase('it printed nothing')
        : phrase('its last line was "{last}"', { last: this.#last });
    const unclosed = this.#isClosed
      ? undefined
      : phrase('did not say DUMP IS DONE: {lastWords}', { lastWords });
    const reason = complaint === undefined ? unclosed : phrase('said: {complaint}', { complaint });
    if (reason !== undefined) throw failure('DUMP_NOT_CLOSED', { tool, reason }, evidence);
  }

  #line(text: string): void {
    const line = shortened(text.replace(/^\s*DUMP:\s*/, '').trim(), longestLine);
    if (line === '') return;
    this.#last = line;
    const estimate = /^(Estimated|estimated) (\d+) blocks\b/.exec(line);
    if (estimate)
      this.#estimatedBytes = Number(estimate[2]) * blockBytes[estimate[1] as keyof typeof blockBytes];
    const percent = /^(\d+(?:\.\d+)?)% done\b/.exec(line);
    if (percent) this.#percent = Number(percent[1]);
    if (/^Mapping\b/i.test(line)) this.#phase = line;
    if (/^Dumping \(Pass\b/i.test(line)) this.#phase = undefined;
    if (closing.test(line)) this.#isClosed = true;
    if (bad.test(line)) keep(this.#bad, line);
    else if (warning.test(line)) keep(this.#warnings, line);
  }
}

function keep(lines: string[], line: string): void {
  if (lines.length < mostKept) lines.push(line);
}
