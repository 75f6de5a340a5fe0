// Every metric's value from the lists of one row, in the second calculator.
import { isOfStaff, type Lists, type PlainOptions, type PlainValue, sum } from './sheet.ts';

const percentile = (values: number[], p: number): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * p;
  const base = Math.floor(rank);
  const at = (index: number): number => sorted[Math.min(index, sorted.length - 1)] as number;
  return at(base) * (1 - (rank - base)) + at(base + 1) * (rank - base);
};
const agentOnly = 'consultsGiven busyTime concurrency concurrencyPeak workloadAht handlingDensity throughput'.split(
  ' ',
);
const botOnly =
  'botSessions containment containmentLessMicro adjustedContainment adjustedContainment7d escalationRate escalationServedRate botLengthMedian microSessions preQueueAbandons'.split(
    ' ',
  );
const queueAndBot =
  'offered answered answerRate asaMean asaMedian asaP90 serviceLevel shortAbandons abandoned abandonRate lostRate abandonTimeMedian abandonTimeP90 abandonedWithAgent callbackRate callbackCompletion callbackTimeMedian callbackTimeP90 voicemailShare afterHoursShare queueTransferRate reOffersPerAnswered'.split(
    ' ',
  );
const counts = new Set(
  'handled conversations consultsGiven offered answered shortAbandons abandoned abandonedWithAgent botSessions microSessions preQueueAbandons'.split(
    ' ',
  ),
);
const averages =
  'talkMean holdRate holdMean acwMean acceptRate ronaRate rejectRate transferRate consultRate csatTop2 csatMean nps likeRate acwAboveZeroMean acwRate acwKnownRate holdPerCallMean noReplyRate warmShare consultMean conferenceRate wrapUpCoverage answerRate serviceLevel abandonRate lostRate callbackRate callbackCompletion voicemailShare queueTransferRate repeatRate noRepeatRate noRepeatStrictRate reconnectRate identifiedRate csatBottom2 csatShare1 csatShare2 csatShare3 csatShare4 csatShare5 npsPromoterShare npsDetractorShare surveyCoverage afterHoursShare containment containmentLessMicro adjustedContainment adjustedContainment7d escalationRate escalationServedRate'.split(
    ' ',
  );

/** The metrics that a grouping has no figure for are null. */
export const toValues = (lists: Lists, { by }: Pick<PlainOptions, 'by'>): Record<string, PlainValue> => {
  const of = (name: string): number[] => lists.get(name) ?? [];
  const values: Record<string, PlainValue> = {};
  const quantile = (name: string, list: string, p: number): void => {
    values[name] = { value: percentile(of(list), p), n: of(list).length };
  };
  const ratio = (name: string, over: number, under: number, n: number): void => {
    values[name] = { value: under === 0 ? null : over / under, n };
  };
  for (const name of counts) values[name] = { value: of(name).length, n: of(name).length };
  for (const name of averages) ratio(name, sum(of(name)), of(name).length, of(name).length);
  ratio('ahtMean', sum(of('aht')), of('aht').length, of('aht').length);
  quantile('ahtMedian', 'aht', 0.5);
  quantile('ahtP90', 'aht', 0.9);
  quantile('ringMedian', 'ringMedian', 0.5);
  quantile('firstResponseMedian', 'firstResponse', 0.5);
  quantile('firstResponseP90', 'firstResponse', 0.9);
  quantile('customerFirstResponseMedian', 'customerFirstResponse', 0.5);
  quantile('customerFirstResponseP90', 'customerFirstResponse', 0.9);
  ratio('asaMean', sum(of('asa')), of('asa').length, of('asa').length);
  quantile('asaMedian', 'asa', 0.5);
  quantile('asaP90', 'asa', 0.9);
  quantile('abandonTimeMedian', 'abandonTime', 0.5);
  quantile('abandonTimeP90', 'abandonTime', 0.9);
  quantile('callbackTimeMedian', 'callbackTime', 0.5);
  quantile('callbackTimeP90', 'callbackTime', 0.9);
  quantile('botLengthMedian', 'botLengthMedian', 0.5);
  ratio('acwRatio', sum(of('acwPart')), sum(of('aht')), of('aht').length);
  ratio('holdRatio', sum(of('holdPart')), sum(of('holdWhole')), of('holdWhole').length);
  ratio('reOffersPerAnswered', sum(of('reOffers')), of('answered').length, of('answered').length);
  const shifts = of('busySegments').length;
  values.busyTime = { value: sum(of('busyS')), n: shifts };
  ratio('concurrency', sum(of('writtenS')), sum(of('writtenUnionS')), of('writtenS').length === 0 ? 0 : shifts);
  values.concurrencyPeak = {
    value: of('peak').length === 0 ? null : Math.max(...of('peak')),
    n: of('peak').length === 0 ? 0 : shifts,
  };
  ratio('workloadAht', sum(of('busyS')), shifts, shifts);
  ratio('handlingDensity', sum(of('busyS')), sum(of('spanS')), shifts);
  ratio('throughput', shifts, sum(of('activeHours')), shifts);
  values.occupancy = { value: null, n: 0 };
  const foreign = [
    ...(isOfStaff({ by }) ? queueAndBot : agentOnly),
    ...(by === 'bot' || by === 'channel' || by === 'intent' ? [] : botOnly),
    ...(by === 'disposition' ? ['wrapUpCoverage'] : []),
  ];
  for (const name of foreign) values[name] = { value: null, n: 0 };
  return values;
};
