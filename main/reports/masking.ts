// What `--mask` hides: pseudonyms for people and their addresses, and a scrub of free text. Owns the rules of masking.
// Imports the contract only.
//
// A pseudonym is an HMAC-SHA256 of the identity under a salt, so the same person has the same one in every file of one
// workspace. The salt must be random and secret: with it, a phone number can be found by trying them all. Free text is
// best effort: what a person is called only in the text, or a number spelled in words, cannot be recognised.
import { createHmac } from 'node:crypto';
import type { Conversation } from '../../preload/contract/conversation.ts';
import type { Scorecard } from '../../preload/contract/scorecard.ts';

type Offer = Conversation['destinations'][number]['offers'][number];
type Tag = Conversation['userTags'][number];
type Person = { agentId: string | null; name: string | null; email: string | null };

// 40 bits: among a million customers two share a code with a chance of about one in three; among ten thousand, 1 in 20,000.
const codeLength = 10;

const codeOf = (salt: string, kind: string, identity: string): string =>
  createHmac('sha256', salt)
    .update(`${kind}\0${identity.normalize('NFC').trim().toLowerCase()}`)
    .digest('hex')
    .slice(0, codeLength)
    .toUpperCase();

// Numbers in any script's digits and with any usual separators are the same number.
const digitsOf = (text: string): string => text.normalize('NFKC').replace(/[^\p{Nd}]/gu, '');

const phoneMask = (salt: string, phone: string): string => {
  const digits = digitsOf(phone);
  return `phone-${codeOf(salt, 'phone', digits === '' ? phone : digits)}`;
};

const agentCode = (salt: string, person: Person): string | null => {
  const identity = person.agentId ?? person.email ?? person.name;
  return identity === null ? null : codeOf(salt, 'agent', identity);
};

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');

// Scripts that put no blank between words.
const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

// "Ann" leaves "Annual" alone and id 12 leaves 3124 alone, but "jane1985" and "Meyers" (of Meyer) still name a person.
const wordPattern = (word: string): string => {
  const escaped = escapePattern(word);
  if (unspacedScript.test(word)) return escaped;
  const before = /^\p{L}/u.test(word) ? '(?<!\\p{L})' : /^\p{N}/u.test(word) ? '(?<!\\p{N})' : '';
  const ending = word.length >= 5 ? '\\p{L}{0,2}' : '';
  const after = /\p{L}$/u.test(word) ? `${ending}(?!\\p{L})` : /\p{N}$/u.test(word) ? '(?!\\p{N})' : '';
  return `${before}${escaped}${after}`;
};

const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (const [index, digit] of [...digits].toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

const emailPattern = "[\\p{L}\\p{N}._%+'-]+@[\\p{L}\\p{N}-]+(?:\\.[\\p{L}\\p{N}-]+)+";
// Seven digits or more, with the separators people put between them: phones, cards, account numbers.
const numberPattern = '[+(]{0,2}\\p{Nd}(?:[\\s().\\-–/\\u2011]{0,3}\\p{Nd}){6,}';
const isoDatePattern = /^\d{4}-\d{2}-\d{2}(?:\s\d{1,2})?$/u;

const maskNumber = (found: string): string => {
  if (isoDatePattern.test(found)) return found;
  const digits = digitsOf(found);
  return digits.length >= 13 && digits.length <= 19 && passesLuhn(digits) ? '[card]' : '[number]';
};

type Known = { text: string; by: string };
type Scrubber = {
  /** Replaces e-mails, what is known of the people, and long numbers. */
  scrub(text: string): string;
  /** Replaces e-mails and long numbers only: for names of queues and the like, which must stay the same in every row. */
  scrubPatterns(text: string): string;
  /** Replaces only what is known of the people: for ids, whose digits are their own. */
  scrubKnown(text: string): string;
};

// One pass over the text, so that no pseudonym is taken for a number or a name in its turn.
const makeScrubber = (pairs: readonly Known[]): Scrubber => {
  const known = pairs
    .map(({ text, by }) => ({ text: text.normalize('NFC').trim(), by }))
    .filter(({ text }) => text.length >= 2 || unspacedScript.test(text))
    // The first alternative that fits wins: "Ann-Marie" must come before "Ann".
    .toSorted((a, b) => b.text.length - a.text.length);
  const patterns = known.map(({ text }, index) => `(?<k${index}>${wordPattern(text)})`);
  const knownExpression = patterns.length === 0 ? null : new RegExp(patterns.join('|'), 'giu');
  const expression = new RegExp(
    [`(?<email>${emailPattern})`, ...patterns, `(?<number>${numberPattern})`].join('|'),
    'giu',
  );
  const patternExpression = new RegExp(`(?<email>${emailPattern})|(?<number>${numberPattern})`, 'giu');
  const replace = (...parts: unknown[]): string => {
    const groups = parts.at(-1) as { email?: string; number?: string } & Record<string, string | undefined>;
    if (groups.email !== undefined) return '[email]';
    if (groups.number !== undefined) return maskNumber(groups.number);
    const index = known.findIndex((_, i) => groups[`k${i}`] !== undefined);
    return known[index]?.by ?? '[masked]';
  };
  return {
    scrubPatterns: (text) => text.replace(patternExpression, replace),
    scrub: (text) => text.normalize('NFC').replace(expression, replace),
    scrubKnown: (text) => (knownExpression === null ? text : text.replace(knownExpression, replace)),
  };
};

const people = (conversation: Conversation): Person[] =>
  conversation.destinations
    .flatMap((destination) => destination.offers)
    .flatMap((offer) => [offer, ...offer.consults, ...offer.joined]);

// A full name stands for the person, and so does each part of it.
const namePairs = (name: string | null, by: string): Known[] =>
  name === null ? [] : [name, ...name.split(/\s+/u)].map((text) => ({ text, by }));

const optionalPair = (text: string | null, by: string): Known[] => (text === null ? [] : [{ text, by }]);

const knownOf = (conversation: Conversation, salt: string, pseudonym: string): Known[] => {
  const { customer } = conversation;
  const fullName = [customer.firstName, customer.lastName].filter((part) => part !== null).join(' ');
  const all = [
    ...namePairs(fullName, pseudonym),
    ...namePairs(customer.firstName, pseudonym),
    ...namePairs(customer.lastName, pseudonym),
    ...optionalPair(customer.email, '[email]'),
    ...optionalPair(customer.phone, '[number]'),
    ...optionalPair(customer.centerPhone, '[number]'),
    ...optionalPair(conversation.userId, '[id]'),
    ...optionalPair(conversation.channelSpecificUserId, '[id]'),
    ...people(conversation).flatMap((person) => {
      const by = `Agent ${agentCode(salt, person)}`;
      return [
        ...namePairs(person.name, by),
        ...optionalPair(person.email, '[email]'),
        ...optionalPair(person.agentId, by),
      ];
    }),
  ];
  // The customer comes first: where an agent has the same name, the text is the customer's.
  return [...new Map(all.toReversed().map((pair) => [pair.text.toLowerCase(), pair])).values()];
};

const maskPerson = <T extends Person>(person: T, salt: string): T => {
  const code = agentCode(salt, person);
  return {
    ...person,
    agentId: person.agentId === null ? null : `agent-${code}`,
    name: person.name === null ? null : `Agent ${code}`,
    email: person.email === null ? null : `agent-${code}@masked.invalid`,
  };
};

// The platform's own words decide how a conversation counts: an agent called Closed must not change them.
const systemWord =
  /^(?:closed|botresolved|user abandoned|transient_open|open|resolved|terminated|abandoned|abandoned with agent|drop-off|inbound|outbound|queueentry|agentsegment|ignored|rejected|timeout|supervisor reassigned|voice|chat|messaging|email|sms|agentassist|csat|nps|likedislike|no agents available|(?:user|agent|system|bot) hangup)$/iu;

// Tags are named by whoever built the bot: a name that hints at a person hides the value whole.
const personalTag =
  /phone|mobile|caller|number|contact|e-?mail|name|address|street|city|zip|post|account|card|iban|birth|dob|ssn|passport|customer|user|member|person|ip$/iu;

/**
 * The conversation with every person in it under a pseudonym: the customer's names, phone, e-mail and ids, the agents'
 * names, e-mails and ids, tags that hint at a person, and in all other text e-mails, long numbers, cards (Luhn) and, in
 * what people write, the conversation's own names. Times, durations, scores and the ids of conversations, queues, bots,
 * skills and campaigns stay, for figures and joins need them. `maskLabel` says what becomes of the names of queues, skills,
 * intents, dispositions and campaigns; left out, only e-mails and numbers in them are hidden.
 */
export const maskConversation = (
  conversation: Conversation,
  salt: string,
  maskLabel?: (label: string) => string,
): Conversation => {
  const { customer } = conversation;
  const identity =
    (customer.phone === null ? null : digitsOf(customer.phone)) ||
    customer.email ||
    conversation.channelSpecificUserId ||
    conversation.userId ||
    [customer.firstName, customer.lastName].filter((part) => part !== null).join(' ');
  const code = codeOf(salt, 'customer', identity);
  const pseudonym = `Customer ${code}`;
  const { scrub, scrubPatterns, scrubKnown } = makeScrubber(knownOf(conversation, salt, pseudonym));
  const scrubName = maskLabel ?? scrubPatterns;

  const scrubOrNull = (text: string | null): string | null => (text === null ? null : scrub(text));
  const scrubLabel = (text: string | null): string | null => (text === null ? null : scrubName(text));
  const scrubWord = (text: string | null): string | null =>
    text === null || systemWord.test(text.trim()) ? text : scrub(text);
  const hide = (kind: string, text: string | null): string | null =>
    text === null ? null : `${kind}-${codeOf(salt, kind, text)}`;
  const maskTag = (tag: Tag): Tag => ({
    name: scrub(tag.name),
    value: personalTag.test(tag.name) ? hide('tag', tag.value) : scrubOrNull(tag.value),
  });
  const maskOffer = (offer: Offer): Offer => ({
    ...maskPerson(offer, salt),
    notes: offer.notes.map(scrub),
    nonResponseEvent: scrubWord(offer.nonResponseEvent),
    consults: offer.consults.map((consult) => maskPerson(consult, salt)),
    joined: offer.joined.map((user) => maskPerson(user, salt)),
  });

  return {
    ...conversation,
    conversationId: conversation.conversationId === null ? null : scrubKnown(conversation.conversationId),
    sessionId: conversation.sessionId === null ? null : scrubKnown(conversation.sessionId),
    key: scrubKnown(conversation.key),
    channel: scrubWord(conversation.channel),
    direction: scrubWord(conversation.direction),
    finalStatus: scrubWord(conversation.finalStatus),
    smartStatus: scrubWord(conversation.smartStatus),
    reason: scrubWord(conversation.reason),
    disconnectingEvent: scrubWord(conversation.disconnectingEvent),
    userId: hide('user', conversation.userId),
    channelSpecificUserId: hide('user', conversation.channelSpecificUserId),
    customer: {
      phone: customer.phone === null ? null : phoneMask(salt, customer.phone),
      centerPhone: customer.centerPhone === null ? null : phoneMask(salt, customer.centerPhone),
      firstName: customer.firstName === null ? null : pseudonym,
      lastName: customer.lastName === null ? null : pseudonym,
      email: customer.email === null ? null : `customer-${code}@masked.invalid`,
    },
    skills: conversation.skills.map((skill) => ({ id: skill.id, name: scrubLabel(skill.name) })),
    dispositions: conversation.dispositions.map(scrubName),
    dispositionRemarks: conversation.dispositionRemarks.map(scrub),
    lastIntentName: scrubLabel(conversation.lastIntentName),
    surveyType: scrubWord(conversation.surveyType),
    csatFeedback: scrubOrNull(conversation.csatFeedback),
    userTags: conversation.userTags.map(maskTag),
    sessionTags: conversation.sessionTags.map(maskTag),
    campaign: conversation.campaign && {
      ...conversation.campaign,
      campaignName: scrubLabel(conversation.campaign.campaignName),
      contactStatus: scrubLabel(conversation.campaign.contactStatus),
      contactListName: conversation.campaign.contactListName.map(scrubName),
    },
    destinations: conversation.destinations.map((destination) => ({
      ...destination,
      type: scrubWord(destination.type) ?? destination.type,
      queueName: scrubLabel(destination.queueName),
      offers: destination.offers.map(maskOffer),
    })),
  };
};

/** The pseudonyms an agent has in masked exports: the id and the printed name. */
export const maskAgentId = (agentId: string, salt: string): { key: string; name: string } => {
  const code = codeOf(salt, 'agent', agentId);
  return { key: `agent-${code}`, name: `Agent ${code}` };
};

/** The scorecard of agents with their ids and names under the pseudonyms that masked exports use. */
export const maskScorecard = (scorecard: Scorecard, salt: string): Scorecard => ({
  ...scorecard,
  rows: scorecard.rows.map((row) => ({ ...row, ...maskAgentId(row.key, salt) })),
});

export type LabelMask = {
  /** The label without e-mails, long numbers and the full names of agents; the same label always gives the same. */
  mask(label: string): string;
  maskOrNull(label: string | null): string | null;
  /** A code in the label's place where a row needs a key of its own, for two labels can look alike once masked. */
  key(label: string): string;
};

/**
 * Masks the names that somebody set up once: queues, intents, dispositions. Besides e-mails and numbers it hides the full
 * names of `agentNames`, for queues are named after people too; one word alone is no full name and stays.
 */
export const createLabelMask = (salt: string, agentNames: readonly string[]): LabelMask => {
  const full = agentNames.filter((name) => /\S\s+\S/u.test(name.trim()) || unspacedScript.test(name));
  const { scrub } = makeScrubber(full.map((name) => ({ text: name, by: '[name]' })));
  const known = new Map<string, string>();
  const mask = (label: string): string => {
    const masked = known.get(label) ?? scrub(label);
    known.set(label, masked);
    return masked;
  };
  return {
    mask,
    maskOrNull: (label) => (label === null ? null : mask(label)),
    key: (label) => `label-${codeOf(salt, 'label', label)}`,
  };
};
