/** Errors of the error table: how they are made, distinguished, and carried over a process boundary. */
import { errorTable, type ErrorEntry } from './error-table.ts';
import { inEnglish, said, told } from './text/say.ts';

export type ErrorCode = keyof typeof errorTable;

/** What was seen when it went wrong. Never holds a secret. */
export interface Evidence {
  readonly host?: string;
  /** The command line as it was sent. */
  readonly command?: string;
  readonly exitStatus?: number;
  readonly signal?: string;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly expected?: string;
  readonly actual?: string;
  /** File and line of a host key that is known, where another one is shown. */
  readonly knownIn?: string;
  /** What the parser of a file says, in its own words. */
  readonly parser?: string;
  /** Sentences of further errors of the same file, a line each. */
  readonly also?: string;
  /** The run that the error is about, for who offers to resume it or to roll it back. */
  readonly run?: string;
}

/** The plain form of an error, as it crosses a process boundary. */
export interface ErrorInfo {
  readonly code: ErrorCode;
  readonly sentence: string;
  readonly hint: string;
  /** In the place of the hint where it is read on a screen. */
  readonly onScreen?: string | undefined;
  readonly evidence: Evidence;
}

type Values = Readonly<Record<string, string | number>>;

/** An error of the table. `message` is the sentence. */
export class ShadowtapeError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly onScreen: string | undefined;
  readonly evidence: Evidence;

  constructor(info: ErrorInfo, cause?: unknown) {
    super(info.sentence, cause === undefined ? undefined : { cause });
    this.name = 'ShadowtapeError';
    this.code = info.code;
    this.hint = info.hint;
    this.onScreen = info.onScreen;
    this.evidence = info.evidence;
  }

  /** Its texts in the language of the program; those of `toInfo` are stored, and in English. */
  get told(): Omit<ErrorInfo, 'code'> {
    const { message, hint, onScreen, evidence } = this;
    const also = evidence.also?.split('\n').map(told).join('\n');
    return {
      ...{ sentence: told(message), hint: told(hint) },
      ...(onScreen === undefined ? {} : { onScreen: told(onScreen) }),
      evidence: also === undefined ? evidence : { ...evidence, also },
    };
  }

  toInfo(): ErrorInfo {
    const { code, message: sentence, hint, onScreen, evidence } = this;
    return { code, sentence, hint, ...(onScreen === undefined ? {} : { onScreen }), evidence };
  }
}

/** A connection ended under a command: it is not known how far the command came. */
export const connectionLostCodes = ['CONNECTION_LOST', 'HOST_KEY_SWITCHED'] as const satisfies ErrorCode[];

function textsOf(code: ErrorCode, values: Values): Pick<ErrorInfo, 'sentence' | 'hint' | 'onScreen'> {
  const { sentence, hint, onScreen }: ErrorEntry = errorTable[code];
  return {
    ...{ sentence: said(sentence, values), hint: said(hint, values) },
    ...(onScreen === undefined ? {} : { onScreen: said(onScreen, values) }),
  };
}

/**
 * Makes the error of a code. Throw what it returns.
 * @param values fills the `{name}`s of sentence and hint
 */
export function failure(
  code: ErrorCode,
  values: Values = {},
  evidence: Evidence = {},
  cause?: unknown,
): ShadowtapeError {
  const texts = inEnglish(() => textsOf(code, values));
  return new ShadowtapeError({ code, ...texts, evidence }, cause);
}

/** True for an error of the table with one of the codes (any code, where none is given). */
export function isFailure(error: unknown, ...codes: ErrorCode[]): error is ShadowtapeError {
  return error instanceof ShadowtapeError && (codes.length === 0 || codes.includes(error.code));
}
