/** The menu of the window, with its shortcuts. */
import { app, Menu, type BrowserWindow, type MenuItemConstructorOptions } from 'electron';
import { say } from '../../contract/text/say.ts';

/** Screen -> the part of the address that shows it. */
const screens: readonly (readonly [string, string])[] = [
  [say('Protection'), '#/home'],
  [say('Topology'), '#/topology'],
  [say('Plan'), '#/plan'],
  [say('Run'), '#/run'],
  [say('Verification'), '#/verify'],
  [say('Runs'), '#/runs'],
  [say('Restore'), '#/restore'],
  [say('Tape'), '#/tape'],
  [say('Sites'), '#/sites'],
];

function screenItem(window: BrowserWindow, [label, hash]: readonly [string, string], index: number) {
  return {
    label,
    accelerator: `CommandOrControl+${index + 1}`,
    // The words are ours, not a user's.
    click: () => void window.webContents.executeJavaScript(`location.hash = ${JSON.stringify(hash)}`),
  };
}

export function setMenu(window: BrowserWindow): void {
  const template: MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    {
      label: say('&Console'),
      submenu: [
        {
          label: say('Reload the view'),
          accelerator: 'CommandOrControl+R',
          click: () => window.webContents.reload(),
        },
        { type: 'separator' },
        { label: say('Quit'), accelerator: 'CommandOrControl+Q', click: () => app.quit() },
      ],
    },
    { role: 'editMenu' },
    {
      label: say('&Screens'),
      submenu: screens.map((screen, index) => screenItem(window, screen, index)),
    },
    {
      label: say('&View'),
      submenu: [
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
