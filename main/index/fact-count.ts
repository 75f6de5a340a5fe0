// What counts in a period: which views are read, which of their rows, and by what they are judged. Owns what is made of one
// version of the facts and kept for the next question. May import the metrics, the contract and the fact files.
import type { MetricName } from '../../preload/contract/scorecard.ts';
import { isStaffGroup, unnamedKey } from '../metrics/grouping.ts';
import { createAfterHoursTest } from '../metrics/local-time.ts';
import { defaultThresholds, presets } from '../metrics/presets.ts';
import { defaultRepairs } from '../metrics/repairs.ts';
import type { ScorecardOptions } from '../metrics/scorecard.ts';
import { holdSeries, type SegmentSeriesName, type SeriesName } from '../metrics/series.ts';
import type { DayMeasure } from './fact-days.ts';
import type { NameFinder } from './fact-names.ts';
import { createPlaces, judgeOddSessions, type NotedStarts, type Places } from './fact-periods.ts';
import { createFactSeries, type FactSeries, type Judging, windowDays } from './fact-series.ts';
import { createSlots, createTeamSlots, type Slots } from './fact-slots.ts';
import { conversationFlags, type FactStore, flagBit } from './fact-store.ts';
import type { RowTest, SlotRange } from './fact-sums.ts';
import { type FactArray, getValue } from './fact-table.ts';
import {
  type FactView,
  longestConversationS,
  type Period,
  selectRanges,
  seriesOf,
  type ViewName,
} from './fact-views.ts';

export type ColumnScorecardOptions = ScorecardOptions & {
  /** The metrics to make; left out: every one. */
  metrics?: readonly MetricName[];
};
const dayS = 86_400;

/** What is made of one version of the facts, and kept. */
export type Kept = {
  series: FactSeries;
  days: Map<string, DayMeasure>;
  names: Map<string, NameFinder>;
  /** The channels that carry hold. */
  holdChannels: Set<number>;
  callChannels: Map<string, Set<number>>;
  slots: Map<string, Slots>;
  places: Map<boolean, Places>;
  starts: NotedStarts | null;
  /** Where the rows of the last scorecard stand, by name and key. */
  order: ReadonlyMap<string, number>;
};

/** What a map has under a key, made when it is first asked for. */
export const recall = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

/** What may be kept as long as the facts stay as they are. */
export const createKept = (store: FactStore): Kept => {
  const { flags, rawChannel } = store.conversations;
  const there = flagBit(conversationFlags, 'isThere');
  const hold = flagBit(conversationFlags, 'hasHold');
  const wanted = there | hold;
  const holdChannels = new Set<number>();
  const [bits, channels] = [flags.array, rawChannel.array];
  for (let id = 1; id < store.size; id += 1)
    if (((bits[id] as number) & wanted) === wanted) holdChannels.add(channels[id] as number);
  return {
    series: createFactSeries(store),
    days: new Map(),
    names: new Map(),
    holdChannels,
    callChannels: new Map(),
    slots: new Map(),
    places: new Map(),
    starts: null,
    order: new Map(),
  };
};

export type Count = ReturnType<typeof createCount>;

export const createCount = (store: FactStore, kept: Kept, options: ColumnScorecardOptions) => {
  const { by, fromS, toS, agentKey, repeatDays = 7, repairs = defaultRepairs, holes = [] } = options;
  const isStaff = isStaffGroup(by);
  const isOfAgents = isStaff || agentKey !== undefined;
  const horizonS = options.horizonS ?? toS;
  const judging: Judging = {
    context: {
      csatPolarity: options.csatPolarity,
      preset: presets[options.preset ?? 'afterword'],
      thresholds: options.thresholds ?? defaultThresholds,
      repairs,
      horizonS,
      isAfterHours: options.calendar ? createAfterHoursTest(options.calendar) : null,
    },
    repeatDays,
    calendar: options.calendar ?? null,
  };
  const { conversations, words } = store;
  const { startedAtS, lastActiveS, endedAtS } = conversations;
  const untilS = Math.max(toS, horizonS);
  const isFed = (id: number): boolean => {
    const atS = startedAtS.array[id] as number;
    if (atS >= fromS) return atS < untilS;
    return atS >= fromS - longestConversationS && (getValue(lastActiveS, id) ?? Number.NEGATIVE_INFINITY) >= fromS;
  };
  const period: Period = { fromS, toS, isFed };
  const onlyAgent = agentKey === undefined ? null : agentKey === unnamedKey ? 0 : (words.codes.get(agentKey) ?? -1);
  const slots =
    by === 'team'
      ? createTeamSlots(store, options.teams ?? new Map())
      : recall(kept.slots, by, () => createSlots(store, by));

  const viewOf = (name: ViewName): FactView => kept.series.view(name, repairs.shadows);
  const found = new Map<ViewName, SlotRange[]>();
  const rangesOf = (name: ViewName): SlotRange[] => {
    let ranges = found.get(name);
    if (ranges === undefined) {
      const view = viewOf(name);
      ranges = slots.split(view, selectRanges(store, view, period, onlyAgent));
      found.set(name, ranges);
    }
    return ranges;
  };

  /** Which views count here, as the reference's `add` feeds them. */
  const counted: ViewName[] = [
    'segments',
    'offers',
    ...(isStaff ? (['consults'] as const) : []),
    isOfAgents ? 'agentSurveys' : 'surveys',
    ...(isOfAgents ? [] : (['entries'] as const)),
    'contacts',
    isOfAgents ? 'agentSessions' : 'sessions',
    isOfAgents ? 'agentArrivals' : 'arrivals',
  ];

  // Calls of a channel that never carries hold are in no figure that needs it.
  const segments = viewOf('segments');
  const voiceChannel = (() => {
    const { channel, flags: segmentBits } = store.tables.segments.columns;
    // isVoice is the first flag of a segment.
    return seriesOf(segments, 'voice channel', (row) =>
      ((segmentBits.array[row] as number) & 1) === 0 ? 0 : (channel.array[row] as number),
    );
  })();
  const unknownChannels = new Set<number>();
  const callChannels = recall(kept.callChannels, repairs.shadows, () => new Set<number>(voiceChannel));
  callChannels.delete(0);
  if ([...callChannels].some((channel) => !kept.holdChannels.has(channel))) {
    for (const { from, to } of rangesOf('segments'))
      for (let at = from; at < to; at += 1) {
        const channel = voiceChannel[at] as number;
        if (channel !== 0 && !kept.holdChannels.has(channel)) unknownChannels.add(channel);
      }
  }

  const isKnown = (startS: number, endS: number): boolean =>
    endS < horizonS && !holes.some((hole) => hole.fromS < endS && hole.toS > startS);
  const countsShadows = repairs.shadows === 'counted';
  const places = recall(kept.places, countsShadows, () => createPlaces(store, countsShadows));
  const surveyedPlaces = places.surveyedIn({ fromS, untilS, isFed });

  /** The rows of a series that count in this period beyond being in its time. */
  const testOf = (view: FactView, name: SeriesName): RowTest | null => {
    if (view.name === 'segments' && holdSeries.has(name as SegmentSeriesName))
      return unknownChannels.size === 0 ? null : (at) => !unknownChannels.has(voiceChannel[at] as number);
    if (name === 'surveyed') {
      const { place } = conversations;
      return places.all.size > surveyedPlaces.size
        ? (at) => surveyedPlaces.has(place.array[view.conversations[at] as number] as number)
        : null;
    }
    const days = windowDays[name];
    if (days === undefined) return null;
    const lengthS = (days === 'repeat' ? repeatDays : days) * dayS;
    return (at) => {
      const endS = endedAtS.array[view.conversations[at] as number] as number;
      return isKnown(endS, endS + lengthS);
    };
  };

  /** The answers of a series for the rows of a view. */
  const columnOf = (view: FactView, name: SeriesName): FactArray => {
    const column = kept.series.column(view, name, judging);
    return name === 'containedFor1d' || name === 'containedFor7d'
      ? judgeOddSessions(store, kept.series, view, rangesOf(view.name), column, name, judging, { fromS, isFed })
      : column;
  };

  return {
    ...{ isStaff, isOfAgents, judging, isFed, period, slots, counted, segments },
    ...{ unknownChannels, countsShadows, surveyedPlaces, viewOf, rangesOf, testOf, columnOf },
  };
};
