// A cache.db of one test's own, written and read by the real store.
import { hash } from 'node:crypto';
import type { ConversationRecord } from '../../main/model.ts';
import { openCacheForWriting } from '../../main/store/cache.ts';
import { type ConversationReader, createConversationReader } from '../../main/store/conversation-read.ts';
import { createConversationWriter } from '../../main/store/conversation-write.ts';
import { type Db, inTransaction } from '../../main/store/open.ts';
import { toSearchText } from '../../main/store/search-text.ts';
import { createTermReader, createTermWriter } from '../../main/store/terms.ts';

export type TestCache = {
  db: Db;
  /** As the store's own, finished after each. */
  writer: {
    save(record: ConversationRecord, contentHash: Uint8Array, existingId: number | null): number;
    remove(id: number): void;
  };
  reader: ConversationReader;
  /** Adds the records in one transaction; gives their ids in the same order. */
  saveAll(records: readonly ConversationRecord[]): number[];
};

export const hashOf = (record: ConversationRecord): Buffer => hash('sha256', JSON.stringify(record), 'buffer');

export const openTestCache = (path: string): TestCache => {
  const db = openCacheForWriting(path);
  const conversations = createConversationWriter(db, createTermWriter(db));
  const writer: TestCache['writer'] = {
    save: (record, contentHash, existingId) => {
      const id = conversations.save(record, contentHash, existingId, toSearchText(record));
      conversations.finish();
      return id;
    },
    remove: conversations.remove,
  };
  return {
    db,
    writer,
    reader: createConversationReader(db, createTermReader(db)),
    saveAll: (records) => inTransaction(db, () => records.map((record) => writer.save(record, hashOf(record), null))),
  };
};
