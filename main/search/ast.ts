// Pure types: what a query says, once read. The index evaluates it; nothing here knows how. Imports nothing.

/** Fields that compare a value with a name, a word or an id of the conversation. */
export const valueFields = [
  'agent',
  'handled',
  'queue',
  'channel',
  'status',
  'outcome',
  'disposition',
  'intent',
  'direction',
  'bot',
  'skill',
  'survey',
] as const;
export type ValueField = (typeof valueFields)[number];

/** Fields that hold a number: scores, and durations in seconds. */
export const numberFields = ['csat', 'nps', 'liked', 'aht', 'hold', 'wait', 'acw'] as const;
export type NumberField = (typeof numberFields)[number];

/** Fields that find a person or a number by how they are written. */
export const contactFields = ['customer', 'phone', 'email', 'id'] as const;
export type ContactField = (typeof contactFields)[number];

export const hasValues = ['callback', 'consult', 'transfer', 'voicemail', 'note', 'feedback', 'survey'] as const;
export const isValues = ['open', 'shadow', 'botonly'] as const;
/** What is true of a conversation or not; `handled`: an agent accepted it. */
export const flags = [...hasValues, ...isValues, 'handled'] as const;
export type Flag = (typeof flags)[number];

export const dateFields = ['after', 'before', 'on'] as const;

export type QueryNode =
  /** Everything. */
  | { kind: 'all' }
  | { kind: 'and' | 'or'; nodes: QueryNode[] }
  | { kind: 'not'; node: QueryNode }
  /** Folded words, next to each other; with isPrefix the last is a beginning. */
  | { kind: 'text'; words: string[]; isPrefix: boolean }
  /** `value` is folded; a part of the name unless isExact. */
  | { kind: 'value'; field: ValueField; value: string; isExact: boolean }
  | { kind: 'number'; field: NumberField; operator: '<' | '<=' | '>' | '>=' | '='; value: number }
  | { kind: 'flag'; flag: Flag }
  /** `name` and `value` are folded; a null value is any. */
  | { kind: 'tag'; name: string; value: string | null }
  /** `value` as written. */
  | { kind: 'contact'; field: ContactField; value: string }
  /** Started at or after `fromS` and before `toS`, UTC epoch seconds; null is open. */
  | { kind: 'time'; fromS: number | null; toS: number | null };

/** Equal for equal questions; what results are remembered under. */
export const keyOf = (node: QueryNode): string => JSON.stringify(node);
