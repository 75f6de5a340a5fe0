// Afterword in Electron where its runtime is installed, else in a window of an installed browser. Builds first
// what is not built or older than its source. A development tool: never packaged.
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, exitCodes } from '../../../preload/contract/errors.ts';
import { resolveDataDir } from '../data-dir.ts';
import { createLog } from '../log.ts';
import { isStale } from './built-page.ts';
import { findElectron } from './find-electron.ts';
import { startBrowserHost } from './host.ts';
import { runInTerminal } from './run.ts';

const root = resolve(import.meta.dirname, '../../..');

const run = (program: string, words: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> =>
  new Promise((done, fail) => {
    const child = spawn(program, words, { cwd: root, stdio: 'inherit', env });
    child.once('error', fail);
    child.once('exit', (code) => done(code ?? exitCodes.internal));
  });

const build = async (config: string): Promise<void> => {
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  // Whatever NODE_ENV says here: the page is kept for later starts, and React for development is half as fast.
  const env = { ...process.env, NODE_ENV: 'production' };
  const code = await run(process.execPath, [vite, 'build', '--logLevel', 'warn', '--config', config], env);
  if (code !== 0) throw new AppError('internal', 'The build failed: see above.');
};

const start = async (): Promise<number> => {
  const { values } = parseArgs({
    options: { 'data-dir': { type: 'string' }, open: { type: 'boolean' }, browser: { type: 'boolean' } },
    allowNegative: true,
  });
  const dataDir = resolveDataDir(values['data-dir'], process.env);
  const isIn = (path: string): string => join(root, path);
  const shared = ['package.json', 'vite.config.ts', 'preload', 'main/hosts/page.ts'].map(isIn);
  if (isStale(isIn('dist/renderer/index.html'), [...shared, isIn('renderer')])) {
    process.stdout.write('Building the window; the next start needs no build.\n');
    await build('vite.config.ts');
  }

  const electron = findElectron(root);
  if (electron !== null && values.browser !== true && values.open !== false) {
    const sources = [...shared, isIn('main'), isIn('vite.main.config.ts'), isIn('vite.preload.config.ts')];
    if (isStale(isIn('out/main/hosts/electron/main.js'), sources)) {
      await build('vite.main.config.ts');
      await build('vite.preload.config.ts');
    }
    return run(electron, ['.', '--data-dir', dataDir]);
  }
  if (electron === null) {
    process.stdout.write('Electron’s runtime is not installed here; Afterword opens in a browser instead.\n');
  }
  const host = await startBrowserHost({
    dataDir,
    log: createLog({ destination: 'stderr', level: 'error' }),
    page: isIn('dist/renderer'),
    env: process.env,
  });
  await runInTerminal(host, values.open ?? true);
  return 0;
};

try {
  process.exitCode = await start();
} catch (error) {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof AppError) && !isUsage) throw error;
  process.stderr.write(`afterword: ${error.message}\n`);
  process.exitCode = error instanceof AppError ? exitCodes[error.code] : exitCodes.invalid_input;
}
