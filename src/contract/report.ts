/**
 * The report of a run as a document: sections of blocks, the same for the PDF and for the page on the screen. Plain data. Every text is
 * ready to be shown, in the language of who renders the report; what the journal stores is in English; times in it are UTC and say so, numbers are grouped by commas.
 */

/** What a mark says is also said in words next to it: it is drawn as a shape, never as a color alone. */
export type ReportMark = 'good' | 'bad' | 'warning' | 'unknown';

/** A piece of text. `code`: commands, digests, device names; set in the monospace face. */
export interface ReportText {
  readonly text: string;
  readonly style?: 'code' | 'strong' | 'quiet';
  readonly mark?: ReportMark;
}

/** What a paragraph or a cell holds, one piece after the other. */
export type ReportTexts = readonly ReportText[];

interface ReportColumn {
  readonly title: string;
  /** Share of the width; the shares of a table are compared with each other. */
  readonly share: number;
  /** Figures are aligned right. */
  readonly align?: 'right';
}

export interface ReportTable {
  readonly kind: 'table';
  readonly caption: string;
  readonly columns: readonly ReportColumn[];
  readonly rows: readonly (readonly ReportTexts[])[];
}

/** Names with what they stand for, one below the other. */
export interface ReportFactList {
  readonly kind: 'facts';
  readonly caption: string;
  readonly rows: readonly { readonly name: string; readonly value: ReportTexts }[];
}

/** Lines for a terminal, or that a host printed; a line that is too long continues below with a sign. */
export interface ReportListing {
  readonly kind: 'listing';
  readonly caption: string;
  readonly lines: readonly string[];
}

/** How the run ended, in one line. */
export interface ReportTermination {
  readonly kind: 'termination';
  readonly mark: ReportMark;
  /** `Result: Verified`. */
  readonly line: string;
  /** `exit status 0`, `not ended`. */
  readonly status: string;
  readonly sentence: string;
}

/** Blocks of a volume in a space. */
export interface ReportExtent {
  readonly name: string;
  /** `other`: no volume of the run. */
  readonly role: 'master' | 'proxy' | 'shadow' | 'other';
  /** In blocks of 512 bytes. */
  readonly first: number;
  readonly blocks: number;
  readonly status?: string;
}

/** A strip of blocks: a group, or a disk that is in none. */
export interface ReportSpace {
  /** `Group2: Disk3=c1t1d3`. */
  readonly title: string;
  /** Its size in blocks of 512 bytes; absent if the journal does not tell. */
  readonly blocks?: number;
  readonly extents: readonly ReportExtent[];
}

/** A proxy's space, its shadow's on the same scale below it, and the spaces of the masters above. */
export interface ReportShadowed {
  readonly masters: readonly ReportSpace[];
  readonly proxy: ReportSpace;
  readonly shadow: ReportSpace;
  /** Proxy and shadow volume, and whether they are the same blocks: `bad` where they are not, `unknown` where that was not proven. */
  readonly ties: readonly { readonly proxy: string; readonly shadow: string; readonly mark: ReportMark }[];
}

/** The topology as it was verified: both domains, disks to scale, and the tape. */
export interface ReportTopology {
  readonly kind: 'topology';
  readonly primary: string;
  readonly backup: string;
  readonly shadowed: readonly ReportShadowed[];
  readonly tape:
    | {
        readonly title: string;
        readonly files: readonly string[];
        /** True in a restore: the data came from it. */
        readonly isRead?: boolean;
      }
    | undefined;
}

/** The sampled records of a volume along its blocks. */
export interface ReportFingerprint {
  readonly kind: 'fingerprint';
  readonly volume: string;
  readonly blocks: number | undefined;
  readonly samples: readonly {
    readonly record: number;
    /** From the volume's first. */
    readonly block: number;
    readonly verdict: 'equal' | 'differs' | 'waiting';
  }[];
}

/** Throughput: MB/s (10^6 bytes per second) over seconds since the data began to flow. */
export interface ReportChart {
  readonly kind: 'chart';
  readonly series: readonly {
    readonly title: string;
    /** Both are drawn black: one line is whole, one dashed. */
    readonly line: 'whole' | 'dashed';
    /** null: a gap. */
    readonly points: readonly (readonly [second: number, rate: number | null])[];
  }[];
  /** The drive's minimum streaming rate. */
  readonly floor: number | undefined;
  readonly seconds: number;
  readonly most: number;
}

export interface ReportFigure {
  readonly kind: 'figure';
  readonly caption: string;
  /** The same in words, for who cannot see it. */
  readonly alt: string;
  readonly figure: ReportTopology | ReportFingerprint | ReportChart;
}

/** Lines to be filled in by hand. */
export interface ReportSigning {
  readonly kind: 'signing';
  readonly lines: readonly {
    /** What the line is for: `Checked by`, `Tape`. */
    readonly who: string;
    /** What is filled in already; empty if nothing is. */
    readonly name: string;
    /** What is written after it: `Signature` and `Date`, `Barcode` and `Location`. */
    readonly fields: readonly [wide: string, narrow: string];
  }[];
}

export type ReportBlock =
  | ReportTermination
  | { readonly kind: 'paragraph'; readonly texts: ReportTexts }
  | ReportFactList
  | ReportTable
  | ReportListing
  | ReportFigure
  | ReportSigning;

export interface ReportSection {
  /** Kebab-case, once in a document: the target of links. */
  readonly id: string;
  /** `3`, `A.2`; empty for the summary. */
  readonly number: string;
  readonly title: string;
  readonly level: 1 | 2 | 3;
  /** True if it begins on a page of its own. */
  readonly newPage: boolean;
  readonly blocks: readonly ReportBlock[];
}

export interface ReportDocument {
  readonly run: string;
  readonly title: string;
  /** Who began the run. */
  readonly author: string;
  readonly subject: string;
  readonly language: string;
  /** Of the latest event of the journal: the document is the same however often it is made. */
  readonly at: string;
  /** False if the run continues, or was interrupted. */
  readonly ended: boolean;
  /** SHA-256 of the last line of the journal. */
  readonly journalHash: string;
  /** Of which zone its times are, in words. */
  readonly times: string;
  readonly sections: readonly ReportSection[];
}

export type ReportPaper = 'A4' | 'Letter';
export type ExportWhat = 'pdf' | 'journal' | 'commands' | 'rates';

/** A file as it crosses to a screen. */
export interface ExportedFile {
  readonly name: string;
  /** Media type: `application/pdf`. */
  readonly type: string;
  readonly base64: string;
}
