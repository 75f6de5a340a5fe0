// CSV as a stream of lines: UTF-8 with a byte order mark, CRLF, every text cell quoted, no `sep=` line. Owns the cell
// rules and the formula guard. Imports nothing.
//
// The guard follows OWASP "CSV Injection" and ASVS 5.0 1.2.10: a spreadsheet runs a text cell that starts with a formula
// character, so such a cell gets a leading apostrophe. A program that wants the text untouched reads NDJSON instead.
//
// Where the list separator of the system is a semicolon (most of Europe), Excel cuts a comma-separated file at semicolons and
// line breaks, quotes or not, so that a cell begins behind each of them. There only what could call or link something,
// also by going on in the next cell, gets an apostrophe: notes are full of lists with dashes and of smileys.

type ColumnOf<Row, Kind extends string, Value> = {
  name: string;
  kind: Kind;
  value(row: Row): Value | null;
};

/** One column: `time` cells are ISO 8601 text, `integer` cells whole numbers. */
export type CsvColumn<Row> =
  | ColumnOf<Row, 'text', string>
  | ColumnOf<Row, 'time', string>
  | ColumnOf<Row, 'integer', number>
  | ColumnOf<Row, 'number', number>
  | ColumnOf<Row, 'boolean', boolean>;

// Spreadsheets skip blanks, NUL and the byte order mark before they look for a formula, and fold full-width signs.
const formulaStart = /^[\s\0\uFEFF]*[\t\r\n=+\-@＝＋－＠]/u;

const guardFormula = (text: string): string => {
  const first = text.charCodeAt(0);
  // Letters and digits start nearly every cell: answer those without the expression.
  const isPlain = (first >= 0x30 && first <= 0x39) || (first >= 0x41 && first <= 0x7e);
  return !isPlain && formulaStart.test(text) ? `'${text}` : text;
};

const formulaInside =
  /(?<=[;\r\n])(?=(?:[^\S\r\n]|["\0])*[=+\-@＝＋－＠](?:\s*$|[^;\r\n]*(?:[(|!]|[&+\-*/^=<>,{]\s*$)))/gu;

const guardInside = (text: string): string =>
  text.includes(';') || text.includes('\n') || text.includes('\r') ? text.replace(formulaInside, "'") : text;

const quoteText = (text: string): string => {
  const guarded = guardInside(guardFormula(text));
  return `"${guarded.includes('"') ? guarded.replaceAll('"', '""') : guarded}"`;
};

const formatNumber = (name: string, value: number): string => {
  if (!Number.isFinite(value)) throw new RangeError(`The column ${name} holds a number that is not finite.`);
  return String(value);
};

const formatCell = <Row>(column: CsvColumn<Row>, row: Row): string => {
  switch (column.kind) {
    case 'integer':
    case 'number': {
      const value = column.value(row);
      return value === null ? '' : formatNumber(column.name, value);
    }
    case 'boolean': {
      const value = column.value(row);
      return value === null ? '' : value ? 'true' : 'false';
    }
    default: {
      const value = column.value(row);
      return value === null ? '' : quoteText(value);
    }
  }
};

/** The first line of a file: byte order mark, quoted column names, CRLF. */
export const csvHeader = <Row>(columns: readonly CsvColumn<Row>[]): string =>
  `\uFEFF${columns.map((column) => quoteText(column.name)).join(',')}\r\n`;

/**
 * One record with its CRLF. Text is quoted and guarded; numbers and booleans are bare; null is an empty cell, which
 * tells it from `""`, the empty text. Throws RangeError when a number is not finite, for a wrong figure must not pass.
 */
export const csvLine = <Row>(columns: readonly CsvColumn<Row>[], row: Row): string => {
  const cells: string[] = [];
  for (const column of columns) cells.push(formatCell(column, row));
  return `${cells.join(',')}\r\n`;
};
