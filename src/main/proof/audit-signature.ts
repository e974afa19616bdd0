/** What the signature of a run proves, and what it means that there is none. */
import type { AuditLine } from '../../contract/proof.ts';
import { phrase } from '../../contract/text/say.ts';
import type { StateFolder } from '../journal/state-folder.ts';
import { countsAt, type AllowedSigner } from '../ssh/keys/allowed-signers.ts';
import type { CheckedChain } from './chain.ts';
import { signatureOf, type SignatureCheck } from './signature-facts.ts';

/** The key that a site signs with. */
export interface SiteKey {
  /** As the site file names it. */
  readonly file: string;
  /** `SHA256:…`; undefined if its public half cannot be read. */
  readonly fingerprint: string | undefined;
}

/** Whose signature counts. Without either, a signature is not required, and no key is known to count. */
export interface SignatureDemand {
  /** Text of a file of allowed signers, where one was named: each run must be signed by one of them. */
  readonly allowedSigners?: string | undefined;
  /** Of a site that signs: each run must be signed. */
  readonly siteKey?: SiteKey | undefined;
}

type Verdict = Pick<AuditLine, 'verdict' | 'sentence' | 'signature'>;
type ReadCheck = Exclude<SignatureCheck, { verdict: 'unreadable' }>;

/** Why a signature is required; undefined if it is not. */
function requiredBy({ allowedSigners, siteKey }: SignatureDemand): string | undefined {
  if (allowedSigners !== undefined) return '--signers requires a signature';
  return siteKey && phrase('the site signs its runs with {file}', { file: siteKey.file });
}

const hasEnded = ({ parsed, bytes, wholeBytes }: CheckedChain): boolean =>
  parsed.at(-1)?.type === 'run-finished' && bytes === wholeBytes;

function withoutSignature(chain: CheckedChain, demand: SignatureDemand): Verdict {
  const required = requiredBy(demand);
  if (!hasEnded(chain))
    return { verdict: 'unproven', sentence: phrase('not signed: only a run that has ended can be signed') };
  if (required !== undefined)
    return { verdict: 'wrong', sentence: phrase('the signature is missing: {required}', { required }) };
  return {
    verdict: 'unproven',
    sentence: phrase('not signed: chain and seal show accidents, not forgery'),
  };
}

const signerWords = ({ facts: { keyType, fingerprint, principal } }: ReadCheck) =>
  `${keyType} ${fingerprint}${principal === undefined ? '' : phrase(' of {principal}', { principal })}`;

const timeWords = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');

/** ` only from 2026-01-01T00:00:00Z until 2027-01-01T00:00:00Z`. */
function validWords({ validAfter, validBefore }: AllowedSigner): string {
  const from = validAfter === undefined ? '' : phrase(' from {time}', { time: timeWords(validAfter) });
  const until = validBefore === undefined ? '' : phrase(' until {time}', { time: timeWords(validBefore) });
  return `only${from}${until}`;
}

/** When the run ended, by its journal, in milliseconds since 1970. */
const endOf = ({ parsed }: CheckedChain): number => Date.parse(parsed.at(-1)?.at ?? '');

/**
 * The key of an allowed signer: it must count at the end of the run and now. The journal's times are the signer's own word, so that a
 * key that no longer counts could have made the signature since.
 */
function allowedSignature(check: ReadCheck, chain: CheckedChain): Verdict {
  const signed = phrase('signed by {signer}', { signer: signerWords(check) });
  const { signers } = check;
  const [first] = signers;
  if (!first)
    return {
      verdict: 'wrong',
      sentence: phrase('{signed}, which is not a key of an allowed signer', { signed }),
    };
  const atEnd = signers.filter((signer) => countsAt(signer, endOf(chain)));
  if (atEnd.some((signer) => countsAt(signer, Date.now()))) return { verdict: 'proven', sentence: signed };
  return atEnd[0]
    ? {
        verdict: 'unproven',
        sentence: phrase(
          '{signed}, whose key is valid {valid}: it could have signed later with a false time',
          { signed, valid: validWords(atEnd[0]) },
        ),
      }
    : {
        verdict: 'wrong',
        sentence: phrase('{signed}, whose key is valid {valid}, not when the run ended', {
          signed,
          valid: validWords(first),
        }),
      };
}

/** The signature is of exactly these bytes: what remains is whose key it is. */
function goodSignature(
  check: ReadCheck,
  chain: CheckedChain,
  { allowedSigners, siteKey }: SignatureDemand,
): Verdict {
  const signed = phrase('signed by {signer}', { signer: signerWords(check) });
  if (allowedSigners !== undefined) return allowedSignature(check, chain);
  if (siteKey?.fingerprint === undefined)
    return {
      verdict: 'unproven',
      sentence: phrase('{signed}; the owner of the key was not checked: --signers names the accepted keys', {
        signed,
      }),
    };
  return siteKey.fingerprint === check.facts.fingerprint
    ? { verdict: 'proven', sentence: phrase('{signed}, the key of the site file', { signed }) }
    : {
        verdict: 'unproven',
        sentence: phrase(
          '{signed}, which is not the key of the site file; --signers names other accepted keys',
          { signed },
        ),
      };
}

function otherSignature(check: ReadCheck, chain: CheckedChain, demand: SignatureDemand): Verdict {
  const isWrong =
    check.verdict === 'wrong' ||
    (check.verdict === 'voided' && hasEnded(chain) && requiredBy(demand) !== undefined);
  const how = check.verdict === 'unknown' ? phrase('was not checked') : phrase('is invalid');
  return {
    verdict: isWrong ? 'wrong' : 'unproven',
    sentence: phrase('the signature by {signer} {how}: {reason}', {
      signer: signerWords(check),
      how,
      reason: check.reason,
    }),
  };
}

/**
 * @param chain of the journal of that run
 * @throws what reading ends with
 */
export async function auditSignature(
  state: StateFolder,
  run: string,
  chain: CheckedChain,
  demand: SignatureDemand,
): Promise<AuditLine> {
  const line = { run, subject: 'signature', file: state.signatureFile(run) } as const;
  const check = await signatureOf(state, run, demand.allowedSigners);
  if (!check) return { ...line, ...withoutSignature(chain, demand) };
  if (check.verdict === 'unreadable')
    return {
      ...line,
      verdict: 'wrong',
      sentence: phrase('the signature cannot be read: {reason}', { reason: check.reason }),
    };
  const verdict =
    check.verdict === 'good' ? goodSignature(check, chain, demand) : otherSignature(check, chain, demand);
  return { ...line, signature: check.facts, ...verdict };
}
