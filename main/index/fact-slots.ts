// Slots: the places where a scorecard adds up. One for each agent, team, queue … that any fact names; for dispositions one for
// each combination of codes, because a conversation counts in the rows of all its codes. May import the metrics and the fact
// files.
import type { ScorecardGroup } from '../../preload/contract/scorecard.ts';
import { unnamedKey } from '../metrics/grouping.ts';
import type { TeamSpans } from '../metrics/teams.ts';
import type { FactStore } from './fact-store.ts';
import type { SlotRange } from './fact-sums.ts';
import type { FactArray, FactColumn } from './fact-table.ts';
import { columnsOf, type FactView, findTime, type Ranges, seriesOf } from './fact-views.ts';

export type Slots = {
  count: number;
  /** Ranges with the slot that all their rows count in; -1 where `ofRows` tells it of each row. */
  split(view: FactView, ranges: Ranges): SlotRange[];
  /** The slot of each place of a view; null where ranges have one. */
  ofRows(view: FactView): FactArray | null;
  /** The rows of the scorecard that a slot counts in. */
  keysOf(slot: number): readonly string[];
  /** The word of the id a slot stands for; 0 is none. */
  codeOf(slot: number): number;
};

type Dense = { slotOfCode: Int32Array; codes: number[] };

/** Numbers the codes that occur in these columns, 0 always among them. */
const number = (columns: readonly { column: FactColumn; length: number }[], codes: number): Dense => {
  const slotOfCode = new Int32Array(codes).fill(-1);
  const found: number[] = [0];
  slotOfCode[0] = 0;
  for (const { column, length } of columns)
    for (let at = 0; at < length; at += 1) {
      const code = column.array[at] as number;
      if (code <= 0 || slotOfCode[code] !== -1) continue;
      slotOfCode[code] = found.length;
      found.push(code);
    }
  return { slotOfCode, codes: found };
};

const columnNames = {
  agent: 'agent',
  queue: 'queue',
  bot: 'bot',
  channel: 'channel',
  direction: 'direction',
  intent: 'intent',
  disposition: 'dispositions',
} as const;

export const createSlots = (store: FactStore, by: Exclude<ScorecardGroup, 'team'>): Slots => {
  const { tables, conversations, words, size } = store;
  const name = columnNames[by];
  const columns: { column: FactColumn; length: number }[] = [{ column: conversations[name], length: size }];
  for (const table of Object.values(tables)) {
    const column = (table.columns as Record<string, FactColumn | undefined>)[name];
    if (column !== undefined && (by === 'agent' || by === 'queue')) columns.push({ column, length: table.length });
  }
  const { slotOfCode, codes } = number(columns, words.values.length);
  const wordOf = (slot: number): string | null => (slot === 0 ? null : (words.values[codes[slot] ?? 0] ?? null));
  const slotOf = (code: number): number => slotOfCode[code] as number;
  return {
    count: codes.length,
    split: (_, ranges) =>
      ranges.map(({ agent, from, to }) => ({ agent, from, to, slot: by === 'agent' ? slotOf(agent) : -1 })),
    ofRows(view) {
      if (by === 'agent') return null;
      const own = columnsOf(store, view.name)[name];
      // Channel, direction, intent and codes are the conversation's, whatever the fact; a segment's own channel is not meant.
      const isOwn = by === 'queue' && own !== undefined;
      const ofConversation = conversations[name];
      return seriesOf(view, `slot ${by}`, (row, at) =>
        slotOf((isOwn ? own.array[row] : ofConversation.array[view.conversations[at] as number]) as number),
      );
    },
    keysOf(slot) {
      const word = wordOf(slot);
      if (by !== 'disposition') return [word ?? unnamedKey];
      return word === null ? [unnamedKey] : (JSON.parse(word) as string[]);
    },
    codeOf: (slot) => codes[slot] ?? 0,
  };
};

export const createTeamSlots = (store: FactStore, teams: TeamSpans): Slots => {
  const names = [...new Set([...teams.values()].flatMap((spans) => spans.map(({ team }) => team)))];
  const slotOf = new Map(names.map((name, at) => [name, at + 1]));
  return {
    count: names.length + 1,
    split(view, ranges) {
      const split: SlotRange[] = [];
      for (const { agent, from, to } of ranges) {
        const spans = agent === 0 ? [] : (teams.get(store.words.values[agent] ?? '') ?? []);
        // Spans do not overlap: what lies between them is in no team.
        const sorted = spans.toSorted((left, right) => left.fromS - right.fromS);
        let at = from;
        for (const { team, fromS, toS } of sorted) {
          const start = findTime(view.times, at, to, fromS);
          const end = findTime(view.times, start, to, toS);
          if (at < start) split.push({ agent, slot: 0, from: at, to: start });
          if (start < end) split.push({ agent, slot: slotOf.get(team) ?? 0, from: start, to: end });
          at = end;
        }
        if (at < to) split.push({ agent, slot: 0, from: at, to });
      }
      return split;
    },
    ofRows: () => null,
    keysOf: (slot) => [slot === 0 ? unnamedKey : (names[slot - 1] ?? unnamedKey)],
    codeOf: () => 0,
  };
};
