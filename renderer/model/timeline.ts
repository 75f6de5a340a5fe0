// What happened in a conversation, step by step, in the order it happened. Pure.
import type { Conversation } from '../../preload/contract/conversation.ts';
import { formatDuration } from './format.ts';

export const stages = ['bot', 'queue', 'callback', 'agent', 'hold', 'consult', 'wrap', 'survey', 'end'] as const;
export type Stage = (typeof stages)[number];

export type Step = {
  stage: Stage;
  at: string | null;
  title: string;
  detail?: string;
  notes?: readonly string[];
  /** A branch of the step before, drawn further in. */
  isAside?: boolean;
};

export type Stretch = { stage: 'bot' | 'queue' | 'agent' | 'wrap'; fromMs: number; toMs: number; label: string };

type Destination = Conversation['destinations'][number];
type Offer = Destination['offers'][number];

const nameOf = (person: { name: string | null; agentId: string | null }): string =>
  person.name ?? person.agentId ?? 'somebody unnamed';
const ms = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
const secondsBetween = (from: string | null, to: string | null): number | null =>
  from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;
/** By time; what has none stays where it is. */
const byTime = (a: string | null, b: string | null): number => (a === null || b === null ? 0 : a.localeCompare(b));

const stepsOfOffer = (offer: Offer, isQueued: boolean): Step[] => {
  const name = nameOf(offer);
  const steps: Step[] = [];
  const asked = { stage: 'queue' as const, at: offer.assignedAt, isAside: true };
  if (isQueued || !offer.handled)
    steps.push({
      ...asked,
      title: `Offered to ${name}`,
      ...(offer.handled
        ? {}
        : { detail: `Not answered${offer.nonResponseEvent === null ? '' : `: ${offer.nonResponseEvent}`}` }),
    });
  if (!offer.handled) return steps;
  const ring = secondsBetween(offer.assignedAt, offer.acceptedAt);
  steps.push({
    stage: 'agent',
    at: offer.acceptedAt,
    title: `${name} answered`,
    ...(ring === null ? {} : { detail: `after ringing ${formatDuration(ring)}` }),
  });
  if (offer.firstResponseAt !== null && offer.firstResponseSeconds !== null && offer.firstResponseSeconds > 0)
    steps.push({
      ...{ stage: 'agent', at: offer.firstResponseAt, isAside: true, title: 'First response' },
      detail: `after ${formatDuration(offer.firstResponseSeconds)}`,
    });
  if (offer.holdSeconds !== null && offer.holdSeconds > 0)
    steps.push({
      ...{ stage: 'hold', at: null, isAside: true, title: `On hold for ${formatDuration(offer.holdSeconds)} in all` },
      detail: 'the data do not say when',
    });
  const asides = [
    ...offer.consults.map((consult): Step => {
      const length = secondsBetween(consult.acceptedAt, consult.endedAt);
      const answered =
        consult.acceptedAt === null ? 'not answered' : length === null ? '' : `for ${formatDuration(length)}`;
      return {
        ...{ stage: 'consult', at: consult.assignedAt ?? consult.acceptedAt, isAside: true },
        title: `Consulted ${nameOf(consult)}`,
        detail: [answered, consult.isMerged ? 'merged into the call' : ''].filter(Boolean).join(', '),
      };
    }),
    ...offer.joined.map(
      (joined): Step => ({ stage: 'consult', at: joined.joinedAt, isAside: true, title: `${nameOf(joined)} joined` }),
    ),
  ].sort((a, b) => byTime(a.at, b.at));
  steps.push(...asides);
  if (offer.endedAt !== null || offer.interactionSeconds !== null)
    steps.push({
      ...{ stage: 'agent', at: offer.endedAt, title: `${name} was done` },
      ...(offer.interactionSeconds === null
        ? {}
        : { detail: `interaction ${formatDuration(offer.interactionSeconds)}, hold included` }),
    });
  if (offer.acwSeconds !== null || offer.notes.length > 0)
    steps.push({
      ...{ stage: 'wrap', at: offer.acwEndedAt, notes: offer.notes },
      title: offer.acwSeconds === null ? 'Notes' : `After-call work ${formatDuration(offer.acwSeconds)}`,
    });
  return steps;
};

const stepsOfDestination = (destination: Destination): Step[] => {
  const isQueued = destination.type === 'QueueEntry';
  const name = destination.queueName ?? destination.queueId;
  const steps: Step[] = [];
  if (isQueued) {
    const firstAnswer = destination.offers.find(({ handled }) => handled)?.acceptedAt ?? null;
    const wait = secondsBetween(destination.enteredAt, firstAnswer);
    steps.push({
      ...{
        stage: 'queue',
        at: destination.enteredAt,
        title: name === null ? 'Entered a queue' : `Entered the queue ${name}`,
      },
      ...(wait === null ? {} : { detail: `waited ${formatDuration(wait)}` }),
    });
  }
  if (destination.callbackOpted)
    steps.push({ stage: 'callback', at: destination.callbackOptedAt, title: 'Asked to be called back' });
  // The data name the one who answered first.
  const offers = destination.offers.toSorted((a, b) => byTime(a.assignedAt, b.assignedAt));
  const offerSteps = offers.flatMap((offer) => stepsOfOffer(offer, isQueued));
  if (destination.callbackAcceptedAt === null) return [...steps, ...offerSteps];
  const accepted: Step = { stage: 'callback', at: destination.callbackAcceptedAt, title: 'Took the call back' };
  const index = offerSteps.findIndex(({ at }) => at !== null && at > (accepted.at ?? ''));
  const at = index < 0 ? offerSteps.length : index;
  return [...steps, ...offerSteps.slice(0, at), accepted, ...offerSteps.slice(at)];
};

const surveyText = ({ csatScore, npsScore, likeDislikeScore }: Conversation): string | null => {
  if (csatScore !== null) return `CSAT ${csatScore} of 1–5`;
  if (npsScore !== null) return `NPS ${npsScore} of 0–10`;
  if (likeDislikeScore !== null) return likeDislikeScore === 1 ? 'Like' : 'Dislike';
  return null;
};

export const timelineOf = (conversation: Conversation): Step[] => {
  const { destinations, botId, automationBotIds, dispositions, dispositionRemarks } = conversation;
  const hasBot = automationBotIds.length > 0 || (botId !== null && conversation.conversationId === null);
  const steps: Step[] = [
    {
      ...{ stage: hasBot ? 'bot' : 'end', at: conversation.startedAt },
      title: hasBot ? 'The bot took it' : 'Began',
      detail: [conversation.direction, conversation.channel].filter(Boolean).join(', '),
    },
  ];
  if (hasBot && conversation.lastIntentName !== null)
    steps.push({ stage: 'bot', at: null, isAside: true, title: `Intent ${conversation.lastIntentName}` });
  steps.push(...destinations.flatMap(stepsOfDestination));
  if (conversation.isVoicemail) steps.push({ stage: 'end', at: null, title: 'Left a voicemail' });
  if (dispositions.length > 0 || dispositionRemarks.length > 0)
    steps.push({
      stage: 'wrap',
      at: null,
      title: `Wrapped up as ${dispositions.join(', ') || 'nothing'}`,
      notes: dispositionRemarks,
    });
  const ended = [conversation.disconnectingEvent, conversation.reason].filter(Boolean).join(', ');
  steps.push(
    conversation.isOpen
      ? { stage: 'end', at: null, title: 'Was still open when it was fetched' }
      : { stage: 'end', at: conversation.endedAt, title: 'Session ended', ...(ended === '' ? {} : { detail: ended }) },
  );
  const survey = surveyText(conversation);
  if (survey !== null)
    steps.push({
      ...{ stage: 'survey', at: null, title: `Survey: ${survey}` },
      ...(conversation.csatFeedback === null ? {} : { notes: [conversation.csatFeedback] }),
    });
  return steps;
};

/** What can be drawn to scale: stretches with both ends known, in time order. */
export const stretchesOf = (conversation: Conversation): Stretch[] => {
  const stretches: Stretch[] = [];
  const add = (stage: Stretch['stage'], from: string | null, to: string | null, label: string): void => {
    const [fromMs, toMs] = [ms(from), ms(to)];
    if (fromMs !== null && toMs !== null && toMs > fromMs) stretches.push({ stage, fromMs, toMs, label });
  };
  const [first] = conversation.destinations;
  const hasBot = conversation.automationBotIds.length > 0 || conversation.conversationId === null;
  const firstEnd = first?.enteredAt ?? first?.offers[0]?.assignedAt ?? conversation.endedAt;
  if (hasBot) add('bot', conversation.startedAt, firstEnd, 'Bot');
  for (const [index, destination] of conversation.destinations.entries()) {
    const answer = destination.offers.find(({ handled }) => handled);
    // Nobody answered here: the wait went on until the next stop began, or to the end.
    const next = conversation.destinations[index + 1];
    const waitEnd =
      answer?.acceptedAt ??
      (next === undefined
        ? conversation.endedAt
        : (next.enteredAt ?? next.offers.find(({ handled }) => handled)?.acceptedAt ?? null));
    add('queue', destination.enteredAt, waitEnd, `Queue ${destination.queueName ?? ''}`.trim());
    for (const offer of destination.offers.filter(({ handled }) => handled)) {
      add('agent', offer.acceptedAt, offer.endedAt, nameOf(offer));
      add('wrap', offer.endedAt, offer.acwEndedAt, 'After-call work');
    }
  }
  return stretches.sort((a, b) => a.fromMs - b.fromMs);
};
