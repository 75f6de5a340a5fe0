// Words, agents and queues that repeat over many rows, stored once and looked up in memory. One instance a connection.
import type { Db } from './open.ts';
import { damagedContent } from './sound-values.ts';

export const termKinds = [
  'channel',
  'direction',
  'final_status',
  'smart_status',
  'reason',
  'disconnecting_event',
  'bot',
  'intent',
  'survey_type',
  'destination_type',
  'non_response',
] as const;
export type TermKind = (typeof termKinds)[number];

export type AgentIdentity = { agentId: string | null; name: string | null; email: string | null };
export type QueueIdentity = { queueId: string | null; name: string | null };

const SEPARATOR = '\u0000';

export type TermWriter = {
  term(kind: TermKind, value: string | null): number | null;
  agent(identity: AgentIdentity): number | null;
  queue(identity: QueueIdentity): number | null;
  /** Forgets what is remembered: after a rolled-back transaction, ids in memory may not exist. */
  reset(): void;
};

const namedIds = {
  agent: `SELECT DISTINCT agent_id FROM agent WHERE agent_id IS NOT NULL AND (agent_id = :text OR name = :text COLLATE NOCASE OR email = :text COLLATE NOCASE)`,
  queue: `SELECT DISTINCT queue_id FROM queue WHERE queue_id IS NOT NULL AND (queue_id = :text OR name = :text COLLATE NOCASE)`,
  bot: `SELECT value FROM term WHERE kind = 'bot' AND value = :text`,
} as const;

/** The ids of the agents, queues or bots that are called so, by id, by any name they had or by e-mail; case is ignored. */
export const findNamedIds = (db: Db, by: keyof typeof namedIds, text: string): string[] =>
  db.prepare(namedIds[by]).pluck().all({ text }) as string[];

/** Gives the id of a word, agent or queue, adding it when it is new. */
export const createTermWriter = (db: Db): TermWriter => {
  type Ids = Map<string, number>;
  // A map for each kind: joining kind and word to one key for nine words of every conversation would cost more than looking up.
  const terms = Object.fromEntries(termKinds.map((kind) => [kind, new Map()])) as Record<TermKind, Ids>;
  const agents: Ids = new Map();
  const queues: Ids = new Map();
  const intern = (ids: Ids, key: string, find: () => unknown, add: () => number | bigint): number => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    const found = find() as number | undefined;
    const id = found ?? Number(add());
    ids.set(key, id);
    return id;
  };
  const findTerm = db.prepare('SELECT id FROM term WHERE kind = ? AND value = ?').pluck();
  const addTerm = db.prepare('INSERT INTO term (kind, value) VALUES (?, ?)');
  const findAgent = db
    .prepare(
      `SELECT id FROM agent WHERE ifnull(agent_id, '') = ifnull(?, '') AND ifnull(name, '') = ifnull(?, '') AND ifnull(email, '') = ifnull(?, '')`,
    )
    .pluck();
  const addAgent = db.prepare('INSERT INTO agent (agent_id, name, email) VALUES (?, ?, ?)');
  const findQueue = db
    .prepare(`SELECT id FROM queue WHERE ifnull(queue_id, '') = ifnull(?, '') AND ifnull(name, '') = ifnull(?, '')`)
    .pluck();
  const addQueue = db.prepare('INSERT INTO queue (queue_id, name) VALUES (?, ?)');
  return {
    term: (kind, value) =>
      value === null
        ? null
        : intern(
            terms[kind],
            value,
            () => findTerm.get(kind, value),
            () => addTerm.run(kind, value).lastInsertRowid,
          ),
    agent: ({ agentId, name, email }) =>
      agentId === null && name === null && email === null
        ? null
        : intern(
            agents,
            [agentId, name, email].join(SEPARATOR),
            () => findAgent.get(agentId, name, email),
            () => addAgent.run(agentId, name, email).lastInsertRowid,
          ),
    queue: ({ queueId, name }) =>
      queueId === null && name === null
        ? null
        : intern(
            queues,
            [queueId, name].join(SEPARATOR),
            () => findQueue.get(queueId, name),
            () => addQueue.run(queueId, name).lastInsertRowid,
          ),
    reset: () => {
      for (const ids of [...Object.values(terms), agents, queues]) ids.clear();
    },
  };
};

export type TermReader = {
  term(id: number | null): string | null;
  agent(id: number | null): AgentIdentity;
  /** The name is the row's own, else the newest name another row gave the same queue id. */
  queue(id: number | null): QueueIdentity;
  /** Reads everything again if anything was added: a name may have been learned since for an id already known. */
  reload(): void;
};

/** Reads words back. Reloads by itself when it meets an id that a writer added since. */
export const createTermReader = (db: Db): TermReader => {
  let terms = new Map<number, string>();
  let agents = new Map<number, AgentIdentity>();
  let queues = new Map<number, QueueIdentity>();
  let mark: string | null = null;
  const readMark = createMarkReader(db);
  const selectTerms = db.prepare('SELECT id, value FROM term');
  const selectAgents = db.prepare('SELECT id, agent_id AS agentId, name, email FROM agent');
  const selectQueues = db.prepare('SELECT id, queue_id AS queueId, name FROM queue ORDER BY id');
  const load = (): void => {
    terms = new Map((selectTerms.all() as { id: number; value: string }[]).map((row) => [row.id, row.value]));
    agents = new Map(
      (selectAgents.all() as (AgentIdentity & { id: number })[]).map(({ id, ...identity }) => [id, identity]),
    );
    const rows = selectQueues.all() as (QueueIdentity & { id: number })[];
    const names = new Map(rows.filter((row) => row.name !== null).map((row) => [row.queueId, row.name]));
    queues = new Map(
      rows.map((row) => [row.id, { queueId: row.queueId, name: row.name ?? names.get(row.queueId) ?? null }]),
    );
  };
  const lookUp = <T>(id: number, from: () => Map<number, T>): T => {
    if (!from().has(id)) load();
    const value = from().get(id);
    if (value === undefined) throw damagedContent();
    return value;
  };
  return {
    term: (id) => (id === null ? null : lookUp(id, () => terms)),
    agent: (id) => (id === null ? { agentId: null, name: null, email: null } : lookUp(id, () => agents)),
    queue: (id) => (id === null ? { queueId: null, name: null } : lookUp(id, () => queues)),
    reload() {
      const now = readMark();
      if (now !== mark) load();
      mark = now;
    },
  };
};

/** Differs whenever a word, an agent or a queue was added. Nothing ever changes or removes one. */
const createMarkReader = (db: Db): (() => string) => {
  const selectMark = db
    .prepare(
      `SELECT ifnull((SELECT max(id) FROM term), 0) || ' ' || ifnull((SELECT max(id) FROM agent), 0) || ' ' || ifnull((SELECT max(id) FROM queue), 0)`,
    )
    .pluck();
  return () => selectMark.get() as string;
};

const readDimensions = (db: Db) => ({
  terms: db.prepare('SELECT id, kind, value FROM term').all() as { id: number; kind: string; value: string }[],
  agents: db.prepare('SELECT id, agent_id AS agentId, name, email FROM agent').all() as (AgentIdentity & {
    id: number;
  })[],
  queues: db.prepare('SELECT id, queue_id AS queueId, name FROM queue').all() as (QueueIdentity & { id: number })[],
});

/** Gives all of them as they are now: what the codes of the search index stand for. The same object while none is added. */
export const createDimensionReader = (db: Db): (() => ReturnType<typeof readDimensions>) => {
  const readMark = createMarkReader(db);
  let known: { mark: string; dimensions: ReturnType<typeof readDimensions> } | null = null;
  return () => {
    const mark = readMark();
    if (known?.mark !== mark) known = { mark, dimensions: readDimensions(db) };
    return known.dimensions;
  };
};
