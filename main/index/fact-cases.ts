// Single cases of one metric, from the columns: what a comparison of rows needs beyond pooled figures, and the queue entries that
// a reconciliation judges. May import the metrics and the fact files.
import type { MetricName } from '../../preload/contract/scorecard.ts';
import type { EntryFact } from '../metrics/entry-facts.ts';
import { type CaseSums, measureSpread } from '../metrics/peers.ts';
import { defaultRepairs } from '../metrics/repairs.ts';
import { partsOf } from '../metrics/trace.ts';
import { type ColumnScorecardOptions, type Count, createCount, type Kept, recall } from './fact-count.ts';
import { createEntryReader } from './fact-readers.ts';
import { namesOfView } from './fact-series.ts';
import type { FactStore } from './fact-store.ts';
import { noneOf } from './fact-table.ts';
import { columnsOf, type FactView } from './fact-views.ts';

/** Calls `visit` for every value of the metric's series. */
const forEachValue = (
  count: Count,
  view: FactView,
  metric: MetricName,
  visit: (at: number, slot: number, value: number) => void,
): void => {
  const series = partsOf(metric)?.value;
  if (series === undefined || series === 'consultsGiven' || !namesOfView(view.name).includes(series)) return;
  const column = count.columnOf(view, series);
  const none = noneOf(column);
  const passes = count.testOf(view, series);
  const slotOfRow = count.slots.ofRows(view);
  for (const { slot, from, to } of count.rangesOf(view.name))
    for (let at = from; at < to; at += 1) {
      const value = column[at] as number;
      if (value === none || Number.isNaN(value) || (passes !== null && !passes(at))) continue;
      visit(at, slotOfRow === null ? slot : (slotOfRow[at] as number), value);
    }
};

/** The cases of a share or a mean, by row and kind of work. */
export const sumCases = (
  store: FactStore,
  kept: Kept,
  options: ColumnScorecardOptions,
  metric: MetricName,
): CaseSums => {
  const count = createCount(store, kept, options);
  const { values: words } = store.words;
  const { channel, direction } = store.conversations;
  const keysOf = Array.from({ length: count.slots.count }, (_, slot) => count.slots.keysOf(slot));
  type Sum = { slot: number; queue: number; channel: number; direction: number; n: number; sum: number };
  const sums: Sum[][] = [];
  const values: number[] = [];
  for (const name of count.counted) {
    const view = count.viewOf(name);
    const queues = columnsOf(store, name).queue;
    const own = new Map<number, Map<number, Sum>>();
    forEachValue(count, view, metric, (at, slot, value) => {
      const id = view.conversations[at] as number;
      const queue = (queues?.array[view.rows[at] as number] as number | undefined) ?? 0;
      const [ownChannel, ownDirection] = [channel.array[id] as number, direction.array[id] as number];
      const whose = slot * words.length + queue;
      const ofSlot = recall(own, whose, () => new Map<number, Sum>());
      const what = ownChannel * words.length + ownDirection;
      const sum = ofSlot.get(what);
      if (sum === undefined)
        ofSlot.set(what, { slot, queue, channel: ownChannel, direction: ownDirection, n: 1, sum: value });
      else {
        sum.n += 1;
        sum.sum += value;
      }
      // A case that is in several rows counts in each.
      for (let row = 0; row < (keysOf[slot]?.length ?? 0); row += 1) values.push(value);
    });
    for (const ofSlot of own.values()) sums.push([...ofSlot.values()]);
  }
  const wordOf = (code: number): string => words[code] ?? '';
  return {
    spread: measureSpread(values),
    cells: sums.flat().flatMap(({ slot, n, sum, ...work }) =>
      (keysOf[slot] ?? []).map((key) => ({
        key,
        cell: JSON.stringify([wordOf(work.queue), wordOf(work.channel), wordOf(work.direction)]),
        sum,
        n,
      })),
    ),
  };
};

/** The queue entries of the period, whoever took them, always in the same object. */
export const readEntries = function* (
  store: FactStore,
  kept: Kept,
  { agentKey: _, ...options }: ColumnScorecardOptions,
): Generator<EntryFact> {
  const count = createCount(store, kept, { ...options, by: 'queue' });
  const view = count.viewOf('entries');
  const read = createEntryReader(store, (options.repairs ?? defaultRepairs).reassignments);
  for (const { from, to } of count.rangesOf('entries'))
    for (let at = from; at < to; at += 1) yield read(view.rows[at] as number);
};
