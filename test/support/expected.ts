// What the cache must hold for a well-formed raw row of the sample centre: written out plainly from the API's documents,
// with none of the product's code, so that a comparison can fail. Rows are asked for in UTC.
type Raw = Record<string, unknown>;

const text = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
const whole = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const objects = (value: unknown): Raw[] => (Array.isArray(value) ? (value as Raw[]) : []);
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map((item) => String(item).trim()) : []);
const time = (value: unknown): string | null => {
  const written = text(value);
  return written === null ? null : `${written.slice(0, 19)}Z`;
};

const channelNames: Record<string, string> = {
  rtm: 'Web/Mobile Client',
  voice: 'Voice',
  korevg: 'Voice',
  audiocodes: 'Voice',
};

const expectOffer = (agent: Raw) => ({
  agentId: text(agent.agentId),
  name: text(agent.name),
  email: text(agent.email),
  handled: agent.acceptedTime !== undefined,
  assignedAt: time(agent.assignedAt),
  acceptedAt: time(agent.acceptedTime),
  firstResponseAt: time(agent.firstResponseTime),
  firstResponseSeconds: whole(agent.firstResponseDuration),
  endedAt: time(agent.interactionEndTime),
  interactionSeconds: whole(agent.interactionDuration),
  holdSeconds: whole(agent.holdDuration),
  acwSeconds: whole(agent.afterCallWorkDuration),
  acwEndedAt: time(agent.afterCallWorkEndTime),
  notes: texts(agent.agentNotes),
  nonResponseEvent: text(agent.nonResponseEvent),
  consults: objects(agent.ConsultingAgents).map((consult) => ({
    agentId: text(consult.agentId),
    name: text(consult.name),
    email: text(consult.email),
    assignedAt: time(consult.assignedAt),
    acceptedAt: time(consult.acceptedTime),
    endedAt: time(consult.consultingEndTime),
    isMerged: (consult.isMerged as boolean | undefined) ?? null,
  })),
  joined: objects(agent.JoinedUsers).map((user) => ({
    agentId: text(user.agentId),
    name: text(user.name),
    email: text(user.email),
    joinedAt: time(user.joinedAt),
    endedAt: time(user.end),
  })),
});

/** The fields of one exported conversation that follow from its v2 row alone. */
export const expectFromV2 = (row: Raw) => {
  const channel = text(row.channel);
  const customer = row.customerinfo as Raw | undefined;
  return {
    key: text(row.conversationId) ?? text(row.sessionId),
    conversationId: text(row.conversationId),
    sessionId: text(row.sessionId),
    startedAt: time(row.sessionStartTime),
    endedAt: time(row.sessionEndTime),
    channel: channel === null ? null : (channelNames[channel.toLowerCase()] ?? channel),
    direction: text(row.Direction),
    finalStatus: text(row.finalStatus),
    smartStatus: text(row.smartStatus),
    reason: text(row.reason),
    disconnectingEvent: text(row.disconnectingEvent),
    isVoicemail: row.isVoicemail === undefined ? null : row.isVoicemail === 'YES',
    userId: text(row.userId),
    channelSpecificUserId: text(row.channelSpecificUserId),
    customer: customer && {
      phone: text(customer.CustomerPhone),
      centerPhone: text(customer.CenterPhone),
      firstName: text(customer.CustomerFirstName),
      lastName: text(customer.CustomerLastName),
      email: text(customer.CustomerEmail),
    },
    dispositions: texts(row.dispositions),
    dispositionRemarks: texts(row.dispositionRemarks),
    sessionTags: objects(row.sessionleveltags).map((tag) => ({ name: tag.name, value: tag.value })),
    destinations: objects(row.destinations).map((stop) => ({
      type: stop.destinationType,
      queueId: text(stop.queueId),
      enteredAt: time(stop.EnterTime),
      callbackOpted: (stop.CallbackOpted as boolean | undefined) ?? null,
      callbackOptedAt: time(stop.CallbackOptedTime),
      callbackAcceptedAt: time(stop.userCallbackAcceptTime),
      offers:
        stop.destinationType === 'QueueEntry'
          ? [...objects(stop.respondingAgent ? [stop.respondingAgent] : []), ...objects(stop.nonRespondingAgents)].map(
              expectOffer,
            )
          : [expectOffer(stop)],
    })),
  };
};
