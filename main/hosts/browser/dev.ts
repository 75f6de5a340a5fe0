// npm run dev: the browser host with Vite's development server in it, on the data of `npm run demo`, which are made when
// there are none. A development tool: never packaged. The page's policy is the real one.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Server, ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { fromCaller } from '../data-dir.ts';
import { createLog } from '../log.ts';
import { contentSecurityPolicy, noncePlaceholder } from '../page.ts';
import { startBrowserHost } from './host.ts';
import { runInTerminal } from './run.ts';
import type { PageHandler } from './server.ts';

const root = resolve(import.meta.dirname, '../../..');

const { values } = parseArgs({
  options: { 'data-dir': { type: 'string' }, open: { type: 'boolean' } },
  allowNegative: true,
});

const startVite = (httpServer: Server) =>
  createServer({
    configFile: join(root, 'vite.config.ts'),
    appType: 'custom',
    server: { middlewareMode: true, hmr: { server: httpServer }, allowedHosts: ['127.0.0.1'] },
  });
let vite: Awaited<ReturnType<typeof startVite>> | null = null;

const servePage = async (response: ServerResponse): Promise<void> => {
  if (vite === null) throw new Error('the development server is not up yet');
  const source = await readFile(join(root, 'renderer/index.html'), 'utf8');
  const nonce = randomBytes(16).toString('base64');
  const html = (await vite.transformIndexHtml('/', source)).replaceAll(noncePlaceholder, nonce);
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy(nonce, "'self'"),
  });
  response.end(html);
};

const page: PageHandler = (request, response) => {
  const next = (): void => {
    if (request.url !== '/') {
      response.writeHead(404).end();
      return;
    }
    servePage(response).catch((error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      response.writeHead(500).end();
    });
  };
  if (vite === null || request.url === '/') next();
  else vite.middlewares(request, response, next);
};

const host = await startBrowserHost({
  dataDir: values['data-dir'] === undefined ? join(root, '.demo') : fromCaller(values['data-dir']),
  log: createLog({ destination: 'stderr', level: 'warn' }),
  page,
  env: process.env,
});
vite = await startVite(host.httpServer);

const workspaces = await host.app.call('workspaces.list', {});
if (workspaces.ok && workspaces.data.length === 0) {
  await host.app.call('sample.connect', { seed: 1, days: 30, conversations: 8000 });
  await host.app.call('sync.start', {});
}
await runInTerminal(host, values.open ?? true);
await vite.close();
