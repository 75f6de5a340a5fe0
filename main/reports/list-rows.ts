// Lists of single conversations for reports: what customers wrote, and callbacks. Owns which conversations belong in them
// and what of each is shown. Masking comes first, so nothing unmasked is ever copied. Pure. May import the contract, the
// model, metrics and its neighbours in reports.
import type { Conversation } from '../../preload/contract/conversation.ts';
import type { Repairs } from '../../preload/contract/counting.ts';
import { deriveFacts } from '../metrics/facts.ts';
import type { StoredConversation } from '../model.ts';
import { toConversationJson } from '../model-json.ts';
import { maskConversation } from './masking.ts';

export type CommentRow = {
  key: string;
  startedAt: string;
  surveyType: string | null;
  score: number | null;
  queue: string | null;
  agent: string | null;
  comment: string;
};

export type CallbackRow = {
  key: string;
  /** Its place among the conversation's stops, from 1. */
  position: number;
  queue: string | null;
  enteredAt: string | null;
  optedAt: string | null;
  acceptedAt: string | null;
  waitS: number | null;
  agent: string | null;
};

export type ListInput = {
  fromS: number;
  toS: number;
  repairs: Repairs;
  /** Only this queue's; left out: all. */
  queue?: string;
  /** Null shows people as they are. */
  maskSalt: string | null;
};

/** `maskSalt` null shows people as they are. */
const show = (record: StoredConversation, maskSalt: string | null): Conversation => {
  const conversation = toConversationJson(record);
  return maskSalt === null ? conversation : maskConversation(conversation, maskSalt);
};

const isWanted = (queueId: string | null, { queue }: ListInput): boolean => queue === undefined || queueId === queue;

/** The comment of a closed conversation that began in the period; under the queue and the agent its survey counts for. */
export const listComment = (record: StoredConversation, input: ListInput): CommentRow[] => {
  const { csatFeedback, startedAtS } = record;
  if (!csatFeedback?.trim() || startedAtS < input.fromS || startedAtS >= input.toS) return [];
  const { state, conversation: fact } = deriveFacts(record, input.repairs);
  if (state !== 'closed' || fact === null || !isWanted(fact.queueId, input)) return [];
  const shown = show(record, input.maskSalt);
  const offers = shown.destinations.flatMap((stop) => stop.offers);
  return [
    {
      key: shown.key,
      startedAt: shown.startedAt,
      surveyType: shown.surveyType,
      score: shown.csatScore ?? shown.npsScore ?? shown.likeDislikeScore,
      queue: shown.destinations.findLast((stop) => stop.queueId === fact.queueId)?.queueName ?? null,
      agent: offers.findLast((offer) => offer.handled)?.name ?? null,
      comment: shown.csatFeedback ?? '',
    },
  ];
};

/** The callbacks of a closed conversation, by the entries that the queue's figures count: offered, entered in the period. */
export const listCallbacks = (record: StoredConversation, input: ListInput): CallbackRow[] => {
  if (!record.destinations.some((stop) => stop.callbackOpted === true)) return [];
  const entries = deriveFacts(record, input.repairs).entries.filter(
    ({ isOffered, callbackOpted, enteredAtS, queueId }) =>
      isOffered &&
      callbackOpted === true &&
      enteredAtS !== null &&
      enteredAtS >= input.fromS &&
      enteredAtS < input.toS &&
      isWanted(queueId, input),
  );
  if (entries.length === 0) return [];
  const shown = show(record, input.maskSalt);
  return entries.flatMap((entry): CallbackRow[] => {
    const position = record.destinations.findIndex(
      ({ type, queueId, enteredAtS }) =>
        type === 'QueueEntry' && queueId === entry.queueId && enteredAtS === entry.enteredAtS,
    );
    const stop = shown.destinations[position];
    if (stop === undefined) return [];
    const { callbackOptedAtMs: optedMs, callbackAcceptedAtMs: acceptedMs } = entry;
    return [
      {
        key: shown.key,
        position: position + 1,
        queue: stop.queueName ?? stop.queueId,
        enteredAt: stop.enteredAt,
        optedAt: stop.callbackOptedAt,
        acceptedAt: stop.callbackAcceptedAt,
        waitS: optedMs === null || acceptedMs === null || acceptedMs < optedMs ? null : (acceptedMs - optedMs) / 1000,
        agent: stop.offers.find((offer) => offer.handled)?.name ?? null,
      },
    ];
  });
};
