// Reads what can be read of a damaged cache: only what proves itself. A raw row carries a hash of its text; ranges and
// times are believed when they could be true, and are only ever used to ask the server again.
import { hash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { type Endpoint, endpoints } from '../../preload/contract/conversation.ts';
import type { Db } from './open.ts';
import { readUnfinished, type UnfinishedForgetting } from './unfinished-forgettings.ts';

export type SalvagedPage = { endpoint: Endpoint; requestedMs: number; rows: string[] };
export type SalvagedSpan = { endpoint: string; fromS: number; toS: number };

export type Salvage = {
  /** Pages with the texts of their proven rows; the count of pages and rows that could not be used at the end. */
  pages(): Generator<SalvagedPage, { lostPages: number; lostRows: number }>;
  forgotten(): Uint8Array[];
  /** What was covered, complete or not. */
  spans(): SalvagedSpan[];
  /** Forgettings that had not come to their end. */
  unfinishedForgettings(): UnfinishedForgetting[];
  /** Named values that say from when on data are wanted. */
  wantedFrom(): { name: string; value: string }[];
};

const EARLIEST_S = Date.UTC(2013) / 1000;

export const createSalvage = (db: Db, nowMs: number): Salvage => {
  const nowS = Math.ceil(nowMs / 1000);
  /** What comes before the damage; the rest is given up. */
  const until = <T>(read: () => Iterable<T>): T[] => {
    const found: T[] = [];
    try {
      for (const value of read()) found.push(value);
    } catch (error) {
      // Damage is why we are here: whatever a damaged page makes SQLite say ends this list and nothing else.
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
    return found;
  };
  const rowsOf = <T>(sql: string, ...values: unknown[]): T[] =>
    until(() => db.prepare(sql).iterate(...values) as IterableIterator<T>);
  const isTime = (valueS: unknown): valueS is number =>
    Number.isSafeInteger(valueS) && (valueS as number) >= EARLIEST_S && (valueS as number) <= nowS;
  const isEndpoint = (text: unknown): text is Endpoint => endpoints.some((endpoint) => endpoint === text);

  const readPage = (id: number): SalvagedPage | 'absent' | 'lost' => {
    const [page] = rowsOf<{ endpoint: unknown; requestedMs: number; body: Buffer }>(
      'SELECT endpoint, requested_ms AS requestedMs, body FROM raw_page WHERE id = ?',
      id,
    );
    if (page === undefined) return 'absent';
    if (!isEndpoint(page.endpoint) || !isTime(Math.floor(page.requestedMs / 1000))) return 'lost';
    const sources = rowsOf<{ position: number; rawHash: Buffer }>(
      'SELECT position, raw_hash AS rawHash FROM source_row WHERE raw_page = ?',
      id,
    );
    try {
      const rows = JSON.parse(zstdDecompressSync(page.body).toString('utf8')) as unknown[];
      const proven = sources.flatMap(({ position, rawHash }) => {
        const text = JSON.stringify(rows[position] ?? null);
        return hash('sha256', text, 'buffer').subarray(0, 16).equals(rawHash) ? [text] : [];
      });
      return { endpoint: page.endpoint, requestedMs: page.requestedMs, rows: proven };
    } catch (error) {
      // A body that is no zstd any more, or no JSON.
      if (error instanceof Error) return 'lost';
      throw error;
    }
  };

  /** From both ends, since a damaged page in the middle hides what is behind it. */
  const pageIds = (): number[] => {
    const ids = new Set<number>();
    for (const order of ['ASC', 'DESC'])
      for (const { id } of rowsOf<{ id: number }>(`SELECT id FROM raw_page ORDER BY id ${order}`)) ids.add(id);
    for (const { id } of rowsOf<{ id: number }>('SELECT DISTINCT raw_page AS id FROM source_row')) ids.add(id);
    return [...ids].filter(Number.isSafeInteger).sort((a, b) => a - b);
  };

  return {
    *pages() {
      let lostPages = 0;
      let lostRows = 0;
      for (const id of pageIds()) {
        const page = readPage(id);
        if (page === 'absent' || page === 'lost') {
          lostPages += 1;
          continue;
        }
        const [{ count } = { count: page.rows.length }] = rowsOf<{ count: number }>(
          'SELECT count(*) AS count FROM source_row WHERE raw_page = ?',
          id,
        );
        lostRows += count - page.rows.length;
        if (page.rows.length > 0) yield page;
      }
      return { lostPages, lostRows };
    },
    forgotten: () => rowsOf<{ keyHash: Uint8Array }>('SELECT key_hash AS keyHash FROM forgotten').map((r) => r.keyHash),
    spans: () =>
      rowsOf<SalvagedSpan>('SELECT endpoint, from_s AS fromS, to_s AS toS FROM sync_window').filter(
        ({ endpoint, fromS, toS }) => isEndpoint(endpoint) && isTime(fromS) && isTime(toS) && fromS < toS,
      ),
    unfinishedForgettings: () =>
      rowsOf<{ value: string }>(`SELECT value FROM sync_state WHERE name LIKE 'forgetting %'`).flatMap(({ value }) =>
        readUnfinished(value),
      ),
    wantedFrom: () =>
      rowsOf<{ name: string; value: string }>(
        `SELECT name, value FROM sync_state WHERE name LIKE 'wanted_from_s:%' OR name = 'forgotten_before_s'`,
      ).filter(
        ({ name, value }) =>
          (name === 'forgotten_before_s' || isEndpoint(name.slice(name.indexOf(':') + 1))) && isTime(Number(value)),
      ),
  };
};
