// The simulator's rows: an explicit list that tests may change while a sync runs, and the order in which a window is
// paged. Pure; rows are raw objects with naive times in UTC and all selectable groups.

import { type CallRequest, matchesFilters, type RowFacts } from '../../main/sample/protocol.ts';
import { hash32 } from '../../main/sample/random.ts';
import { selectableFields } from '../../main/sample/render.ts';
import type { Endpoint } from '../../preload/contract/conversation.ts';

export type RawRow = Record<string, unknown>;

/** One session as v1 and v2 show it. Without `v1` the v1 endpoint does not list it. Both must carry sessionId. */
export type KoreRow = { v1?: RawRow; v2: RawRow };

export type Order = 'bot-first' | 'descending' | 'ascending' | 'shuffled-stable';

type Entry = { startS: number; sessionId: string; isBotOnly: boolean; shuffle: number; row: KoreRow; facts: RowFacts };

export type WindowRows = { bots: readonly Entry[]; agents: readonly Entry[]; all: readonly Entry[] };

const readStartS = (row: RawRow): number => {
  const startS = Date.parse(`${String(row.sessionStartTime)}Z`) / 1000;
  if (Number.isNaN(startS)) throw new TypeError('A row of the simulator needs a naive sessionStartTime.');
  return startS;
};

const readFacts = (row: RawRow, isBotOnly: boolean): RowFacts => {
  const stops = Array.isArray(row.destinations) ? (row.destinations as RawRow[]) : [];
  const info = (row.customerinfo ?? {}) as RawRow;
  const direction = row.Direction ?? info.Direction;
  return {
    channel: typeof row.channel === 'string' ? row.channel : '',
    queueIds: stops.flatMap((stop) => (typeof stop.queueId === 'string' ? [stop.queueId] : [])),
    direction: typeof direction === 'string' ? direction : null,
    isBotOnly,
  };
};

const hashText = (text: string): number => {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = hash32(hash, text.charCodeAt(at));
  return hash;
};

const makeEntry = (row: KoreRow): Entry => {
  const { sessionId, conversationId } = row.v2;
  if (typeof sessionId !== 'string') throw new TypeError('A row of the simulator needs a sessionId.');
  const isBotOnly = conversationId === undefined || conversationId === null;
  return {
    startS: readStartS(row.v2),
    sessionId,
    isBotOnly,
    shuffle: hashText(sessionId),
    row,
    facts: readFacts(row.v2, isBotOnly),
  };
};

const rowOf = (entry: Entry, endpoint: Endpoint): RawRow | undefined =>
  endpoint === 'v1-calls' ? entry.row.v1 : entry.row.v2;

const rowsOf = (entries: readonly Entry[], endpoint: Endpoint): RawRow[] =>
  entries.map((entry) => rowOf(entry, endpoint)).filter((row) => row !== undefined);

const comparers: Record<Order, (a: Entry, b: Entry) => number> = {
  'bot-first': (a, b) => {
    if (a.isBotOnly !== b.isBotOnly) return a.isBotOnly ? -1 : 1;
    return a.isBotOnly ? a.startS - b.startS : b.startS - a.startS;
  },
  descending: (a, b) => b.startS - a.startS,
  ascending: (a, b) => a.startS - b.startS,
  'shuffled-stable': (a, b) => a.shuffle - b.shuffle,
};

/** Leaves out the groups that were not asked for. */
export const selectGroups = (row: RawRow, selectedFields: readonly string[]): RawRow => {
  const hidden = selectableFields.filter((name) => name in row && !selectedFields.includes(name));
  if (hidden.length === 0) return row;
  const copy = { ...row };
  for (const name of hidden) delete copy[name];
  return copy;
};

export class RowList {
  /** In the order of start. */
  #entries: Entry[];
  #ids: Set<string>;
  #cached: { key: string; rows: WindowRows } | null = null;

  constructor(rows: Iterable<KoreRow>) {
    this.#entries = Array.from(rows, makeEntry).sort((a, b) => a.startS - b.startS);
    this.#ids = new Set(this.#entries.map((entry) => entry.sessionId));
    if (this.#ids.size !== this.#entries.length) throw new RangeError('Two rows of the simulator share a sessionId.');
  }

  list(endpoint: Endpoint): RawRow[] {
    return rowsOf(this.#entries, endpoint);
  }

  add(row: KoreRow): void {
    const entry = makeEntry(row);
    if (this.#ids.has(entry.sessionId)) throw new RangeError(`The simulator has a row ${entry.sessionId} already.`);
    this.#insert(entry);
  }

  /** Puts a new version, whose start may differ, in the place of the row with this sessionId. */
  replace(sessionId: string, change: KoreRow | ((row: KoreRow) => KoreRow)): void {
    const at = this.#entries.findIndex((entry) => entry.sessionId === sessionId);
    const old = this.#entries[at];
    if (!old) throw new RangeError(`The simulator has no row ${sessionId}.`);
    const entry = makeEntry(typeof change === 'function' ? change(old.row) : change);
    if (entry.sessionId !== sessionId) throw new RangeError('A replacement must keep its sessionId.');
    this.#entries.splice(at, 1);
    this.#insert(entry);
  }

  /** Rows that start at fromS <= start <= toS and pass the filters, sorted. */
  window(request: CallRequest, toS: number, order: Order): WindowRows {
    const { endpoint, fromS, channels, queues, direction, leavesBotsOut } = request;
    const key = JSON.stringify([endpoint, fromS, toS, channels, queues, direction, leavesBotsOut]);
    if (this.#cached?.key === key) return this.#cached.rows;
    const all = this.#entries
      .slice(this.#firstAt(fromS), this.#firstAt(toS + 1))
      .filter((entry) => rowOf(entry, endpoint) !== undefined && matchesFilters(entry.facts, request))
      .sort(comparers[order]);
    const rows = {
      all,
      bots: all.filter((entry) => entry.isBotOnly),
      agents: all.filter((entry) => !entry.isBotOnly),
    };
    this.#cached = { key, rows };
    return rows;
  }

  #insert(entry: Entry): void {
    this.#ids.add(entry.sessionId);
    this.#entries.splice(this.#firstAt(entry.startS), 0, entry);
    this.#cached = null;
  }

  /** Place of the first row that starts at `epochS` or later. */
  #firstAt(epochS: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.startS ?? 0) < epochS) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Rows of one page. With `perSet` both sets are paged apart and their pages put one after the other. */
export const cutPage = (
  rows: WindowRows,
  request: CallRequest,
  offsetMeaning: 'pages' | 'rows',
  perSet: boolean,
): RawRow[] => {
  const { offset, limit, endpoint } = request;
  const first = offsetMeaning === 'pages' ? offset * limit : offset;
  const cut = (entries: readonly Entry[]) => entries.slice(first, first + limit);
  const page = perSet ? [...cut(rows.bots), ...cut(rows.agents)] : cut(rows.all);
  return rowsOf(page, endpoint);
};
