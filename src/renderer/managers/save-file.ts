/** Saves a file from the console: the browser, or the window, asks for the place. */
import type { ExportedFile } from '../../contract/report.ts';

/** Milliseconds after which the bytes are released; by then the download has them. */
const keeps = 60_000;

export function saveFile({ name, type, base64 }: ExportedFile): void {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), keeps);
}
