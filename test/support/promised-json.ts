// The JSON that scripts rely on, key by key in its order, written out as the project promises it and not derived from
// the contract; and the form of its times.
import { expect } from 'vitest';

const keysOf = {
  sync: 'workspace requests rows inserted updated unchanged quarantined windows durationSeconds rateMax',
  windows: 'complete split capped failed',
  range: 'from to state rows fetchedAt',
  search: 'total rows highlights facets next tookMs',
  highlight: 'field text marks',
  savedSearch: 'name query sort savedAt',
  facet: 'value label count',
  conversation:
    'conversationId sessionId key startedAt endedAt channel direction finalStatus smartStatus reason disconnectingEvent isVoicemail botId automationBotIds userId channelSpecificUserId customer skills dispositions dispositionRemarks lastIntentName surveyType csatScore npsScore likeDislikeScore csatFeedback userTags sessionTags campaign destinations isShadow isOpen sources',
  customer: 'phone centerPhone firstName lastName email',
  destination: 'type queueId queueName enteredAt callbackOpted callbackOptedAt callbackAcceptedAt offers',
  offer:
    'agentId name email handled assignedAt acceptedAt firstResponseAt firstResponseSeconds endedAt interactionSeconds holdSeconds acwSeconds acwEndedAt notes nonResponseEvent consults joined',
  scorecard: 'period dataAsOf coverage rows',
  period: 'from to zone',
  scorecardRow: 'key name metrics',
  metrics:
    'handled conversations ahtMean ahtMedian ahtP90 talkMean holdRate holdMean acwMean ringMedian firstResponseMedian firstResponseP90 acceptRate ronaRate transferRate consultRate csatTop2 csatMean nps likeRate',
  metric: 'value n low high',
};
/** Exactly these keys in this order. */
export const expectKeys = (value: unknown, kind: keyof typeof keysOf): void =>
  expect(Object.keys(value as object)).toEqual(keysOf[kind].split(' '));

const timeKey = /(^(from|to|dataAsOf|campaignRunDate)|At)$/;
/** Every time anywhere below is to the second and ends with Z; gives how many there were. */
export const expectTimes = (value: unknown, key = ''): number => {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + expectTimes(item, key), 0);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).reduce((sum, [name, child]) => sum + expectTimes(child, name), 0);
  if (value === null || !timeKey.test(key)) return 0;
  expect(value, key).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  return 1;
};
