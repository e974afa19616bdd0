/** What pages may not do: nothing but this application's own page is ever shown, and it asks the system for nothing. */
import { app, session } from 'electron';
import { pageAddress } from './own-pages.ts';

/** True for bytes that a page of files has made itself: nobody else's blob has that origin. */
const isMade = (url: string): boolean => url.startsWith('blob:file:///');

/** To be called once, before the first window is opened. */
export function restrictPages(): void {
  const { defaultSession } = session;
  const pages = new URL('.', pageAddress()).href;
  // No camera, no notification permission of the web, no reading of the clipboard. Copying a command by a click is let through.
  const isAllowed = (permission: string) => permission === 'clipboard-sanitized-write';
  defaultSession.setPermissionRequestHandler((_page, permission, answer) => answer(isAllowed(permission)));
  defaultSession.setPermissionCheckHandler((_page, permission) => isAllowed(permission));
  defaultSession.setDevicePermissionHandler(() => false);
  // Nothing is ever loaded from elsewhere, whatever a page would say.
  defaultSession.webRequest.onBeforeRequest(({ url }, answer) => {
    const isOwn =
      url.startsWith(pages) || url.startsWith('data:image/') || url.startsWith('devtools:') || isMade(url);
    answer({ cancel: !isOwn });
  });
  // A report or a journal that the page has put together may be saved; Electron asks where to.
  defaultSession.on('will-download', (event, item) => {
    if (!isMade(item.getURL())) event.preventDefault();
  });
  app.on('web-contents-created', (_event, page) => {
    page.on('will-navigate', (event) => event.preventDefault());
    page.on('will-redirect', (event) => event.preventDefault());
    page.on('will-attach-webview', (event) => event.preventDefault());
    page.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
