// What every fault is measured against: a server whose rows are known, a data folder synced from it without faults, and the
// comparison of any other folder with both. Nothing here is a test's: `npm run faults` and the tests both use it.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import type Database from 'better-sqlite3';
import type { Clock } from '../../main/ports.ts';
import { decodeKey } from '../../main/secrets/cache-key-file.ts';
import { learnKey } from '../../main/store/cache-key.ts';
import { closeHeld, handOverHeld } from '../../main/store/held-file.ts';
import { openForCare } from '../../main/store/open.ts';
import type { Conversation } from '../../preload/contract/conversation.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { encryptedRun, openTestApp, type TestApp } from '../support/app.ts';
import { expectFromV2 } from '../support/expected.ts';

const program = fileURLToPath(new URL('../../main/hosts/cli/main.ts', import.meta.url));
const DAY_S = 86_400;

/** Words whose hits are counted: common ones of the sample centre, in several fields. */
const probes = ['refund', 'order', 'agent', 'aht:>60', 'csat:>=4', 'channel:voice'];

export type Difference = { lost: number; doubled: number; wrong: number };
export const noDifference: Difference = { lost: 0, doubled: 0, wrong: 0 };
export const addDifferences = (one: Difference, other: Difference): Difference => ({
  lost: one.lost + other.lost,
  doubled: one.doubled + other.doubled,
  wrong: one.wrong + other.wrong,
});

export type CliEnd = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string; ms: number };
export type StartedCli = { kill(signal: NodeJS.Signals): void; done: Promise<CliEnd> };

type Answers = { contentHash: string | null; totals: number[]; scorecard: string };

/** `isRowsOnly`: without what a whole cache answers to searches and scorecards. */
export type CompareOptions = { withoutKeys?: ReadonlySet<string>; isRowsOnly?: boolean };

export type World = {
  server: KoreServer;
  rows: readonly KoreRow[];
  range: { from: string; to: string };
  period: string;
  /** The key of one conversation whose customer only it belongs to, and what names them. */
  customer: { email: string; keys: ReadonlySet<string> };
  /** A copy of the synced folder, removed at the end. `into`: copied there instead of into a folder of its own. */
  copy(into?: string): string;
  /** A folder with the workspace connected and nothing synced. */
  fresh(): string;
  folder(): string;
  open(dataDir: string, clock?: Clock): TestApp;
  cli(dataDir: string, words: readonly string[], env?: Record<string, string>, prefix?: readonly string[]): StartedCli;
  /** How what is in the folder differs from the server and from what a faultless folder answers. Syncs nothing. */
  compare(dataDir: string, options?: CompareOptions): Promise<Difference>;
  /** One sync, then `compare`. */
  heal(dataDir: string, options?: CompareOptions): Promise<Difference>;
  cacheOf(dataDir: string): string;
  close(): Promise<void>;
};

const keyFile = process.env.AFTERWORD_CACHE_KEY_FILE;
if (keyFile !== undefined) learnKey(decodeKey(readFileSync(keyFile, 'utf8')) ?? Buffer.alloc(0));

/** A connection of the test's own to a cache or library.db, whatever the run's caches are. */
export const openByHand = (path: string, isReadonly = false): Database.Database =>
  openForCare(path, { readonly: isReadonly });

/** What `read` finds in a file that nobody has open now; nothing of it stays open. */
export const readByHand = <T>(path: string, read: (db: Database.Database) => T): T => {
  const db = openByHand(path, true);
  try {
    return read(db);
  } finally {
    db.close();
    closeHeld(handOverHeld(dirname(path)));
  }
};

export const iso = (epochS: number): string => `${new Date(epochS * 1000).toISOString().slice(0, 19)}Z`;

/** Whether `found` says everything `expected` says. */
export const holds = (found: unknown, expected: unknown): boolean => {
  if (Array.isArray(expected))
    return (
      Array.isArray(found) &&
      found.length === expected.length &&
      expected.every((item, index) => holds(found[index], item))
    );
  if (typeof expected === 'object' && expected !== null)
    return (
      typeof found === 'object' &&
      found !== null &&
      Object.entries(expected).every(
        ([name, value]) => value === undefined || holds((found as Record<string, unknown>)[name], value),
      )
    );
  return isDeepStrictEqual(found ?? null, expected ?? null);
};

/** What an export must hold, row by row; keys that came twice are counted, not hidden in a map. */
export const compareRows = (
  lines: readonly Conversation[],
  rows: readonly KoreRow[],
  withoutKeys: ReadonlySet<string>,
): Difference => {
  const found = new Map(lines.map((line) => [line.key, line]));
  const difference = { lost: 0, doubled: lines.length - found.size, wrong: 0 };
  const expectedKeys = new Set<string>();
  for (const { v2 } of rows) {
    const expected = expectFromV2(v2);
    const key = expected.key ?? '';
    if (withoutKeys.has(key)) continue;
    expectedKeys.add(key);
    const line = found.get(key);
    if (line === undefined) difference.lost += 1;
    else if (!holds(line, expected)) difference.wrong += 1;
  }
  for (const key of found.keys()) if (!expectedKeys.has(key)) difference.wrong += 1;
  return difference;
};

export const readLines = (path: string): Conversation[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Conversation);

const findCustomer = (rows: readonly KoreRow[]): World['customer'] => {
  const all = rows.map(({ v2 }) => expectFromV2(v2));
  const email = all.find(({ customer }) => customer?.email)?.customer?.email;
  if (!email) throw new Error('no row names a customer');
  const names = (text: string | null | undefined): boolean => text?.toLowerCase() === email.toLowerCase();
  const theirs = all.filter(
    (row) => names(row.customer?.email) || names(row.userId) || names(row.channelSpecificUserId),
  );
  return { email, keys: new Set(theirs.map(({ key }) => key ?? '')) };
};

export const createWorld = async (options: { rows?: number; days?: number; endS?: number } = {}): Promise<World> => {
  const { rows: count = 1200, days = 3, endS = Math.floor(Date.now() / 1000) - 3600 } = options;
  const rows = makeRows({ seed: 11, count, days, endS });
  const server = await startKoreServer({ rows });
  const root = mkdtempSync(join(tmpdir(), 'afterword-faults-'));
  let next = 1;
  const folder = (): string => join(root, `data-${next++}`);
  const range = { from: iso(endS - days * DAY_S - DAY_S), to: iso(endS + 60) };
  const period = `${range.from.slice(0, 10)}..${iso(endS).slice(0, 10)}`;
  const open = (dataDir: string, clock?: Clock): TestApp =>
    openTestApp({ dataDir, token: server.token, ...(clock ? { clock } : {}) });

  const ask = async (app: TestApp): Promise<Answers> => {
    const totals: number[] = [];
    for (const query of probes) totals.push((await app.call('search.run', { query, limit: 0 })).total);
    const { rows: cards, total } = await app.call('scorecard.get', { by: 'agent', period });
    return { contentHash: await app.contentHash(), totals, scorecard: JSON.stringify([cards, total]) };
  };

  const fresh = (): string => {
    const into = folder();
    cpSync(join(root, 'connected'), into, { recursive: true });
    return into;
  };
  const connected = open(join(root, 'connected'));
  await connected.connect(server, ['v2-interactions']);
  await connected.close();
  const base = join(root, 'base');
  cpSync(join(root, 'connected'), base, { recursive: true });
  const synced = open(base);
  await synced.sync(range);
  const answers = await ask(synced);
  const [workspace] = await synced.call('workspaces.list', {});
  if (!workspace) throw new Error('no workspace');
  await synced.close();

  const compare: World['compare'] = async (dataDir, { withoutKeys = new Set<string>(), isRowsOnly = false } = {}) => {
    const app = open(dataDir);
    try {
      const out = join(dataDir, 'oracle.ndjson');
      await app.runJob('export.run', { what: 'conversations', query: '', format: 'ndjson', out, mask: false });
      const difference = compareRows(readLines(out), rows, withoutKeys);
      rmSync(out);
      if (isRowsOnly || withoutKeys.size > 0) return difference;
      const now = await ask(app);
      const asked = [
        now.contentHash === answers.contentHash,
        now.scorecard === answers.scorecard,
        ...now.totals.map((total, index) => total === answers.totals[index]),
      ];
      return { ...difference, wrong: difference.wrong + asked.filter((isSame) => !isSame).length };
    } finally {
      await app.close();
    }
  };

  return {
    server,
    rows,
    range,
    period,
    customer: findCustomer(rows),
    folder,
    fresh,
    open,
    copy(into = folder()) {
      cpSync(base, into, { recursive: true });
      return into;
    },
    cli(dataDir, words, env = {}, prefix = []) {
      const startedMs = performance.now();
      const [command = process.execPath, ...first] = [...prefix, process.execPath];
      const child = spawn(command, [...first, program, ...words], {
        env: {
          ...{ PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', TZ: 'UTC', HOME: dataDir },
          ...{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus', AFTERWORD_DATA_DIR: dataDir },
          ...{ AFTERWORD_TOKEN: server.token, ...encryptedRun, ...env },
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const out: Buffer[] = [];
      const errors: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
      const done = new Promise<CliEnd>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, signal) =>
          resolve({
            code,
            signal,
            stdout: Buffer.concat(out).toString('utf8'),
            stderr: Buffer.concat(errors).toString('utf8'),
            ms: performance.now() - startedMs,
          }),
        );
      });
      return { kill: (signal) => child.kill(signal), done };
    },
    compare,
    async heal(dataDir, compared) {
      const app = open(dataDir);
      try {
        await app.sync(range);
      } finally {
        await app.close();
      }
      return compare(dataDir, compared);
    },
    cacheOf: (dataDir) => join(dataDir, 'workspaces', workspace.id, 'cache.db'),
    async close() {
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
};

/** Every file below a folder. */
export const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];

export const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Park and Miller's minimal standard generator: a run can be repeated by its seed. */
export const createRandom = (seed: number): ((below: number) => number) => {
  let state = (seed * 7919) % 2_147_483_647;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * below);
  };
};
