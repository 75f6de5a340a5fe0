// What the query thread answers for reports beyond scorecards: outcomes by queue, figures by label, lists of single
// conversations, raw rows. Each reads the conversations once. May import the store's types, metrics, search and reports.
import { createHash } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import type { SearchIndex } from '../index/search-index.ts';
import { type ReconciliationOptions, reconcileQueues } from '../metrics/queue-reconciliation.ts';
import type { StoredConversation } from '../model.ts';
import { toConversationJson } from '../model-json.ts';
import { createExportFile } from '../reports/export.ts';
import { type ListInput, listCallbacks, listComment } from '../reports/list-rows.ts';
import { createLabelMask, maskConversation } from '../reports/masking.ts';
import { RAW_PAGE_ROWS, type RawRow, toRawRow } from '../reports/raw-rows.ts';
import type { QueryNode } from '../search/ast.ts';
import type { ConversationReader } from '../store/conversation-read.ts';
import type { Db } from '../store/open.ts';
import type { CallContext } from './rpc.ts';

const BLOCK = 500;

type Range = { fromS: number; toS: number };
type RawInput = Range & { query: QueryNode; maskSalt: string | null };

type Sources = {
  db: Db;
  snapshot<T>(work: () => T): T;
  /** Every conversation that a figure of this range may be made from. */
  conversationsOf(range: Range): Iterable<StoredConversation>;
  conversations: ConversationReader;
  index: SearchIndex;
};

export const createReportHandlers = ({ db, snapshot, conversationsOf, conversations, index }: Sources) => {
  const selectAgentNames = db.prepare('SELECT DISTINCT name FROM agent WHERE name IS NOT NULL ORDER BY name').pluck();
  const agentNames = (): string[] => selectAgentNames.all() as string[];
  const labelMaskOf = (maskSalt: string | null) => (maskSalt === null ? null : createLabelMask(maskSalt, agentNames()));

  /** Rows of a list, by `order`, newest first; equal instants by key. */
  const listRows = <Row extends { key: string; queue: string | null }>(
    input: ListInput,
    list: (record: StoredConversation, input: ListInput) => Row[],
    order: (row: Row) => string,
  ): Row[] =>
    snapshot(() => {
      const labels = labelMaskOf(input.maskSalt);
      const rows: Row[] = [];
      for (const record of conversationsOf(input)) rows.push(...list(record, input));
      rows.sort((a, b) => (order(a) === order(b) ? (a.key < b.key ? -1 : 1) : order(a) > order(b) ? -1 : 1));
      return labels === null ? rows : rows.map((row) => ({ ...row, queue: labels.maskOrNull(row.queue) }));
    });

  return {
    /** Everybody who was ever asked to take a conversation, for masking what is named after them. */
    agentNames: () => snapshot(agentNames),

    reconcileQueues: (input: ReconciliationOptions) => snapshot(() => reconcileQueues(conversationsOf(input), input)),

    comments: (input: ListInput) => listRows(input, listComment, (row) => row.startedAt),
    callbacks: (input: ListInput) => listRows(input, listCallbacks, (row) => row.optedAt ?? row.enteredAt ?? ''),

    /**
     * Every conversation that began in the range, as lines of the CSV of conversations: in chunks that are compressed here,
     * so that the whole can wait in memory until the report is written. Gives the rows for the page, and the hash of the lines.
     */
    rawRows: async (
      { fromS, toS, query, maskSalt }: RawInput,
      { signal, chunk }: CallContext,
    ): Promise<{ rows: RawRow[]; total: number; linesHash: string }> => {
      const wanted: QueryNode = { kind: 'and', nodes: [query, { kind: 'time', fromS, toS }] };
      const labels = snapshot(() => labelMaskOf(maskSalt));
      const digest = createHash('sha256');
      const file = createExportFile('conversations', 'csv', null, (bytes) => {
        digest.update(bytes);
        return chunk(zstdCompressSync(bytes));
      });
      const rows: RawRow[] = [];
      let total = 0;
      let after: Parameters<SearchIndex['walk']>[1] = null;
      for (;;) {
        signal.throwIfAborted();
        const block = snapshot(() => {
          const found = index.walk(wanted, after, BLOCK);
          const last = found.at(-1);
          if (last !== undefined) after = { startedS: index.startedOf(last), id: last };
          return conversations.byIds(found).map(toConversationJson);
        });
        if (block.length === 0) {
          await file.finish();
          return { rows, total, linesHash: digest.digest('hex') };
        }
        const shown =
          maskSalt === null || labels === null
            ? block
            : block.map((conversation) => maskConversation(conversation, maskSalt, labels.mask));
        rows.push(...shown.slice(0, RAW_PAGE_ROWS - rows.length).map(toRawRow));
        total += shown.length;
        await file.add(shown);
      }
    },
  };
};
