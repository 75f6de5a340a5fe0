// Scorecards from columns. Owns which rows count where; the definitions are the metrics' own. Tests hold this to a reference that
// counts records one by one. May import the metrics, the contract and the fact files.
import { type MetricName, type MetricValue, metricNames, type ScorecardRow } from '../../preload/contract/scorecard.ts';
import { addBusyTotals } from '../metrics/busy-time.ts';
import type { EntryFact } from '../metrics/entry-facts.ts';
import { qualityIssues } from '../metrics/facts.ts';
import { nameOfKey } from '../metrics/grouping.ts';
import type { CaseSums } from '../metrics/peers.ts';
import { evaluateMetric, evaluateNothing, metricRegistry, seriesOfMetric } from '../metrics/registry.ts';
import { defaultRepairs } from '../metrics/repairs.ts';
import { compareRows, type ScorecardFigures } from '../metrics/scorecard.ts';
import { type Accumulators, daySeries, type SeriesName } from '../metrics/series.ts';
import type { Ordered } from '../metrics/statistics.ts';
import { readEntries, sumCases } from './fact-cases.ts';
import { type ColumnScorecardOptions, createCount, createKept, type Kept, recall } from './fact-count.ts';
import { createDayMeasure } from './fact-days.ts';
import { createNameFinder } from './fact-names.ts';
import { countConversations, listNotedStarts } from './fact-periods.ts';
import { listBySlot, type Ranked, rankSeries } from './fact-ranks.ts';
import { namesOfView } from './fact-series.ts';
import { conversationFlags, entryFlags, type FactStore, flagBit } from './fact-store.ts';
import { addUp, type SlotRange, type Sums, sumOver } from './fact-sums.ts';
import type { FactColumn } from './fact-table.ts';
import { type FoundFacts, traceFigure } from './fact-trace.ts';
import { type FactView, findPlace, findTime, selectRanges, seriesOf, type ViewName } from './fact-views.ts';

const dayNames: ReadonlySet<SeriesName> = new Set(daySeries);

export type ColumnScorecards = {
  count(options: ColumnScorecardOptions): ScorecardFigures;
  /** The figure of a row (`key` null: the total) and a page of the facts behind it. */
  trace(
    options: ColumnScorecardOptions,
    figure: { metric: MetricName; key: string | null },
    page: { limit: number; offset: number },
  ): FoundFacts & { figure: MetricValue };
  /** The cases of a metric by row and kind of work. */
  cases(options: ColumnScorecardOptions, metric: MetricName): CaseSums;
  /** The queue entries of a period, whoever took them, always in the same object. */
  entries(options: ColumnScorecardOptions): Generator<EntryFact>;
};

export const createColumnScorecards = (store: FactStore): ColumnScorecards => {
  let kept: Kept | null = null;
  let keptVersion = -1;

  const keep = (): Kept => {
    if (kept === null || keptVersion !== store.version) kept = createKept(store);
    keptVersion = store.version;
    return kept;
  };

  return {
    count: (options) => countColumns(store, keep(), options),
    cases: (options, metric) => sumCases(store, keep(), options, metric),
    entries: (options) => readEntries(store, keep(), options),
    trace(options, { metric, key }, page) {
      const { rows, total } = countColumns(store, keep(), { ...options, metrics: [metric] });
      const row = key === null ? total : rows.find((one) => one.key === key)?.metrics;
      const figure = row?.[metric] ?? evaluateNothing();
      return { figure, ...traceFigure(store, keep(), options, { metric, key, figure }, page) };
    },
  };
};

const countColumns = (store: FactStore, kept: Kept, options: ColumnScorecardOptions): ScorecardFigures => {
  const { by, fromS, toS, agentKey, repairs = defaultRepairs, zone = 'UTC' } = options;
  const wantedMetrics = options.metrics ?? metricNames;
  const { isStaff, isOfAgents, judging, isFed, period, slots, counted, segments, ...count } = createCount(
    store,
    kept,
    options,
  );
  const { unknownChannels, countsShadows, surveyedPlaces, viewOf, rangesOf, testOf, columnOf } = count;
  const { conversations, words } = store;
  const { flags } = conversations;
  const { count: slotCount } = slots;

  // Rows: by key, each of one slot or (where a fact is in several rows) of several.
  const isPresent = new Uint8Array(slotCount);
  for (const name of counted) {
    const view = viewOf(name);
    const rowSlots = slots.ofRows(view);
    const isSession = name === 'sessions' || name === 'agentSessions';
    const { place } = conversations;
    const telling = flagBit(conversationFlags, 'isBot') | flagBit(conversationFlags, 'isPreQueueAbandon');
    const isTelling = (at: number): boolean => {
      const id = view.conversations[at] as number;
      return ((flags.array[id] as number) & telling) !== 0 || surveyedPlaces.has(place.array[id] as number);
    };
    for (const { slot, from, to } of rangesOf(name)) {
      if (rowSlots === null && isPresent[slot] === 1) continue;
      for (let at = from; at < to; at += 1) {
        const own = rowSlots === null ? slot : (rowSlots[at] as number);
        if (isPresent[own] === 1 || (isSession && !isTelling(at))) continue;
        isPresent[own] = 1;
        if (rowSlots === null) break;
      }
    }
  }

  const slotsOfKey = new Map<string, number[]>();
  for (let slot = 0; slot < slotCount; slot += 1) {
    if (isPresent[slot] === 0) continue;
    for (const key of slots.keysOf(slot)) slotsOfKey.set(key, [...(slotsOfKey.get(key) ?? []), slot]);
  }
  const rowSlots = [...slotsOfKey.values()];
  const perSlot: Accumulators[] = Array.from({ length: slotCount }, () => new Map());
  const put = (name: SeriesName, { n, sum, sumSquares }: Sums): void => {
    for (let slot = 0; slot < slotCount; slot += 1) {
      const count = n[slot] as number;
      if (count === 0) continue;
      perSlot[slot]?.set(name, {
        n: count,
        sum: sum[slot] as number,
        sumSquares: sumSquares[slot] as number,
        values: null,
      });
    }
  };

  const isMeant = (metric: MetricName): boolean => metricRegistry[metric].groups.includes(by);
  const wantedSeries = new Set(
    wantedMetrics.filter(isMeant).flatMap((metric) => seriesOfMetric(metricRegistry[metric])),
  );
  const quantiles = listQuantiles(wantedMetrics.filter(isMeant));
  const ranked = new Map<SeriesName, Ranked>();
  for (const name of counted) {
    const view = viewOf(name);
    const wanted = namesOfView(name).filter((series) => wantedSeries.has(series));
    if (wanted.length === 0) continue;
    kept.series.prepare(view, wanted, judging);
    const ranges = rangesOf(name);
    const slotOfRow = slots.ofRows(view);
    const bySlot = slotOfRow === null ? listBySlot(ranges, slotCount) : null;
    for (const series of wanted) {
      if (series === 'consultsGiven') {
        put(series, addUp(new Int8Array(view.rows.length).fill(1), ranges, slotOfRow, slotCount, null));
        continue;
      }
      const judged = columnOf(view, series);
      const test = testOf(view, series);
      const sums = addUp(judged, ranges, slotOfRow, slotCount, test);
      put(series, sums);
      const shares = quantiles.get(series);
      const values = { series: judged, ranges, slotOfRow, n: sums.n, passes: test };
      if (shares !== undefined) ranked.set(series, rankSeries(values, bySlot, rowSlots, shares));
    }
  }

  // Conversations count once in a row, however many segments they have there.
  const agents = store.tables.segments.columns.agent;
  const ownSlots = slots.ofRows(segments);
  const conversationCount = countConversations(segments, rangesOf('segments'), ownSlots, slotCount, {
    name: by,
    // An agent's slot is one for each agent; a team's depends on the time.
    slotOf:
      ownSlots !== null
        ? (at) => ownSlots[at] as number
        : by === 'agent'
          ? (at) => agents.array[segments.rows[at] as number] as number
          : null,
  });
  put('conversations', conversationCount.sums);
  if (isStaff && [...wantedSeries].some((name) => dayNames.has(name))) {
    const key = `${repairs.shadows} ${zone}`;
    const measure = recall(kept.days, key, () => createDayMeasure(store, segments, zone));
    const ofSlot = Map.groupBy(rangesOf('segments'), ({ slot, agent }) => `${slot} ${agent}`);
    for (const ranges of ofSlot.values()) {
      const into = perSlot[ranges[0]?.slot ?? 0];
      const busy = measure(ranges);
      if (busy !== null && into !== undefined) addBusyTotals(into, busy);
    }
  }

  const order = (accumulators: Accumulators, orderOf: (of: Ranked) => Ordered | undefined): Accumulators => {
    for (const [name, of] of ranked) {
      const accumulator = accumulators.get(name);
      const ascending = orderOf(of);
      if (accumulator !== undefined && ascending !== undefined) accumulator.ascending = ascending;
    }
    return accumulators;
  };
  const pool = (of: readonly number[]): Accumulators => {
    const [only] = of;
    return of.length === 1 && only !== undefined
      ? (perSlot[only] ?? new Map())
      : mergeSums(of.flatMap((slot) => perSlot[slot] ?? []));
  };
  const evaluateAll = (accumulators: Accumulators): Record<MetricName, MetricValue> =>
    Object.fromEntries(
      wantedMetrics.map((name) => [name, evaluateMetric(metricRegistry[name], accumulators, by)]),
    ) as Record<MetricName, MetricValue>;

  const finder = recall(kept.names, `${by} ${repairs.shadows}`, () => createNameFinder(store, by, countsShadows));
  const total = order(mergeSums(perSlot), (of) => of.total);
  const rows = Array.from(slotsOfKey.keys(), (key, at) => {
    const of = rowSlots[at] ?? [];
    return {
      key,
      name: finder(slots.codeOf(of[0] ?? 0), isFed) ?? nameOfKey(key),
      metrics: evaluateAll(order(pool(of), ({ rows: orders }) => orders[at])),
    };
  });
  kept.order = sortRows(rows, kept.order);
  const { distinct } = conversationCount;
  total.set('conversations', { n: distinct, sum: distinct, sumSquares: distinct, values: null });

  return { rows, total: evaluateAll(total), notes: makeNotes() };

  function makeNotes(): ScorecardFigures['notes'] {
    const rowsIn = (name: ViewName): number => rangesOf(name).reduce((sum, { from, to }) => sum + to - from, 0);
    const issueCounts: number[] = qualityIssues.map(() => 0);
    const countIssues = (view: FactView, column: FactColumn, ranges: readonly SlotRange[]): void => {
      const { places, marks } = listMarked(view, column);
      for (const { from, to } of ranges)
        for (let at = findPlace(places, from); at < places.length && (places[at] as number) < to; at += 1)
          qualityIssues.forEach((_, bit) => {
            if (((marks[at] as number) & (1 << bit)) !== 0) issueCounts[bit] = (issueCounts[bit] ?? 0) + 1;
          });
    };
    const acwKnown = sumOver(kept.series.column(segments, 'acwKnown', judging), rangesOf('segments'));
    countIssues(segments, store.tables.segments.columns.issues, rangesOf('segments'));
    const surveyName = isOfAgents ? 'agentSurveys' : 'surveys';
    countIssues(viewOf(surveyName), store.tables.surveys.columns.issues, rangesOf(surveyName));
    kept.starts ??= listNotedStarts(store);
    const { micro, microWithShadows, shadows, open, openShadows } = kept.starts;
    const countIn = (starts: Float64Array): number =>
      findTime(starts, 0, starts.length, toS) - findTime(starts, 0, starts.length, fromS);
    const isReassigned = words.codes.get('reassigned-answered') ?? -1;
    return {
      openConversations: countIn(open) + (countsShadows ? countIn(openShadows) : 0),
      shadowConversations: countsShadows ? 0 : countIn(shadows),
      acw: { known: acwKnown, segments: rowsIn('segments') },
      surveysWithoutAgent: isStaff && agentKey === undefined ? rowsIn('surveys') - rowsIn('agentSurveys') : 0,
      qualityIssues: Object.fromEntries(
        qualityIssues.flatMap((issue, bit) => ((issueCounts[bit] ?? 0) > 0 ? [[issue, issueCounts[bit] ?? 0]] : [])),
      ),
      microSessions: countIn(countsShadows ? microWithShadows : micro),
      reassignedEntries: countReassigned(isReassigned),
      holdUnknownChannels: [...unknownChannels].map((code) => words.values[code] ?? '').sort(),
    };
  }

  /** Entries that a supervisor moved, whatever agent is asked for. */
  function countReassigned(code: number): number {
    if (code === -1 || repairs.reassignments !== 'repaired') return 0;
    const view = viewOf('entries');
    const { outcome, flags: bits } = store.tables.entries.columns;
    const offered = flagBit(entryFlags, 'isOffered');
    const moved = seriesOf(view, 'moved', (row) =>
      outcome.array[row] === code && ((bits.array[row] as number) & offered) !== 0 ? 1 : 0,
    );
    return sumOver(moved, selectRanges(store, view, period));
  }
};

const placeKeyOf = ({ name, key }: ScorecardRow): string => `${name}\0${key}`;
/** Sorts rows as compareRows does, by known places where there are: comparing names as people read them is slow. */
const sortRows = (rows: ScorecardRow[], known: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
  const places = rows.map((row) => ({ row, place: known.get(placeKeyOf(row)) ?? -1 }));
  if (places.some(({ place }) => place === -1)) {
    rows.sort(compareRows);
    return new Map(rows.map((row, place) => [placeKeyOf(row), place]));
  }
  places.sort((left, right) => left.place - right.place);
  places.forEach(({ row }, at) => {
    rows[at] = row;
  });
  return known;
};

/** Pools what several slots have gathered, but for the order of values. */
const mergeSums = (from: readonly Accumulators[]): Accumulators => {
  const merged: Accumulators = new Map();
  for (const accumulators of from)
    for (const [name, { n, sum, sumSquares, values }] of accumulators) {
      const into = merged.get(name);
      if (into === undefined) merged.set(name, { n, sum, sumSquares, values: values === null ? null : [...values] });
      else {
        into.n += n;
        into.sum += sum;
        into.sumSquares += sumSquares;
        into.values?.push(...(values ?? []));
      }
    }
  return merged;
};

/** Rows of a view with a mark, ascending, made once. */
type Marked = { places: Uint32Array; marks: Uint32Array };
const markedOf = new WeakMap<FactView, Marked>();
const listMarked = (view: FactView, { array }: FactColumn): Marked => {
  const known = markedOf.get(view);
  if (known !== undefined) return known;
  const { rows } = view;
  const places: number[] = [];
  for (let at = 0; at < rows.length; at += 1) if ((array[rows[at] as number] as number) > 0) places.push(at);
  const made = {
    places: Uint32Array.from(places),
    marks: Uint32Array.from(places, (at) => array[rows[at] as number] as number),
  };
  markedOf.set(view, made);
  return made;
};

/** The shares of the order that the percentiles of these metrics name, by series. */
const listQuantiles = (metrics: readonly MetricName[]): Map<SeriesName, number[]> => {
  const quantiles = new Map<SeriesName, number[]>();
  for (const metric of metrics) {
    const { statistic } = metricRegistry[metric];
    if (statistic.kind !== 'quantile') continue;
    quantiles.set(statistic.series, [...(quantiles.get(statistic.series) ?? []), statistic.p]);
  }
  return quantiles;
};
