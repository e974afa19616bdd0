/** What an audit and a signature come to, as screens and `--json` show it. Plain data. */

/**
 * `proven`: as it was written, and sealed; `unproven`: nothing speaks against it, but not all of it is proven (no seal, a console that died,
 * a file that was imported); `wrong`: changed, cut, replaced or missing.
 */
export type AuditVerdict = 'proven' | 'unproven' | 'wrong';

/** What was checked. `seals` is the list of seals of the state folder, and belongs to no run. */
type AuditSubject = 'journal' | 'catalogue' | 'signature' | 'report' | 'seals';

export interface AuditLine {
  /** Undefined if it is about no run: the list of seals, a report of an unknown run. */
  readonly run: string | undefined;
  readonly subject: AuditSubject;
  readonly verdict: AuditVerdict;
  readonly sentence: string;
  /** Number of the first line that is not as it was, from 1. */
  readonly line?: number | undefined;
  /** The time of this line, if it can be read. */
  readonly at?: string | undefined;
  /** The file that it is about. */
  readonly file?: string | undefined;
  /** Of a signature. */
  readonly signature?: SignatureFacts | undefined;
}

/** Who signed a journal, as far as the signature itself shows. */
export interface SignatureFacts {
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, … */
  readonly keyType: string;
  /** `SHA256:…`, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
  readonly namespace: string;
  /** Of the message: sha512 or sha256. */
  readonly hash: string;
  /** Whose key it is, where a file of allowed signers names it. */
  readonly principal?: string | undefined;
}

/** A signature that was made. */
export interface SignedRun {
  readonly run: string;
  /** The signature's file. */
  readonly file: string;
  readonly signature: SignatureFacts;
}

/** What a second person is to approve with a signature (`approve: { by: other }`). */
export interface ApprovalView {
  readonly run: string;
  /** Who performs the run, and cannot approve it: login and machine. */
  readonly operator: string;
  /** File of allowed signers, on the machine of the console. */
  readonly signersFile: string;
  /** What is signed, byte for byte. */
  readonly statement: string;
  /** What the statement is called as a file. */
  readonly fileName: string;
  /** Signs that file; the signature is written next to it, as `fileName`.sig. */
  readonly fileCommand: string;
  /** Signs the statement without a file; prints the signature. */
  readonly pipedCommand: string;
}

/** Who has approved. */
export interface GivenApproval {
  readonly by: string;
  readonly keyType: string;
  readonly fingerprint: string;
}
