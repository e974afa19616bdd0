/**
 * The messages of a reader that exits 0: files that it skipped or that changed while it read them, and what it could
 * not read. Pure.
 *
 * Wording: Solaris tar (illumos usr/src/cmd/tar/tar.c), which exits 0 after most of these unless it has `e`; GNU tar
 * (src/create.c, src/misc.c); dd and fsck of both systems. Messages in languages other than English are not known: they
 * are remarks without a kind. For ufsdump and sfxdump, see dump-output.ts.
 */
import { failure, type Evidence } from '../contract/errors.ts';
import { phrase } from '../contract/text/say.ts';

/** `unread`: data could not be read, and zeros or nothing replace it. `other`: a message that is not known. */
export type RemarkKind = 'skipped' | 'inconsistent' | 'unread' | 'other';

export interface Remark {
  readonly kind: RemarkKind;
  /** The file that it concerns, as the reader names it. */
  readonly file: string | undefined;
  /** The message, without the name of the command. */
  readonly said: string;
}

/** A job's rule for files that are skipped or inconsistent. */
export type OnSkippedFiles = 'warn' | 'fail';

/** How many names and messages of each kind are kept; the rest is only counted. */
const mostKept = 200;
const longestLine = 4096;

/** The first group is the file. The order matters: what could not be read comes first. */
const ofTar: readonly (readonly [RegExp, RemarkKind])[] = [
  [/^Read error on (.+): [^:]+$/, 'unread'],
  [/^error reading (.+): [^:]+$/, 'unread'],
  [/^(.+): Read error at byte \d+\b/, 'unread'],
  [/^(.+): Cannot read: /, 'unread'],
  [/^(.+): (?:I\/O error|Input\/output error)$/, 'unread'],
  [/^Insufficient memory/, 'unread'],
  [/^(.+): file changed (?:as we read it|size)$/, 'inconsistent'],
  [/^(.+): File shrank by \d+ bytes?; padding with zeros$/, 'inconsistent'],
  [/^(.+) is not a file\. Not dumped$/, 'skipped'],
  [/^(.+): (?:socket|door) ignored$/, 'skipped'],
  [/^(.+): Unknown file type; file ignored$/, 'skipped'],
  [/^(.+): (?:symbolic link|file name|filename|link name|linkname)\b.*\btoo long\b/, 'skipped'],
  [/^(.+): (?:filename|prefix) is greater than \d+$/, 'skipped'],
  [/^directory nesting too deep, (.+) not dumped$/, 'skipped'],
  [/^(.+) same as archive file$/, 'skipped'],
  [/^(.+): .*\bnot dumped$/, 'skipped'],
  [/^(.+): File removed before we read it$/, 'skipped'],
  [/^can't (?:open directory|read symbolic link) (.+): [^:]+$/, 'skipped'],
  [/^(.+): failed to get acl (?:count|entries)$/, 'skipped'],
  [/^(.+): (?:Warning: )?Cannot (?:open|stat|readlink|savedir|change to)\b/, 'skipped'],
  [
    /^(.+): (?:Permission denied|No such file or directory|Not owner|Operation not permitted|Bad file number)$/,
    'skipped',
  ],
];

/** Messages of dd and fsck that data could not be read. */
const unreadable =
  /\bread error\b|\berror reading\b|\bI\/O error\b|\bInput\/output error\b|\bCANNOT READ\b|\bdd: read:/i;

/** Harmless messages: names made relative, the lines of `v`, dd's counts in any language. */
const harmless =
  /^Removing leading |^a \S.* \d+(?:K| tape blocks)$|^\d+\+\d+ |^\d+ (?:bytes|byte)\b|^\d+ truncated record/;

function remarkOf(tool: string, said: string): Remark | undefined {
  if (harmless.test(said)) return undefined;
  if (tool !== 'tar') return { kind: unreadable.test(said) ? 'unread' : 'other', file: undefined, said };
  for (const [pattern, kind] of ofTar) {
    const match = pattern.exec(said);
    if (match) return { kind, file: match[1], said };
  }
  return { kind: 'other', file: undefined, said };
}

const namesShown = 3;

/** Reads the standard error of a reader as it comes. */
export class ReaderOutput {
  readonly #tool: string;
  readonly #kept: Remark[] = [];
  readonly #counts: Record<RemarkKind, number> = { skipped: 0, inconsistent: 0, unread: 0, other: 0 };
  #rest = '';

  /** @param command its first word: `tar`, `dd`, `/usr/sbin/fsck`, `gtar` */
  constructor(command: string) {
    this.#tool = /g?([^/]*)$/.exec(command)?.[1] ?? command;
  }

  get tool(): string {
    return this.#tool;
  }

  /** @param piece of the standard error, cut anywhere */
  add(piece: Buffer | string): void {
    const lines = (this.#rest + piece.toString()).split(/\r?\n/);
    this.#rest = (lines.pop() ?? '').slice(0, longestLine);
    for (const line of lines) this.#line(line);
  }

  /** Remarks in their order, at most 200 of each kind. */
  get remarks(): readonly Remark[] {
    this.#flush();
    return this.#kept;
  }

  /** How many remarks of a kind there were, including those not kept. */
  count(kind: RemarkKind): number {
    this.#flush();
    return this.#counts[kind];
  }

  /**
   * Judges a reader that exited 0.
   * @param onSkippedFiles `fail`: a file that is skipped or inconsistent fails the dump
   * @throws DUMP_NOT_CLOSED if something could not be read; FILES_SKIPPED
   */
  judge(onSkippedFiles: OnSkippedFiles, evidence: Evidence = {}): void {
    const unread = this.remarks.find(({ kind }) => kind === 'unread');
    const tool = this.#tool;
    if (unread)
      throw failure(
        'DUMP_NOT_CLOSED',
        { tool, reason: phrase('said: {said}', { said: unread.said }) },
        evidence,
      );
    const left = this.#kept.filter(({ kind }) => kind === 'skipped' || kind === 'inconsistent');
    if (onSkippedFiles === 'warn' || left.length === 0) return;
    const count = this.#counts.skipped + this.#counts.inconsistent;
    const names = left.slice(0, namesShown).map(({ said }) => said);
    const more = count > names.length ? phrase('; and {count} more', { count: count - names.length }) : '';
    throw failure('FILES_SKIPPED', { tool, count, files: `${names.join('; ')}${more}` }, evidence);
  }

  #flush(): void {
    if (this.#rest !== '') this.add('\n');
  }

  #line(text: string): void {
    // Only its own name is removed: a file may be called `tar: x`. Solaris tar prints some messages without it.
    const said = text.replace(new RegExp(`^(?:/\\S*/)?g?${this.#tool}: `), '').trim();
    if (said === '') return;
    const remark = remarkOf(this.#tool, said.slice(0, longestLine));
    if (!remark) return;
    this.#counts[remark.kind] += 1;
    if (this.#counts[remark.kind] <= mostKept) this.#kept.push(remark);
  }
}
