// The kinds of report that are documents of tables: what each gathers. What each shows of it is in reports/.
import { zstdDecompressSync } from 'node:zlib';
import { buildBotContainment } from '../reports/bot-containment.ts';
import { buildCallbacks } from '../reports/callbacks.ts';
import { buildDispositions } from '../reports/dispositions.ts';
import type { ReportDocument } from '../reports/document.ts';
import type { ListInput } from '../reports/list-rows.ts';
import { buildQueueService } from '../reports/queue-service.ts';
import { buildRawRows } from '../reports/raw-rows.ts';
import { buildSurveys } from '../reports/surveys.ts';
import { buildTeamSummary } from '../reports/team-summary.ts';
import type { DocumentKind, Gathering } from './document-report.ts';
import { readQuery } from './searching.ts';

const queueFilter = { name: 'queue', by: 'queue', word: 'Queue' } as const;

const rangeOf = ({ request }: Gathering): { fromS: number; toS: number } => {
  const { fromS, toS } = request.period;
  return { fromS, toS };
};
const listInputOf = (gathering: Gathering): ListInput => {
  const { filter, request, rules } = gathering;
  const queue = filter === undefined ? {} : { queue: filter };
  return { ...rangeOf(gathering), ...queue, repairs: rules.repairs, maskSalt: request.mask?.salt ?? null };
};
const queryOf = ({ reading, request }: Gathering) => reading.queryOf(request.workspace);

const tableSizes = ({ tables }: ReportDocument, ...ids: string[]): Record<string, number> =>
  Object.fromEntries(ids.map((id) => [`${id}s`, tables.find((table) => table.id === id)?.rows.length ?? 0]));

export const teamSummary: DocumentKind = {
  filter: null,
  compares: true,
  async build(gathering) {
    const { compared, steps, rows } = await gathering.figuresOf('agent');
    const hasTeams = gathering.request.workspace.figures.teams.length > 0;
    const teams = hasTeams ? await gathering.rowsOf('team') : [];
    const document = buildTeamSummary({ frame: gathering.frame, compared, steps, agents: rows, teams });
    const conversations = compared.total.conversations.value ?? 0;
    return { document, rowCounts: { ...tableSizes(document, 'agent', 'team'), conversations } };
  },
};

export const queueService: DocumentKind = {
  filter: queueFilter,
  compares: true,
  async build(gathering) {
    const { frame, rules, filter, labels } = gathering;
    const { compared, steps, rows } = await gathering.figuresOf('queue');
    const query = await queryOf(gathering);
    const { total, queues } = await query.call('reconcileQueues', {
      ...rangeOf(gathering),
      thresholds: rules.thresholds,
      repairs: rules.repairs,
      ...(filter === undefined ? {} : { queue: filter }),
    });
    const reconciliation = {
      total,
      queues: queues.map((queue) => ({ ...queue, name: labels?.mask(queue.name) ?? queue.name })),
    };
    const document = buildQueueService({ frame, preset: rules.preset, compared, steps, queues: rows, reconciliation });
    return { document, rowCounts: { ...tableSizes(document, 'queue'), entries: total.offered } };
  },
};

export const botContainment: DocumentKind = {
  filter: { name: 'bot', by: 'bot', word: 'Bot' },
  compares: true,
  async build(gathering) {
    const { compared, steps, rows, notes } = await gathering.figuresOf('bot');
    const document = buildBotContainment({
      frame: gathering.frame,
      compared,
      steps,
      bots: rows,
      // An intent's sessions are from all bots: beside one bot's they would be read as that bot's.
      intents: gathering.filter === undefined ? await gathering.rowsOf('intent') : [],
      left: notes,
    });
    const sessions = compared.total.botSessions.value ?? 0;
    return { document, rowCounts: { ...tableSizes(document, 'bot', 'intent'), sessions } };
  },
};

export const dispositions: DocumentKind = {
  filter: null,
  compares: true,
  async build(gathering) {
    // By intent: by disposition there is no wrap-up coverage, because the row without one would always have none.
    const { compared, steps, rows } = await gathering.figuresOf('intent');
    const document = buildDispositions({
      frame: gathering.frame,
      compared,
      steps,
      dispositions: await gathering.rowsOf('disposition'),
      intents: rows,
    });
    const conversations = compared.total.conversations.value ?? 0;
    return { document, rowCounts: { ...tableSizes(document, 'disposition', 'intent'), conversations } };
  },
};

export const surveys: DocumentKind = {
  filter: queueFilter,
  compares: true,
  async build(gathering) {
    const { compared, steps, rows } = await gathering.figuresOf('queue');
    const document = buildSurveys({
      frame: gathering.frame,
      compared,
      steps,
      queues: rows,
      // An agent's surveys are from all queues: beside one queue's they would be read as that queue's.
      agents:
        gathering.filter === undefined
          ? { rows: await gathering.rowsOf('agent'), total: await gathering.totalOf('agent') }
          : null,
      comments: await (await queryOf(gathering)).call('comments', listInputOf(gathering)),
    });
    return { document, rowCounts: tableSizes(document, 'comment', 'queue', 'agent') };
  },
};

export const callbacks: DocumentKind = {
  filter: queueFilter,
  compares: true,
  async build(gathering) {
    const { compared, steps, rows } = await gathering.figuresOf('queue');
    const document = buildCallbacks({
      frame: gathering.frame,
      compared,
      steps,
      queues: rows,
      callbacks: await (await queryOf(gathering)).call('callbacks', listInputOf(gathering)),
    });
    return { document, rowCounts: tableSizes(document, 'callback', 'queue') };
  },
};

export const rawRows: DocumentKind = {
  filter: { name: 'query', by: null, word: 'Search' },
  compares: false,
  checkFilter(text) {
    readQuery(text, { zone: 'UTC' }, 0);
  },
  async build(gathering) {
    const { request, filter, signal, frame } = gathering;
    const { zone, view, mask } = request;
    const wanted = readQuery(filter ?? '', { zone }, view.nowMs);
    const blocks: Uint8Array[] = [];
    const found = await (await queryOf(gathering)).call(
      'rawRows',
      { ...rangeOf(gathering), query: wanted, maskSalt: mask?.salt ?? null },
      {
        signal,
        onChunk: async (block) => {
          blocks.push(block);
        },
      },
    );
    return {
      document: buildRawRows({ frame: { ...frame, notes: [] }, ...found }),
      rowCounts: { conversations: found.total },
      *csv() {
        for (const block of blocks) yield zstdDecompressSync(block).toString('utf8');
      },
    };
  },
};
