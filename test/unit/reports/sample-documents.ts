// Made-up documents of every kind of report that is one, at any size: figures from a seeded generator, plausible in size.
// The queue figures are counted from made-up entries, so that they add up as the report demands.

import type { EntryFact } from '../../../main/metrics/entry-facts.ts';
import type { EntryOutcome } from '../../../main/metrics/outcomes.ts';
import { reconcile } from '../../../main/metrics/reconcile.ts';
import { metricRegistry } from '../../../main/metrics/registry.ts';
import { computeWilsonInterval } from '../../../main/metrics/statistics.ts';
import { buildBotContainment } from '../../../main/reports/bot-containment.ts';
import { buildCallbacks } from '../../../main/reports/callbacks.ts';
import { buildDispositions } from '../../../main/reports/dispositions.ts';
import { countOf, type ReportDocument } from '../../../main/reports/document.ts';
import type { Metrics, ReportFrame, StepFigures } from '../../../main/reports/metric-columns.ts';
import { buildQueueService } from '../../../main/reports/queue-service.ts';
import { buildRawRows, RAW_PAGE_ROWS } from '../../../main/reports/raw-rows.ts';
import { buildSurveys } from '../../../main/reports/surveys.ts';
import { buildTeamSummary } from '../../../main/reports/team-summary.ts';
import type { ReportKindName } from '../../../preload/contract/report.ts';
import { type MetricValue, metricNames, type ScorecardRow } from '../../../preload/contract/scorecard.ts';

export type DocumentKindName = Exclude<ReportKindName, 'agent-scorecards'>;

const randomFrom = (seed: number): (() => number) => {
  let state = (seed * 48271 + 11) % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
};

export const sampleFrame: ReportFrame = {
  workspaceName: 'Example Support',
  period: { from: '2025-08-31T22:00:00Z', to: '2025-09-30T22:00:00Z', zone: 'Europe/Berlin' },
  generatedAt: '2025-10-01T06:00:00Z',
  dataAsOf: '2025-10-01T05:12:44Z',
  coverage: { isComplete: true, fraction: 1, holes: [] },
  isMasked: false,
  definitions: 'Afterword 1',
  narrowed: '',
  csatPolarity: 'higher-is-better',
  notes: ['Left out: 3 conversations that are not closed yet.'],
  paper: 'a4',
};

const makeValue = (name: keyof Metrics, n: number, random: () => number): MetricValue => {
  const { unit } = metricRegistry[name];
  if (unit === 'count') return countOf(n);
  if (n === 0) return { value: null, n: 0, low: null, high: null };
  if (unit === 'fraction') {
    const hits = Math.round(n * (0.3 + random() * 0.6));
    return { value: hits / n, n, ...(computeWilsonInterval(hits, n) ?? { low: null, high: null }) };
  }
  const [lowest, highest] = { seconds: [20, 400], points: [-30, 60], score: [3, 5], ratio: [0, 2], 'per-hour': [2, 8] }[
    unit
  ] as [number, number];
  const value = lowest + random() * (highest - lowest);
  const half = (highest - lowest) / 2 / Math.sqrt(n);
  return { value, n, low: n < 6 ? null : value - half, high: n < 6 ? null : value + half };
};
const makeMetrics = (n: number, random: () => number): Metrics =>
  Object.fromEntries(metricNames.map((name) => [name, makeValue(name, n, random)])) as Metrics;

const outcomes: EntryOutcome[] = [
  'answered',
  'answered',
  'answered',
  'answered',
  'reassigned-answered',
  'callback',
  'voicemail',
  'flow-out',
  'abandoned',
  'terminated',
];
const makeEntry = (random: () => number): EntryFact => {
  const outcome = outcomes[Math.floor(random() * outcomes.length)] ?? 'answered';
  return {
    traits: { key: 'c', channel: 'voice', direction: 'Inbound', intent: null, dispositions: [] },
    agentId: null,
    agentName: null,
    queueId: null,
    queueName: null,
    botId: null,
    enteredAtS: 0,
    isOffered: true,
    isVoice: true,
    outcome,
    waitS: outcome === 'callback' || outcome === 'flow-out' ? null : Math.round(random() * 60),
    isAbandonedWithAgent: false,
    isTransferred: false,
    offers: 1,
    acceptedOffers: 1,
    callbackOpted: outcome === 'callback',
    callbackOptedAtMs: null,
    callbackAcceptedAtMs: null,
  };
};

type Options = {
  /** Rows of each table. */
  rows: number;
  /** What the first rows are called, in every table, and what is written in every text. */
  names?: readonly string[];
  frame?: Partial<ReportFrame>;
};

export const makeDocument = (
  kind: DocumentKindName,
  { rows: count, names = [], frame: changes }: Options,
): ReportDocument => {
  const frame = { ...sampleFrame, ...changes };
  const random = randomFrom(count + 7);
  const nameOf = (prefix: string, index: number): string => names[index] ?? `${prefix} ${index + 1}`;
  const makeRows = (prefix: string): ScorecardRow[] =>
    Array.from({ length: count }, (_, index) => ({
      key: `${prefix[0]?.toLowerCase()}-${String(index + 1).padStart(4, '0')}`,
      name: nameOf(prefix, index),
      metrics: makeMetrics(index % 10 === 9 ? 3 : index % 10 === 8 ? 17 : Math.round(40 + random() * 500), random),
    }));
  const pooled = (sampleSize: number): Metrics => makeMetrics(sampleSize, random);
  const compared = {
    // More than any row has.
    total: pooled(count * 600),
    previous: {
      period: { from: '2025-07-31T22:00:00Z', to: '2025-08-31T22:00:00Z', zone: 'Europe/Berlin' },
      metrics: pooled(count * 250),
      canCompare: frame.coverage.isComplete,
    },
  };
  const steps: StepFigures[] = Array.from({ length: 30 }, (_, index) => ({
    label: `2025-09-${String(index + 1).padStart(2, '0')}`,
    metrics: index === 12 ? null : pooled(Math.round(count * 9 * random())),
    isPartial: index === 29,
  }));
  const texts = (index: number) => ({
    key: `c-${String(index).padStart(7, '0')}-1111-4222-8333-444455556666`,
    queue: nameOf('Queue', index),
    agent: nameOf('Agent', index),
  });
  const list = Array.from({ length: count }, (_, index) => index);
  switch (kind) {
    case 'team-summary':
      return buildTeamSummary({
        frame,
        compared,
        steps,
        agents: makeRows('Agent'),
        teams: makeRows('Team').slice(0, 5),
      });
    case 'queue-service': {
      const queues = makeRows('Queue');
      const entries = queues.map(() =>
        Array.from({ length: 20 + Math.round(random() * 300) }, () => makeEntry(random)),
      );
      const setCounts = (metrics: Metrics, own: ReturnType<typeof reconcile>): void => {
        const [afterword] = own.presets;
        if (afterword === undefined) throw new Error('no preset');
        const { value, n, low, high } = afterword.serviceLevel;
        const lost = afterword.abandonRate;
        Object.assign(metrics, {
          offered: countOf(own.offered),
          serviceLevel: { value, n, low, high },
          abandonRate: { value: lost.value, n: lost.n, low: lost.low, high: lost.high },
        });
      };
      const total = reconcile(entries.flat());
      setCounts(compared.total, total);
      const own = queues.map(({ key, name, metrics }, index) => {
        const reconciliation = reconcile(entries[index] ?? []);
        setCounts(metrics, reconciliation);
        return { key, name, reconciliation };
      });
      return buildQueueService({
        frame,
        preset: 'afterword',
        compared,
        steps,
        queues,
        reconciliation: { total, queues: own },
      });
    }
    case 'bot-containment':
      return buildBotContainment({
        frame,
        compared,
        steps,
        bots: makeRows('Bot'),
        intents: makeRows('Intent'),
        left: { shadowConversations: 4, microSessions: 9 },
      });
    case 'dispositions':
      return buildDispositions({ frame, compared, steps, dispositions: makeRows('Code'), intents: makeRows('Intent') });
    case 'surveys':
      return buildSurveys({
        frame,
        compared,
        steps,
        queues: makeRows('Queue'),
        agents: { rows: makeRows('Agent'), total: compared.total },
        comments: list.map((index) => ({
          ...texts(index),
          startedAt: '2025-09-12T08:30:00Z',
          surveyType: 'csat',
          score: (index % 5) + 1,
          comment: names[index] ?? `The agent explained every step, ${index}.`,
        })),
      });
    case 'callbacks':
      return buildCallbacks({
        frame,
        compared,
        steps,
        queues: makeRows('Queue'),
        callbacks: list.map((index) => ({
          ...texts(index),
          position: 1,
          enteredAt: '2025-09-12T08:30:00Z',
          optedAt: '2025-09-12T08:31:00Z',
          acceptedAt: index % 4 === 0 ? null : '2025-09-12T08:40:00Z',
          waitS: index % 4 === 0 ? null : 540.5,
        })),
      });
    case 'raw-rows':
      return buildRawRows({
        frame,
        total: count,
        linesHash: 'ab'.repeat(32),
        rows: list.slice(0, RAW_PAGE_ROWS).map((index) => ({
          key: texts(index).key,
          startedAt: '2025-09-12T08:30:00Z',
          channel: 'Voice',
          direction: 'Inbound',
          queues: nameOf('Queue', index),
          agents: nameOf('Agent', index),
          handleS: 300 + index,
          status: 'CLOSED',
          dispositions: nameOf('Code', index),
          customer: nameOf('Customer', index),
        })),
      });
  }
};
