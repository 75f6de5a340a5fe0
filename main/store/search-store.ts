// Finds conversations: a parsed query as SQL, the page of ids, the total, the facets.
import type { Filter, Query } from '../search/query.ts';
import type { Db } from './open.ts';

export type Facet = { value: string; label: string; count: number };
export const facetNames = [
  'agent',
  'queue',
  'channel',
  'status',
  'direction',
  'disposition',
  'survey',
  'intent',
] as const;
export type FacetName = (typeof facetNames)[number];
export type SortOrder = 'started' | '-started';

export type SearchStore = {
  /** Ids in the order asked for, `limit` of them after `offset`. */
  ids(query: Query, sort: SortOrder, limit: number, offset: number): number[];
  count(query: Query): number;
  facets(query: Query): Record<FacetName, Facet[]>;
  /** Oldest first, from behind `after`: for exports that go through everything in blocks. */
  rowsAfter(query: Query, after: RowPosition, limit: number): RowPosition[];
  findByAnyId(text: string): number | null;
};

export type RowPosition = { startedS: number; id: number };

const MAX_FACET_VALUES = 50;

type Where = { sql: string; parameters: (string | number)[] };

const like = (value: string): string => `%${value.replace(/[\\%_]/g, (c) => `\\${c}`)}%`;
const termIs = (column: string, value: string): Where => ({
  sql: `c.${column} IN (SELECT id FROM term WHERE kind = '${column}' AND value LIKE ? ESCAPE '\\')`,
  parameters: [like(value)],
});
const offerWhere = (condition: string, parameters: (string | number)[] = []): Where => ({
  sql: `EXISTS (SELECT 1 FROM offer WHERE conversation = c.id AND ${condition})`,
  parameters,
});
const destinationWhere = (condition: string, parameters: (string | number)[] = []): Where => ({
  sql: `EXISTS (SELECT 1 FROM destination WHERE conversation = c.id AND ${condition})`,
  parameters,
});
const digitsOf = (column: string): string =>
  `replace(replace(replace(replace(replace(${column}, '+', ''), ' ', ''), '-', ''), '(', ''), ')', '')`;

const textFilter = (filter: Extract<Filter, { kind: 'text' }>): Where => {
  const { value } = filter;
  const pattern = like(value);
  switch (filter.field) {
    case 'agent':
      return offerWhere(
        `agent IN (SELECT id FROM agent WHERE agent_id = ? OR name LIKE ? ESCAPE '\\' OR email LIKE ? ESCAPE '\\')`,
        [value, pattern, pattern],
      );
    case 'queue':
      return destinationWhere(
        `queue IN (SELECT id FROM queue WHERE name LIKE ? ESCAPE '\\' OR queue_id = ?
           OR queue_id IN (SELECT queue_id FROM queue WHERE name LIKE ? ESCAPE '\\'))`,
        [pattern, value, pattern],
      );
    case 'channel':
    case 'direction':
    case 'bot':
    case 'intent':
      return termIs(filter.field, value);
    case 'status': {
      const either = ['final_status', 'smart_status'].map((column) => termIs(column, value));
      return { sql: `(${either.map((e) => e.sql).join(' OR ')})`, parameters: either.flatMap((e) => e.parameters) };
    }
    case 'survey':
      return termIs('survey_type', value);
    case 'disposition':
      return {
        sql: `EXISTS (SELECT 1 FROM json_each(c.dispositions) WHERE value LIKE ? ESCAPE '\\')`,
        parameters: [pattern],
      };
    case 'customer':
      return {
        sql: `(c.customer_first_name || ' ' || c.customer_last_name LIKE ? ESCAPE '\\' OR c.customer_first_name LIKE ? ESCAPE '\\'
          OR c.customer_last_name LIKE ? ESCAPE '\\' OR c.user_id = ? OR c.channel_user_id = ?)`,
        parameters: [pattern, pattern, pattern, value, value],
      };
    case 'phone':
      return {
        sql: `(${digitsOf('c.customer_phone')} LIKE ? OR ${digitsOf('c.center_phone')} LIKE ?)`,
        parameters: Array.from({ length: 2 }, () => `%${value.replace(/\D/g, '') || 'none'}%`),
      };
    case 'email':
      return { sql: `c.customer_email LIKE ? ESCAPE '\\'`, parameters: [pattern] };
    case 'id':
      return { sql: '(c.key = ? OR c.session_id = ?)', parameters: [value, value] };
  }
};

const hasFilter: Record<Extract<Filter, { kind: 'has' }>['value'], Where> = {
  callback: destinationWhere('callback_opted = 1'),
  consult: offerWhere('consults IS NOT NULL'),
  transfer: {
    sql: '(SELECT count(*) FROM offer WHERE conversation = c.id AND handled = 1) > 1',
    parameters: [],
  },
  voicemail: { sql: 'c.is_voicemail = 1', parameters: [] },
  note: offerWhere('notes IS NOT NULL'),
  feedback: { sql: 'c.feedback IS NOT NULL', parameters: [] },
  survey: { sql: 'c.survey_type IS NOT NULL', parameters: [] },
};

const isFilter: Record<Extract<Filter, { kind: 'is' }>['value'], Where> = {
  open: { sql: 'c.is_open = 1', parameters: [] },
  shadow: { sql: 'c.is_shadow = 1', parameters: [] },
  botonly: { sql: 'c.conversation_id IS NULL', parameters: [] },
};

const filterWhere = (filter: Filter): Where => {
  if (filter.kind === 'from') return { sql: 'c.started_s >= ?', parameters: [filter.atS] };
  if (filter.kind === 'to') return { sql: 'c.started_s < ?', parameters: [filter.atS] };
  const where =
    filter.kind === 'text'
      ? textFilter(filter)
      : filter.kind === 'has'
        ? hasFilter[filter.value]
        : isFilter[filter.value];
  // What is absent does not match, so its negation does: NULL must not swallow the row.
  return filter.isNegated ? { ...where, sql: `NOT ifnull(${where.sql}, 0)` } : where;
};

const toWhere = (query: Query): Where => {
  const parts = query.filters.map(filterWhere);
  const hasText = 'IN (SELECT rowid FROM conversation_text WHERE conversation_text MATCH ?)';
  if (query.match !== null) parts.push({ sql: `c.id ${hasText}`, parameters: [query.match] });
  if (query.exclude !== null) parts.push({ sql: `c.id NOT ${hasText}`, parameters: [query.exclude] });
  return {
    sql: parts.length === 0 ? '1' : parts.map((part) => part.sql).join(' AND '),
    parameters: parts.flatMap((part) => part.parameters),
  };
};

const termFacet = (column: string): string =>
  `SELECT t.value AS value, t.value AS label, count(*) AS count FROM hit JOIN conversation c USING (id) JOIN term t ON t.id = c.${column} GROUP BY t.id`;

const facetSql: Record<FacetName, string> = {
  agent: `SELECT coalesce(a.agent_id, a.email, a.name) AS value, coalesce(max(a.name), a.email, a.agent_id) AS label, count(DISTINCT hit.id) AS count
    FROM hit JOIN offer o ON o.conversation = hit.id JOIN agent a ON a.id = o.agent GROUP BY 1`,
  queue: `SELECT coalesce(q.queue_id, q.name) AS value,
      coalesce(max(q.name), (SELECT max(name) FROM queue WHERE queue_id = q.queue_id), q.queue_id) AS label, count(DISTINCT hit.id) AS count
    FROM hit JOIN destination d ON d.conversation = hit.id JOIN queue q ON q.id = d.queue GROUP BY 1`,
  channel: termFacet('channel'),
  status: termFacet('final_status'),
  direction: termFacet('direction'),
  survey: termFacet('survey_type'),
  intent: termFacet('intent'),
  disposition: `SELECT j.value AS value, j.value AS label, count(DISTINCT hit.id) AS count
    FROM hit JOIN conversation c USING (id), json_each(c.dispositions) j GROUP BY j.value`,
};

export const createSearchStore = (db: Db): SearchStore => {
  const from = 'SELECT c.id FROM conversation c WHERE';
  return {
    ids(query, sort, limit, offset) {
      const where = toWhere(query);
      const order = sort === 'started' ? 'ASC' : 'DESC';
      return db
        .prepare(`${from} ${where.sql} ORDER BY c.started_s ${order}, c.key ${order} LIMIT ? OFFSET ?`)
        .pluck()
        .all(...where.parameters, limit, offset) as number[];
    },
    count(query) {
      const where = toWhere(query);
      return db
        .prepare(`SELECT count(*) FROM conversation c WHERE ${where.sql}`)
        .pluck()
        .get(...where.parameters) as number;
    },
    facets(query) {
      const where = toWhere(query);
      const facets = facetNames.map((name) => [
        name,
        db
          .prepare(
            `WITH hit AS MATERIALIZED (${from} ${where.sql}) ${facetSql[name]} ORDER BY count DESC, label, value LIMIT ${MAX_FACET_VALUES}`,
          )
          .all(...where.parameters) as Facet[],
      ]);
      return Object.fromEntries(facets) as Record<FacetName, Facet[]>;
    },
    rowsAfter(query, after, limit) {
      const where = toWhere(query);
      return db
        .prepare(
          `SELECT c.id, c.started_s AS startedS FROM conversation c
           WHERE (c.started_s, c.id) > (?, ?) AND ${where.sql} ORDER BY c.started_s, c.id LIMIT ?`,
        )
        .all(after.startedS, after.id, ...where.parameters, limit) as RowPosition[];
    },
    findByAnyId: (text) =>
      (db
        .prepare('SELECT id FROM conversation WHERE key = ? OR session_id = ? ORDER BY key = ? DESC LIMIT 1')
        .pluck()
        .get(text, text, text) as number | undefined) ?? null,
  };
};
