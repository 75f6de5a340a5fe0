// Scorecards counted from records one by one, with the product's facts, series and registry: what the columns of
// index/column-scorecard.ts are held to. Holds sums and durations, never a record.
import { addBusyTotals, measureBusyTime, type Shift } from '../../main/metrics/busy-time.ts';
import {
  arrivalSeries,
  contactSeries,
  type JudgedConversation,
  sessionSeries,
} from '../../main/metrics/conversation-series.ts';
import type { ConversationFact, EntryFact } from '../../main/metrics/entry-facts.ts';
import { entrySeries } from '../../main/metrics/entry-series.ts';
import { deriveFacts, type FactOwner, type QualityIssue, type SegmentFact } from '../../main/metrics/facts.ts';
import { isStaffGroup, nameOfKey, totalKey, unnamedKey } from '../../main/metrics/grouping.ts';
import { createAfterHoursTest, createDayReader } from '../../main/metrics/local-time.ts';
import { defaultThresholds, presets } from '../../main/metrics/presets.ts';
import { evaluateMetric, metricRegistry } from '../../main/metrics/registry.ts';
import { defaultRepairs } from '../../main/metrics/repairs.ts';
import {
  compareRows,
  compareText,
  type ScorecardFigures,
  type ScorecardOptions,
} from '../../main/metrics/scorecard.ts';
import {
  type Accumulators,
  addValue,
  holdSeries,
  offerSeries,
  type SegmentSeriesName,
  type SeriesContext,
  type SeriesName,
  segmentSeries,
  surveySeries,
} from '../../main/metrics/series.ts';
import type { TeamSpans } from '../../main/metrics/teams.ts';
import type { ConversationRecord } from '../../main/model.ts';
import {
  type MetricName,
  type MetricValue,
  metricNames,
  type ScorecardGroup,
  type ScorecardNotes,
  type ScorecardRow,
} from '../../preload/contract/scorecard.ts';
import { type ContactIndex, hasContactWithin, type IsKnown, judgeRepeat, noteContact } from './reference-repeats.ts';
import { type TracedFact, tracedSeries } from './reference-trace.ts';

export type ReferenceOptions = ScorecardOptions & {
  /** Voice channels, as records name them, known to carry hold elsewhere in the cache (fact 3). */
  holdKnownChannels?: Iterable<string>;
  /** Notes the facts behind this metric's figures: see `traced`. */
  trace?: MetricName;
};
export type ReferenceFigures = ScorecardFigures & {
  /** What the traced metric is made of; empty without `trace`. */
  traced: TracedFact[];
};

export const findTeam = (spans: TeamSpans, agentId: string | null, atS: number): string | null =>
  (agentId === null ? undefined : spans.get(agentId))?.find(({ fromS, toS }) => atS >= fromS && atS < toS)?.team ??
  null;

type KeyReader = (owner: FactOwner, atS: number) => readonly string[];

/** The keys of the rows a fact counts in. `atS`: when it counts, which decides the team. */
const createKeyReader = (by: ScorecardGroup, teams: TeamSpans): KeyReader => {
  const one = (key: string | null): readonly string[] => [key ?? unnamedKey];
  switch (by) {
    case 'agent':
      return ({ agentId }) => one(agentId);
    case 'team':
      return ({ agentId }, atS) => one(findTeam(teams, agentId, atS));
    case 'queue':
      return ({ queueId }) => one(queueId);
    case 'bot':
      return ({ botId }) => one(botId);
    case 'channel':
      return ({ traits }) => one(traits.channel);
    case 'direction':
      return ({ traits }) => one(traits.direction);
    case 'intent':
      return ({ traits }) => one(traits.intent);
    case 'disposition':
      return ({ traits: { dispositions } }) =>
        dispositions.length === 0 ? [unnamedKey, totalKey] : [...dispositions, totalKey];
  }
};

/** The name that a fact gives its row; null where the key is the name, or the API named none. */
const findName = (owner: FactOwner, by: ScorecardGroup): string | null =>
  by === 'agent' ? owner.agentName : by === 'queue' ? owner.queueName : null;

/** Series of which a group must keep every value, because a quantile or a maximum reads them. */
const quantileSeries: ReadonlySet<SeriesName> = new Set(
  Object.values(metricRegistry).flatMap(({ statistic }) =>
    statistic.kind === 'quantile' || statistic.kind === 'max' ? [statistic.series] : [],
  ),
);

/** What one row gathers. */
type Group = {
  accumulators: Accumulators;
  /** Hold and talk of calls, kept apart by channel until it is known which channels carry hold. */
  callsByChannel: Map<string, Accumulators>;
  /** By agent and team only: when each agent worked, by agent. */
  shifts: Map<string, Shift[]>;
};

const findIn = (groups: Map<string, Group>, key: string): Group => {
  let group = groups.get(key);
  if (group === undefined) {
    group = { accumulators: new Map(), callsByChannel: new Map(), shifts: new Map() };
    groups.set(key, group);
  }
  return group;
};

const findCalls = (group: Group, channel: string): Accumulators => {
  const calls = group.callsByChannel.get(channel) ?? new Map();
  group.callsByChannel.set(channel, calls);
  return calls;
};

const addShifts = (group: Group, agent: string, shifts: readonly Shift[]): void => {
  const known = group.shifts.get(agent);
  if (known === undefined) group.shifts.set(agent, [...shifts]);
  else for (const shift of shifts) known.push(shift);
};

/** The sums of one agent's working time, as series. */
const addBusyTime = (into: Accumulators, shifts: readonly Shift[]): void => {
  if (shifts.length > 0) addBusyTotals(into, measureBusyTime(shifts));
};

/** Adds everything one group has gathered to another: sums are pooled, never averaged. `from` stays as it is. */
const mergeAccumulators = (into: Accumulators, from: Accumulators): void => {
  for (const [name, { n, sum, sumSquares, values }] of from) {
    const existing = into.get(name);
    if (existing === undefined) {
      into.set(name, { n, sum, sumSquares, values: values === null ? null : values.slice() });
      continue;
    }
    existing.n += n;
    existing.sum += sum;
    existing.sumSquares += sumSquares;
    for (const value of values ?? []) existing.values?.push(value);
  }
};

export type ScorecardBuilder = {
  /** Counts one conversation. A key fed before is passed over; order does not matter. */
  add(record: ConversationRecord): void;
  /** May be called more than once; more may be added after it. */
  finish(): ReferenceFigures;
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
  traced: TracedFact[];
};

type SeenName = { name: string; seenAtS: number };

type SeriesTable<Fact> = readonly (readonly [SeriesName, (fact: Fact, context: SeriesContext) => number | null])[];
const tableOf = <Fact>(series: Readonly<Record<string, (fact: Fact, context: SeriesContext) => number | null>>) =>
  Object.entries(series) as unknown as SeriesTable<Fact>;
const segmentTable = tableOf(segmentSeries);
const offerTable = tableOf(offerSeries);
const surveyTable = tableOf(surveySeries);
const entryTable = tableOf(entrySeries);
const contactTable = tableOf(contactSeries);
const sessionTable = tableOf(sessionSeries);
const arrivalTable = tableOf(arrivalSeries);

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
export const createScorecard = (options: ReferenceOptions): ScorecardBuilder => {
  const { by, fromS, toS, agentKey, repeatDays = 7, repairs = defaultRepairs, holes = [] } = options;
  const isStaff = isStaffGroup(by);
  const keysOf = createKeyReader(by, options.teams ?? new Map());
  const tracedNames = options.trace === undefined ? null : tracedSeries(options.trace);
  const context: SeriesContext = {
    csatPolarity: options.csatPolarity,
    preset: presets[options.preset ?? 'afterword'],
    thresholds: options.thresholds ?? defaultThresholds,
    repairs,
    horizonS: options.horizonS ?? toS,
    isAfterHours: options.calendar ? createAfterHoursTest(options.calendar) : null,
  };
  const isKnown: IsKnown = (startS, untilS) =>
    untilS < context.horizonS && !holes.some((hole) => hole.fromS < untilS && hole.toS > startS);
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
    traced: [],
  };
  const { groups, names, holdKnownChannels, notes } = gathered;

  const isInPeriod = (atS: number | null): atS is number => atS !== null && atS >= fromS && atS < toS;
  const isWanted = (owner: FactOwner): boolean => agentKey === undefined || (owner.agentId ?? unnamedKey) === agentKey;
  const findGroup = (key: string): Group => findIn(groups, key);
  // The newest name wins; between names seen at the same second the alphabet decides, so that order does not matter.
  const keepName = (key: string, { name, seenAtS }: SeenName): void => {
    const seen = names.get(key);
    const isNewer =
      seen === undefined || seenAtS > seen.seenAtS || (seenAtS === seen.seenAtS && compareText(name, seen.name) < 0);
    if (isNewer) names.set(key, { name, seenAtS });
  };
  const rememberName = (owner: FactOwner, seenAtS: number): void => {
    const name = findName(owner, by);
    if (name !== null) for (const key of keysOf(owner, seenAtS)) keepName(key, { name, seenAtS });
  };
  const note = (into: TracedFact[], traced: TracedFact): void => {
    if (Object.keys(traced.values).length + Object.keys(traced.holdValues).length > 0) into.push(traced);
  };
  /** Adds what each series of a table makes of one fact to the rows the fact is in. `holdChannel`: of a call. */
  const count = <Fact>(
    owner: FactOwner,
    atS: number,
    table: SeriesTable<Fact>,
    fact: Fact,
    into: { find: (key: string) => Group; traced: TracedFact[] },
    holdChannel: string | null = null,
  ): void => {
    const keys = keysOf(owner, atS);
    const rows = keys.map(into.find);
    const traced: TracedFact | null = tracedNames === null ? null : { owner, atS, keys, values: {}, holdValues: {} };
    for (const [name, evaluate] of table) {
      const value = evaluate(fact, context);
      if (value === null) continue;
      const keepsValues = quantileSeries.has(name);
      const isHold = holdChannel !== null && holdSeries.has(name as SegmentSeriesName);
      for (const row of rows)
        addValue(isHold ? findCalls(row, holdChannel) : row.accumulators, name, value, keepsValues);
      if (traced !== null && tracedNames?.has(name)) (isHold ? traced.holdValues : traced.values)[name] = value;
    }
    if (traced !== null) note(into.traced, traced);
  };
  /** The same for a fact that is one case of one series. */
  const countOne = (
    owner: FactOwner,
    atS: number,
    name: SeriesName,
    keys: Iterable<string> = keysOf(owner, atS),
  ): void => {
    const rows = [...keys];
    for (const key of rows) addValue(findGroup(key).accumulators, name, 1, false);
    if (tracedNames?.has(name))
      note(gathered.traced, { owner, atS, keys: rows, values: { [name]: 1 }, holdValues: {} });
  };
  const own = { find: findGroup, traced: gathered.traced };
  const countIssues = (issues: readonly QualityIssue[]): void => {
    for (const issue of issues) notes.qualityIssues[issue] = (notes.qualityIssues[issue] ?? 0) + 1;
  };

  const addSegment = (segment: SegmentFact): void => {
    const { acceptedAtS, assignedAtS, endedAtS, workEndedAtS } = segment;
    count(segment, endedAtS, segmentTable, segment, own, segment.isVoice ? (segment.channel ?? '') : null);
    if (isStaff && acceptedAtS !== null && endedAtS >= acceptedAtS) {
      const shift = {
        day: dayOf(endedAtS),
        assignedAtS,
        acceptedAtS,
        endedAtS,
        workEndedAtS,
        isWritten: !segment.isVoice,
      };
      const agent = segment.agentId ?? unnamedKey;
      const keys = keysOf(segment, endedAtS);
      for (const key of keys) addShifts(findGroup(key), agent, [shift]);
      if (tracedNames?.has('busySegments')) {
        note(gathered.traced, { owner: segment, atS: endedAtS, keys, values: { busySegments: 1 }, holdValues: {} });
      }
    }
    notes.acw.segments += 1;
    if (segment.acwS !== null) notes.acw.known += 1;
    countIssues(segment.issues);
  };

  const addEntry = (entry: EntryFact): void => {
    rememberName(entry, entry.enteredAtS ?? 0);
    if (!entry.isOffered || !isInPeriod(entry.enteredAtS)) return;
    if (entry.outcome === 'reassigned-answered') notes.reassignedEntries += 1;
    if (!isStaff && agentKey === undefined) count(entry, entry.enteredAtS, entryTable, entry, own);
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
    let lastHandled: SegmentFact | null = null;
    for (const segment of facts.segments) {
      rememberName(segment, segment.endedAtS);
      // Whether a channel carries hold is a property of the channel, so any record may show it.
      if (segment.isVoice && (segment.holdS !== null || segment.isHoldUnusable)) {
        holdKnownChannels.add(segment.channel ?? '');
      }
      if (!isInPeriod(segment.endedAtS) || !isWanted(segment)) continue;
      addSegment(segment);
      for (const key of keysOf(segment, segment.endedAtS)) handlingKeys.add(key);
      lastHandled = segment;
    }
    if (lastHandled !== null) {
      countOne(lastHandled, lastHandled.endedAtS, 'conversations', handlingKeys);
      gathered.conversationCount += 1;
    }

    for (const offer of facts.offers) {
      rememberName(offer, offer.seenAtS);
      if (!isInPeriod(offer.assignedAtS) || !isWanted(offer)) continue;
      count(offer, offer.assignedAtS, offerTable, offer, own);
    }
    for (const consult of facts.consultsGiven) {
      rememberName(consult, consult.acceptedAtS);
      if (!isInPeriod(consult.acceptedAtS) || !isWanted(consult) || !isStaff) continue;
      countOne(consult, consult.acceptedAtS, 'consultsGiven');
    }
    for (const entry of facts.entries) addEntry(entry);
    const { conversation } = facts;
    if (conversation !== null) {
      if (conversation.hasSurvey) gathered.surveyedPlaces.add(conversation.place);
      if (conversation.bot?.isMicro && isInPeriod(conversation.startedAtS)) notes.microSessions += 1;
      const times = [conversation.startedAtS, conversation.endedAtS, conversation.enteredAtS];
      const belongs = conversation.hasAgent || (!isStaff && agentKey === undefined);
      if (belongs && isWanted(conversation) && times.some(isInPeriod)) gathered.conversations.push(conversation);
    }

    const { survey } = facts;
    if (survey === null || !isInPeriod(survey.startedAtS)) return;
    if (!survey.hasAgent && (isStaff || agentKey !== undefined)) {
      if (agentKey === undefined) notes.surveysWithoutAgent += 1;
      return;
    }
    if (!isWanted(survey)) return;
    count(survey, survey.startedAtS, surveyTable, survey, own);
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
      repeat: judgeRepeat(contacts, fact, repeatDays, isKnown),
      hasContactWithin1d: hasContactWithin(contacts, fact, 1, isKnown),
      hasContactWithin7d: hasContactWithin(contacts, fact, 7, isKnown),
      isSurveyed: surveyedPlaces.has(fact.place),
    };
  };

  /** What the conversations add to each row, now that all contacts and survey places are known. */
  const judgeConversations = (): { judgedByKey: Map<string, Group>; traced: TracedFact[] } => {
    const judgedByKey = new Map<string, Group>();
    const traced: TracedFact[] = [];
    const into = { find: (key: string) => findIn(judgedByKey, key), traced };
    for (const fact of gathered.conversations) {
      const judged = judge(fact);
      const { endedAtS, startedAtS, enteredAtS } = fact;
      if (isInPeriod(endedAtS)) count(fact, endedAtS, contactTable, judged, into);
      if (isInPeriod(startedAtS)) count(fact, startedAtS, sessionTable, judged, into);
      if (isInPeriod(enteredAtS)) count(fact, enteredAtS, arrivalTable, judged, into);
    }
    for (const [key, { accumulators }] of judgedByKey) if (accumulators.size === 0) judgedByKey.delete(key);
    return { judgedByKey, traced };
  };

  const finish = (): ReferenceFigures => {
    const total: Accumulators = new Map();
    const holdUnknownChannels = new Set<string>();
    const { judgedByKey, traced } = judgeConversations();
    const keys = new Set([...groups.keys(), ...judgedByKey.keys()]);
    const pool = (key: string): Accumulators => {
      const group = groups.get(key);
      const pooled: Accumulators = new Map();
      if (group !== undefined) {
        mergeAccumulators(pooled, group.accumulators);
        for (const [channel, calls] of group.callsByChannel) {
          if (holdKnownChannels.has(channel)) mergeAccumulators(pooled, calls);
          else holdUnknownChannels.add(channel);
        }
        for (const shifts of group.shifts.values()) addBusyTime(pooled, shifts);
      }
      const judged = judgedByKey.get(key);
      if (judged !== undefined) mergeAccumulators(pooled, judged.accumulators);
      return pooled;
    };
    const isMulti = keys.delete(totalKey);
    const rows = Array.from(keys, (key): ScorecardRow => {
      const pooled = pool(key);
      if (!isMulti) mergeAccumulators(total, pooled);
      return { key, name: names.get(key)?.name ?? nameOfKey(key), metrics: evaluateAll(pooled) };
    });
    if (isMulti) mergeAccumulators(total, pool(totalKey));
    rows.sort(compareRows);
    // Conversations are not additive: one handled in two groups is one.
    const { conversationCount: count } = gathered;
    total.set('conversations', { n: count, sum: count, sumSquares: count, values: null });
    return {
      rows,
      total: evaluateAll(total),
      notes: { ...notes, holdUnknownChannels: [...holdUnknownChannels].sort(compareText) },
      traced: [...gathered.traced, ...traced].map((fact) =>
        holdKnownChannels.has((fact.owner as SegmentFact).channel ?? '')
          ? { ...fact, values: { ...fact.values, ...fact.holdValues } }
          : fact,
      ),
    };
  };

  return { add, finish };
};
