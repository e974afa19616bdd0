/** What the lab panel shows and does; of the embedded lab alone. */

export const labActs = [
  'load-blank',
  'load',
  'eject',
  'write-protect',
  'fail-drive',
  'mismatch',
  'reboot',
  'clear-faults',
] as const;
export type LabAct = (typeof labActs)[number];

interface LabCartridge {
  readonly name: string;
  /** `drive`, `shelf`, `slot 3`. */
  readonly where: string;
  /** Bytes of data that are recorded on it. */
  readonly writtenBytes: number;
}

export interface LabView {
  /** Why the lab cannot be changed here; undefined if it can. */
  readonly refusal: string | undefined;
  readonly hosts: readonly string[];
  readonly cartridges: readonly LabCartridge[];
  readonly writeProtected: boolean;
  readonly driveFails: boolean;
  readonly mismatch: boolean;
  /** All faults that are on, as `lab --fault` takes them. */
  readonly faults: readonly string[];
}
