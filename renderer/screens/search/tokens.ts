// The search language as the window writes it: tokens for filters. What a query means, and what can stand at the cursor,
// is the program's business (docs/search.md).
/** A word on each field of the language; which fields there are, the program says. */
export const fieldHints: Readonly<Record<string, string>> = {
  agent: 'who was asked or answered',
  handled: 'who answered; yes or no',
  queue: 'a queue it went through',
  channel: 'Voice, chat …',
  status: 'final or smart status',
  outcome: 'how a queue entry ended',
  disposition: 'how it was wrapped up',
  intent: 'the bot’s last intent',
  direction: 'Inbound or Outbound',
  bot: 'a bot’s id',
  skill: 'a skill asked for',
  survey: 'csat, nps, likeDislike',
  csat: 'a score: <=2',
  nps: 'a score: >=9',
  liked: 'yes or no',
  aht: 'handle time: >10m',
  hold: 'time on hold: >1m',
  wait: 'time in the queue: >60',
  acw: 'after-call work: >2m',
  tag: 'a tag’s name, or name=value',
  has: 'what happened in it',
  is: 'what kind it is',
  customer: 'name or id',
  phone: 'any spelling',
  email: 'any part of it',
  id: 'conversation or session',
  after: 'from this day on',
  before: 'up to this day',
  on: 'a day, week or month',
};

export type Filter = { isNegated: boolean; field: string; value: string };

/** A quotation mark cannot be written in the language, so such a value cannot be a filter. */
export const canFilter = (value: string): boolean => !value.includes('"');

/**
 * The exact form, so that a click finds what its facet counted: a part of a name would find more. A day is no value of a
 * field: `on:` takes it.
 */
export const formatFilter = ({ isNegated, field, value }: Filter): string =>
  `${isNegated ? '-' : ''}${field === 'day' ? 'on:' : `${field}:=`}${/^[^\s"()]+$/.test(value) ? value : `"${value}"`}`;

export const parseFilter = (token: string): Filter | null => {
  const match = /^(?<minus>-?)(?<field>[a-z]+):=?(?:"(?<quoted>[^"]*)"|(?<bare>\S+))$/.exec(token);
  if (!match?.groups) return null;
  const { minus, field = '', quoted, bare } = match.groups;
  return { isNegated: minus === '-', field: field === 'on' ? 'day' : field, value: quoted ?? bare ?? '' };
};

/** The query that the box and the filters make together. */
export const joinQuery = (text: string, filters: readonly string[]): string =>
  [text.trim(), ...filters].join(' ').trim();
