// A customer who stands in every place that can hold one, and the search for them in every byte of a data folder.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { makeRows } from '../kore-server/generate.ts';
import { type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir, openTestApp, type TestApp } from './app.ts';
import { agentRow, answeredAgent, baseS, objectIdAt, queueEntry } from './rows.ts';

export const open: (() => Promise<void> | void)[] = [];
/** To be called after each test. */
export const closeAll = async (): Promise<void> => {
  for (const close of open.splice(0).reverse()) await close();
};

/** Of no country that the made-up rows call from. */
export const phone = '+44205550177';
export const email = 'zanzibar.canary@example.com';
const chatId = 'chatcanary-5f1d';
const userId = 'u-canary00-1111-5222-8333-444455556666';
export const [firstName, lastName] = ['Zanzibarcanary', 'Quillcanary'];
/** Lower case, as the index keeps words. */
const needles = [
  '44205550177',
  '(20) 555-0177',
  'zanzibar.canary',
  'zanzibarcanary',
  'quillcanary',
  'u-canary00',
  'chatcanary',
  'c-canaryrow',
];

const info = { CustomerPhone: phone, CustomerFirstName: firstName, CustomerLastName: lastName, CustomerEmail: email };
export const row = (ordinal: number, customerinfo: object, more: object = {}): KoreRow => {
  const startedS = baseS + ordinal * 60;
  const note = `Call ${firstName} ${lastName} back at (20) 555-0177.`;
  const entry = queueEntry(startedS + 10, {
    respondingAgent: answeredAgent(startedS + 10, undefined, { agentNotes: [note] }),
  });
  return {
    v2: agentRow(
      {
        conversationId: `c-canaryrow-${ordinal}`,
        sessionId: objectIdAt(startedS, 500 + ordinal),
        customerinfo,
        userId: `u-${ordinal}`,
        channelSpecificUserId: `channel-${ordinal}`,
        sessionleveltags: [{ name: 'callerNumber', value: phone }],
        destinations: [entry],
        ...more,
      },
      startedS,
    ),
  };
};
export const byPhone = row(1, info, { userId });
/** The same person without a phone: found through the e-mail of the first. */
export const byMail = row(2, { CustomerEmail: email.toUpperCase() }, { channelSpecificUserId: chatId });
/** And without either: found through the id of the second. */
export const byChat = row(3, { CustomerLastName: lastName }, { channelSpecificUserId: chatId });
export const unreadable: KoreRow = {
  v2: {
    ...agentRow({ customerinfo: info }, baseS + 240),
    destinations: [{ destinationType: email, respondingAgent: `${firstName} ${email}` }],
  },
};
export const manyOthers = 2100;
export const makeOthers = (count: number): KoreRow[] => makeRows({ seed: 7, count, days: 1, endS: baseS + 43_200 });
export const day = { from: '2025-09-30', to: '2025-09-30' };

export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** What lies compressed or cut into words within the databases. */
const hiddenTexts = (dataDir: string): string[] =>
  filesIn(dataDir)
    .filter((path) => /^(cache|library).*\.(db|bak)$/.test(basename(path)) && !path.includes('damaged'))
    .flatMap((path) => {
      const db = new Database(path, { readonly: true });
      const texts: string[] = [];
      const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[];
      const add = (sql: string): void => {
        for (const blob of db.prepare(sql).pluck().all() as (Buffer | null)[])
          if (blob !== null) texts.push(zstdDecompressSync(blob).toString('latin1'));
      };
      if (tables.includes('raw_page')) add('SELECT body FROM raw_page UNION ALL SELECT body FROM quarantine');
      if (tables.includes('issued_report'))
        add('SELECT figures FROM issued_report UNION ALL SELECT windows FROM issued_report');
      if (tables.includes('conversation_text')) {
        db.exec(`CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'conversation_text', 'row')`);
        texts.push((db.prepare('SELECT term FROM temp.word').pluck().all() as string[]).join('\n'));
      }
      db.close();
      return texts;
    });

/** Which of the needles stand in which file, or hidden in a database. */
export const findNeedles = (dataDir: string): string[] => {
  const found = (name: string, text: string): string[] =>
    needles.filter((needle) => text.toLowerCase().includes(needle)).map((needle) => `${name}: ${needle}`);
  return [
    ...filesIn(dataDir).flatMap((path) => [
      ...found(basename(path), readFileSync(path, 'latin1')),
      ...found(`${basename(path)} (utf-16)`, readFileSync(path, 'utf16le')),
    ]),
    ...hiddenTexts(dataDir).flatMap((text) => found('hidden', text)),
  ];
};

/** As the program notes one. */
export const begun = { id: 'f-1', atMs: 1, scope: 'one customer' };

export const start = async (
  rows: KoreRow[],
  dataDir = makeTempDir(),
): Promise<{ app: TestApp; server: KoreServer }> => {
  const server = await startKoreServer({ rows });
  open.push(() => server.close());
  const app = openTestApp({ token: server.token, dataDir });
  open.push(async () => {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  await app.connect(server);
  return { app, server };
};

export const define = (app: TestApp, name: string, filters: Record<string, string>) =>
  app.call('report.define', {
    ...{ name, kind: 'raw-rows', period: 'yesterday', zone: null, filters, options: {}, formats: ['csv'], mask: false },
  });
export const schedule = (app: TestApp, definition: string, folder: string) =>
  app.call('schedule.add', { definition, cadence: 'daily', time: '07:00', weekday: null, monthDay: null, folder });
