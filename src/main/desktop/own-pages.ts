/** The one page of the window, and that no other file of this machine can be shown or read by it. */
import { protocol, type WebFrameMain } from 'electron';
import { join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { contentSecurityPolicy, pageFile, pageFolder } from '../desk/page-files.ts';
import { say } from '../../contract/text/say.ts';

export const pageAddress = (): string => pathToFileURL(join(pageFolder(), 'index.html')).href;

const plainText = (status: number, words: string) =>
  new Response(`${words}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });

async function answer({ url, method }: Request): Promise<Response> {
  const folder = pageFolder();
  const path = fileURLToPath(new URL(url));
  if (method !== 'GET' || !path.startsWith(`${folder}${sep}`))
    return plainText(403, say('only the pages of the console are read'));
  const file = await pageFile(folder, path.slice(folder.length).split(sep).join('/'));
  if (!file) return plainText(404, say('page not found'));
  return new Response(new Uint8Array(file.bytes), {
    headers: {
      'Content-Type': file.type,
      'Content-Security-Policy': contentSecurityPolicy(),
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

/** Answers for all files, with the headers that a file has not by itself. To be called before the page is loaded. */
export function answerForFiles(): void {
  protocol.handle('file', (request) =>
    answer(request).catch((error: unknown) =>
      plainText(500, error instanceof Error ? error.message : String(error)),
    ),
  );
}

/** True for the page itself; not for a frame in it, nor for any other page. */
export function isOwnPage(frame: WebFrameMain | null): boolean {
  return frame?.parent === null && frame.url.replace(/#.*$/, '') === pageAddress();
}
