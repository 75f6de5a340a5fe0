// What the query thread counts, all of it from columns: scorecards, the facts behind a figure, comparisons and reconciliations.
// Conversations are read for the page that is shown.
import type { Card, PeerComparison } from '../../preload/contract/comparison.ts';
import { type CountingRules, presetNames } from '../../preload/contract/counting.ts';
import {
  type CsatPolarity,
  type MetricName,
  type MetricValue,
  metricNames,
  type ScorecardGroup,
} from '../../preload/contract/scorecard.ts';
import type { ColumnScorecards } from '../index/column-scorecard.ts';
import type { ColumnScorecardOptions } from '../index/fact-count.ts';
import type { FactTableName } from '../index/fact-store.ts';
import type { FoundFact } from '../index/fact-trace.ts';
import { type ConversationFacts, deriveFacts, type FactOwner } from '../metrics/facts.ts';
import { comparePeers } from '../metrics/peers.ts';
import {
  type EntryFact,
  type JudgedEntryRow,
  listJudgedEntries,
  type Reconciliation,
  reconcile,
} from '../metrics/reconcile.ts';
import type { Repairs } from '../metrics/repairs.ts';
import { toCalendar } from '../metrics/rules.ts';
import type { ScorecardFigures } from '../metrics/scorecard.ts';
import type { TeamSpans } from '../metrics/teams.ts';
import type { FigureFact } from '../metrics/trace.ts';
import type { StoredConversation } from '../model.ts';

export type ScorecardInput = {
  by: ScorecardGroup;
  fromS: number;
  toS: number;
  csatPolarity: CsatPolarity;
  /** IANA zone of the days. */
  zone: string;
  agentKey?: string;
  rules: CountingRules;
  teams: TeamSpans;
  /** Contacts that start before this are known but for those in `holes`. UTC epoch seconds. */
  horizonS: number;
  holes: readonly { fromS: number; toS: number }[];
  /** The metrics to make; left out: every one. */
  metrics?: readonly MetricName[];
};

type Page = { limit: number; offset: number };
export type FigureRowsFound = {
  figure: MetricValue;
  total: number;
  counted: number;
  conversations: number;
  rows: FigureFact[];
};
export type Reconciled = {
  reconciliation: Reconciliation;
  figures: { acwMean: MetricValue; nps: MetricValue; queueTransferRate: MetricValue }[];
  entries: JudgedEntryRow[];
};

export type FigureQueries = {
  scorecard(input: ScorecardInput): ScorecardFigures;
  /** The figures of all, for each period: those that `metrics` names, and no others. */
  totals(inputs: readonly ScorecardInput[]): Partial<Record<MetricName, MetricValue>>[];
  /** One row over several periods: the whole scorecard of the first, and the row alone of the others. */
  card(input: { first: ScorecardInput; others: ScorecardInput[]; key: string }): {
    first: ScorecardFigures;
    others: (Record<MetricName, MetricValue> | null)[];
    /** The row among the others of the first period. */
    peers: Card['peers'];
  };
  /** `key` null: the total. */
  figureRows(input: ScorecardInput & Page & { metric: MetricName; key: string | null }): FigureRowsFound;
  comparePeers(input: ScorecardInput & { metric: MetricName }): PeerComparison;
  /** Under every preset; the preset of `rules` does not matter. */
  reconcile(input: ScorecardInput & Page): Reconciled;
};

/** What a reconciliation shows of each preset beside its own rates. */
const reconciledMetrics: readonly MetricName[] = ['acwMean', 'nps', 'queueTransferRate'];

const ownerOf = (facts: ConversationFacts, table: FactTableName | null, index: number): FactOwner | null => {
  switch (table) {
    case null:
      return facts.conversation;
    case 'surveys':
      return facts.survey;
    case 'consults':
      return facts.consultsGiven[index] ?? null;
    default:
      return facts[table][index] ?? null;
  }
};

/** `byIds` reads the conversations of a page of facts; `scorecards` gives those of the caller's snapshot. */
export const createFigureQueries = (
  byIds: (ids: readonly number[]) => StoredConversation[],
  scorecards: () => ColumnScorecards,
): FigureQueries => {
  const toOptions = ({ rules, ...options }: ScorecardInput): ColumnScorecardOptions => {
    const { openingHours, ...counting } = rules;
    return {
      ...options,
      ...counting,
      ...(openingHours === null ? {} : { calendar: toCalendar(openingHours, options.zone) }),
    };
  };
  const countColumns = (input: ScorecardInput): ScorecardFigures => scorecards().count(toOptions(input));
  /** Whose the facts are, in order of time, as the conversations say: columns hold no names for most. */
  const ownersOf = (found: readonly FoundFact[], repairs: Repairs): FigureFact[] => {
    const ids = [...new Set(found.map(({ conversation }) => conversation))];
    // Shadows are among what was found only where they count.
    const facts = new Map(
      byIds(ids).map((record) => [record.id, deriveFacts(record, { ...repairs, shadows: 'counted' })]),
    );
    const rows = found.flatMap(({ conversation, table, index, ...fact }): FigureFact[] => {
      const derived = facts.get(conversation);
      const owner = derived && ownerOf(derived, table, index);
      return owner ? [{ owner, ...fact }] : [];
    });
    return rows.sort(
      (left, right) => left.atS - right.atS || (left.owner.traits.key < right.owner.traits.key ? -1 : 1),
    );
  };

  return {
    scorecard: countColumns,
    totals: (inputs) => inputs.map((input) => countColumns(input).total),
    card({ first, others, key }) {
      const main = countColumns(first);
      const rest = others.map(countColumns);
      const peers = metricNames.flatMap((metric) => {
        const compared = comparePeers(metric, main.rows, main.total[metric], first.csatPolarity);
        const own = compared.rows.find((one) => one.key === key);
        if (own === undefined) return [];
        const { display, rank, funnel, isOutsideFunnel, shrunk } = own;
        const { pooled, peers: quartiles, peerCount } = compared;
        return [[metric, { pooled, peers: quartiles, peerCount, display, rank, funnel, isOutsideFunnel, shrunk }]];
      });
      return {
        first: main,
        others: rest.map(({ rows }) => rows.find((row) => row.key === key)?.metrics ?? null),
        peers: Object.fromEntries(peers) as Card['peers'],
      };
    },
    figureRows(input) {
      const { metric, key, limit, offset, ...counted } = input;
      const { figure, facts, skip, ...found } = scorecards().trace(
        toOptions(counted),
        { metric, key },
        { limit, offset },
      );
      return { figure, ...found, rows: ownersOf(facts, counted.rules.repairs).slice(skip, skip + limit) };
    },
    comparePeers(input) {
      const { metric, ...counted } = input;
      const { rows, total } = countColumns({ ...counted, metrics: [metric] });
      const cases = scorecards().cases(toOptions(counted), metric);
      return comparePeers(metric, rows, total[metric], input.csatPolarity, cases);
    },
    reconcile(input) {
      const { limit, offset, ...counted } = input;
      const { rules } = counted;
      const { agentKey: _, ...whoever } = counted;
      const page = scorecards().trace(
        toOptions({ ...whoever, by: 'queue' }),
        { metric: 'offered', key: null },
        { limit, offset },
      );
      return {
        reconciliation: reconcile(scorecards().entries(toOptions(counted)), presetNames, rules.thresholds),
        figures: presetNames.map((preset) => {
          const { total } = countColumns({ ...counted, rules: { ...rules, preset }, metrics: reconciledMetrics });
          const { acwMean, nps, queueTransferRate } = total;
          return { acwMean, nps, queueTransferRate };
        }),
        entries: listJudgedEntries(
          ownersOf(page.facts, rules.repairs).map(({ owner }) => owner as EntryFact),
          rules.thresholds,
        ).slice(page.skip, page.skip + limit),
      };
    },
  };
};
