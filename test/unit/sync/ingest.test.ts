// Pages on their way into the cache: read in one step, written in another, several in one transaction.
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { ConversationRecord } from '../../../main/model.ts';
import { openCacheForReading, openCacheForWriting } from '../../../main/store/cache.ts';
import { createConversationReader } from '../../../main/store/conversation-read.ts';
import { createSearchStore } from '../../../main/store/search-store.ts';
import { toSearchText } from '../../../main/store/search-text.ts';
import { createTermReader } from '../../../main/store/terms.ts';
import { createIngest, openIngestStores } from '../../../main/sync/ingest.ts';
import { readPage, splitTexts } from '../../../main/sync/read-page.ts';
import { connectWriter, type WriterClient } from '../../../main/workers/writer-client.ts';
import type { Endpoint } from '../../../preload/contract/conversation.ts';
import { makeRows } from '../../kore-server/generate.ts';
import { baseS, type RawRow } from '../../support/rows.ts';
import { useTempDir } from '../../support/temp-dir.ts';

const rows = makeRows({ seed: 11, count: 120, days: 2, endS: baseS });
const v2 = rows.map((row) => row.v2);
const v1 = rows.map((row) => row.v1 as RawRow);
const toText = (page: readonly RawRow[]): string => JSON.stringify({ numResults: page.length, data: page });
const token = 'this-run';
const metaAt = (requestedMs: number) => ({
  leaseToken: token,
  requestedMs,
  window: null,
  passStartedMs: requestedMs,
  nowMs: requestedMs,
});

const openIngest = () => {
  const db = openCacheForWriting(join(useTempDir(), 'cache.db'));
  const stores = openIngestStores(db);
  const { sources, sync } = stores;
  const ingest = createIngest(db, stores);
  sync.takeLease(token, process.pid, 0);
  return { db, ingest, sources, reader: createConversationReader(db, createTermReader(db)) };
};
type Opened = ReturnType<typeof openIngest>;

const commit = ({ ingest }: Opened, endpoint: Endpoint, page: readonly RawRow[], requestedMs: number) =>
  ingest.commit([{ page: readPage(endpoint, toText(page)).page, meta: metaAt(requestedMs) }])[0];
const idOf = ({ db }: Opened, row: RawRow): number =>
  db
    .prepare('SELECT id FROM conversation WHERE key = ?')
    .pluck()
    .get(row.conversationId ?? row.sessionId) as number;

/** Every row that the cache says it was read from, as it was sent. */
const expectRaw = (opened: Opened, endpoint: Endpoint, sent: readonly RawRow[]): void => {
  for (const row of sent) {
    const source = opened.sources.ofConversation(idOf(opened, row)).find((s) => s.endpoint === endpoint);
    expect(source && opened.sources.readRow(source.rawPage, source.position)).toEqual(row);
  }
};

test('the search text of a page becomes one segment of the full-text index', () => {
  const opened = openIngest();
  const { page } = readPage('v2-interactions', toText(v2.slice(0, 100)));
  opened.ingest.commit([{ page, meta: metaAt(1) }]);
  // Segments that were merged away leave higher numbers behind.
  const segments = opened.db.prepare('SELECT DISTINCT segid FROM conversation_text_idx').pluck().all();
  expect(segments).toEqual([1]);
  opened.db.close();
});

test('the texts of a page belong to its records, and a page whose texts do not match is refused', () => {
  const { page } = readPage('v2-interactions', toText(v2));
  const records = JSON.parse(page.records) as ConversationRecord[];
  const textAt = splitTexts(page, records.length);
  expect(records.map((_, index) => textAt(index))).toEqual(records.map(toSearchText));
  expect(() => splitTexts({ ...page, texts: `${page.texts}\u0000` }, records.length)).toThrow('do not match');
});

test('raw rows are kept as they were sent, when a page brings nothing but news and when it brings some', () => {
  const opened = openIngest();
  expect(commit(opened, 'v2-interactions', v2.slice(0, 40), 1)).toMatchObject({ inserted: 40 });
  expectRaw(opened, 'v2-interactions', v2.slice(0, 40));
  const changed = v2
    .slice(0, 60)
    .map((row, index) => (index % 3 === 0 ? { ...row, unheardOf: `näher ${index}` } : row));
  expect(commit(opened, 'v2-interactions', changed, 2)).toEqual({
    inserted: 20,
    updated: 0,
    // What is unheard of is kept in the raw row alone.
    unchanged: 40,
    quarantined: 0,
  });
  expectRaw(opened, 'v2-interactions', changed);
  expect(commit(opened, 'v2-interactions', changed, 3)).toMatchObject({ inserted: 0, unchanged: 60 });
  expectRaw(opened, 'v2-interactions', changed);
  opened.db.close();
});

test('a key that stands twice in a page is one conversation: the last row counts', () => {
  const opened = openIngest();
  const [row, other] = v2 as [RawRow, RawRow];
  const later = { ...row, csatFeedback: 'laterword' };
  expect(commit(opened, 'v2-interactions', [{ ...row, csatFeedback: 'earlierword' }, other, later], 1)).toEqual({
    inserted: 2,
    updated: 1,
    unchanged: 0,
    quarantined: 0,
  });
  expectRaw(opened, 'v2-interactions', [later, other]);
  const find = (word: string): number[] =>
    Array.from(createSearchStore(opened.db).findText([{ words: [word], isPrefix: false }]));
  expect([find('earlierword'), find('laterword')]).toEqual([[], [idOf(opened, row)]]);
  opened.db.close();
});

test('pages in one transaction give the same cache as pages in one each', () => {
  const pages: [Endpoint, RawRow[]][] = [
    ['v2-interactions', v2.slice(0, 50)],
    ['v1-calls', v1.slice(20, 80)],
    ['v2-interactions', v2.slice(50)],
    ['v1-calls', [...v1.slice(0, 20), ...v1.slice(80)]],
  ];
  const contentOf = ({ db, reader }: Opened): unknown => {
    const ids = db.prepare('SELECT id FROM conversation ORDER BY key').pluck().all() as number[];
    return reader.byIds(ids).map(({ id: _, ...conversation }) => conversation);
  };
  const loggedIn = ({ db }: Opened): unknown =>
    db.prepare('SELECT count(DISTINCT conversation) FROM conversation_change').pluck().get();
  const apart = openIngest();
  for (const [index, [endpoint, page]] of pages.entries()) commit(apart, endpoint, page, index + 1);
  const together = openIngest();
  together.ingest.commit(
    pages.map(([endpoint, page], index) => ({ page: readPage(endpoint, toText(page)).page, meta: metaAt(index + 1) })),
  );
  expect(contentOf(together)).toEqual(contentOf(apart));
  expect([loggedIn(together), loggedIn(apart)]).toEqual([rows.length, rows.length]);
  apart.db.close();
  together.db.close();
});

test('pages that fail together leave nothing, and what was noted for them is forgotten', () => {
  const opened = openIngest();
  const [first, second] = [v2.slice(0, 10), v2.slice(10, 20)].map((page) => readPage('v2-interactions', toText(page)));
  const pages = [
    { page: first?.page, meta: metaAt(1) },
    { page: second?.page, meta: { ...metaAt(1), leaseToken: 'another run' } },
  ] as Parameters<typeof opened.ingest.commit>[0];
  expect(() => opened.ingest.commit(pages)).toThrow(expect.objectContaining({ code: 'sync_busy' }));
  const count = (table: string): unknown => opened.db.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const tables = ['conversation', 'term', 'raw_page', 'conversation_text_docsize', 'conversation_change'];
  expect(tables.map(count)).toEqual([0, 0, 0, 0, 0]);
  expect(opened.ingest.commit(pages.slice(0, 1))).toMatchObject([{ inserted: 10 }]);
  expect(['conversation', 'conversation_text_docsize', 'conversation_change'].map(count)).toEqual([10, 10, 10]);
  opened.db.exec(`INSERT INTO conversation_text (conversation_text) VALUES ('integrity-check')`);
  expectRaw(opened, 'v2-interactions', v2.slice(0, 10));
  opened.db.close();
});

let writer: WriterClient | null = null;
afterEach(async () => {
  await writer?.close();
  writer = null;
});

test('through the threads: pages under way at once are all written; one that fails takes no other with it', async () => {
  const path = join(useTempDir(), 'cache.db');
  const unexpected: string[] = [];
  const client = connectWriter(path, (stack) => unexpected.push(stack));
  writer = client;
  await client.call('takeLease', { token, pid: process.pid, nowMs: 1 });
  const put = async (page: readonly RawRow[], leaseToken: string) => {
    const { pageId, rows: outline } = await client.decode({
      endpoint: 'v2-interactions',
      body: Buffer.from(toText(page)),
    });
    expect(outline.map(({ key }) => key)).toEqual(page.map((row) => row.conversationId ?? row.sessionId));
    return client.call('commit', { pageId, ...metaAt(1), leaseToken });
  };
  const parts = Array.from({ length: 12 }, (_, index) => v2.slice(index * 10, index * 10 + 10));
  const results = await Promise.allSettled(parts.map((page, index) => put(page, index === 5 ? 'another run' : token)));
  for (const [index, result] of results.entries()) {
    if (index === 5) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'sync_busy' } });
    else expect(result).toMatchObject({ status: 'fulfilled', value: { inserted: 10 } });
  }
  await expect(client.decode({ endpoint: 'v2-interactions', body: Buffer.from('no page') })).rejects.toMatchObject({
    code: 'unexpected_response',
  });
  expect(unexpected).toEqual([]);
  // A page that was committed is held no longer.
  await expect(client.call('commit', { pageId: 1, ...metaAt(1) })).rejects.toMatchObject({ code: 'internal' });
  await client.call('close', undefined);
  const db = openCacheForReading(path);
  expect(db.prepare('SELECT count(*) FROM conversation').pluck().get()).toBe(110);
  db.close();
});

test('through the threads: what waits for its commit is there to be forgotten', async () => {
  const path = join(useTempDir(), 'cache.db');
  const client = connectWriter(path, () => undefined);
  writer = client;
  await client.call('takeLease', { token, pid: process.pid, nowMs: 1 });
  const { pageId } = await client.decode({ endpoint: 'v2-interactions', body: Buffer.from(toText(v2)) });
  const [committed, forgotten] = await Promise.all([
    client.call('commit', { pageId, ...metaAt(1) }),
    client.call('forget', {
      scope: { beforeS: baseS + 86_400 },
      begun: { id: 'f-1', atMs: 1, scope: 'older than 1 days' },
    }),
  ]);
  expect([committed.inserted, forgotten.conversations]).toEqual([v2.length, v2.length]);
  await client.call('close', undefined);
  const db = openCacheForReading(path);
  expect(db.prepare('SELECT count(*) FROM conversation').pluck().get()).toBe(0);
  db.close();
});
