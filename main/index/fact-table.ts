// Tables of facts in typed columns: rows are added at the end, rows of a conversation are struck out, and every number is kept
// exactly. Owns the width of a column and the room it takes. May import growable.ts.

/** A column of numbers that may be unknown. It begins narrow and widens at the first number that does not fit. */
export type FactArray = Int8Array | Int16Array | Int32Array | Float64Array;
export type FactColumn = {
  array: FactArray;
  /** What stands for an unknown number in it. */
  readonly none: number;
};

/** One kind of object for all columns, read or not: loops over millions of rows then need not ask which it is. */
class Column implements FactColumn {
  private own: FactArray | null = null;
  private mark = Number.NaN;
  private readonly read: (() => FactArray) | null;
  constructor(own: FactArray | null, read: (() => FactArray) | null) {
    this.read = read;
    if (own !== null) this.array = own;
  }
  get array(): FactArray {
    return this.own ?? this.load();
  }
  set array(array: FactArray) {
    this.own = array;
    this.mark = noneOf(array);
  }
  get none(): number {
    if (this.own === null) this.load();
    return this.mark;
  }
  private load(): FactArray {
    const array = this.read?.() ?? new Int8Array(0);
    this.array = array;
    return array;
  }
}

const widths = [
  { type: Int8Array, none: -128, largest: 127 },
  { type: Int16Array, none: -32768, largest: 32767 },
  { type: Int32Array, none: -2147483648, largest: 2147483647 },
] as const;

/** What stands for an unknown number; NaN in the widest column. */
export const noneOf = (array: FactArray): number =>
  array instanceof Int8Array
    ? -128
    : array instanceof Int16Array
      ? -32768
      : array instanceof Int32Array
        ? -2147483648
        : Number.NaN;

const widthFor = (value: number): number => {
  if (!Number.isInteger(value) || Object.is(value, -0)) return 3;
  const at = widths.findIndex(({ largest }) => Math.abs(value) <= largest);
  return at === -1 ? 3 : at;
};
const widthOf = (array: FactArray): number => {
  const at = widths.findIndex(({ type }) => array instanceof type);
  return at === -1 ? 3 : at;
};
const makeArray = (width: number, length: number): FactArray => {
  const { type } = widths[width] ?? { type: Float64Array };
  return new type(length);
};

const widen = (column: FactColumn, width: number): void => {
  const from = column.array;
  const to = makeArray(width, from.length);
  const none = noneOf(from);
  const wideNone = noneOf(to);
  for (let at = 0; at < from.length; at += 1) {
    const value = from[at] as number;
    to[at] = value === none ? wideNone : value;
  }
  column.array = to;
};

/** Room is made in eighths, so that adding row by row copies little. */
export const reserveColumn = (column: FactColumn, length: number): void => {
  if (column.array.length >= length) return;
  const longer = makeArray(widthOf(column.array), Math.max(64, length + (length >>> 3)));
  (longer as Float64Array).set(column.array);
  column.array = longer;
};

export const createColumn = (length = 0): FactColumn => new Column(new Int8Array(length), null);
/** A column that is read when it is first asked for. */
export const createSavedColumn = (read: () => FactArray): FactColumn => new Column(null, read);

/** Writes a place for which there is room. */
export const setValue = (column: FactColumn, at: number, value: number | null): void => {
  const { array } = column;
  if (value === null || Number.isNaN(value)) {
    array[at] = column.none;
    return;
  }
  array[at] = value;
  // It did not fit: it came out otherwise, or as what stands for an unknown number.
  if (array instanceof Float64Array || (Object.is(array[at], value) && value !== column.none)) return;
  widen(column, widthFor(value));
  column.array[at] = value;
};

export const getValue = (column: FactColumn, at: number): number | null => {
  const value = column.array[at] as number;
  return value === column.none || Number.isNaN(value) ? null : value;
};

/** Rows of one kind of fact. `conversation` is the id each belongs to, 0 when it has been struck out. */
export type FactTable<Name extends string> = {
  length: number;
  struckOut: number;
  readonly names: readonly (Name | 'conversation')[];
  columns: Record<Name | 'conversation', FactColumn>;
};

export const createTable = <Name extends string>(names: readonly Name[]): FactTable<Name> => ({
  length: 0,
  struckOut: 0,
  names: ['conversation', ...names],
  columns: Object.fromEntries(
    ['conversation', ...names].map((name) => [name, createColumn()]),
  ) as FactTable<Name>['columns'],
});

export const addRow = <Name extends string>(
  table: FactTable<Name>,
  values: Record<Name | 'conversation', number | null>,
): void => {
  const at = table.length;
  table.length += 1;
  for (const name of table.names) {
    const column = table.columns[name];
    if (column.array.length <= at) reserveColumn(column, at + 1);
    setValue(column, at, values[name]);
  }
};

/** Strikes out the rows of these conversations; once a quarter is struck out, the others move up. */
export const strikeOut = <Name extends string>(table: FactTable<Name>, ids: ReadonlySet<number>): void => {
  const { array } = table.columns.conversation;
  for (let row = 0; row < table.length; row += 1) {
    const id = array[row] as number;
    if (id === 0 || !ids.has(id)) continue;
    array[row] = 0;
    table.struckOut += 1;
  }
  if (table.struckOut * 4 <= table.length) return;
  const owners = array.slice(0, table.length);
  for (const name of table.names) {
    const column = table.columns[name].array;
    let to = 0;
    for (let row = 0; row < owners.length; row += 1) {
      if (owners[row] === 0) continue;
      column[to] = column[row] as number;
      to += 1;
    }
  }
  table.length -= table.struckOut;
  table.struckOut = 0;
};
