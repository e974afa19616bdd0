/** Carries the messages of the window's page to the desk and back. */
import { ipcMain, type IpcMainEvent, type WebContents } from 'electron';
import type { Desk } from '../desk/desk.ts';
import { PageSession } from '../desk/page-session.ts';
import { isOwnPage } from './own-pages.ts';

/** Serves the page until it is destroyed. A page that is loaded again begins with nothing asked and nothing followed. */
export function serveWindow(page: WebContents, desk: Desk): void {
  const open = () =>
    new PageSession(desk, (message) => {
      if (!page.isDestroyed()) page.send('host', message);
    });
  let session = open();
  const begin = () => {
    session.close();
    session = open();
  };
  const hear = (event: IpcMainEvent, message: unknown) => {
    if (event.sender !== page || !isOwnPage(event.senderFrame)) return;
    // What is not a message of ours says that the page is not what it was built as.
    if (!session.receive(message)) begin();
  };
  ipcMain.on('page', hear);
  page.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) begin();
  });
  page.on('render-process-gone', begin);
  page.once('destroyed', () => {
    ipcMain.off('page', hear);
    session.close();
  });
}
