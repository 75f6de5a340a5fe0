// Which facts a figure is made of, from the columns. Only a page of them is ever put in order. May import the metrics, the contract and the fact files.
import type { MetricName, MetricValue } from '../../preload/contract/scorecard.ts';
import type { SeriesName } from '../metrics/series.ts';
import { type Parts, partsOf } from '../metrics/trace.ts';
import { type ColumnScorecardOptions, type Count, createCount, type Kept } from './fact-count.ts';
import { namesOfView } from './fact-series.ts';
import type { FactStore, FactTableName } from './fact-store.ts';
import type { RowTest } from './fact-sums.ts';
import { type FactArray, getValue, noneOf } from './fact-table.ts';
import type { FactView } from './fact-views.ts';

/** One fact behind a figure; where it stands in its conversation tells whose it is. */
export type FoundFact = {
  conversation: number;
  /** null: the conversation as a whole. */
  table: FactTableName | null;
  /** Which of the conversation's facts of this kind, from 0 on. */
  index: number;
  atS: number;
  isCounted: boolean;
  value: number | null;
  over: number | null;
};
export type FoundFacts = {
  /** How many there are, how many of them are in the figure's n, and of how many conversations. */
  total: number;
  counted: number;
  conversations: number;
  /** A page by time, with all that happened in its first and last second: who asks cuts them by key. */
  facts: FoundFact[];
  /** So many of `facts` come before the page. */
  skip: number;
};

type Answer = Pick<FoundFact, 'isCounted' | 'value' | 'over'>;
/** Facts of one view: at which places, and what each gave. */
type Source = { view: FactView; places: Uint32Array; answerAt(at: number): Answer };

const nothing: FoundFacts = { total: 0, counted: 0, conversations: 0, facts: [], skip: 0 };

/** Calls `visit` for every place that counts in one of the wanted slots. */
const forEachPlace = (count: Count, view: FactView, wanted: Uint8Array, visit: (at: number) => void): void => {
  const slotOfRow = count.slots.ofRows(view);
  for (const { slot, from, to } of count.rangesOf(view.name)) {
    if (slotOfRow === null && wanted[slot] === 0) continue;
    for (let at = from; at < to; at += 1) if (slotOfRow === null || wanted[slotOfRow[at] as number] === 1) visit(at);
  }
};

const listPlaces = (count: Count, view: FactView, wanted: Uint8Array, isWanted: RowTest): Uint32Array => {
  const places = new Uint32Array(view.rows.length);
  let found = 0;
  forEachPlace(count, view, wanted, (at) => {
    if (!isWanted(at)) return;
    places[found] = at;
    found += 1;
  });
  return places.slice(0, found);
};

/** What the series of a view say of its facts. */
const readView = (count: Count, view: FactView, { n, value, over }: Parts, wanted: Uint8Array): Source | null => {
  const own = new Set(namesOfView(view.name));
  const read = (name: SeriesName | null): ((at: number) => number | null) | null => {
    if (name === null || !own.has(name)) return null;
    if (name === 'consultsGiven') return () => 1;
    const column: FactArray = count.columnOf(view, name);
    const none = noneOf(column);
    const passes = count.testOf(view, name);
    return (at) => {
      const found = column[at] as number;
      return found === none || Number.isNaN(found) || (passes !== null && !passes(at)) ? null : found;
    };
  };
  const [readN, readValue, readOver] = [read(n), read(value), read(over)];
  if (readN === null && readValue === null && readOver === null) return null;
  const isTouched = (at: number): boolean =>
    (readN?.(at) ?? null) !== null || (readValue?.(at) ?? null) !== null || (readOver?.(at) ?? null) !== null;
  return {
    view,
    places: listPlaces(count, view, wanted, isTouched),
    answerAt: (at) => ({
      isCounted: (readN?.(at) ?? null) !== null,
      value: readValue?.(at) ?? null,
      over: readOver?.(at) ?? null,
    }),
  };
};

/** One fact for each conversation: its last handled segment of the period, whoever handled it. */
const readConversations = (count: Count, parts: Parts, wanted: Uint8Array): Source => {
  const { segments: view } = count;
  const meant = new Set<number>();
  forEachPlace(count, view, wanted, (at) => meant.add(view.conversations[at] as number));
  const lasts = new Map<number, number>();
  for (const { from, to } of count.rangesOf('segments'))
    for (let at = from; at < to; at += 1) {
      const id = view.conversations[at] as number;
      const last = lasts.get(id);
      if (meant.has(id) && (last === undefined || (view.rows[at] as number) > (view.rows[last] as number)))
        lasts.set(id, at);
    }
  return { view, places: Uint32Array.from(lasts.values()), answerAt: () => answerOf(parts, 'conversations') };
};

/** Segments whose times tell when somebody worked. */
const readShifts = (store: FactStore, count: Count, parts: Parts, wanted: Uint8Array): Source => {
  const { segments: view } = count;
  const { acceptedAtS } = store.tables.segments.columns;
  const isShift = (at: number): boolean => {
    const accepted = getValue(acceptedAtS, view.rows[at] as number);
    return accepted !== null && (view.times[at] as number) >= accepted;
  };
  return {
    view,
    places: listPlaces(count, view, wanted, isShift),
    answerAt: () => answerOf(parts, 'busySegments'),
  };
};

/** Of a fact that is one case of one series. */
const answerOf = ({ n, value, over }: Parts, name: SeriesName): Answer => ({
  isCounted: n === name,
  value: value === name ? 1 : null,
  over: over === name ? 1 : null,
});

const tableOfView = ({ name }: FactView): FactTableName | null => {
  switch (name) {
    case 'segments':
    case 'offers':
    case 'consults':
    case 'surveys':
    case 'entries':
      return name;
    case 'agentSurveys':
      return 'surveys';
    default:
      return null;
  }
};

/** Facts of a conversation stand side by side in the order in which they are derived. */
const toFact = (store: FactStore, { view, answerAt }: Source, at: number): FoundFact => {
  const table = tableOfView(view);
  const conversation = view.conversations[at] as number;
  const row = view.rows[at] as number;
  let first = row;
  if (table !== null) {
    const owners = store.tables[table].columns.conversation.array;
    while (first > 0 && owners[first - 1] === conversation) first -= 1;
  }
  return { conversation, table, index: row - first, atS: view.times[at] as number, ...answerAt(at) };
};

/** The facts behind one figure; `key` null is the total. */
export const traceFigure = (
  store: FactStore,
  kept: Kept,
  options: ColumnScorecardOptions,
  { metric, key, figure }: { metric: MetricName; key: string | null; figure: MetricValue },
  page: { limit: number; offset: number },
): FoundFacts => {
  const parts = partsOf(metric);
  if (parts === null || figure.n === 0) return nothing;
  const count = createCount(store, kept, options);
  const wanted = Uint8Array.from({ length: count.slots.count }, (_, slot) =>
    Number(key === null || count.slots.keysOf(slot).includes(key)),
  );
  const isPart = (name: SeriesName): boolean => [parts.n, parts.value, parts.over].includes(name);
  const sources = count.counted.flatMap((name) => readView(count, count.viewOf(name), parts, wanted) ?? []);
  if (isPart('conversations')) sources.push(readConversations(count, parts, wanted));
  if (isPart('busySegments') && count.isStaff) sources.push(readShifts(store, count, parts, wanted));

  const total = sources.reduce((sum, { places }) => sum + places.length, 0);
  const times = new Float64Array(total);
  const isSeen = new Uint8Array(store.size);
  let [next, counted, conversations] = [0, 0, 0];
  for (const { view, places, answerAt } of sources)
    for (let index = 0; index < places.length; index += 1) {
      const at = places[index] as number;
      const id = view.conversations[at] as number;
      times[next] = view.times[at] as number;
      next += 1;
      if (answerAt(at).isCounted) counted += 1;
      conversations += 1 - (isSeen[id] as number);
      isSeen[id] = 1;
    }
  times.sort();
  const { limit, offset } = page;
  if (limit === 0 || offset >= total) return { total, counted, conversations, facts: [], skip: 0 };
  const firstS = times[offset] as number;
  const lastS = times[Math.min(offset + limit, total) - 1] as number;
  const facts = sources.flatMap((source) =>
    Array.from(
      source.places.filter((at) => {
        const atS = source.view.times[at] as number;
        return atS >= firstS && atS <= lastS;
      }),
      (at) => toFact(store, source, at),
    ),
  );
  return { total, counted, conversations, facts, skip: offset - times.indexOf(firstS) };
};
