// Exports of what the cache holds, block by block: conversations, segments or queue entries, as CSV or as one JSON
// object a line.
import type { Conversation } from '../../preload/contract/conversation.ts';
import type { exportKinds } from '../../preload/contract/procedures.ts';
import { type CsvColumn, csvHeader, csvLine } from './csv.ts';
import { conversationColumns, queueEntryColumns, queueEntryRows, segmentColumns, segmentRows } from './flatten.ts';
import { maskConversation } from './masking.ts';

export type ExportKind = (typeof exportKinds)[number];

export type ExportRenderer = {
  /** What stands before the first line; empty for NDJSON. */
  header: string;
  lines(block: readonly Conversation[]): { text: string; rows: number };
};

/** `maskSalt`: null exports people's data as it is. */
export const renderExport = (what: ExportKind, format: 'csv' | 'ndjson', maskSalt: string | null): ExportRenderer => {
  switch (what) {
    case 'conversations':
      return createRenderer(conversationColumns, (c) => [c], format, maskSalt);
    case 'segments':
      return createRenderer(segmentColumns, segmentRows, format, maskSalt);
    case 'queue-entries':
      return createRenderer(queueEntryColumns, queueEntryRows, format, maskSalt);
  }
};

const createRenderer = <Row>(
  columns: readonly CsvColumn<Row>[],
  toRows: (conversation: Conversation) => Iterable<Row>,
  format: 'csv' | 'ndjson',
  maskSalt: string | null,
): ExportRenderer => {
  // A conversation's own JSON is its NDJSON line; the other kinds have no JSON of their own beyond their columns.
  const isWhole = (columns as readonly unknown[]) === conversationColumns;
  const toLine = (row: Row): string => {
    if (format === 'csv') return csvLine(columns, row);
    const value = isWhole ? row : Object.fromEntries(columns.map((column) => [column.name, column.value(row)]));
    return `${JSON.stringify(value)}\n`;
  };
  return {
    header: format === 'csv' ? csvHeader(columns) : '',
    lines(block) {
      let text = '';
      let rows = 0;
      for (const conversation of block) {
        for (const row of toRows(maskSalt === null ? conversation : maskConversation(conversation, maskSalt))) {
          text += toLine(row);
          rows += 1;
        }
      }
      return { text, rows };
    },
  };
};
