// Forgettings whose rows are gone from the cache and whose end is still to come: what library.db and the audit have to be told
// of them. Each is written in the transaction that removes its rows, so that it is there exactly when they are not.
import { z } from 'zod';
import type { Db } from './open.ts';

const schema = z.object({
  id: z.string(),
  atMs: z.number().int(),
  /** As the audit says it. */
  scope: z.string(),
  conversations: z.number().int(),
  quarantined: z.number().int(),
  isOfCustomer: z.boolean(),
  /** By which to find them in library.db; null by age, and as soon as that is done. */
  traces: z
    .object({
      keys: z.array(z.string()),
      names: z.array(z.object({ first: z.string().nullable(), last: z.string().nullable() })),
    })
    .nullable(),
});
export type UnfinishedForgetting = z.infer<typeof schema>;
/** What is known of a forgetting before anything is removed. */
export type BegunForgetting = Pick<UnfinishedForgetting, 'id' | 'atMs' | 'scope'>;

export type UnfinishedForgettings = {
  put(forgetting: UnfinishedForgetting): void;
  /** False when another program has ended it meanwhile. */
  replace(forgetting: UnfinishedForgetting): boolean;
  /** Oldest first. Rows of a damaged cache that are no such thing any more are left out. */
  list(): UnfinishedForgetting[];
  remove(id: string): void;
};

const nameOf = (id: string): string => `forgetting ${id}`;

export const createUnfinishedForgettings = (db: Db): UnfinishedForgettings => {
  const insert = db.prepare('INSERT OR REPLACE INTO sync_state VALUES (?, ?)');
  const update = db.prepare('UPDATE sync_state SET value = @value WHERE name = @name');
  const select = db.prepare(`SELECT value FROM sync_state WHERE name LIKE 'forgetting %'`).pluck();
  const remove = db.prepare('DELETE FROM sync_state WHERE name = ?');
  return {
    put: (forgetting) => {
      insert.run(nameOf(forgetting.id), JSON.stringify(forgetting));
    },
    replace: (forgetting) => update.run({ name: nameOf(forgetting.id), value: JSON.stringify(forgetting) }).changes > 0,
    list: () => (select.all() as string[]).flatMap(readUnfinished).sort((one, other) => one.atMs - other.atMs),
    remove: (id) => {
      remove.run(nameOf(id));
    },
  };
};

/** Nothing when the text is not what `put` writes. */
export const readUnfinished = (text: string): UnfinishedForgetting[] => {
  try {
    const read = schema.safeParse(JSON.parse(text));
    return read.success ? [read.data] : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
};
