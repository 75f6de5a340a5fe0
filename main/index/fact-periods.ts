// What a period needs to know of its conversations as a whole: where surveys came in, how many micro-sessions began, how many
// conversations were handled. May import the metrics and the fact files.
import type { SeriesName } from '../metrics/series.ts';
import type { FactSeries, Judging } from './fact-series.ts';
import { conversationFlags, type FactStore, flagBit } from './fact-store.ts';
import { createSums, type SlotRange, type Sums } from './fact-sums.ts';
import { createColumn, type FactArray, getValue, reserveColumn, setValue } from './fact-table.ts';
import { type FactView, findTime, longestConversationS, seriesOf } from './fact-views.ts';

type IsFed = (id: number) => boolean;

export type Places = {
  /** Every place there is. */
  all: ReadonlySet<number>;
  /** Where surveys came in among the conversations that a period is counted from. */
  surveyedIn(period: { fromS: number; untilS: number; isFed: IsFed }): Set<number>;
};

export const createPlaces = (store: FactStore, countsShadows: boolean): Places => {
  const { flags, place, startedAtS } = store.conversations;
  const closed = flagBit(conversationFlags, 'isClosed');
  const shadow = countsShadows ? 0 : flagBit(conversationFlags, 'isShadow');
  const survey = flagBit(conversationFlags, 'hasSurvey');
  const all = new Set<number>();
  const found = new Map<number, number[]>();
  for (let id = 1; id < store.size; id += 1) {
    const bits = flags.array[id] as number;
    if ((bits & closed) === 0 || (bits & shadow) !== 0) continue;
    const at = place.array[id] as number;
    all.add(at);
    if ((bits & survey) === 0) continue;
    const ids = found.get(at);
    if (ids === undefined) found.set(at, [id]);
    else ids.push(id);
  }
  const surveyed = new Map(
    Array.from(found, ([at, ids]) => {
      ids.sort((left, right) => (startedAtS.array[left] as number) - (startedAtS.array[right] as number));
      return [at, { ids, times: Float64Array.from(ids, (id) => startedAtS.array[id] as number) }] as const;
    }),
  );
  return {
    all,
    surveyedIn({ fromS, untilS, isFed }) {
      const places = new Set<number>();
      for (const [at, { ids, times }] of surveyed) {
        const from = findTime(times, 0, times.length, fromS);
        const isWithin = from < times.length && (times[from] as number) < untilS;
        const earliest = findTime(times, 0, from, fromS - longestConversationS);
        if (isWithin || ids.slice(earliest, from).some(isFed)) places.add(at);
      }
      return places;
    },
  };
};

/** Starts of the micro-sessions, ascending. */
export const listMicroStarts = (store: FactStore, countsShadows: boolean): Float64Array => {
  const { flags, startedAtS } = store.conversations;
  const wanted = flagBit(conversationFlags, 'isClosed') | flagBit(conversationFlags, 'isMicro');
  const shadow = countsShadows ? 0 : flagBit(conversationFlags, 'isShadow');
  const starts: number[] = [];
  for (let id = 1; id < store.size; id += 1) {
    const bits = flags.array[id] as number;
    if ((bits & wanted) === wanted && (bits & shadow) === 0) starts.push(startedAtS.array[id] as number);
  }
  return Float64Array.from(starts).sort();
};

/** How many conversations have a row among these, by slot and altogether; each counts once, whatever its rows. */
export const countConversations = (
  view: FactView,
  ranges: readonly SlotRange[],
  slotOfRow: FactArray | null,
  slots: number,
  kind: { name: string; slotOf: ((at: number) => number) | null },
): { sums: Sums; distinct: number } => {
  const several = seriesOf(view, `several ${kind.name}`, findSeveral(view, kind.slotOf));
  const { n } = createSums(slots);
  let last = 0;
  for (const { from, to } of ranges)
    for (let at = from; at < to; at += 1)
      if (several[at] !== 0) last = Math.max(last, view.conversations[at] as number);
  // The slot, plus one, that a conversation was last seen in; those that left a slot are noted, lest they come back to it.
  const lastSlot = new Int32Array(last + 1);
  const left = new Set<number>();
  let distinct = 0;
  for (const { slot, from, to } of ranges)
    for (let at = from; at < to; at += 1) {
      const into = slotOfRow === null ? slot : (slotOfRow[at] as number);
      const rows = several[at] as number;
      if (rows !== 0) {
        const id = view.conversations[at] as number;
        const before = lastSlot[id] as number;
        if (before === into + 1) continue;
        lastSlot[id] = into + 1;
        if (before === 0) distinct += 1;
        else if (rows === 2) {
          left.add(id * slots + before - 1);
          if (left.has(id * slots + into)) continue;
        }
      } else distinct += 1;
      n[into] = (n[into] as number) + 1;
    }
  return { sums: { n, sum: n, sumSquares: n }, distinct };
};

/** More slots than there are words. */
const MOST_SLOTS = 2 ** 21;

/**
 * Of a row: 0 when its conversation has no other in the view, 1 when it has, 2 when it may have two of one slot. `slotOf` null:
 * slots are not the rows' own, so that any two may share one.
 */
const findSeveral = (
  { conversations }: FactView,
  slotOf: ((at: number) => number) | null,
): ((row: number, at: number) => number) => {
  let last = 0;
  for (const id of conversations) last = Math.max(last, id);
  const rows = new Uint8Array(last + 1);
  for (const id of conversations) rows[id] = Math.min(2, (rows[id] as number) + 1);
  const shared = new Uint8Array(last + 1);
  const seen = new Set<number>();
  conversations.forEach((id, at) => {
    if (rows[id] !== 2) return;
    const inSlot = slotOf === null ? 0 : id * MOST_SLOTS + slotOf(at);
    if (slotOf === null || seen.has(inSlot)) shared[id] = 1;
    seen.add(inSlot);
  });
  return (_, at) => {
    const id = conversations[at] as number;
    return rows[id] === 2 ? 1 + (shared[id] as number) : 0;
  };
};

/**
 * The answers of containment with those sessions judged anew that ended before the period, which is before they began: only
 * contacts that the period is counted from may follow them.
 */
export const judgeOddSessions = (
  store: FactStore,
  series: FactSeries,
  view: FactView,
  ranges: readonly SlotRange[],
  column: FactArray,
  name: SeriesName,
  { context: { repairs } }: Judging,
  { fromS, isFed }: { fromS: number; isFed: IsFed },
): FactArray => {
  const { endedAtS, customer, flags } = store.conversations;
  const backwards = seriesOf(view, 'backwards', (id, at) =>
    (endedAtS.array[id] as number) < (view.times[at] as number) ? 1 : 0,
  );
  if (!backwards.includes(1)) return column;
  const contained = flagBit(conversationFlags, 'isContained');
  const isBot = flagBit(conversationFlags, 'isBot');
  const micro = repairs.microSessions === 'left-out' ? flagBit(conversationFlags, 'isMicro') : 0;
  const judged = createColumn();
  reserveColumn(judged, column.length);
  judged.array.set(column);
  for (const { from, to } of ranges)
    for (let at = from; at < to; at += 1) {
      if (backwards[at] !== 1) continue;
      const id = view.conversations[at] as number;
      const bits = flags.array[id] as number;
      if ((endedAtS.array[id] as number) >= fromS || (bits & isBot) === 0 || getValue(customer, id) === null) continue;
      const isContained = (bits & contained) !== 0 && (bits & micro) === 0;
      const hasContact = series.contacts(repairs).hasContact(id, name === 'containedFor1d' ? 1 : 7, isFed);
      setValue(judged, at, isContained && !hasContact ? 1 : 0);
    }
  return judged.array;
};
