// What each queue entry contributes to each queue figure. Pure. May import entry-facts.ts, presets.ts, series-context.ts.
// Source: metrics definitions, section 2.3.
import type { EntryFact } from './entry-facts.ts';
import { columnOf, judgeAbandon, judgeServiceLevel, type Verdict } from './presets.ts';
import { oneIf, type SeriesContext, toFlag } from './series-context.ts';

/** A callback not taken within a day is judged; a younger one may still be. */
const callbackMaturityMs = 24 * 3600 * 1000;

const isAnswered = ({ outcome }: EntryFact): boolean => outcome === 'answered' || outcome === 'reassigned-answered';
const fromVerdict = (verdict: Verdict): number | null => (verdict === 'left-out' ? null : toFlag(verdict === 'hit'));

/** Per offered queue entry, counted at its entry time. */
export const entrySeries = {
  offered: () => 1,
  answeredEntries: (entry: EntryFact) => oneIf(isAnswered(entry)),
  answered: (entry: EntryFact) => toFlag(isAnswered(entry)),
  answerWaitS: (entry: EntryFact) => (isAnswered(entry) ? entry.waitS : null),
  withinServiceLevel: (entry: EntryFact, { preset, thresholds }: SeriesContext) =>
    fromVerdict(judgeServiceLevel(entry, preset, thresholds)),
  shortAbandons: (entry: EntryFact, { thresholds }: SeriesContext) =>
    oneIf(columnOf(entry, thresholds) === 'abandoned-short'),
  abandonedEntries: (entry: EntryFact, { thresholds }: SeriesContext) =>
    oneIf(columnOf(entry, thresholds) === 'abandoned'),
  abandoned: (entry: EntryFact, { preset, thresholds }: SeriesContext) =>
    fromVerdict(judgeAbandon(entry, preset, thresholds)),
  lost: ({ outcome }: EntryFact) => toFlag(outcome === 'abandoned' || outcome === 'terminated'),
  abandonWaitS: ({ outcome, waitS }: EntryFact) => (outcome === 'abandoned' ? waitS : null),
  abandonedWithAgent: (entry: EntryFact) => oneIf(entry.isAbandonedWithAgent),
  // Rows from before the field existed do not say false: they say nothing.
  callbackOpted: ({ isVoice, callbackOpted }: EntryFact) =>
    isVoice && callbackOpted !== null ? toFlag(callbackOpted) : null,
  callbackCompleted: (entry: EntryFact, { horizonS }: SeriesContext) => {
    if (entry.callbackOpted !== true) return null;
    const optedAtMs = entry.callbackOptedAtMs ?? (entry.enteredAtS ?? Number.POSITIVE_INFINITY) * 1000;
    return optedAtMs + callbackMaturityMs < horizonS * 1000 ? toFlag(entry.callbackAcceptedAtMs !== null) : null;
  },
  callbackWaitS: ({ callbackOpted, callbackOptedAtMs, callbackAcceptedAtMs }: EntryFact) =>
    callbackOpted !== true ||
    callbackOptedAtMs === null ||
    callbackAcceptedAtMs === null ||
    callbackAcceptedAtMs < callbackOptedAtMs
      ? null
      : (callbackAcceptedAtMs - callbackOptedAtMs) / 1000,
  transferredEntries: (entry: EntryFact, { preset }: SeriesContext) =>
    preset.queueTransfersOver === 'offered' || isAnswered(entry) ? toFlag(entry.isTransferred) : null,
  unacceptedOffers: ({ offers, acceptedOffers }: EntryFact) => offers - acceptedOffers,
  afterHours: ({ enteredAtS }: EntryFact, { isAfterHours }: SeriesContext) =>
    isAfterHours === null || enteredAtS === null ? null : toFlag(isAfterHours(enteredAtS)),
} as const satisfies Record<string, (fact: EntryFact, context: SeriesContext) => number | null>;
