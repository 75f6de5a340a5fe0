// What the second calculator is asked, and the sheet on which it keeps a list of values for every row and name.

export type PlainOptions = {
  by: 'agent' | 'team' | 'queue' | 'bot' | 'channel' | 'direction' | 'disposition' | 'intent';
  /** Days as instants, the last one excluded. */
  stays?: { team: string; agent: string; fromS: number; toS: number }[];
  fromS: number;
  toS: number;
  polarity: 'unset' | 'higher-is-better' | 'lower-is-better';
  preset: 'afterword' | 'kore' | 'genesys' | 'talkdesk';
  horizonS: number;
  zone: string;
  countShadows?: boolean;
  countMicro?: boolean;
  keepReassignments?: boolean;
  /** Seconds: service level and short abandon of calls, then of written channels. */
  limits?: [number, number, number, number];
  repeatDays?: number;
  /** Stretches in which contacts may be missing. */
  holes?: { fromS: number; toS: number }[];
  /** Open from hour to hour on these weekdays, Monday is 1, but not on these dates. */
  hours?: { zone: string; days: number[]; from: number; to: number; closed: string[] };
};
export type PlainValue = { value: number | null; n: number };
export type Lists = Map<string, number[]>;
/** A stretch of an agent's work. Seconds. */
export type Work = {
  who: string;
  day: string;
  from: number;
  accept: number;
  end: number;
  workEnd: number;
  written: boolean;
};
type Row = { lists: Lists; work: Work[] };

export type Sheet = {
  rows: Map<string, Row>;
  totals: Lists;
  /** Made when it is not there yet. */
  rowOf(key: string | null): Row;
  /** Into the rows and the total. */
  put(keys: (string | null)[], name: string, value: number | boolean): void;
};

export const putInto = (lists: Lists, name: string, value: number): void => {
  const values = lists.get(name) ?? [];
  values.push(value);
  lists.set(name, values);
};

export const createSheet = (): Sheet => {
  const rows = new Map<string, Row>();
  const totals: Lists = new Map();
  const rowOf = (key: string | null): Row => {
    const found = rows.get(key ?? '(none)') ?? { lists: new Map(), work: [] };
    rows.set(key ?? '(none)', found);
    return found;
  };
  return {
    rows,
    totals,
    rowOf,
    put(keys, name, value) {
      for (const key of keys) putInto(rowOf(key).lists, name, Number(value));
      putInto(totals, name, Number(value));
    },
  };
};

export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
export const isOfStaff = ({ by }: Pick<PlainOptions, 'by'>): boolean => by === 'agent' || by === 'team';
export const isWithin = (s: number | null, { fromS, toS }: PlainOptions): s is number =>
  s !== null && s >= fromS && s < toS;
