// The conversation as scripts, exports and the window see it. Times are ISO 8601 in UTC to the second ("…Z"), durations
// are whole seconds, rates are fractions, and what is absent is null (an absent list is empty). Imports zod only.
import { z } from 'zod';

/** The three Call Details endpoints, in the order in which they win when two disagree. */
export const endpoints = ['v2-interactions', 'v2-calls', 'v1-calls'] as const;
export const endpointSchema = z.enum(endpoints);
export type Endpoint = z.infer<typeof endpointSchema>;

const text = z.string().nullable();
const time = z.string().nullable();
const seconds = z.number().int().nullable();

export const tagSchema = z.object({ name: z.string(), value: text });

export const consultSchema = z.object({
  agentId: text,
  name: text,
  email: text,
  assignedAt: time,
  acceptedAt: time,
  endedAt: time,
  isMerged: z.boolean().nullable(),
});

export const joinedSchema = z.object({ agentId: text, name: text, email: text, joinedAt: time, endedAt: time });

export const offerSchema = z.object({
  agentId: text,
  name: text,
  email: text,
  handled: z.boolean(),
  assignedAt: time,
  acceptedAt: time,
  firstResponseAt: time,
  firstResponseSeconds: seconds,
  endedAt: time,
  interactionSeconds: seconds,
  holdSeconds: seconds,
  acwSeconds: seconds,
  acwEndedAt: time,
  notes: z.array(z.string()),
  nonResponseEvent: text,
  consults: z.array(consultSchema),
  joined: z.array(joinedSchema),
});

export const destinationSchema = z.object({
  type: z.string(),
  queueId: text,
  queueName: text,
  enteredAt: time,
  callbackOpted: z.boolean().nullable(),
  callbackOptedAt: time,
  callbackAcceptedAt: time,
  offers: z.array(offerSchema),
});

export const campaignSchema = z.object({
  campaignName: text,
  campaignId: text,
  campaignInstanceId: text,
  campaignDialingListId: text,
  attempt: z.number().int().nullable(),
  contactStatus: text,
  campaignRunDate: time,
  contactListName: z.array(z.string()),
});

export const conversationSchema = z.object({
  conversationId: text,
  sessionId: text,
  key: z.string(),
  startedAt: z.string(),
  endedAt: time,
  channel: text,
  direction: text,
  finalStatus: text,
  smartStatus: text,
  reason: text,
  disconnectingEvent: text,
  isVoicemail: z.boolean().nullable(),
  botId: text,
  automationBotIds: z.array(z.string()),
  userId: text,
  channelSpecificUserId: text,
  customer: z.object({ phone: text, centerPhone: text, firstName: text, lastName: text, email: text }),
  skills: z.array(z.object({ id: text, name: text })),
  dispositions: z.array(z.string()),
  dispositionRemarks: z.array(z.string()),
  lastIntentName: text,
  surveyType: text,
  csatScore: z.number().nullable(),
  npsScore: z.number().nullable(),
  likeDislikeScore: z.number().nullable(),
  csatFeedback: text,
  userTags: z.array(tagSchema),
  sessionTags: z.array(tagSchema),
  campaign: campaignSchema.nullable(),
  destinations: z.array(destinationSchema),
  isShadow: z.boolean(),
  isOpen: z.boolean(),
  sources: z.array(endpointSchema),
});
export type Conversation = z.infer<typeof conversationSchema>;
