// Facts read back from their columns, one at a time and always into the same object, so that the definitions of the series
// (metrics room) judge columns as they judge records. May import the metrics and fact-store.ts.
import type { EntryFact } from '../metrics/entry-facts.ts';
import type { OfferFact, SegmentFact, SurveyFact } from '../metrics/facts.ts';
import type { Repairs } from '../metrics/repairs.ts';
import { entryFlags, type FactStore, flagBit, segmentFlags } from './fact-store.ts';
import { getValue } from './fact-table.ts';

type Reader<Fact> = (row: number) => Fact;

/** What the series read of a segment; whose it is stays in the columns. */
export const createSegmentReader = ({ tables, words }: FactStore): Reader<SegmentFact> => {
  const { columns } = tables.segments;
  const bits = Object.fromEntries(segmentFlags.map((name) => [name, flagBit(segmentFlags, name)])) as Record<
    (typeof segmentFlags)[number],
    number
  >;
  const fact = {} as SegmentFact;
  return (row) => {
    const { acwS, holdS, interactionS, ringS, firstResponseS, consultS, customerFirstResponseS } = columns;
    fact.interactionS = getValue(interactionS, row);
    fact.holdS = getValue(holdS, row);
    fact.acwS = getValue(acwS, row);
    fact.ringS = getValue(ringS, row);
    fact.firstResponseS = getValue(firstResponseS, row);
    fact.consultS = getValue(consultS, row);
    fact.customerFirstResponseS = getValue(customerFirstResponseS, row);
    fact.endedAtS = columns.endedAtS.array[row] as number;
    fact.acceptedAtS = getValue(columns.acceptedAtS, row);
    fact.assignedAtS = getValue(columns.assignedAtS, row);
    fact.workEndedAtS = columns.workEndedAtS.array[row] as number;
    const channel = columns.channel.array[row] as number;
    fact.channel = channel === 0 ? null : (words.values[channel] ?? null);
    const flags = columns.flags.array[row] as number;
    fact.isVoice = (flags & bits.isVoice) !== 0;
    fact.isHoldUnusable = (flags & bits.isHoldUnusable) !== 0;
    fact.isTransferredOut = (flags & bits.isTransferredOut) !== 0;
    fact.isWarm = (flags & bits.isWarm) !== 0;
    fact.hasConsult = (flags & bits.hasConsult) !== 0;
    fact.hasConference = (flags & bits.hasConference) !== 0;
    fact.hasReply = (flags & bits.hasReply) !== 0;
    return fact;
  };
};

export const createOfferReader = ({ tables, words }: FactStore): Reader<OfferFact> => {
  const { columns } = tables.offers;
  const fact = {} as OfferFact;
  return (row) => {
    fact.assignedAtS = getValue(columns.assignedAtS, row);
    fact.result = words.values[columns.result.array[row] as number] as OfferFact['result'];
    fact.isRateEligible = columns.isRateEligible.array[row] === 1;
    return fact;
  };
};

export const createSurveyReader = ({ tables, words }: FactStore): Reader<SurveyFact> => {
  const { columns } = tables.surveys;
  const fact = {} as SurveyFact;
  return (row) => {
    fact.surveyType = words.values[columns.surveyType.array[row] as number] as SurveyFact['surveyType'];
    fact.score = getValue(columns.score, row);
    return fact;
  };
};

export const createEntryReader = (
  { tables, words }: FactStore,
  reassignments: Repairs['reassignments'],
): Reader<EntryFact> => {
  const { columns } = tables.entries;
  const isRepaired = reassignments === 'repaired';
  const outcomes = isRepaired ? columns.outcome : columns.recordedOutcome;
  const waits = isRepaired ? columns.waitS : columns.recordedWaitS;
  const voice = flagBit(entryFlags, 'isVoice');
  const offered = flagBit(entryFlags, isRepaired ? 'isOffered' : 'recordedOffered');
  const withAgent = flagBit(entryFlags, isRepaired ? 'isAbandonedWithAgent' : 'recordedAbandonedWithAgent');
  const transferred = flagBit(entryFlags, isRepaired ? 'isTransferred' : 'recordedTransferred');
  const fact = {} as EntryFact;
  return (row) => {
    const flags = columns.flags.array[row] as number;
    fact.enteredAtS = getValue(columns.enteredAtS, row);
    fact.isOffered = (flags & offered) !== 0;
    fact.isVoice = (flags & voice) !== 0;
    fact.outcome = words.values[outcomes.array[row] as number] as EntryFact['outcome'];
    fact.waitS = getValue(waits, row);
    fact.isAbandonedWithAgent = (flags & withAgent) !== 0;
    fact.isTransferred = (flags & transferred) !== 0;
    fact.offers = columns.offers.array[row] as number;
    fact.acceptedOffers = columns.acceptedOffers.array[row] as number;
    const opted = getValue(columns.callbackOpted, row);
    fact.callbackOpted = opted === null ? null : opted === 1;
    fact.callbackOptedAtMs = getValue(columns.callbackOptedAtMs, row);
    fact.callbackAcceptedAtMs = getValue(columns.callbackAcceptedAtMs, row);
    return fact;
  };
};
