/** The report as a PDF: PDF/A-3a, tagged, fonts and files embedded, the same bytes for the same document. */
import PDFDocument from 'pdfkit';
import type { ReportDocument, ReportPaper } from '../../../contract/report.ts';
import { layoutReport, paperSize } from './layout-document.ts';
import type { Font } from './page-items.ts';
import { PagePainter } from './paint-pages.ts';
import { fontFile, fonts, Typesetter, type OpenedFont } from './typesetter.ts';

type Pdf = InstanceType<typeof PDFDocument>;

/** pdfkit puts these into XML as they are. */
const forXml = (text: string): string => text.replace(/[<>&\p{Cc}]/gu, ' ');

function newPdf(
  { title, author, subject, language, at, run, journalHash }: ReportDocument,
  paper: ReportPaper,
): Pdf {
  const [width, height] = paperSize(paper);
  return new PDFDocument({
    size: [width, height],
    margin: 0,
    autoFirstPage: false,
    // No default font: a PDF/A names no font that it does not embed.
    font: '',
    pdfVersion: '1.7',
    subset: 'PDF/A-3a' as never,
    tagged: true,
    displayTitle: true,
    lang: language,
    info: {
      Title: forXml(title),
      Author: forXml(author),
      Subject: forXml(subject),
      Keywords: `${run} ${journalHash}`,
      Creator: 'Shadowtape',
      Producer: 'pdfkit',
      // Of the journal, not of the clock: the identifier of the file is made of it, too.
      CreationDate: new Date(at),
      ModDate: new Date(at),
    },
  });
}

interface Position {
  readonly xAdvance: number;
  readonly yAdvance: number;
  readonly xOffset: number;
  readonly yOffset: number;
  readonly advanceWidth: number;
}

interface SetText {
  readonly glyphs: readonly unknown[];
  readonly positions: readonly Position[];
  readonly advanceWidth: number;
}

/** What pdfkit keeps of a font that it has opened. */
interface EmbeddedFont {
  readonly font: OpenedFont;
  layout: (text: string) => SetText;
}

/**
 * Sets text sign by sign: it is exactly where it was measured, `->` in a command stays two signs, and the rules of an East Asian font
 * are not gone through for every word.
 */
function plainLayout(font: OpenedFont): EmbeddedFont['layout'] {
  const known = new Map<string, { glyph: unknown; position: Position }>();
  const setSign = (sign: string) => {
    const glyph = font.glyphForCodePoint(sign.codePointAt(0) ?? 0);
    const advance = (glyph.advanceWidth * 1000) / font.unitsPerEm;
    const position = { xAdvance: advance, yAdvance: 0, xOffset: 0, yOffset: 0, advanceWidth: advance };
    return { glyph, position };
  };
  return (text) => {
    const signs = Array.from(text, (sign) => {
      const set = known.get(sign) ?? setSign(sign);
      known.set(sign, set);
      return set;
    });
    return {
      glyphs: signs.map(({ glyph }) => glyph),
      positions: signs.map(({ position }) => position),
      advanceWidth: signs.reduce((sum, { position }) => sum + position.xAdvance, 0),
    };
  };
}

function openFonts(pdf: Pdf): Record<Font, OpenedFont> {
  const opened = fonts.map((name) => {
    pdf.registerFont(name, fontFile(name) as never);
    pdf.font(name);
    const embedded = (pdf as unknown as { readonly _font: EmbeddedFont })._font;
    embedded.layout = plainLayout(embedded.font);
    return [name, embedded.font] as const;
  });
  return Object.fromEntries(opened) as Record<Font, OpenedFont>;
}

/** A file that the PDF holds. */
interface AttachedFile {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly holds: string;
  readonly text: string;
}

/** PDF/A-3 asks for a media type, a date, and how the file is related to the document. */
function attach(pdf: Pdf, { name, type, holds, text }: AttachedFile, at: Date): void {
  pdf.file(Buffer.from(text, 'utf8') as never, {
    ...{ name, type, description: holds },
    ...{ creationDate: at, modifiedDate: at, relationship: 'Supplement' },
  });
}

/**
 * Draws a report.
 * @param attached files that the PDF holds
 * @returns the bytes of the PDF; the same for the same document and paper, whatever the machine's clock, time zone and language
 */
export function pdfOf(
  report: ReportDocument,
  paper: ReportPaper,
  attached: readonly AttachedFile[],
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pdf = newPdf(report, paper);
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
    const { pages, tree } = layoutReport(new Typesetter(openFonts(pdf)), report, paper);
    let painter: PagePainter | undefined;
    for (const page of pages) {
      pdf.addPage();
      // Boxes of figures are measured from the lower edge of a page, so that there must be one.
      painter ??= new PagePainter(pdf, tree);
      painter.paint(page);
    }
    painter?.end(tree);
    for (const file of attached) attach(pdf, file, new Date(report.at));
    pdf.end();
  });
}
