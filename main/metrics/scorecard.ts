// Gathers conversations one by one into a scorecard by agent, queue or bot. Pure; holds sums and durations, never a
// record. May import the model, the contract and the other metrics modules.
import {
  type CsatPolarity,
  type MetricName,
  type MetricValue,
  metricNames,
  type ScorecardGroup,
  type ScorecardRow,
} from '../../preload/contract/scorecard.ts';
import type { ConversationRecord } from '../model.ts';
import { deriveFacts, type FactOwner, type QualityIssue, type SegmentFact } from './facts.ts';
import { evaluateMetric, metricRegistry, quantileSeries } from './registry.ts';
import {
  type Accumulators,
  addValue,
  holdSeries,
  mergeAccumulators,
  offerSeries,
  type SegmentSeriesName,
  type SeriesContext,
  segmentSeries,
  surveySeries,
} from './series.ts';

/** Key of the row for facts whose agent, queue or bot the API does not name. */
export const unnamedKey = '(none)';

export type ScorecardOptions = {
  by: ScorecardGroup;
  /** First instant of the period, UTC epoch seconds. */
  fromS: number;
  /** First instant after the period. */
  toS: number;
  csatPolarity: CsatPolarity;
  /** Counts only this agent's segments, offers and surveys, whatever the grouping. */
  agentKey?: string;
  /** Voice channels, as records name them, known to carry hold elsewhere in the cache (fact 3). */
  holdKnownChannels?: Iterable<string>;
};

/** What the reader of the figures must know beside them. */
export type ScorecardNotes = {
  /** Conversations left out, by start within the period. */
  openConversations: number;
  shadowConversations: number;
  /** After-call work is known for `known` of `segments`; the rest count as 0 in the handle time. */
  acw: { known: number; segments: number };
  /** Voice channels with segments in the period and no hold anywhere: their calls are in no hold or talk figure. */
  holdUnknownChannels: string[];
  /** By agent only: surveys of conversations no agent handled. They count by queue and by bot. */
  surveysWithoutAgent: number;
  /** Values left out or odd, among the facts of the period. */
  qualityIssues: Partial<Record<QualityIssue, number>>;
};

export type ScorecardFigures = {
  /** By name, then key. */
  rows: ScorecardRow[];
  /** Over all rows, from pooled sums; a conversation counts once here, even when it is in several rows. */
  total: Record<MetricName, MetricValue>;
  notes: ScorecardNotes;
};

export type ScorecardBuilder = {
  /** Counts one conversation. Each may be fed once only; order does not matter. */
  add(record: ConversationRecord): void;
  finish(): ScorecardFigures;
};

type Group = {
  accumulators: Accumulators;
  /** Hold and talk of calls, kept apart by channel until it is known which channels carry hold. */
  callsByChannel: Map<string, Accumulators>;
};
type SeenName = { name: string; seenAtS: number };

const keyFields = { agent: 'agentId', queue: 'queueId', bot: 'botId' } as const satisfies Record<
  ScorecardGroup,
  keyof FactOwner
>;
const findName = (owner: FactOwner, by: ScorecardGroup): string | null =>
  by === 'agent' ? owner.agentName : by === 'queue' ? owner.queueName : null;

const segmentSeriesNames = Object.keys(segmentSeries) as SegmentSeriesName[];
const offerSeriesNames = Object.keys(offerSeries) as (keyof typeof offerSeries)[];
const surveySeriesNames = Object.keys(surveySeries) as (keyof typeof surveySeries)[];

// A fixed locale, so that the order of rows is the same on every machine.
const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });
const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/**
 * Starts a scorecard for a period. Segments count at their interaction's end, offers at their assignment, surveys at the
 * conversation's start; so feed every conversation that starts in the period and those that start up to a day before it.
 *
 * All metrics of a group pool its closed segments, offers and surveys: sums are divided once, averages are never averaged.
 * Values are given whatever their n (see displayRule). A group appears as soon as it has a segment, an offer or a survey
 * in the period, so an agent who only missed offers has a row with 0 handled.
 */
export const createScorecard = (options: ScorecardOptions): ScorecardBuilder => {
  const { by, fromS, toS, agentKey } = options;
  const context: SeriesContext = { csatPolarity: options.csatPolarity };
  const groups = new Map<string, Group>();
  const names = new Map<string, SeenName>();
  const holdKnownChannels = new Set(options.holdKnownChannels);
  let conversationCount = 0;
  const notes: ScorecardNotes = {
    openConversations: 0,
    shadowConversations: 0,
    acw: { known: 0, segments: 0 },
    holdUnknownChannels: [],
    surveysWithoutAgent: 0,
    qualityIssues: {},
  };

  const isInPeriod = (atS: number | null): atS is number => atS !== null && atS >= fromS && atS < toS;
  const findKey = (owner: FactOwner): string => owner[keyFields[by]] ?? unnamedKey;
  const isWanted = (owner: FactOwner): boolean => agentKey === undefined || (owner.agentId ?? unnamedKey) === agentKey;
  const findGroup = (key: string): Group => {
    let group = groups.get(key);
    if (group === undefined) {
      group = { accumulators: new Map(), callsByChannel: new Map() };
      groups.set(key, group);
    }
    return group;
  };
  // The newest name wins; between names seen at the same second the alphabet decides, so that order does not matter.
  const rememberName = (owner: FactOwner, seenAtS: number): void => {
    const name = findName(owner, by);
    if (name === null) return;
    const key = findKey(owner);
    const seen = names.get(key);
    const isNewer =
      seen === undefined || seenAtS > seen.seenAtS || (seenAtS === seen.seenAtS && compareText(name, seen.name) < 0);
    if (isNewer) names.set(key, { name, seenAtS });
  };
  const countIssues = (issues: readonly QualityIssue[]): void => {
    for (const issue of issues) notes.qualityIssues[issue] = (notes.qualityIssues[issue] ?? 0) + 1;
  };

  const addSegment = (segment: SegmentFact): void => {
    const group = findGroup(findKey(segment));
    const channel = segment.channel ?? '';
    for (const name of segmentSeriesNames) {
      const value = segmentSeries[name](segment);
      if (value === null) continue;
      let into = group.accumulators;
      if (segment.isVoice && holdSeries.has(name)) {
        into = group.callsByChannel.get(channel) ?? new Map();
        group.callsByChannel.set(channel, into);
      }
      addValue(into, name, value, quantileSeries.has(name));
    }
    notes.acw.segments += 1;
    if (segment.acwS !== null) notes.acw.known += 1;
    countIssues(segment.issues);
  };

  const add = (record: ConversationRecord): void => {
    const facts = deriveFacts(record);
    if (facts.state !== 'closed') {
      if (!isInPeriod(record.startedAtS)) return;
      if (facts.state === 'open') notes.openConversations += 1;
      else notes.shadowConversations += 1;
      return;
    }
    const handlingKeys = new Set<string>();
    for (const segment of facts.segments) {
      rememberName(segment, segment.endedAtS);
      // Whether a channel carries hold is a property of the channel, so any record may show it.
      if (segment.isVoice && (segment.holdS !== null || segment.isHoldUnusable)) {
        holdKnownChannels.add(segment.channel ?? '');
      }
      if (!isInPeriod(segment.endedAtS) || !isWanted(segment)) continue;
      addSegment(segment);
      handlingKeys.add(findKey(segment));
    }
    for (const key of handlingKeys) addValue(findGroup(key).accumulators, 'conversations', 1, false);
    if (handlingKeys.size > 0) conversationCount += 1;

    for (const offer of facts.offers) {
      rememberName(offer, offer.seenAtS);
      if (!isInPeriod(offer.assignedAtS) || !isWanted(offer)) continue;
      const { accumulators } = findGroup(findKey(offer));
      for (const name of offerSeriesNames) {
        const value = offerSeries[name](offer);
        if (value !== null) addValue(accumulators, name, value, quantileSeries.has(name));
      }
    }

    const { survey } = facts;
    if (survey === null || !isInPeriod(survey.startedAtS)) return;
    if (!survey.hasAgent && (by === 'agent' || agentKey !== undefined)) {
      if (agentKey === undefined) notes.surveysWithoutAgent += 1;
      return;
    }
    if (!isWanted(survey)) return;
    const { accumulators } = findGroup(findKey(survey));
    for (const name of surveySeriesNames) {
      const value = surveySeries[name](survey, context);
      if (value !== null) addValue(accumulators, name, value, quantileSeries.has(name));
    }
    countIssues(survey.issues);
  };

  const evaluateAll = (accumulators: Accumulators): Record<MetricName, MetricValue> =>
    Object.fromEntries(metricNames.map((name) => [name, evaluateMetric(metricRegistry[name], accumulators)])) as Record<
      MetricName,
      MetricValue
    >;

  const finish = (): ScorecardFigures => {
    const total: Accumulators = new Map();
    const holdUnknownChannels = new Set<string>();
    const rows = Array.from(groups, ([key, group]): ScorecardRow => {
      const gathered: Accumulators = new Map();
      mergeAccumulators(gathered, group.accumulators);
      for (const [channel, calls] of group.callsByChannel) {
        if (holdKnownChannels.has(channel)) mergeAccumulators(gathered, calls);
        else holdUnknownChannels.add(channel);
      }
      mergeAccumulators(total, gathered);
      return { key, name: names.get(key)?.name ?? key, metrics: evaluateAll(gathered) };
    });
    rows.sort(
      (left, right) =>
        collator.compare(left.name, right.name) ||
        compareText(left.name, right.name) ||
        compareText(left.key, right.key),
    );
    // Conversations are not additive: one handled in two groups is one.
    total.set('conversations', {
      n: conversationCount,
      sum: conversationCount,
      sumSquares: conversationCount,
      values: null,
    });
    return {
      rows,
      total: evaluateAll(total),
      notes: { ...notes, holdUnknownChannels: [...holdUnknownChannels].sort(compareText) },
    };
  };

  return { add, finish };
};
