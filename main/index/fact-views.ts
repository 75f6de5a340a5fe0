// Facts in the order in which figures read them: by agent, then by the time at which they count, so that a period is a run of
// rows for each agent. Made of the columns when first asked for and kept until a fact changes. May import fact-store.ts.
import { conversationFlags, entryFlags, type FactStore, type FactTableName, flagBit } from './fact-store.ts';
import { createColumn, type FactArray, type FactColumn, noneOf, setValue } from './fact-table.ts';

/** Conversations are read at three times: their end (contact), their start (session), the entry into a queue (arrival). */
export type ViewName =
  | FactTableName
  | 'agentSurveys'
  | 'contacts'
  | 'sessions'
  | 'agentSessions'
  | 'arrivals'
  | 'agentArrivals';

/** Rows that count in a period: from, to (excluded), from, to … */
export type Ranges = { agent: number; from: number; to: number }[];

export type FactView = {
  name: ViewName;
  /** Place in the view to row of the table (or id of the conversation). */
  rows: Uint32Array;
  /** Id of the conversation of each place. */
  conversations: Uint32Array;
  times: Float64Array;
  /** Every SAMPLEth of the times: a place is found among few numbers that lie close together. */
  samples: Float64Array;
  /** One for each agent, ascending by code. */
  runs: Ranges;
  /** Places from here on lie outside their conversation's time, and are looked at one by one. */
  oddFrom: number;
  /** Of each place; made when first asked for. */
  series: Map<string, FactArray>;
};

export type Period = {
  fromS: number;
  toS: number;
  /** Whether a conversation is among those that the period is counted from. */
  isFed(conversation: number): boolean;
};

/** A conversation that began this long before a period may still have a segment that ends in it. */
export const longestConversationS = 30 * 86_400;

const timeColumns = {
  segments: 'endedAtS',
  offers: 'assignedAtS',
  consults: 'acceptedAtS',
  surveys: 'startedAtS',
  entries: 'enteredAtS',
} as const;
const conversationTimes = {
  contacts: 'endedAtS',
  sessions: 'startedAtS',
  agentSessions: 'startedAtS',
  arrivals: 'enteredAtS',
  agentArrivals: 'enteredAtS',
} as const;
/** Views of what an agent handled. */
const agentViews: ReadonlySet<ViewName> = new Set(['contacts', 'agentSessions', 'agentArrivals']);

const isConversationView = (name: ViewName): name is keyof typeof conversationTimes =>
  Object.hasOwn(conversationTimes, name);

type TableView = Exclude<ViewName, keyof typeof conversationTimes>;
const tableOf = (name: TableView): FactTableName => (name === 'agentSurveys' ? 'surveys' : name);

/** The columns of a view's facts, by the row of the view. */
export const columnsOf = (store: FactStore, name: ViewName): Record<string, FactColumn> =>
  isConversationView(name) ? store.conversations : store.tables[tableOf(name)].columns;

/** Which rows of a table a view leaves out whatever the period: null is none. */
const createFilter = (store: FactStore, name: ViewName): ((row: number) => boolean) | null => {
  if (name === 'agentSurveys') return (row) => store.tables.surveys.columns.hasAgent.array[row] === 1;
  const offered = flagBit(entryFlags, 'isOffered');
  if (name === 'entries') return (row) => ((store.tables.entries.columns.flags.array[row] as number) & offered) !== 0;
  return null;
};

export const makeView = (store: FactStore, name: ViewName, countsShadows: boolean): FactView => {
  const isWhole = isConversationView(name);
  const columns = columnsOf(store, name);
  const timeColumn = columns[isWhole ? conversationTimes[name] : timeColumns[tableOf(name)]] as FactColumn;
  const length = isWhole ? store.size : store.tables[tableOf(name)].length;
  const owners = isWhole ? null : store.tables[tableOf(name)].columns.conversation.array;
  const flags = store.conversations.flags.array;
  const closed = flagBit(conversationFlags, 'isClosed');
  const shadow = flagBit(conversationFlags, 'isShadow');
  const wanted = agentViews.has(name) ? closed | flagBit(conversationFlags, 'hasAgent') : closed;
  const passes = createFilter(store, name);
  const { startedAtS, lastActiveS } = store.conversations;
  // Numbers of one width each: a loop that meets several is many times slower.
  const agents = columns.agent === undefined ? new Int32Array(length) : new Int32Array(columns.agent.array);
  const times = new Float64Array(timeColumn.array);
  const { none } = timeColumn;
  const bitsOf = new Int32Array(flags);
  const starts = new Float64Array(startedAtS.array);
  const lasts = new Float64Array(lastActiveS.array);
  const noLast = lastActiveS.none;
  const ownersOf = owners === null ? null : new Int32Array(owners);

  let regular = new Uint32Array(length);
  const odd: number[] = [];
  let count = 0;
  for (let row = 0; row < length; row += 1) {
    const conversation = ownersOf === null ? row : (ownersOf[row] as number);
    const bits = bitsOf[conversation] as number;
    if (conversation === 0 || (bits & wanted) !== wanted || (!countsShadows && (bits & shadow) !== 0)) continue;
    if (passes !== null && !passes(row)) continue;
    const atS = times[row] as number;
    if (atS === none || Number.isNaN(atS)) continue;
    const started = starts[conversation] as number;
    const last = lasts[conversation] as number;
    const isRegular =
      atS === started || (atS > started && atS - started <= longestConversationS && last !== noLast && atS <= last);
    if (isRegular) {
      regular[count] = row;
      count += 1;
    } else odd.push(row);
  }
  regular = regular.subarray(0, count);
  sortRows(regular, agents, times);
  const rows = new Uint32Array(count + odd.length);
  rows.set(regular);
  rows.set(odd, count);
  const ofRows = new Uint32Array(rows.length);
  const timesOfRows = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as number;
    ofRows[at] = ownersOf === null ? row : (ownersOf[row] as number);
    timesOfRows[at] = times[row] as number;
  }

  const view: FactView = {
    name,
    rows,
    conversations: ofRows,
    times: timesOfRows,
    samples: new Float64Array(0),
    runs: [],
    oddFrom: count,
    series: new Map(),
  };
  view.samples = sampleTimes(view.times);
  for (let from = 0; from < count; ) {
    const agent = agents[rows[from] as number] as number;
    let to = from + 1;
    while (to < count && agents[rows[to] as number] === agent) to += 1;
    view.runs.push({ agent, from, to });
    from = to;
  }
  return view;
};

/** Sorts rows by agent, then by time, then by number: buckets first, so that each sort is small. */
const sortRows = (rows: Uint32Array, agents: Int32Array, times: Float64Array): void => {
  let most = 0;
  for (let at = 0; at < rows.length; at += 1) most = Math.max(most, agents[rows[at] as number] as number);
  const ends = new Uint32Array(most + 2);
  for (let at = 0; at < rows.length; at += 1) {
    const agent = agents[rows[at] as number] as number;
    ends[agent + 1] = (ends[agent + 1] as number) + 1;
  }
  for (let agent = 0; agent <= most; agent += 1)
    ends[agent + 1] = (ends[agent + 1] as number) + (ends[agent] as number);
  const bucketed = new Uint32Array(rows.length);
  const next = ends.slice();
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] as number;
    const agent = agents[row] as number;
    bucketed[next[agent] as number] = row;
    next[agent] = (next[agent] as number) + 1;
  }
  for (let agent = 0; agent <= most; agent += 1) sortByTime(bucketed.subarray(ends[agent], ends[agent + 1]), times);
  rows.set(bucketed);
};

/** Rows come nearly in order of time: each is put in its place among those before it, as long as that does not take too long. */
const sortByTime = (rows: Uint32Array, times: Float64Array): void => {
  let movesLeft = 100_000 + rows.length * 16;
  for (let at = 1; at < rows.length; at += 1) {
    const row = rows[at] as number;
    const atS = times[row] as number;
    let to = at;
    // Rows are ascending to begin with, so that those of one time stay so.
    while (to > 0 && (times[rows[to - 1] as number] as number) > atS && movesLeft > 0) {
      rows[to] = rows[to - 1] as number;
      to -= 1;
      movesLeft -= 1;
    }
    rows[to] = row;
    if (movesLeft > 0) continue;
    rows.sort((left, right) => (times[left] as number) - (times[right] as number) || left - right);
    return;
  }
};

/** The first place in [from, to) whose time is not before `atS`. */
export const findTime = (times: Float64Array, from: number, to: number, atS: number): number => {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < atS) low = middle + 1;
    else high = middle;
  }
  return low;
};

const SAMPLE = 64;
const sampleTimes = (times: Float64Array): Float64Array => {
  const samples = new Float64Array(Math.ceil(times.length / SAMPLE));
  for (let at = 0; at < samples.length; at += 1) samples[at] = times[at * SAMPLE] as number;
  return samples;
};
/** As findTime, for places of a run of the view. */
const findInRun = ({ times, samples }: FactView, from: number, to: number, atS: number): number => {
  const first = Math.ceil(from / SAMPLE);
  const end = Math.ceil(to / SAMPLE);
  if (end - first < 2) return findTime(times, from, to, atS);
  // The samples from `next` on are not before the time; the one before it is, or lies before the run.
  const next = findTime(samples, first, end, atS);
  return findTime(times, Math.max(from, (next - 1) * SAMPLE), Math.min(to, next * SAMPLE), atS);
};

/** The first of ascending places that is not before `at`. */
export const findPlace = (places: Uint32Array, at: number): number => {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] as number) < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The rows that count in a period, for one agent or for all. */
export const selectRanges = (
  store: FactStore,
  view: FactView,
  { fromS, toS, isFed }: Period,
  onlyAgent: number | null = null,
): Ranges => {
  const ranges: Ranges = [];
  for (const run of view.runs) {
    if (onlyAgent !== null && run.agent !== onlyAgent) continue;
    const from = findInRun(view, run.from, run.to, fromS);
    const to = findInRun(view, from, run.to, toS);
    if (from < to) ranges.push({ agent: run.agent, from, to });
  }
  const agents = columnsOf(store, view.name).agent ?? null;
  for (let at = view.oddFrom; at < view.rows.length; at += 1) {
    const agent = agents === null ? 0 : (agents.array[view.rows[at] as number] as number);
    const atS = view.times[at] as number;
    if ((onlyAgent !== null && agent !== onlyAgent) || atS < fromS || atS >= toS) continue;
    if (isFed(view.conversations[at] as number)) ranges.push({ agent, from: at, to: at + 1 });
  }
  return ranges;
};

/** Makes several columns in the order of the view in one pass: `read` puts a row's value for each of `names`. */
export const fillSeries = (
  view: FactView,
  names: readonly string[],
  read: (row: number, put: (column: number, value: number | null) => void, at: number) => void,
): void => {
  const { rows } = view;
  const columns = names.map(() => createColumn(rows.length));
  let at = 0;
  const put = (column: number, value: number | null): void => setValue(columns[column] as FactColumn, at, value);
  for (; at < rows.length; at += 1) read(rows[at] as number, put, at);
  names.forEach((name, column) => {
    view.series.set(name, toWide((columns[column] as FactColumn).array));
  });
};

/** A column in the order of the view, made by `read` from the row of the table. */
export const seriesOf = (view: FactView, name: string, read: (row: number, at: number) => number | null): FactArray => {
  if (!view.series.has(name)) fillSeries(view, [name], (row, put, at) => put(0, read(row, at)));
  return view.series.get(name) as FactArray;
};

/** Two widths of whole numbers are enough for the loops that add up. */
const toWide = (array: FactArray): FactArray => {
  if (!(array instanceof Int16Array)) return array;
  const none = noneOf(array);
  const wide = new Int32Array(array.length);
  for (let at = 0; at < array.length; at += 1) wide[at] = array[at] === none ? -2147483648 : (array[at] as number);
  return wide;
};
