/** The page's own address, shadowtape://console/: what it is answered with, and which pages are ours. */
import { protocol, type WebFrameMain } from 'electron';
import { contentSecurityPolicy, pageFile, pageFolder } from '../desk/page-files.ts';

const scheme = 'shadowtape';
const host = 'console';

export const pageAddress = `${scheme}://${host}/`;

/** To be called before Electron is ready: an own scheme is then a secure context with an origin, unlike a file. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

const plainText = (status: number, words: string) =>
  new Response(`${words}\n`, { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' } });

async function answer(request: Request): Promise<Response> {
  const { hostname, pathname } = new URL(request.url);
  if (hostname !== host || request.method !== 'GET') return plainText(403, 'only the pages are read');
  const file = await pageFile(pageFolder(), pathname);
  if (!file) return plainText(404, 'there is no such page');
  return new Response(new Uint8Array(file.bytes), {
    headers: {
      'Content-Type': file.type,
      'Content-Security-Policy': contentSecurityPolicy(),
      'X-Content-Type-Options': 'nosniff',
    },
  });
}

export function answerScheme(): void {
  protocol.handle(scheme, (request) =>
    answer(request).catch((error: unknown) =>
      plainText(500, error instanceof Error ? error.message : 'failed'),
    ),
  );
}

/** True for the page itself; not for a frame in it, nor for any other page. */
export function isOwnPage(frame: WebFrameMain | null): boolean {
  return frame?.parent === null && new URL(frame.url).href.startsWith(pageAddress);
}
