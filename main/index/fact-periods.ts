// What a period needs to know of its conversations as a whole: where surveys came in, how many micro-sessions began, how many
// conversations were handled. May import the metrics and the fact files.
import type { SeriesName } from '../metrics/series.ts';
import type { FactSeries, Judging } from './fact-series.ts';
import { conversationFlags, type FactStore, flagBit } from './fact-store.ts';
import { createSums, type SlotRange, type Sums } from './fact-sums.ts';
import { createColumn, type FactArray, getValue, reserveColumn, setValue } from './fact-table.ts';
import { type FactView, findPlace, findTime, longestConversationS, seriesOf } from './fact-views.ts';

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

/** Starts of conversations that notes count, each ascending. */
export type NotedStarts = {
  micro: Float64Array;
  microWithShadows: Float64Array;
  shadows: Float64Array;
  open: Float64Array;
  openShadows: Float64Array;
};

export const listNotedStarts = (store: FactStore): NotedStarts => {
  const { flags, startedAtS } = store.conversations;
  const [bits, started] = [flags.array, startedAtS.array];
  const [there, closed, shadow, micro] = (['isThere', 'isClosed', 'isShadow', 'isMicro'] as const).map((name) =>
    flagBit(conversationFlags, name),
  ) as [number, number, number, number];
  const mask = there | closed | shadow | micro;
  const list = (wanted: (own: number) => boolean): Float64Array => {
    const isWanted = new Map<number, boolean>();
    const starts: number[] = [];
    for (let id = 1; id < store.size; id += 1) {
      const own = (bits[id] as number) & mask;
      let answer = isWanted.get(own);
      if (answer === undefined) {
        answer = (own & there) !== 0 && wanted(own);
        isWanted.set(own, answer);
      }
      if (answer) starts.push(started[id] as number);
    }
    return Float64Array.from(starts).sort();
  };
  const isMicro = (own: number): boolean => (own & closed) !== 0 && (own & micro) !== 0;
  return {
    micro: list((own) => isMicro(own) && (own & shadow) === 0),
    microWithShadows: list(isMicro),
    shadows: list((own) => (own & shadow) !== 0),
    open: list((own) => (own & (closed | shadow)) === 0),
    openShadows: list((own) => (own & closed) === 0 && (own & shadow) !== 0),
  };
};

/** Rows of a view whose conversation has others in it, ascending: only these can count a conversation twice. */
type SharedRows = {
  places: Uint32Array;
  /** Numbers their conversations from 0 on. */
  groups: Uint32Array;
  /** By group: 1 when two of its rows may be of one slot. */
  mayMeet: Uint8Array;
};
const sharedRows = new WeakMap<FactView, Map<string, SharedRows>>();

/** `slotOf` null: slots are not the rows' own, so that any two may share one. */
const listShared = ({ conversations }: FactView, slotOf: ((at: number) => number) | null): SharedRows => {
  let last = 0;
  for (let at = 0; at < conversations.length; at += 1) last = Math.max(last, conversations[at] as number);
  // Of a conversation: 1 for one row, 2 for several; then its group, plus 3.
  const state = new Uint32Array(last + 1);
  let shared = 0;
  for (let at = 0; at < conversations.length; at += 1) {
    const id = conversations[at] as number;
    if (state[id] === 1) shared += 1;
    if ((state[id] as number) < 2) state[id] = (state[id] as number) + 1;
  }
  const places: number[] = [];
  const groups: number[] = [];
  const slots: number[][] = [];
  const mayMeet = new Uint8Array(shared);
  let next = 3;
  for (let at = 0; at < conversations.length; at += 1) {
    const id = conversations[at] as number;
    if ((state[id] as number) < 2) continue;
    if (state[id] === 2) {
      state[id] = next;
      next += 1;
    }
    const group = (state[id] as number) - 3;
    places.push(at);
    groups.push(group);
    if (slotOf === null) mayMeet[group] = 1;
    else {
      const slot = slotOf(at);
      const others = slots[group];
      if (others === undefined) slots[group] = [slot];
      else if (others.includes(slot)) mayMeet[group] = 1;
      else others.push(slot);
    }
  }
  return { places: Uint32Array.from(places), groups: Uint32Array.from(groups), mayMeet };
};

/** How many conversations have a row among these, by slot and altogether; each counts once, whatever its rows. */
export const countConversations = (
  view: FactView,
  ranges: readonly SlotRange[],
  slotOfRow: FactArray | null,
  slots: number,
  kind: { name: string; slotOf: ((at: number) => number) | null },
): { sums: Sums; distinct: number } => {
  const kinds = sharedRows.get(view) ?? new Map<string, SharedRows>();
  sharedRows.set(view, kinds);
  const shared = kinds.get(kind.name) ?? listShared(view, kind.slotOf);
  kinds.set(kind.name, shared);
  const { places, groups, mayMeet } = shared;
  const { n } = createSums(slots);
  // The slot, plus one, that a conversation was last seen in. It is not met again in one that it has left where ranges come slot
  // by slot; elsewhere those that left one are noted.
  const lastSlot = new Int32Array(mayMeet.length);
  const left = slotOfRow === null ? null : new Set<number>();
  const inOrder = slotOfRow === null ? ranges.toSorted((one, other) => one.slot - other.slot) : ranges;
  let distinct = 0;
  for (const { slot, from, to } of inOrder) {
    distinct += to - from;
    if (slotOfRow === null) n[slot] = (n[slot] as number) + to - from;
    else
      for (let at = from; at < to; at += 1) {
        const own = slotOfRow[at] as number;
        n[own] = (n[own] as number) + 1;
      }
    // What was counted too often is taken off again.
    for (let index = findPlace(places, from); index < places.length && (places[index] as number) < to; index += 1) {
      const group = groups[index] as number;
      const into = slotOfRow === null ? slot : (slotOfRow[places[index] as number] as number);
      const before = lastSlot[group] as number;
      lastSlot[group] = into + 1;
      if (before === 0) continue;
      distinct -= 1;
      if (before === into + 1) n[into] = (n[into] as number) - 1;
      else if (left !== null && mayMeet[group] === 1) {
        left.add(group * slots + before - 1);
        if (left.has(group * slots + into)) n[into] = (n[into] as number) - 1;
      }
    }
  }
  return { sums: { n, sum: n, sumSquares: n }, distinct };
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
