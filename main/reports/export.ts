// Exports of what the cache holds, block by block: conversations, segments or queue entries, as CSV, as one JSON object a
// line, or as one Parquet file.
import type { Conversation } from '../../preload/contract/conversation.ts';
import type { exportFormats, exportKinds } from '../../preload/contract/procedures.ts';
import { type CsvColumn, csvHeader, csvLine } from './csv.ts';
import { conversationColumns, queueEntryColumns, queueEntryRows, segmentColumns, segmentRows } from './flatten.ts';
import { maskConversation } from './masking.ts';
import type { ParquetFile } from './parquet.ts';

export type ExportKind = (typeof exportKinds)[number];
export type ExportFormat = (typeof exportFormats)[number];

export type ExportFile = {
  /** Gives how many rows these conversations made. */
  add(block: readonly Conversation[]): Promise<number>;
  finish(): Promise<void>;
};

type Write = (bytes: Uint8Array) => Promise<void>;

/** Starts a file; `write` gets its bytes in order. `maskSalt`: null exports people's data as it is. */
export const createExportFile = (
  what: ExportKind,
  format: ExportFormat,
  maskSalt: string | null,
  write: Write,
): ExportFile => {
  switch (what) {
    case 'conversations':
      return createFile(conversationColumns, (c) => [c], format, maskSalt, write);
    case 'segments':
      return createFile(segmentColumns, segmentRows, format, maskSalt, write);
    case 'queue-entries':
      return createFile(queueEntryColumns, queueEntryRows, format, maskSalt, write);
  }
};

type RowSink<Row> = { add(rows: readonly Row[]): Promise<void>; finish(): Promise<void> };

const createFile = <Row>(
  columns: readonly CsvColumn<Row>[],
  toRows: (conversation: Conversation) => Iterable<Row>,
  format: ExportFormat,
  maskSalt: string | null,
  write: Write,
): ExportFile => {
  const sink: RowSink<Row> =
    format === 'parquet'
      ? createParquetSink(columns, write)
      : format === 'csv'
        ? createTextSink(csvHeader(columns), (row) => csvLine(columns, row), write)
        : createTextSink('', jsonLine(columns), write);
  return {
    async add(block) {
      const rows: Row[] = [];
      for (const conversation of block) {
        for (const row of toRows(maskSalt === null ? conversation : maskConversation(conversation, maskSalt)))
          rows.push(row);
      }
      await sink.add(rows);
      return rows.length;
    },
    finish: () => sink.finish(),
  };
};

/** Its packages are loaded when somebody wants Parquet: the start of the program does not wait for them. */
const createParquetSink = <Row>(columns: readonly CsvColumn<Row>[], write: Write): RowSink<Row> => {
  let file: ParquetFile<Row> | null = null;
  const open = async (): Promise<ParquetFile<Row>> => {
    file ??= (await import('./parquet.ts')).createParquetFile(columns, write);
    return file;
  };
  return { add: async (rows) => (await open()).add(rows), finish: async () => (await open()).finish() };
};

// A conversation's own JSON is its NDJSON line; the other kinds have no JSON of their own beyond their columns.
const jsonLine = <Row>(columns: readonly CsvColumn<Row>[]): ((row: Row) => string) => {
  const isWhole = (columns as readonly unknown[]) === conversationColumns;
  return (row) => {
    const value = isWhole ? row : Object.fromEntries(columns.map((column) => [column.name, column.value(row)]));
    return `${JSON.stringify(value)}\n`;
  };
};

/** Characters that are gathered before they are handed on: a hand-over between threads costs as much as many rows. */
const CHUNK_LENGTH = 1 << 20;

/** `header` stands before the first line, even when there is none. The next chunk is made while the last is written. */
const createTextSink = <Row>(header: string, toLine: (row: Row) => string, write: Write): RowSink<Row> => {
  let lines: string[] = [header];
  let length = header.length;
  let writing: Promise<void> = Promise.resolve();
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(lines.join(''));
    lines = [];
    length = 0;
    await writing;
    if (bytes.length === 0) return;
    writing = write(bytes);
    // Its failure is met at the next `await writing`; until then it must not count as unheard.
    writing.catch(() => undefined);
  };
  return {
    async add(rows) {
      for (const row of rows) {
        const line = toLine(row);
        lines.push(line);
        length += line.length;
      }
      if (length >= CHUNK_LENGTH) await flush();
    },
    async finish() {
      await flush();
      await writing;
    },
  };
};
