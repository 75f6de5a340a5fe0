// The destinations of a raw row: queue entries, agents' own segments, and the agents, consults and joined users inside.
// Split off decode.ts, which owns the row. Pure; imports wire and the model's types.
import type { Consult, Destination, Joined, Offer } from '../model.ts';
import type { WireObject } from './wire.ts';

/**
 * The stops of a conversation in the API's order. Throws BadRowError when `destinations` is not a list, or when a stop,
 * an agent or a consult is not an object, since figures depend on their number.
 */
export function readDestinations(row: WireObject): Destination[] {
  if (row.has('destinations') && !Array.isArray(row.raw('destinations'))) {
    throw row.bad('destinations', 'not a list');
  }
  return row.requiredObjects('destinations').map((stop) => readDestination(stop));
}

function readDestination(stop: WireObject): Destination {
  const type = readDestinationType(stop);
  if (type === 'AgentSegment' || (type !== 'QueueEntry' && isAgentsOwn(stop))) {
    return {
      type,
      queueId: null,
      queueName: null,
      enteredAtS: null,
      callbackOpted: null,
      callbackOptedAtMs: null,
      callbackAcceptedAtMs: null,
      offers: [readOffer(stop)],
    };
  }
  const responding = stop.requiredObject('respondingAgent');
  const others = stop.requiredObjects('nonRespondingAgents').map((agent) => readOffer(agent));
  return {
    type,
    queueId: stop.text('queueId'),
    queueName: stop.text('queueName'),
    enteredAtS: stop.timeS('EnterTime'),
    callbackOpted: stop.flag('CallbackOpted'),
    callbackOptedAtMs: stop.timeMs('CallbackOptedTime'),
    callbackAcceptedAtMs: stop.timeMs('userCallbackAcceptTime'),
    offers: responding === null ? others : [readOffer(responding), ...others],
  };
}

/** An agent's own destination names its agent itself; a queue's names its agents inside. */
const isAgentsOwn = (stop: WireObject): boolean => stop.has('agentId') && !stop.has('queueId');

function readDestinationType(stop: WireObject): string {
  const word = stop.text('destinationType');
  if (word === null) {
    stop.warn('destinationType', 'missing, told from the other fields');
    return isAgentsOwn(stop) ? 'AgentSegment' : 'QueueEntry';
  }
  const lowered = word.toLowerCase();
  return lowered === 'queueentry' ? 'QueueEntry' : lowered === 'agentsegment' ? 'AgentSegment' : word;
}

function readOffer(agent: WireObject): Offer {
  const acceptedAtS = agent.timeS('acceptedTime');
  return {
    agentId: agent.text('agentId'),
    name: agent.text('name'),
    email: agent.text('email'),
    handled: acceptedAtS !== null || agent.text('status')?.toLowerCase() === 'answered',
    assignedAtS: agent.timeS('assignedAt'),
    acceptedAtS,
    firstResponseAtS: agent.timeS('firstResponseTime'),
    firstResponseS: agent.durationS('firstResponseDuration'),
    endedAtS: agent.timeS('interactionEndTime'),
    interactionS: agent.durationS('interactionDuration'),
    holdS: agent.durationS('holdDuration'),
    acwS: agent.durationS('afterCallWorkDuration'),
    acwEndedAtS: agent.timeS('afterCallWorkEndTime'),
    notes: agent.texts('agentNotes'),
    nonResponseEvent: agent.text('nonResponseEvent'),
    consults: agent.requiredObjects('ConsultingAgents', 'name').map((agent) => readConsult(agent)),
    joined: agent.requiredObjects('JoinedUsers', 'name').map((user) => readJoined(user)),
  };
}

/** An outside number has a name that is the number, and no agentId. */
function readConsult(agent: WireObject): Consult {
  return {
    agentId: agent.text('agentId'),
    name: agent.text('name'),
    email: agent.text('email'),
    assignedAtS: agent.timeS('assignedAt'),
    acceptedAtS: agent.timeS('acceptedTime'),
    endedAtS: agent.timeS('consultingEndTime'),
    isMerged: agent.flag('isMerged'),
  };
}

function readJoined(user: WireObject): Joined {
  return {
    agentId: user.text('agentId'),
    name: user.text('name'),
    email: user.text('email'),
    joinedAtS: user.timeS('joinedAt'),
    endedAtS: user.timeS('end'),
  };
}
