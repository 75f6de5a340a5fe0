// The browser host: the ports, the app, the loopback server. start.ts opens a window on it, dev.ts adds hot reload, tests
// drive it. Imports Node, hosts, app.
import { homedir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { type App, createApp, createKeychain } from '../../app.ts';
import type { Clock, Desktop, Log, SecretStore } from '../../ports.ts';
import { systemClock } from '../clock.ts';
import { createGateway } from '../gateway.ts';
import { openPage } from '../page.ts';
import { type BrowserServer, type BrowserServerOptions, startBrowserServer } from './server.ts';
import { openerOf, revealerOf, startOpener } from './window.ts';

export type BrowserHostOptions = {
  dataDir: string;
  log: Log;
  /** The folder of the built page, or what answers for it. */
  page: string | Exclude<BrowserServerOptions['page'], { find: unknown }>;
  env: NodeJS.ProcessEnv;
  secrets?: SecretStore;
  /** Left out: the system's. */
  clock?: Clock;
};

export type BrowserHost = BrowserServer & { app: App };

const createDesktop = (log: Log): Desktop => ({
  info: {
    kind: 'browser',
    version: packageJson.version,
    platform: process.platform,
    hasDialogs: false,
    documentsDir: join(homedir(), 'Documents'),
  },
  openPath: (path) => startOpener(openerOf(path, process.platform)),
  showPath: (path) => startOpener(revealerOf(path, process.platform)),
  openExternal: (url) => startOpener(openerOf(url, process.platform)),
  // The page says it: a browser's own notifications need a permission that this host never grants.
  notify: (title) => log.info('notification', { title }),
});

/** Throws AppError when the data cannot be opened. `close` closes the app too. */
export const startBrowserHost = async (options: BrowserHostOptions): Promise<BrowserHost> => {
  const { dataDir, log, env } = options;
  const app = createApp({
    dataDir,
    secrets: options.secrets ?? createKeychain(),
    env,
    http: async () => (await import('../dispatcher.ts')).createDispatcher(env),
    clock: options.clock ?? systemClock,
    log,
    desktop: createDesktop(log),
  });
  // Before the page is on its way: the two come up side by side.
  app.warm();
  try {
    const page = typeof options.page === 'string' ? openPage(options.page) : options.page;
    const server = await startBrowserServer({ gateway: createGateway(app, log), log, page });
    app.watchSchedules();
    return {
      ...server,
      app,
      async close() {
        await server.close();
        await app.close();
      },
    };
  } catch (error) {
    await app.close();
    throw error;
  }
};
