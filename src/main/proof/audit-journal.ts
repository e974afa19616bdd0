/** What the bytes of a journal come to, by its chain and its seals. Pure. */
import type { AuditLine } from '../../contract/proof.ts';
import { checkChain, type CheckedChain } from './chain.ts';
import { lastSealOf, type Seal } from './seal.ts';

const countText = (count: number, what: string) =>
  `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`;
const linesText = (lines: number) => countText(lines, 'line');

/** Verdict and place, without the run. */
type Verdict = Pick<AuditLine, 'verdict' | 'sentence' | 'line' | 'at'>;

const wrong = (sentence: string, line?: number, at?: string): Verdict => ({
  verdict: 'wrong',
  sentence,
  line,
  at,
});
const unproven = (sentence: string, line?: number, at?: string): Verdict => ({
  verdict: 'unproven',
  sentence,
  line,
  at,
});

const sealWords = ({ what, at, sealedAt }: Seal) =>
  what === 'imported' ? `sealed ${sealedAt ?? ''} elsewhere, imported ${at}` : `sealed ${at}`;

/** A journal that was never sealed: the reason why that may be so. */
function withoutSeal(chain: CheckedChain, firstSealAt: string | undefined): Verdict {
  const last = chain.parsed.at(-1);
  const intact = `${linesText(chain.lines)}, chain intact, but not sealed`;
  const cannot = 'a removed or changed last line would not be noticed';
  if (chain.parsed.some((line) => line?.type === 'imported'))
    return unproven(`${intact}: it was imported from a tape; ${cannot}`);
  if (last?.type !== 'run-finished')
    return unproven(`${intact}: its run has no end: it is running or interrupted; ${cannot}`);
  if (firstSealAt !== undefined && last.at > firstSealAt)
    return unproven(`${intact}, although earlier journals are: its seal was not written, or was removed`);
  return unproven(`${intact}: it is older than the first seal; ${cannot}`);
}

/** Lines that came behind the seal: the run was resumed, or somebody wrote them. */
function behindSeal(chain: CheckedChain, seal: Seal): Verdict {
  const next = chain.parsed[seal.lines];
  const line = seal.lines + 1;
  if (chain.hashes[seal.lines - 1] !== seal.hash) return replaced(chain, seal);
  if (next?.type !== 'run-resumed')
    return wrong(
      `line ${line} was added: the journal ended with line ${seal.lines} when it was ${sealWords(seal)}`,
      line,
      next?.at,
    );
  return unproven(
    `${linesText(chain.lines)}, chain intact, the first ${seal.lines} of them ${sealWords(seal)}: the run was resumed and not sealed since`,
    line,
    next.at,
  );
}

function replaced(chain: CheckedChain, seal: Seal): Verdict {
  const was = chain.hashes[seal.lines - 1] ?? '';
  return wrong(
    `line ${seal.lines} is not the line that was ${sealWords(seal)}: it is ${was.slice(0, 16)}…, and it was ${seal.hash.slice(0, 16)}…; it was changed, or the whole journal was replaced`,
    seal.lines,
    chain.parsed[seal.lines - 1]?.at,
  );
}

function withSeal(chain: CheckedChain, seal: Seal): Verdict {
  if (chain.lines < seal.lines)
    return wrong(
      `it was cut: ${linesText(seal.lines)} were ${sealWords(seal)}, and it has ${chain.lines}`,
      chain.lines + 1,
    );
  if (chain.lines > seal.lines) return behindSeal(chain, seal);
  if (chain.lastHash !== seal.hash) return replaced(chain, seal);
  if (chain.bytes !== seal.bytes)
    return wrong(
      `everything after line ${seal.lines} was added: the journal was ${sealWords(seal)}`,
      seal.lines + 1,
    );
  return {
    verdict: 'proven',
    sentence: `${linesText(chain.lines)}, chain intact, ${sealWords(seal)}; final hash ${chain.lastHash}`,
  };
}

/** The line that a console was writing when it died has no line feed. */
function torn({ lines, bytes, wholeBytes }: CheckedChain): Verdict | undefined {
  if (bytes === wholeBytes) return undefined;
  return unproven(
    `line ${lines + 1} is incomplete: the console died while writing it; ${linesText(lines)} before it, chain intact`,
    lines + 1,
  );
}

function verdictOf(chain: CheckedChain, seals: readonly Seal[], seal: Seal | undefined): Verdict {
  const { trouble } = chain;
  if (trouble) return wrong(trouble.sentence, trouble.line, trouble.at);
  const sealed = seal ? withSeal(chain, seal) : withoutSeal(chain, seals[0]?.at);
  return sealed.verdict === 'unproven' ? (torn(chain) ?? sealed) : sealed;
}

export interface AuditedJournal {
  readonly line: AuditLine;
  readonly chain: CheckedChain;
}

/**
 * @param content the whole journal, unpacked
 * @param file where it lies
 * @param seals of all runs, oldest first
 */
export function auditJournal(
  run: string,
  file: string,
  content: Buffer,
  seals: readonly Seal[],
): AuditedJournal {
  const chain = checkChain(content, run);
  const last = lastSealOf(seals, run);
  // A run that was removed may have been restored from an archive, so what it was is known.
  const verdict = verdictOf(chain, seals, last);
  return { line: { run, subject: 'journal', file, ...verdict }, chain };
}

/** A run of which there are only seals. */
export function auditMissing(run: string, file: string, seal: Seal): AuditLine {
  const facts = `${linesText(seal.lines)}, final hash ${seal.hash}`;
  const sentence =
    seal.what === 'removed'
      ? `removed ${seal.at}${seal.by === undefined ? '' : ` by ${seal.by}`}: ${facts}`
      : `the journal is missing: it was ${sealWords(seal)}, ${facts}`;
  return {
    run,
    subject: 'journal',
    file,
    verdict: seal.what === 'removed' ? 'unproven' : 'wrong',
    sentence,
  };
}
