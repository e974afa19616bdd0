/** What the bytes of a journal come to, by its chain and its seals. Pure. */
import type { AuditLine } from '../../contract/proof.ts';
import { phrase, phraseCount } from '../../contract/text/say.ts';
import { checkChain, type CheckedChain } from './chain.ts';
import { lastSealOf, type Seal } from './seal.ts';

const linesText = (lines: number) => phraseCount(lines, '{count} line', '{count} lines');

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
  what === 'imported'
    ? phrase('sealed {sealedAt} elsewhere, imported {at}', { sealedAt: sealedAt ?? '', at })
    : phrase('sealed {at}', { at });

/** A journal that was never sealed: the reason why that may be so. */
function withoutSeal(chain: CheckedChain, firstSealAt: string | undefined): Verdict {
  const last = chain.parsed.at(-1);
  const intact = phrase('{lines}, chain intact, but not sealed', { lines: linesText(chain.lines) });
  const cannot = phrase('a removed or changed last line would not be noticed');
  if (chain.parsed.some((line) => line?.type === 'imported'))
    return unproven(phrase('{intact}: it was imported from a tape; {cannot}', { intact, cannot }));
  if (last?.type !== 'run-finished')
    return unproven(
      phrase('{intact}: its run has no end: it is running or interrupted; {cannot}', { intact, cannot }),
    );
  if (firstSealAt !== undefined && last.at > firstSealAt)
    return unproven(
      phrase('{intact}, although earlier journals are: its seal was not written, or was removed', { intact }),
    );
  return unproven(phrase('{intact}: it is older than the first seal; {cannot}', { intact, cannot }));
}

/** Lines after the seal: the run was resumed, or somebody wrote them. */
function behindSeal(chain: CheckedChain, seal: Seal): Verdict {
  const next = chain.parsed[seal.lines];
  const line = seal.lines + 1;
  if (chain.hashes[seal.lines - 1] !== seal.hash) return replaced(chain, seal);
  if (next?.type !== 'run-resumed')
    return wrong(
      phrase('line {line} was added: the journal ended with line {lines} when it was {seal}', {
        line,
        lines: seal.lines,
        seal: sealWords(seal),
      }),
      line,
      next?.at,
    );
  return unproven(
    phrase(
      '{lines}, chain intact, the first {count} of them {seal}: the run was resumed and not sealed since',
      { lines: linesText(chain.lines), count: seal.lines, seal: sealWords(seal) },
    ),
    line,
    next.at,
  );
}

function replaced(chain: CheckedChain, seal: Seal): Verdict {
  const was = chain.hashes[seal.lines - 1] ?? '';
  return wrong(
    phrase(
      'line {lines} is not the line that was {seal}: it is {was}…, and it was {hash}…; it was changed, or the whole journal was replaced',
      { lines: seal.lines, seal: sealWords(seal), was: was.slice(0, 16), hash: seal.hash.slice(0, 16) },
    ),
    seal.lines,
    chain.parsed[seal.lines - 1]?.at,
  );
}

function withSeal(chain: CheckedChain, seal: Seal): Verdict {
  if (chain.lines < seal.lines)
    return wrong(
      phrase('it was cut: {lines} were {seal}, and it has {now}', {
        lines: linesText(seal.lines),
        seal: sealWords(seal),
        now: chain.lines,
      }),
      chain.lines + 1,
    );
  if (chain.lines > seal.lines) return behindSeal(chain, seal);
  if (chain.lastHash !== seal.hash) return replaced(chain, seal);
  if (chain.bytes !== seal.bytes)
    return wrong(
      phrase('everything after line {lines} was added: the journal was {seal}', {
        lines: seal.lines,
        seal: sealWords(seal),
      }),
      seal.lines + 1,
    );
  return {
    verdict: 'proven',
    sentence: phrase('{lines}, chain intact, {seal}; final hash {lastHash}', {
      lines: linesText(chain.lines),
      seal: sealWords(seal),
      lastHash: chain.lastHash,
    }),
  };
}

/** The line that a console was writing when it died has no line feed. */
function torn({ lines, bytes, wholeBytes }: CheckedChain): Verdict | undefined {
  if (bytes === wholeBytes) return undefined;
  return unproven(
    phrase('line {line} is incomplete: the console died while writing it; {lines} before it, chain intact', {
      line: lines + 1,
      lines: linesText(lines),
    }),
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
  const facts = phrase('{lines}, final hash {hash}', { lines: linesText(seal.lines), hash: seal.hash });
  const sentence =
    seal.what === 'removed'
      ? phrase('removed {at}{by}: {facts}', {
          at: seal.at,
          by: seal.by === undefined ? '' : phrase(' by {by}', { by: seal.by }),
          facts,
        })
      : phrase('the journal is missing: it was {seal}, {facts}', { seal: sealWords(seal), facts });
  return {
    run,
    subject: 'journal',
    file,
    verdict: seal.what === 'removed' ? 'unproven' : 'wrong',
    sentence,
  };
}
