/** What the label of a tape holds. */
export interface TapeLabel {
  readonly name: string;
  readonly uuid: string;
  readonly writtenAt: string;
  readonly run?: string | undefined;
  readonly site: string;
  readonly volumes: readonly {
    readonly volume: string;
    readonly method: string;
    readonly file: number;
    /** The command line that restores it without Shadowtape; absent on labels of 0.1.0. */
    readonly byHand?: string | undefined;
  }[];
  /** What a person has to know to type them. */
  readonly byHandNote?: string | undefined;
  readonly recordBytes: number;
  readonly keepUntil?: string | undefined;
  readonly number?: number | undefined;
  /** The tape that it is a second copy of, as recorded for it in the tape inventory. */
  readonly copyOf?: string | undefined;
}
