// The conversations export as one SELECT over the cache, for the peers that read SQLite themselves: the same columns in the
// same order, names resolved, lists joined, text guarded against formulas.

const guard = (value: string): string =>
  `CASE WHEN substr(${value}, 1, 1) IN ('=', '+', '-', '@', char(9), char(10), char(13)) THEN '''' || ${value} ELSE ${value} END`;
const term = (column: string): string => guard(`(SELECT value FROM term WHERE id = c.${column})`);
const iso = (seconds: string): string => `strftime('%Y-%m-%dT%H:%M:%SZ', ${seconds}, 'unixepoch')`;
const list = (column: string, item = 'value'): string =>
  guard(`(SELECT group_concat(${item}, '; ') FROM json_each(c.${column}))`);
const tags = (column: string): string =>
  list(
    column,
    `CASE WHEN value->>'value' IS NULL THEN value->>'name' ELSE (value->>'name') || '=' || (value->>'value') END`,
  );
const flag = (column: string): string => `CASE c.${column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
const whole = (column: string): string =>
  `CASE WHEN c.${column} = CAST(c.${column} AS INTEGER) THEN CAST(c.${column} AS INTEGER) ELSE c.${column} END`;
const queues = (column: string): string =>
  guard(`(SELECT group_concat(v, '; ') FROM (SELECT q.${column} AS v FROM destination d JOIN named_queue q ON q.id = d.queue
    WHERE d.conversation = c.id AND q.${column} IS NOT NULL GROUP BY q.${column} ORDER BY min(d.position)))`);
const agents = (column: string): string =>
  guard(`(SELECT group_concat(v, '; ') FROM (SELECT a.${column} AS v FROM offer o JOIN agent a ON a.id = o.agent
    WHERE o.conversation = c.id AND a.${column} IS NOT NULL GROUP BY a.${column} ORDER BY min(o.destination * 1000 + o.position)))`);

/** Run first: what the SELECT looks names and sums up in. */
export const preparationSql = `
CREATE TEMP TABLE named_queue (id INTEGER PRIMARY KEY, queue_id TEXT, name TEXT);
INSERT INTO named_queue SELECT id, queue_id, ifnull(name, (SELECT n.name FROM queue n
  WHERE n.queue_id = q.queue_id AND n.name IS NOT NULL ORDER BY n.id DESC LIMIT 1)) FROM queue q;
CREATE TEMP TABLE offer_sum (conversation INTEGER PRIMARY KEY, handled, interaction, hold, acw);
INSERT INTO offer_sum SELECT conversation, sum(handled), sum(CASE WHEN handled THEN interaction_s END),
  sum(CASE WHEN handled THEN hold_s END), sum(CASE WHEN handled THEN acw_s END) FROM offer GROUP BY conversation;
`;

const columns = [
  guard('c.conversation_id'),
  guard('c.session_id'),
  guard('c.key'),
  iso('c.started_s'),
  iso('c.ended_s'),
  ...['channel', 'direction', 'final_status', 'smart_status', 'reason', 'disconnecting_event'].map(term),
  flag('is_voicemail'),
  term('bot'),
  list('automation_bots'),
  ...[
    'user_id',
    'channel_user_id',
    'customer_phone',
    'center_phone',
    'customer_first_name',
    'customer_last_name',
    'customer_email',
  ].map((column) => guard(`c.${column}`)),
  list('skills', `value->>'id'`),
  list('skills', `value->>'name'`),
  list('dispositions'),
  list('remarks'),
  term('intent'),
  term('survey_type'),
  ...['csat_score', 'nps_score', 'like_score'].map(whole),
  guard('c.feedback'),
  tags('user_tags'),
  tags('session_tags'),
  ...['campaignName', 'campaignId', 'campaignInstanceId', 'campaignDialingListId'].map((name) =>
    guard(`(c.campaign->>'${name}')`),
  ),
  `c.campaign->>'attempt'`,
  guard(`(c.campaign->>'contactStatus')`),
  iso(`(c.campaign->>'runAtMs') / 1000`),
  guard(`(SELECT group_concat(value, '; ') FROM json_each(c.campaign, '$.contactListNames'))`),
  '(SELECT count(*) FROM destination WHERE conversation = c.id)',
  queues('queue_id'),
  queues('name'),
  agents('agent_id'),
  agents('name'),
  'ifnull(s.handled, 0)',
  's.interaction',
  's.hold',
  's.acw',
  guard(`(SELECT group_concat(j.value, '; ') FROM offer o, json_each(o.notes) j WHERE o.conversation = c.id)`),
  flag('is_shadow'),
  flag('is_open'),
  `(SELECT group_concat(endpoint, '; ') FROM source_row WHERE conversation = c.id)`,
];

export const conversationsSql = `SELECT ${columns.join(',\n  ')}
FROM conversation c LEFT JOIN offer_sum s ON s.conversation = c.id ORDER BY c.started_s, c.id`;
