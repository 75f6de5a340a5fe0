// Sessions of the sample centre that were routed to people: how each came in and how it ended. Times are UTC epoch seconds
// unless named Ms. Shares follow what the API's documentation shows, made a little livelier.
import { intents } from './intents.ts';
import {
  addAnsweredStops,
  addMissedOffers,
  addTransfers,
  type Draft,
  makeEntry,
  makeHandledOffer,
  type Outcome,
  queueOf,
} from './offers.ts';
import { Random } from './random.ts';
import {
  makeConversationId,
  makeSessionId,
  makeSkills,
  makeUserTags,
  makeVoiceTags,
  pickCustomer,
  type SampleCampaign,
  type SampleOffer,
  type SampleSession,
  type SampleStop,
  type SampleSurvey,
  type SessionContext,
} from './session.ts';
import type { Agent, Queue } from './staff.ts';
import { pickDisposition, type Result, writeComment, writeRemark, writeUtterance } from './texts.ts';

const connectIntent = intents.findIndex((intent) => intent.name === 'ConnectToAgent');

const pickOutcome = (isVoice: boolean, random: Random): Outcome => {
  const draw = random.fraction();
  if (isVoice && draw < 0.06) return 'outbound';
  if (isVoice && draw < 0.13) return 'campaign';
  const inbound = random.fraction();
  if (inbound < 0.065) return 'abandoned-in-queue';
  if (inbound < 0.09) return 'abandoned-before-queue';
  if (inbound < 0.115) return 'no-agents';
  if (inbound < 0.135) return 'drop-off';
  if (inbound < 0.165) return 'abandoned-with-agent';
  if (inbound < 0.2 && isVoice) return 'voicemail';
  return 'answered';
};

const pickResult = (agent: Agent, random: Random): Result => {
  const draw = random.fraction() - agent.charm * 0.3;
  return draw < 0.7 ? 'resolved' : draw < 0.86 ? 'follow-up' : 'escalated';
};

const makeSurvey = (draft: Draft, first: SampleOffer | null, endedS: number, queue: Queue): SampleSurvey | null => {
  const { random, result, isVoice, context } = draft;
  if (result === 'cut-off' || !random.chance(isVoice ? 0.16 : 0.34)) return null;
  const base = result === 'resolved' ? 0.8 : result === 'follow-up' ? 0.56 : 0.34;
  const mood = Math.min(1, Math.max(0, base + (first?.agent.charm ?? -0.2) + (random.fraction() - 0.5) * 0.5));
  const kind = (context.staff.queues.indexOf(queue) + random.int(0, 5)) % 6;
  const type = kind < 3 ? 'csat' : kind < 5 ? 'nps' : 'likeDislike';
  const score =
    type === 'csat' ? 1 + Math.round(mood * 4) : type === 'nps' ? Math.round(mood * 10) : mood >= 0.5 ? 1 : 0;
  return {
    type,
    score,
    feedback: random.chance(0.4) ? writeComment(mood, random) : null,
    atS: endedS + (random.chance(0.84) ? random.int(10, 180) : random.int(2 * 3600, 30 * 3600)),
  };
};

const makeCampaign = (draft: Draft, isAnswered: boolean): SampleCampaign => {
  const { context, random, startS } = draft;
  const campaign = random.pick(context.campaigns);
  const day = Math.floor(startS / 86400);
  return {
    name: campaign.name,
    id: campaign.id,
    instanceId: `cid-${new Random(context.seed, day, campaign.name.length).guid()}`,
    dialingListId: campaign.dialingListId,
    attempt: random.int(1, 3),
    contactStatus: isAnswered ? 'answered' : random.pick(['no-answer', 'no-answer', 'busy', 'failed']),
    runAtMs: day * 86400000 + 6 * 3600000 + 417,
    contactLists: [campaign.contactList],
  };
};

type Ending = Pick<SampleSession, 'finalStatus' | 'smartStatus' | 'reason' | 'disconnectingEvent'>;

const closed = (disconnectingEvent: string, reason = ''): Ending => ({
  finalStatus: 'CLOSED',
  smartStatus: 'CLOSED',
  reason,
  disconnectingEvent,
});

/** A conversation that was routed to people. `isVoice` is decided by the caller: shadows depend on it. */
export const makeAgentSession = (
  context: SessionContext,
  index: number,
  startS: number,
  isVoice: boolean,
): SampleSession => {
  const { seed, staff } = context;
  const random = new Random(seed, index, 0xa6);
  const weekday = (Math.floor(startS / 86400) + 4) % 7;
  const hour = Math.floor((startS % 86400) / 3600);
  const present = staff.onDuty(weekday, hour);
  // In turn, as a router does it: an agent's next call comes when the others have had theirs.
  const agent = present[index % present.length] as Agent;
  const outcome = pickOutcome(isVoice, random);
  const result = outcome === 'abandoned-with-agent' ? 'cut-off' : pickResult(agent, random);
  const draft: Draft = { context, random, index, startS, isVoice, weekday, hour, agent, intent: 0, outcome, result };
  const queue = queueOf(draft, agent);
  const isOutbound = outcome === 'outbound' || outcome === 'campaign';
  // Nobody calls out about the wish to be connected.
  draft.intent = random.pick(isOutbound ? queue.intents.filter((n) => n !== connectIntent) : queue.intents);
  const customer = pickCustomer(context, random);

  const botS = random.chance(0.1) ? 0 : isVoice ? random.int(6, 45) : random.int(8, 95);
  const enterS = startS + botS;
  const stops: SampleStop[] = [];
  let first: SampleOffer | null = null;
  let endedS = enterS;
  let campaign: SampleCampaign | null = null;
  let dispositions: string[] = [];
  let remarks: string[] = [];
  let ending: Ending;

  switch (outcome) {
    case 'abandoned-before-queue':
      endedS = startS + random.int(5, 60);
      ending = {
        finalStatus: 'USER ABANDONED',
        smartStatus: 'ABANDONED',
        reason: '',
        disconnectingEvent: 'User Hangup',
      };
      break;
    case 'abandoned-in-queue':
    case 'no-agents':
    case 'drop-off':
    case 'voicemail': {
      const entry = makeEntry(queue, enterS);
      stops.push(entry);
      const freeS = addMissedOffers(
        draft,
        entry.nonResponding,
        enterS + random.int(1, 20),
        outcome === 'no-agents' ? 0 : 0.25,
      );
      endedS = freeS + random.skewedSeconds(outcome === 'drop-off' ? 12 : 55, 0.8, 3, 1200);
      if (outcome === 'abandoned-in-queue') {
        ending = {
          finalStatus: 'USER ABANDONED',
          smartStatus: 'ABANDONED IN QUEUE',
          reason: '',
          disconnectingEvent: isVoice ? 'User Hangup' : '',
        };
      } else if (outcome === 'voicemail') {
        dispositions = ['Voicemail'];
        ending = closed('User Hangup', 'Voicemail');
      } else {
        dispositions = [random.chance(0.8) ? 'DROP-OFF' : 'System Generated'];
        remarks = ['-'];
        const reason = outcome === 'no-agents' ? 'NO AGENTS AVAILABLE' : 'DROP-OFF';
        ending = { finalStatus: 'CLOSED', smartStatus: 'TERMINATED', reason, disconnectingEvent: 'System Hangup' };
      }
      break;
    }
    case 'outbound':
    case 'campaign': {
      const isAnswered = outcome === 'outbound' || random.chance(0.62);
      if (outcome === 'campaign') campaign = makeCampaign(draft, isAnswered);
      if (isAnswered) {
        const entry = makeEntry(queue, null);
        first = makeHandledOffer(draft, agent, startS, 0.6);
        entry.responding = first;
        stops.push(entry);
        endedS = addTransfers(draft, stops, first);
        dispositions = [pickDisposition(draft.result, random)];
      } else {
        endedS = startS + random.int(12, 40);
      }
      ending = closed(
        isAnswered ? random.pick(['Agent Hangup', 'User Hangup']) : 'System Hangup',
        dispositions[0] ?? '',
      );
      break;
    }
    default: {
      first = addAnsweredStops(draft, stops, enterS, queue);
      if (outcome === 'abandoned-with-agent') {
        endedS = first.endS ?? enterS;
        const reason = `${queue.name}:${first.agent.name}`;
        ending = {
          finalStatus: 'USER ABANDONED',
          smartStatus: 'ABANDONED WITH AGENT',
          reason,
          disconnectingEvent: isVoice ? 'User Hangup' : '',
        };
      } else {
        endedS = addTransfers(draft, stops, first);
        if (draft.result === 'cut-off') {
          dispositions = ['DROP-OFF'];
        } else if (!random.chance(0.08)) {
          dispositions = [pickDisposition(draft.result, random)];
          if (random.chance(0.03)) dispositions.push('Feedback Received');
          remarks = [writeRemark(draft.intent, draft.result, random)];
        }
        const event = isVoice ? random.pick(['Agent Hangup', 'User Hangup', 'Bot Hangup']) : 'Agent Closed';
        ending = closed(event, dispositions[0] ?? '');
      }
    }
  }

  // sessionEndTime is only near the end; on some chats it is the moment of the first accept.
  let endS = endedS;
  if (first?.acceptedS != null) {
    endS =
      !isVoice && random.chance(0.15) ? first.acceptedS : endedS + (isVoice ? random.int(-3, 2) : random.int(-2, 60));
  }
  const staysOpen = !isVoice && first !== null && random.chance(0.008);
  const closedAtS = Math.max(endS, endedS) + (staysOpen ? random.int(2 * 3600, 60 * 3600) : 0);
  const isServed = first !== null;
  const survey = isServed ? makeSurvey(draft, first, closedAtS, queue) : null;
  const isEdited = isServed && dispositions.length > 0 && random.chance(0.02);
  const channelName = random.chance(0.06) ? (random.chance(0.7) ? 'Kiosk ' : 'rtm') : 'Web/Mobile Client';
  const voiceName = outcome === 'campaign' && random.chance(0.2) ? 'campaign' : 'Voice';

  return {
    index,
    kind: 'agent',
    sessionId: makeSessionId(startS, index, random),
    conversationId: makeConversationId(seed, index),
    startS,
    endS: Math.max(startS, endS),
    closedAtS,
    channel: isVoice ? voiceName : channelName,
    isVoice,
    direction: isOutbound ? 'Outbound' : 'Inbound',
    isVoicemail: outcome === 'voicemail',
    ...ending,
    botId: staff.botIds[random.int(0, staff.botIds.length - 1)] ?? '',
    orgId: staff.orgId,
    accountId: staff.accountId,
    customer,
    centerPhone: isVoice ? random.pick(context.centerPhones) : '',
    channelSpecificUserId: isOutbound
      ? null
      : isVoice
        ? `${staff.accountId}/korevg/${random.guid()}`
        : `${staff.orgId.replace('o-', 'cs-')}/${random.guid()}`,
    intentName: intents[draft.intent]?.name ?? '',
    utterance: isOutbound ? '' : writeUtterance(draft.intent, random),
    dispositions,
    remarks,
    edit: isEdited
      ? { atS: closedAtS + random.int(6 * 3600, 50 * 3600), dispositions: ['Requires Supervisor Attention'] }
      : null,
    survey,
    skills: makeSkills(context, random),
    userTags: makeUserTags(customer, random),
    sessionTags: isVoice && !isOutbound ? makeVoiceTags(customer.phone, stops.length > 0, random) : [],
    campaign,
    stops,
  };
};
