// The series of every view: which definitions (metrics room) judge its facts, under which settings a column of answers may be
// used again, and which of a period's rows an answer stands for. May import the metrics and the fact files.
import {
  arrivalSeries,
  contactSeries,
  type JudgedConversation,
  sessionSeries,
} from '../metrics/conversation-series.ts';
import { entrySeries } from '../metrics/entry-series.ts';
import type { BusinessCalendar } from '../metrics/local-time.ts';
import type { Repairs } from '../metrics/repairs.ts';
import { offerSeries, type SeriesContext, type SeriesName, segmentSeries, surveySeries } from '../metrics/series.ts';
import { type Contacts, createContacts, createConversationReader } from './fact-contacts.ts';
import { createEntryReader, createOfferReader, createSegmentReader, createSurveyReader } from './fact-readers.ts';
import type { FactStore } from './fact-store.ts';
import { createColumn, type FactArray } from './fact-table.ts';
import { type FactView, fillSeries, makeView, type ViewName } from './fact-views.ts';

/** What a count is judged by. */
export type Judging = { context: SeriesContext; repeatDays: number; calendar: BusinessCalendar | null };

type Evaluate = (fact: never, context: SeriesContext) => number | null;
type Series = Readonly<Record<string, Evaluate>>;
const seriesOfView: Record<Exclude<ViewName, 'consults'>, Series> = {
  segments: segmentSeries,
  offers: offerSeries,
  surveys: surveySeries,
  agentSurveys: surveySeries,
  entries: entrySeries,
  contacts: contactSeries,
  sessions: sessionSeries,
  agentSessions: sessionSeries,
  arrivals: arrivalSeries,
  agentArrivals: arrivalSeries,
};
export const namesOfView = (view: ViewName): SeriesName[] =>
  view === 'consults' ? ['consultsGiven'] : (Object.keys(seriesOfView[view]) as SeriesName[]);

/** Answers that only hold once this many days after the conversation are known; 'repeat' is as many as make a repeat. */
export const windowDays: Partial<Record<SeriesName, 1 | 7 | 'repeat'>> = {
  repeated: 'repeat',
  notRepeated: 'repeat',
  resolvedStrictly: 'repeat',
  reconnected: 'repeat',
  containedFor1d: 1,
  containedFor7d: 7,
};

/** More columns than these are answers to settings that nobody uses any more. */
const MOST_KEPT = 80;

const noColumn: FactArray = createColumn().array;

export type FactSeries = {
  view(name: ViewName, shadows: Repairs['shadows']): FactView;
  /** A series in the order of a view. Windows are taken for known and places for surveyed: the caller leaves out the others. */
  column(view: FactView, name: SeriesName, judging: Judging): FactArray;
  /** Makes the columns that are not there yet, all in one pass over the facts. */
  prepare(view: FactView, names: readonly SeriesName[], judging: Judging): void;
  contacts(repairs: Repairs): Contacts;
};

/** Everything made here is of one version of the facts. */
export const createFactSeries = (store: FactStore): FactSeries => {
  const views = new Map<string, FactView>();
  const contactsBy = new Map<string, Contacts>();

  const contacts: FactSeries['contacts'] = (repairs) => {
    const key = `${repairs.shadows} ${repairs.microSessions}`;
    const known = contactsBy.get(key) ?? createContacts(store, repairs);
    contactsBy.set(key, known);
    return known;
  };

  /** What the answer depends on besides the fact. */
  const settingsOf = (view: ViewName, name: SeriesName, { context, repeatDays, calendar }: Judging): unknown => {
    const { preset, csatPolarity, thresholds, repairs, horizonS } = context;
    switch (view) {
      case 'segments':
        return name === 'acwS' ? preset.acwOver : '';
      case 'surveys':
      case 'agentSurveys':
        return [preset.nps, csatPolarity];
      case 'entries':
        if (name === 'afterHours') return calendar;
        return [preset.label, thresholds, repairs.reassignments, name === 'callbackCompleted' ? horizonS : 0];
      case 'contacts':
      case 'sessions':
      case 'agentSessions':
        return [repairs.microSessions, repeatDays];
      default:
        return '';
    }
  };

  const keyOf = (view: ViewName, name: SeriesName, judging: Judging): string =>
    `${name} ${JSON.stringify(settingsOf(view, name, judging))}`;

  const readerOf = (
    view: ViewName,
    needsOthers: boolean,
    { context, repeatDays }: Judging,
  ): ((row: number) => unknown) => {
    switch (view) {
      case 'segments':
        return createSegmentReader(store);
      case 'offers':
        return createOfferReader(store);
      case 'surveys':
      case 'agentSurveys':
        return createSurveyReader(store);
      case 'entries':
        return createEntryReader(store, context.repairs.reassignments);
      case 'consults':
        return () => null;
      default: {
        const after = needsOthers ? contacts(context.repairs).follow(repeatDays) : null;
        return createConversationReader(store, after) as (row: number) => JudgedConversation;
      }
    }
  };

  return {
    view(name, shadows) {
      const key = `${name} ${shadows}`;
      const known = views.get(key) ?? makeView(store, name, shadows === 'counted');
      views.set(key, known);
      return known;
    },
    prepare(view, names, judging) {
      if (view.name === 'consults') return;
      if (view.series.size > MOST_KEPT) view.series.clear();
      const series = seriesOfView[view.name] as Record<string, Evaluate>;
      const missing = names.flatMap((name) => {
        const key = keyOf(view.name, name, judging);
        const evaluate = series[name];
        return evaluate === undefined || view.series.has(key) ? [] : [{ key, name, evaluate }];
      });
      if (missing.length === 0) return;
      const read = readerOf(
        view.name,
        missing.some(({ name }) => windowDays[name] !== undefined),
        judging,
      );
      fillSeries(
        view,
        missing.map(({ key }) => key),
        (row, put) => {
          const fact = read(row) as never;
          for (let at = 0; at < missing.length; at += 1) put(at, missing[at]?.evaluate(fact, judging.context) ?? null);
        },
      );
    },
    column(view, name, judging) {
      this.prepare(view, [name], judging);
      return view.series.get(keyOf(view.name, name, judging)) ?? noColumn;
    },
    contacts,
  };
};
