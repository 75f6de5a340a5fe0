// The registry of columns: what the index keeps of a conversation, each with how it is read from a row. To filter by, count
// or sort by something new, add it here; formVersion then goes up by itself, and saved indexes are built anew.
// Durations and outcomes are the metrics' own (facts.ts, entry-facts.ts, outcomes.ts), so that a search finds what a
// scorecard counts.
import type { ConversationFacts } from '../metrics/facts.ts';
import { deriveFacts } from '../metrics/facts.ts';
import { classifyEntry, type EntryOutcome } from '../metrics/outcomes.ts';
import { type Flag, flags } from '../search/ast.ts';
import { fold, foldId, foldPhone } from '../search/fold.ts';
import type { IndexRow } from '../store/conversation-columns.ts';

/** A row with what metrics know of it. */
export type ColumnInput = {
  row: IndexRow;
  facts: ConversationFacts | null;
  entries: readonly { outcome: EntryOutcome; waitS: number | null }[];
};

export const toColumnInput = (row: IndexRow): ColumnInput => {
  const { destinations } = row.record;
  // Most conversations never leave the bot: they have no facts that a column holds.
  if (destinations.length === 0) return { row, facts: null, entries: [] };
  return {
    row,
    facts: deriveFacts(row.record),
    entries: destinations.flatMap(({ type }, at) => (type === 'QueueEntry' ? [classifyEntry(row.record, at)] : [])),
  };
};

/** The sum of what is known; null when nothing is. */
const sumKnown = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
};

type NumberColumn = { type: 'f64' | 'i32' | 'f32'; read(input: ColumnInput): number | null };

/** Durations in seconds, summed over the conversation's closed segments (entries for the wait); null where none is known. */
export const numberColumns = {
  started: { type: 'f64', read: ({ row }) => row.record.startedAtS },
  /** Interaction + after-call work, as in ahtMean: unknown after-call work counts as 0. */
  aht: {
    type: 'i32',
    read: ({ facts }) =>
      sumKnown(facts?.segments.map((s) => (s.interactionS === null ? null : s.interactionS + (s.acwS ?? 0))) ?? []),
  },
  hold: { type: 'i32', read: ({ facts }) => sumKnown(facts?.segments.map((s) => s.holdS) ?? []) },
  acw: { type: 'i32', read: ({ facts }) => sumKnown(facts?.segments.map((s) => s.acwS) ?? []) },
  wait: { type: 'i32', read: ({ entries }) => sumKnown(entries.map((entry) => entry.waitS)) },
  csat: { type: 'f32', read: ({ row }) => row.record.csatScore },
  nps: { type: 'f32', read: ({ row }) => row.record.npsScore },
  liked: { type: 'f32', read: ({ row }) => row.record.likeDislikeScore },
} as const satisfies Record<string, NumberColumn>;
export type NumberColumnName = keyof typeof numberColumns;

/** One word of the term table for each conversation. */
export const termColumns = {
  channel: (row: IndexRow) => row.channel,
  direction: (row: IndexRow) => row.direction,
  finalStatus: (row: IndexRow) => row.finalStatus,
  smartStatus: (row: IndexRow) => row.smartStatus,
  bot: (row: IndexRow) => row.bot,
  intent: (row: IndexRow) => row.intent,
  survey: (row: IndexRow) => row.survey,
} as const;
export type TermColumnName = keyof typeof termColumns;

/** Several values for each conversation: ids of agent or queue rows, or words. */
export const listColumns = {
  agent: { elements: 'agents', read: ({ row }: ColumnInput) => row.agents },
  handled: { elements: 'agents', read: ({ row }: ColumnInput) => row.handledAgents },
  queue: { elements: 'queues', read: ({ row }: ColumnInput) => row.queues },
  disposition: { elements: 'words', read: ({ row }: ColumnInput) => row.record.dispositions },
  skill: {
    elements: 'words',
    read: ({ row }: ColumnInput) => row.record.skills.flatMap(({ name, id }) => name ?? id ?? []),
  },
  outcome: { elements: 'words', read: ({ entries }: ColumnInput) => entries.map(({ outcome }) => outcome) },
} as const;
export type ListColumnName = keyof typeof listColumns;

// The parts of a packed text begin with a mark that no folded text contains.
export const parts = { customer: '\x01', email: '\x02', phone: '\x03', end: '\x04' } as const;
const clean = (text: string): string => text.replace(/\p{Cc}+/gu, ' ');
const part = (mark: string, text: string): string => (text === '' ? '' : mark + clean(text));
const name = (...names: (string | null)[]): string => fold(names.filter((n) => n !== null).join(' '));

/** Texts that differ for almost every conversation, folded. */
export const packedColumns = {
  /** Names, address and both numbers. */
  people: ({ record }: IndexRow) =>
    part(parts.customer, name(record.customerFirstName, record.customerLastName)) +
    part(parts.email, fold(record.customerEmail ?? '')) +
    part(parts.phone, foldPhone(record.customerPhone ?? '')) +
    part(parts.phone, foldPhone(record.centerPhone ?? '')),
  /** name, mark, value, for each tag; every tag between two end marks. */
  tags: ({ record }: IndexRow) => {
    const tags = [...record.sessionTags, ...record.userTags].map(
      (tag) => `${clean(fold(tag.name)).trim()}${parts.customer}${clean(fold(tag.value ?? '')).trim()}`,
    );
    return tags.length === 0 ? '' : `${parts.end}${[...new Set(tags)].join(parts.end)}${parts.end}`;
  },
} as const;
export type PackedColumnName = keyof typeof packedColumns;

/** 32-bit hashes of ids: they find candidates, which the store then compares. 0 is none. */
export const idColumns = {
  key: (row: IndexRow) => row.record.key,
  session: (row: IndexRow) => row.record.sessionId,
  user: (row: IndexRow) => row.record.userId,
  channelUser: (row: IndexRow) => row.record.channelSpecificUserId,
} as const;
export type IdColumnName = keyof typeof idColumns;

export const hashId = (id: string | null): number => {
  const text = id === null ? '' : foldId(id);
  if (text === '') return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0 || 1;
};

const flagReaders: Record<Flag, (input: ColumnInput) => boolean> = {
  callback: ({ row }) => row.record.destinations.some((stop) => stop.callbackOpted === true),
  consult: ({ row }) => row.record.destinations.some((stop) => stop.offers.some((offer) => offer.consults.length > 0)),
  transfer: ({ facts }) => facts?.segments.some((segment) => segment.isTransferredOut) ?? false,
  voicemail: ({ row }) => row.record.isVoicemail === true,
  note: ({ row }) => row.hasNote,
  feedback: ({ row }) => row.hasFeedback,
  survey: ({ row }) => row.survey !== 0,
  open: ({ row }) => row.record.isOpen,
  shadow: ({ row }) => row.record.isShadow,
  botonly: ({ row }) => row.record.conversationId === null,
  handled: ({ row }) => row.record.destinations.some((stop) => stop.offers.some((offer) => offer.handled)),
};

/** All flags of a row as bits, in the order of `flags`. */
export const readFlags = (input: ColumnInput): number =>
  flags.reduce((bits, flag, at) => (flagReaders[flag](input) ? bits | (1 << at) : bits), 0);

/** What a saved index must have been made with. The number goes up when a definition changes and its name does not. */
export const formVersion = JSON.stringify([
  1,
  Object.entries(numberColumns).map(([column, { type }]) => column + type),
  Object.keys(termColumns),
  Object.keys(listColumns),
  Object.keys(packedColumns),
  Object.keys(idColumns),
  flags,
]);
