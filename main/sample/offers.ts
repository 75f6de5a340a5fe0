// Offers, queue entries and transfers of a sample conversation: who was asked, who answered, for how long. Times are UTC
// epoch seconds unless named Ms. Imports the session types, the staff and the texts.
import { intents } from './intents.ts';
import { fictionalPhone } from './names.ts';
import type { Random } from './random.ts';
import type { SampleConsult, SampleOffer, SampleQueueEntry, SampleStop, SessionContext } from './session.ts';
import type { Agent, Queue } from './staff.ts';
import { type Result, writeNotes } from './texts.ts';

export type Outcome =
  | 'answered'
  | 'abandoned-with-agent'
  | 'abandoned-in-queue'
  | 'abandoned-before-queue'
  | 'no-agents'
  | 'drop-off'
  | 'voicemail'
  | 'outbound'
  | 'campaign';

/** The session while it is made: what each step needs to know. */
export type Draft = {
  context: SessionContext;
  random: Random;
  index: number;
  startS: number;
  isVoice: boolean;
  weekday: number;
  hour: number;
  agent: Agent;
  intent: number;
  outcome: Outcome;
  result: Result;
};

const makeMissedOffer = (agent: Agent, assignedS: number, nonResponse: SampleOffer['nonResponse']): SampleOffer => ({
  agent,
  assignedS,
  acceptedS: null,
  firstResponseS: null,
  endS: null,
  holdS: null,
  acwS: null,
  notes: [],
  nonResponse,
  consults: [],
  joined: [],
});

const makeConsults = (draft: Draft, agent: Agent, acceptedS: number, lengthS: number): SampleConsult[] => {
  const { context, random, weekday, hour, isVoice } = draft;
  if (!isVoice || lengthS < 60 || !random.chance(agent.consultRate * 2)) return [];
  const assignedS = acceptedS + random.int(15, Math.floor(lengthS / 2));
  const ringS = random.int(3, 10);
  const talkS = random.int(5, Math.max(6, Math.floor(lengthS / 3) - ringS));
  const endS = Math.min(acceptedS + lengthS, assignedS + ringS + talkS);
  const accepted = random.chance(0.9) ? assignedS + ringS : null;
  if (random.chance(0.35)) {
    return [{ agent: null, name: fictionalPhone(950 + random.int(0, 49)), assignedS, acceptedS: accepted, endS }];
  }
  const colleague = random.pick(context.staff.onDuty(weekday, hour));
  return colleague === agent ? [] : [{ agent: colleague, name: colleague.name, assignedS, acceptedS: accepted, endS }];
};

/** An accepted offer from its assignment on. */
export const makeHandledOffer = (draft: Draft, agent: Agent, assignedS: number, share: number): SampleOffer => {
  const { context, random, isVoice, intent, outcome, weekday, hour } = draft;
  const isOutbound = outcome === 'outbound' || outcome === 'campaign';
  const acceptedS = assignedS + (isOutbound ? random.int(0, 2) : random.skewedSeconds(agent.ringMedianS, 0.55, 0, 28));
  const baseS = (intents[intent]?.baseS ?? 240) * agent.pace * share * (isVoice ? 1 : 1.7);
  const cutS = outcome === 'abandoned-with-agent' ? 0.35 : 1;
  const holdS = isVoice && random.chance(agent.holdRate) ? random.skewedSeconds(38, 0.7, 5, 420) : null;
  const lengthS = random.skewedSeconds(baseS * cutS, 0.45, 8, 5400) + (holdS ?? 0);
  let firstResponseS: number | null = null;
  if (isOutbound) firstResponseS = acceptedS + Math.min(lengthS, random.int(4, 15));
  else if (isVoice) firstResponseS = random.chance(0.8) ? acceptedS : null;
  else if (random.chance(0.85)) {
    firstResponseS = acceptedS + random.skewedSeconds(agent.firstResponseMedianS, 0.6, 1, lengthS);
  }
  const endS = acceptedS + lengthS;
  const supervisor = random.chance(0.012) ? random.pick(context.staff.onDuty(weekday, hour)) : null;
  const joinedS = acceptedS + Math.floor(lengthS / 3);
  return {
    agent,
    // Campaign rows come without assignedAt about half the time.
    assignedS: outcome === 'campaign' && random.chance(0.5) ? null : assignedS,
    acceptedS,
    firstResponseS,
    endS,
    holdS,
    acwS: random.chance(0.9) ? random.skewedSeconds(agent.acwMedianS, 0.6, 1, 900) : null,
    notes: writeNotes(intent, draft.result, { isBrief: agent.writesBriefly, isOutbound }, random),
    nonResponse: null,
    consults: makeConsults(draft, agent, acceptedS, lengthS),
    joined: supervisor && supervisor !== agent ? [{ agent: supervisor, joinedS, endS }] : [],
  };
};

/** Offers that rang out before somebody answered; often the same agent again. Gives the second at which it goes on. */
export const addMissedOffers = (draft: Draft, into: SampleOffer[], fromS: number, share: number): number => {
  const { context, random, weekday, hour } = draft;
  if (!random.chance(share)) return fromS;
  const times = random.chance(0.7) ? 1 : random.int(2, 3);
  let nowS = fromS;
  let agent = context.staff.pickMissing(weekday, hour, random);
  for (let n = 0; n < times; n += 1) {
    into.push(makeMissedOffer(agent, nowS, 'Ignored'));
    nowS += random.int(18, 30);
    if (random.chance(0.4)) agent = context.staff.pickMissing(weekday, hour, random);
  }
  return nowS;
};

export const queueOf = (draft: Draft, agent: Agent): Queue => {
  const { staff } = draft.context;
  const position = draft.random.chance(0.75) ? agent.queues[0] : agent.queues[agent.queues.length - 1];
  return staff.queues[position ?? 0] ?? (staff.queues[0] as Queue);
};

export const makeEntry = (queue: Queue, enterS: number | null): SampleQueueEntry => ({
  kind: 'QueueEntry',
  queue,
  enterS,
  callback: null,
  responding: null,
  nonResponding: [],
});

/** Waiting time: short by day, longer when few people are on duty. */
const drawWaitS = (draft: Draft): number => {
  const present = draft.context.staff.onDuty(draft.weekday, draft.hour).length;
  return draft.random.skewedSeconds(present < 4 ? 45 : 13, 0.95, 1, 900);
};

/** First stop of an answered inbound conversation: gives the offer that was handled. */
export const addAnsweredStops = (draft: Draft, stops: SampleStop[], enterS: number, queue: Queue): SampleOffer => {
  const { random, agent, isVoice } = draft;
  if (random.chance(0.03)) {
    const offer = makeHandledOffer(draft, agent, enterS, 1);
    stops.push({ kind: 'AgentSegment', offer });
    return offer;
  }
  const entry = makeEntry(queue, enterS);
  stops.push(entry);
  if (random.chance(0.014)) {
    const assignedS = enterS + drawWaitS(draft);
    const missed = draft.context.staff.pickMissing(draft.weekday, draft.hour, random);
    entry.nonResponding.push(makeMissedOffer(missed, assignedS, 'Supervisor Reassigned'));
    const offer = makeHandledOffer(draft, agent, assignedS + random.int(5, 20), 1);
    stops.push({ kind: 'AgentSegment', offer });
    return offer;
  }
  let assignedS = enterS + drawWaitS(draft);
  const optsForCallback = isVoice && random.chance(0.05);
  if (!optsForCallback) assignedS = addMissedOffers(draft, entry.nonResponding, assignedS, 0.09);
  const offer = makeHandledOffer(draft, agent, assignedS, 1);
  entry.responding = offer;
  if (optsForCallback && offer.acceptedS !== null) {
    const optedMs = assignedS * 1000 + random.int(0, 999);
    entry.callback = { optedMs, acceptedMs: Math.max(optedMs, offer.acceptedS * 1000 + random.int(0, 999)) };
  }
  return offer;
};

/** Moves the conversation on, up to twice. Gives the second at which the last person or queue was left. */
export const addTransfers = (draft: Draft, stops: SampleStop[], first: SampleOffer): number => {
  const { context, random, weekday, hour } = draft;
  let last = first;
  for (let n = 0; n < 2; n += 1) {
    const endS = last.endS ?? draft.startS;
    if (!random.chance(n === 0 ? last.agent.transferRate : 0.12)) return endS;
    const colleagues = context.staff.onDuty(weekday, hour).filter((agent) => agent !== last.agent);
    if (colleagues.length === 0) return endS;
    const colleague = random.pick(colleagues);
    if (random.chance(0.4)) {
      const offer = makeHandledOffer(draft, colleague, endS, 0.7);
      stops.push({ kind: 'AgentSegment', offer });
      last = offer;
      continue;
    }
    const entry = makeEntry(queueOf(draft, colleague), endS + random.int(0, 3));
    stops.push(entry);
    const enterS = entry.enterS ?? endS;
    if (random.chance(0.08)) {
      draft.result = 'cut-off';
      return enterS + random.int(20, 240);
    }
    const assignedS = addMissedOffers(draft, entry.nonResponding, enterS + drawWaitS(draft), 0.07);
    entry.responding = makeHandledOffer(draft, colleague, assignedS, 0.8);
    last = entry.responding;
  }
  return last.endS ?? draft.startS;
};
