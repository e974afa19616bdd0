/** What pages may not do: nothing but this application's own page is ever shown. */
import { app, session } from 'electron';

/** To be called once, before the first window is opened. */
export function restrictPages(): void {
  // The console needs no camera, no notification permission of the web, no clipboard reading.
  session.defaultSession.setPermissionRequestHandler((_page, _permission, answer) => answer(false));
  app.on('web-contents-created', (_event, page) => {
    page.on('will-navigate', (event) => event.preventDefault());
    page.on('will-attach-webview', (event) => event.preventDefault());
    page.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}
