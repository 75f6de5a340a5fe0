// For a file of command-line tests: a workspace “Test” into which the noon hour of six-conversations.ts was synced, from a
// simulator that stays open until the file's end.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from './app.ts';
import { type CliOptions, connectWords, credentialOf, runJson } from './cli.ts';
import { sixConversations } from './six-conversations.ts';

export const theDay = ['--from', '2025-09-30', '--to', '2025-09-30'];

/** What was printed, and how many requests it took. */
type FirstSync = { connected: unknown; synced: unknown; requests: number };
export type SyncedCli = {
  /** A folder of this file's own, and in it the data folder. */
  root: string;
  options: CliOptions;
  /** The options of a run that may sign in. */
  signedIn(): CliOptions;
  first(): FirstSync;
};

export const useSyncedCli = (): SyncedCli => {
  const root = makeTempDir();
  const options = { dataDir: join(root, 'data') };
  let server: KoreServer;
  let first: FirstSync;
  const signedIn = (): CliOptions => ({ ...options, env: credentialOf(server) });
  beforeAll(async () => {
    server = await startKoreServer({ rows: sixConversations });
    const words = connectWords(server, ['--endpoint', 'v2-interactions', '--endpoint', 'v1-calls', '--unchecked']);
    const connected = await runJson(words, options);
    const synced = await runJson(['sync', ...theDay], signedIn());
    first = { connected, synced, requests: server.requests.length };
  });
  afterAll(async () => {
    await server?.close();
    rmSync(root, { recursive: true, force: true });
  });
  return { root, options, signedIn, first: () => first };
};
