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
import { measureBusyTime, type Shift } from './busy-time.ts';
import { arrivalSeries, contactSeries, type JudgedConversation, sessionSeries } from './conversation-series.ts';
import type { ConversationFact, EntryFact } from './entry-facts.ts';
import { entrySeries } from './entry-series.ts';
import { deriveFacts, type FactOwner, type QualityIssue, type SegmentFact } from './facts.ts';
import { type BusinessCalendar, createAfterHoursTest, createDayReader } from './local-time.ts';
import { defaultThresholds, type PresetName, presets, type Thresholds } from './presets.ts';
import { evaluateMetric, metricRegistry, quantileSeries } from './registry.ts';
import { defaultRepairs, type Repairs } from './repairs.ts';
import { type ContactIndex, hasContactWithin, judgeRepeat, mergeContacts, noteContact } from './repeats.ts';
import {
  type Accumulators,
  addValue,
  holdSeries,
  mergeAccumulators,
  offerSeries,
  type SegmentSeriesName,
  type SeriesContext,
  type SeriesName,
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
  /** Whose definitions count. Left out: Afterword's. */
  preset?: PresetName;
  thresholds?: Thresholds;
  repairs?: Repairs;
  /** IANA zone whose days cut the agents' working time. Left out: UTC. */
  zone?: string;
  /** Left out: no after-hours figures. */
  calendar?: BusinessCalendar;
  /** How many days make a contact a repeat. Left out: 7. */
  repeatDays?: number;
  /**
   * Contacts that start before this instant have been fed, later ones may not have been. UTC epoch seconds. Left out: the
   * end of the period, so the last `repeatDays` of it are in no repeat figure.
   */
  horizonS?: number;
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
  /** Bot-only sessions under 10 s, by start within the period, counted or not. */
  microSessions: number;
  /** Entries a supervisor moved and another agent answered, by entry time within the period; 0 when not repaired. */
  reassignedEntries: number;
};

export type ScorecardFigures = {
  /** By name, then key. */
  rows: ScorecardRow[];
  /** Over all rows, from pooled sums; a conversation counts once here, even when it is in several rows. */
  total: Record<MetricName, MetricValue>;
  notes: ScorecardNotes;
};

export type ScorecardBuilder = {
  /** Counts one conversation. A key fed before is passed over; order does not matter. */
  add(record: ConversationRecord): void;
  /**
   * Adds what another builder with the same options has gathered from other conversations; it stays as it is. Parts of the
   * data can so be counted side by side.
   */
  merge(other: ScorecardBuilder): void;
  /** May be called more than once; more may be added after it. */
  finish(): ScorecardFigures;
};

type Group = {
  accumulators: Accumulators;
  /** Hold and talk of calls, kept apart by channel until it is known which channels carry hold. */
  callsByChannel: Map<string, Accumulators>;
  /** By agent only: when each agent worked. */
  shifts: Shift[];
};

/** Everything gathered so far. Conversations wait here until all contacts are known. */
type Gathered = {
  groups: Map<string, Group>;
  names: Map<string, SeenName>;
  holdKnownChannels: Set<string>;
  conversationCount: number;
  notes: Omit<ScorecardNotes, 'holdUnknownChannels'>;
  seenKeys: Set<string>;
  contacts: ContactIndex;
  conversations: ConversationFact[];
  surveyedPlaces: Set<string>;
};
/** What a builder holds, for merge alone. */
const gatheredOf = new WeakMap<ScorecardBuilder, Gathered>();

type SeenName = { name: string; seenAtS: number };

const keyFields = { agent: 'agentId', queue: 'queueId', bot: 'botId' } as const satisfies Record<
  ScorecardGroup,
  keyof FactOwner
>;
const findName = (owner: FactOwner, by: ScorecardGroup): string | null =>
  by === 'agent' ? owner.agentName : by === 'queue' ? owner.queueName : null;

const segmentSeriesNames = Object.keys(segmentSeries) as SegmentSeriesName[];

type SeriesTable<Fact> = readonly (readonly [SeriesName, (fact: Fact, context: SeriesContext) => number | null])[];
const tableOf = <Fact>(series: Readonly<Record<string, (fact: Fact, context: SeriesContext) => number | null>>) =>
  Object.entries(series) as unknown as SeriesTable<Fact>;
const offerTable = tableOf(offerSeries);
const surveyTable = tableOf(surveySeries);
const entryTable = tableOf(entrySeries);
const contactTable = tableOf(contactSeries);
const sessionTable = tableOf(sessionSeries);
const arrivalTable = tableOf(arrivalSeries);

/** Adds what each series of a table makes of one fact. */
const addAll = <Fact>(into: Accumulators, table: SeriesTable<Fact>, fact: Fact, context: SeriesContext): void => {
  for (const [name, evaluate] of table) {
    const value = evaluate(fact, context);
    if (value !== null) addValue(into, name, value, quantileSeries.has(name));
  }
};

// A fixed locale, so that the order of rows is the same on every machine.
const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });
const compareText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** The sums of one agent's working time, as series. */
const addBusyTime = (into: Accumulators, shifts: readonly Shift[]): void => {
  if (shifts.length === 0) return;
  const busy = measureBusyTime(shifts);
  for (let count = 0; count < busy.segments; count += 1) addValue(into, 'busySegments', 1, false);
  addValue(into, 'busyS', busy.busyS, false);
  addValue(into, 'spanS', busy.spanS, false);
  addValue(into, 'activeHours', busy.activeHours, false);
  if (busy.peak === 0) return;
  addValue(into, 'writtenS', busy.writtenS, false);
  addValue(into, 'writtenUnionS', busy.writtenUnionS, false);
  addValue(into, 'peakWritten', busy.peak, true);
};

/**
 * Starts a scorecard for a period. Each figure counts at the time that attributionTimes names; so feed every conversation
 * that starts in the period, those that start before it and still had a segment or offer in it, and, for repeat contacts,
 * those that start up to `repeatDays` after it.
 *
 * All metrics of a group pool its facts: sums are divided once, averages are never averaged. Values are given whatever their
 * n (see displayRule). A group appears as soon as it has a fact in the period, so an agent who only missed offers has a row
 * with 0 handled. Queue entries and bot sessions belong to no agent and are passed over when `agentKey` is given.
 *
 * Throws RangeError for an unknown zone.
 */
export const createScorecard = (options: ScorecardOptions): ScorecardBuilder => {
  const { by, fromS, toS, agentKey, repeatDays = 7, repairs = defaultRepairs } = options;
  const context: SeriesContext = {
    csatPolarity: options.csatPolarity,
    preset: presets[options.preset ?? 'afterword'],
    thresholds: options.thresholds ?? defaultThresholds,
    repairs,
    horizonS: options.horizonS ?? toS,
    isAfterHours: options.calendar ? createAfterHoursTest(options.calendar) : null,
  };
  const dayOf = createDayReader(options.zone ?? 'UTC');
  const gathered: Gathered = {
    groups: new Map(),
    names: new Map(),
    holdKnownChannels: new Set(options.holdKnownChannels),
    conversationCount: 0,
    notes: {
      openConversations: 0,
      shadowConversations: 0,
      acw: { known: 0, segments: 0 },
      surveysWithoutAgent: 0,
      qualityIssues: {},
      microSessions: 0,
      reassignedEntries: 0,
    },
    seenKeys: new Set(),
    contacts: new Map(),
    conversations: [],
    surveyedPlaces: new Set(),
  };
  const { groups, names, holdKnownChannels, notes } = gathered;

  const isInPeriod = (atS: number | null): atS is number => atS !== null && atS >= fromS && atS < toS;
  const findKey = (owner: FactOwner): string => owner[keyFields[by]] ?? unnamedKey;
  const isWanted = (owner: FactOwner): boolean => agentKey === undefined || (owner.agentId ?? unnamedKey) === agentKey;
  const findGroup = (key: string): Group => {
    let group = groups.get(key);
    if (group === undefined) {
      group = { accumulators: new Map(), callsByChannel: new Map(), shifts: [] };
      groups.set(key, group);
    }
    return group;
  };
  // The newest name wins; between names seen at the same second the alphabet decides, so that order does not matter.
  const keepName = (key: string, { name, seenAtS }: SeenName): void => {
    const seen = names.get(key);
    const isNewer =
      seen === undefined || seenAtS > seen.seenAtS || (seenAtS === seen.seenAtS && compareText(name, seen.name) < 0);
    if (isNewer) names.set(key, { name, seenAtS });
  };
  const rememberName = (owner: FactOwner, seenAtS: number): void => {
    const name = findName(owner, by);
    if (name !== null) keepName(findKey(owner), { name, seenAtS });
  };
  const countIssues = (issues: readonly QualityIssue[]): void => {
    for (const issue of issues) notes.qualityIssues[issue] = (notes.qualityIssues[issue] ?? 0) + 1;
  };

  const addSegment = (segment: SegmentFact): void => {
    const group = findGroup(findKey(segment));
    const channel = segment.channel ?? '';
    for (const name of segmentSeriesNames) {
      const value = segmentSeries[name](segment, context);
      if (value === null) continue;
      let into = group.accumulators;
      if (segment.isVoice && holdSeries.has(name)) {
        into = group.callsByChannel.get(channel) ?? new Map();
        group.callsByChannel.set(channel, into);
      }
      addValue(into, name, value, quantileSeries.has(name));
    }
    const { acceptedAtS, assignedAtS, endedAtS, workEndedAtS } = segment;
    if (by === 'agent' && acceptedAtS !== null && endedAtS >= acceptedAtS) {
      const day = dayOf(endedAtS);
      group.shifts.push({ day, assignedAtS, acceptedAtS, endedAtS, workEndedAtS, isWritten: !segment.isVoice });
    }
    notes.acw.segments += 1;
    if (segment.acwS !== null) notes.acw.known += 1;
    countIssues(segment.issues);
  };

  const addEntry = (entry: EntryFact): void => {
    rememberName(entry, entry.enteredAtS ?? 0);
    if (!entry.isOffered || !isInPeriod(entry.enteredAtS)) return;
    if (entry.outcome === 'reassigned-answered') notes.reassignedEntries += 1;
    if (by !== 'agent' && agentKey === undefined) {
      addAll(findGroup(findKey(entry)).accumulators, entryTable, entry, context);
    }
  };

  const add = (record: ConversationRecord): void => {
    if (gathered.seenKeys.has(record.key)) return;
    gathered.seenKeys.add(record.key);
    noteContact(gathered.contacts, record, repairs);
    const facts = deriveFacts(record, repairs);
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
    if (handlingKeys.size > 0) gathered.conversationCount += 1;

    for (const offer of facts.offers) {
      rememberName(offer, offer.seenAtS);
      if (!isInPeriod(offer.assignedAtS) || !isWanted(offer)) continue;
      addAll(findGroup(findKey(offer)).accumulators, offerTable, offer, context);
    }
    for (const consult of facts.consultsGiven) {
      rememberName(consult, consult.acceptedAtS);
      if (!isInPeriod(consult.acceptedAtS) || !isWanted(consult) || by !== 'agent') continue;
      addValue(findGroup(findKey(consult)).accumulators, 'consultsGiven', 1, false);
    }
    for (const entry of facts.entries) addEntry(entry);
    const { conversation } = facts;
    if (conversation !== null) {
      if (conversation.hasSurvey) gathered.surveyedPlaces.add(conversation.place);
      if (conversation.bot?.isMicro && isInPeriod(conversation.startedAtS)) notes.microSessions += 1;
      const times = [conversation.startedAtS, conversation.endedAtS, conversation.enteredAtS];
      const belongs = conversation.hasAgent || (by !== 'agent' && agentKey === undefined);
      if (belongs && isWanted(conversation) && times.some(isInPeriod)) gathered.conversations.push(conversation);
    }

    const { survey } = facts;
    if (survey === null || !isInPeriod(survey.startedAtS)) return;
    if (!survey.hasAgent && (by === 'agent' || agentKey !== undefined)) {
      if (agentKey === undefined) notes.surveysWithoutAgent += 1;
      return;
    }
    if (!isWanted(survey)) return;
    addAll(findGroup(findKey(survey)).accumulators, surveyTable, survey, context);
    countIssues(survey.issues);
  };

  const evaluateAll = (accumulators: Accumulators): Record<MetricName, MetricValue> =>
    Object.fromEntries(
      metricNames.map((name) => [name, evaluateMetric(metricRegistry[name], accumulators, by)]),
    ) as Record<MetricName, MetricValue>;

  const judge = (fact: ConversationFact): JudgedConversation => {
    const { contacts, surveyedPlaces } = gathered;
    return {
      fact,
      repeat: judgeRepeat(contacts, fact, repeatDays, context.horizonS),
      hasContactWithin1d: hasContactWithin(contacts, fact, 1, context.horizonS),
      hasContactWithin7d: hasContactWithin(contacts, fact, 7, context.horizonS),
      isSurveyed: surveyedPlaces.has(fact.place),
    };
  };

  /** What the conversations add to each group, now that all contacts and survey places are known. */
  const judgeConversations = (): Map<string, Accumulators> => {
    const byKey = new Map<string, Accumulators>();
    for (const fact of gathered.conversations) {
      const key = findKey(fact);
      const into = byKey.get(key) ?? new Map();
      const judged = judge(fact);
      if (isInPeriod(fact.endedAtS)) addAll(into, contactTable, judged, context);
      if (isInPeriod(fact.startedAtS)) addAll(into, sessionTable, judged, context);
      if (isInPeriod(fact.enteredAtS)) addAll(into, arrivalTable, judged, context);
      if (into.size > 0) byKey.set(key, into);
    }
    return byKey;
  };

  const finish = (): ScorecardFigures => {
    const total: Accumulators = new Map();
    const holdUnknownChannels = new Set<string>();
    const judgedByKey = judgeConversations();
    const keys = new Set([...groups.keys(), ...judgedByKey.keys()]);
    const rows = Array.from(keys, (key): ScorecardRow => {
      const group = groups.get(key);
      const pooled: Accumulators = new Map();
      if (group !== undefined) {
        mergeAccumulators(pooled, group.accumulators);
        for (const [channel, calls] of group.callsByChannel) {
          if (holdKnownChannels.has(channel)) mergeAccumulators(pooled, calls);
          else holdUnknownChannels.add(channel);
        }
        addBusyTime(pooled, group.shifts);
      }
      const judged = judgedByKey.get(key);
      if (judged !== undefined) mergeAccumulators(pooled, judged);
      mergeAccumulators(total, pooled);
      return { key, name: names.get(key)?.name ?? key, metrics: evaluateAll(pooled) };
    });
    rows.sort(
      (left, right) =>
        collator.compare(left.name, right.name) ||
        compareText(left.name, right.name) ||
        compareText(left.key, right.key),
    );
    // Conversations are not additive: one handled in two groups is one.
    const { conversationCount: count } = gathered;
    total.set('conversations', { n: count, sum: count, sumSquares: count, values: null });
    return {
      rows,
      total: evaluateAll(total),
      notes: { ...notes, holdUnknownChannels: [...holdUnknownChannels].sort(compareText) },
    };
  };

  const merge = (other: ScorecardBuilder): void => {
    const from = gatheredOf.get(other);
    if (from === undefined) throw new TypeError('Only a builder of createScorecard can be merged.');
    for (const [key, source] of from.groups) {
      const group = findGroup(key);
      mergeAccumulators(group.accumulators, source.accumulators);
      for (const [channel, calls] of source.callsByChannel) {
        const into = group.callsByChannel.get(channel) ?? new Map();
        group.callsByChannel.set(channel, into);
        mergeAccumulators(into, calls);
      }
      group.shifts.push(...source.shifts);
    }
    for (const [key, seen] of from.names) keepName(key, seen);
    for (const channel of from.holdKnownChannels) holdKnownChannels.add(channel);
    for (const key of from.seenKeys) gathered.seenKeys.add(key);
    for (const place of from.surveyedPlaces) gathered.surveyedPlaces.add(place);
    mergeContacts(gathered.contacts, from.contacts);
    gathered.conversations.push(...from.conversations);
    gathered.conversationCount += from.conversationCount;
    notes.openConversations += from.notes.openConversations;
    notes.shadowConversations += from.notes.shadowConversations;
    notes.surveysWithoutAgent += from.notes.surveysWithoutAgent;
    notes.microSessions += from.notes.microSessions;
    notes.reassignedEntries += from.notes.reassignedEntries;
    notes.acw.known += from.notes.acw.known;
    notes.acw.segments += from.notes.acw.segments;
    for (const [issue, count] of Object.entries(from.notes.qualityIssues) as [QualityIssue, number][]) {
      notes.qualityIssues[issue] = (notes.qualityIssues[issue] ?? 0) + count;
    }
  };

  const builder: ScorecardBuilder = { add, merge, finish };
  gatheredOf.set(builder, gathered);
  return builder;
};
