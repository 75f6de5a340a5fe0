// The Desktop port over Electron: dialogs, files, links, notifications. Electron's parts are handed in; imports its types.
import { join } from 'node:path';
import type { App, BrowserWindow, Dialog, Notification, Shell } from 'electron';
import { AppError } from '../../../preload/contract/errors.ts';
import type { Desktop, Updater } from '../../ports.ts';

export type DesktopParts = {
  app: Pick<App, 'getVersion' | 'getPath'>;
  dialog: Pick<Dialog, 'showOpenDialog' | 'showSaveDialog'>;
  shell: Pick<Shell, 'openPath' | 'showItemInFolder' | 'openExternal'>;
  createNotification: (options: { title: string; body: string }) => Pick<Notification, 'on' | 'show'>;
  window: () => BrowserWindow | null;
  updater: Updater;
};

export const createDesktop = (parts: DesktopParts): Desktop => {
  const { app, dialog, shell, window } = parts;
  const documentsDir = app.getPath('documents');
  return {
    info: { kind: 'electron', version: app.getVersion(), platform: process.platform, hasDialogs: true, documentsDir },
    dialogs: {
      async chooseFolder(startAt = documentsDir) {
        const options = { defaultPath: startAt, properties: ['openDirectory' as const, 'createDirectory' as const] };
        const parent = window();
        const { filePaths } = await (parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options));
        return filePaths[0] ?? null;
      },
      async chooseFile(startAt = documentsDir, suggestedName) {
        const options = {
          // A name from the page: no part of it may choose the folder.
          defaultPath: join(startAt, suggestedName.replace(/[\\/]/g, '-')),
          properties: ['createDirectory' as const, 'showOverwriteConfirmation' as const],
        };
        const parent = window();
        const { filePath } = await (parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options));
        return filePath === '' ? null : filePath;
      },
    },
    async openPath(path) {
      // Electron answers with a text of the system's, which names the path.
      if ((await shell.openPath(path)) !== '')
        throw new AppError(
          'output_failed',
          'No program on this computer opens that file. Show it in its folder instead.',
        );
    },
    showPath: async (path) => shell.showItemInFolder(path),
    openExternal: (url) => shell.openExternal(url),
    notify(title, body) {
      if (window()?.isFocused()) return;
      const notification = parts.createNotification({ title, body });
      notification.on('click', () => {
        window()?.show();
        window()?.focus();
      });
      notification.show();
    },
    updater: parts.updater,
  };
};
