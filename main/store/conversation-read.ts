// Reads conversations back whole, in blocks: the one place where rows become a StoredConversation again.
import { type Endpoint, endpoints } from '../../preload/contract/conversation.ts';
import type { StoredConversation } from '../model.ts';
import { prepareColumns, toRecord } from './conversation-columns.ts';
import type { Db } from './open.ts';
import type { TermReader } from './terms.ts';

export type ConversationReader = {
  /** The conversations with these ids, in the order of the ids; ids that do not exist are left out. Throws AppError db_corrupt. */
  byIds(ids: readonly number[]): StoredConversation[];
};

export const createConversationReader = (db: Db, terms: TermReader): ConversationReader => {
  const wanted = 'IN (SELECT value FROM json_each(?))';
  const readColumns = prepareColumns(db, wanted, 'whole');
  const selectSources = db.prepare(`SELECT conversation, endpoint FROM source_row WHERE conversation ${wanted}`);
  return {
    byIds(ids) {
      const parameter = JSON.stringify(ids);
      const sources = Map.groupBy(
        selectSources.all(parameter) as { conversation: number; endpoint: Endpoint }[],
        ({ conversation }) => conversation,
      );
      const found = new Map(
        readColumns(parameter).map((columns): [number, StoredConversation] => {
          const { id } = columns;
          const own = (sources.get(id) ?? []).map(({ endpoint }) => endpoint);
          const known = endpoints.filter((endpoint) => own.includes(endpoint));
          return [id, Object.assign(toRecord(columns, terms), { id, sources: known })];
        }),
      );
      return ids.flatMap((id) => found.get(id) ?? []);
    },
  };
};
