// The application's menu, by each platform's conventions. Owns the template; imports electron's types and the contract.
import type { MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../../../preload/contract/host.ts';

export type MenuActions = {
  command(command: MenuCommand): void;
  openDocumentation(): void;
  checkForUpdate(): void;
};

type Item = MenuItemConstructorOptions;
const separator: Item = { type: 'separator' };

export const menuTemplate = (platform: NodeJS.Platform, isPackaged: boolean, actions: MenuActions): Item[] => {
  const isMac = platform === 'darwin';
  const entry = (label: string, command: MenuCommand, accelerator?: string): Item => ({
    label,
    click: () => actions.command(command),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const settings = entry(isMac ? 'Settings…' : '&Settings', 'settings', 'CmdOrCtrl+,');
  const update: Item = { label: 'Check for Updates…', click: () => actions.checkForUpdate() };
  const about = entry('About Afterword', 'about');

  const appMenu: Item = {
    label: 'Afterword',
    submenu: [
      about,
      update,
      separator,
      settings,
      separator,
      { role: 'services' },
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  };
  const sync = entry(isMac ? 'Sync Now' : 'Sync &Now', 'sync', 'CmdOrCtrl+R');
  const file: Item = {
    label: isMac ? 'File' : '&File',
    submenu: isMac ? [sync, separator, { role: 'close' }] : [sync, separator, settings, separator, { role: 'quit' }],
  };
  const edit: Item = {
    label: isMac ? 'Edit' : '&Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      separator,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      { role: 'selectAll' },
      separator,
      entry('Find Conversations…', 'search', 'CmdOrCtrl+F'),
    ],
  };
  // Reload is left out of a packaged run: Ctrl+R syncs, as people expect of an app that fetches.
  const developer: Item[] = isPackaged ? [] : [separator, { role: 'forceReload' }, { role: 'toggleDevTools' }];
  const view: Item = {
    label: isMac ? 'View' : '&View',
    submenu: [
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      separator,
      { role: 'togglefullscreen' },
      ...developer,
    ],
  };
  const help: Item = {
    role: 'help',
    label: isMac ? 'Help' : '&Help',
    submenu: [
      entry('Keyboard Shortcuts', 'shortcuts', 'CmdOrCtrl+/'),
      { label: 'Kore.ai Documentation', click: () => actions.openDocumentation() },
      ...(isMac ? [] : [separator, update, about]),
    ],
  };
  const windows: Item[] = isMac ? [{ role: 'windowMenu' }] : [];
  return [...(isMac ? [appMenu] : []), file, edit, view, ...windows, help];
};
