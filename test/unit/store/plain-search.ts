// The search once more, as a slow loop over records in memory: what the store is compared with. Written from the
// language's description alone; shares no code with it, and folds letters by its own rule.
import type { ConversationRecord, Offer } from '../../../main/model.ts';

export type Term = { words: string; isPrefix?: boolean };
export type Condition =
  | { kind: 'text'; field: string; value: string; isNegated: boolean }
  | { kind: 'has' | 'is'; value: string; isNegated: boolean }
  | { kind: 'from' | 'to'; atS: number };
export type PlainQuery = { wanted: Term[]; unwanted: Term[]; conditions: Condition[] };
export type PlainFacet = { value: string; label: string; count: number };

/** Letters without accents and in lower case; everything that is no letter or digit parts words. */
export const tokensOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((token) => token !== '');

const offersOf = (record: ConversationRecord): Offer[] => record.destinations.flatMap((stop) => stop.offers);
const present = (values: (string | null)[]): string[] => values.filter((value) => value !== null);

/** The texts that the search looks through; a phrase lies within one of them. */
export const textsOf = (r: ConversationRecord): string[] => [
  offersOf(r)
    .flatMap((offer) => offer.notes)
    .join('\n'),
  r.dispositionRemarks.join('\n'),
  r.csatFeedback ?? '',
  present([r.customerFirstName, r.customerLastName, r.customerPhone, r.customerEmail]).join('\n'),
  present([...r.sessionTags, ...r.userTags].flatMap((tag) => [tag.name, tag.value])).join('\n'),
  present([r.conversationId, r.sessionId, r.lastIntentName, r.campaign?.campaignName ?? null]).join('\n'),
];

const holdsTerm = (texts: readonly string[][], term: Term): boolean => {
  const wanted = tokensOf(term.words);
  if (wanted.length === 0) return false;
  return texts.some((tokens) =>
    tokens.some((_, start) =>
      wanted.every((word, index) => {
        const token = tokens[start + index];
        return term.isPrefix && index === wanted.length - 1 ? token?.startsWith(word) : token === word;
      }),
    ),
  );
};

const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const contains = (text: string | null, part: string): boolean =>
  text !== null && lowerAscii(text).includes(lowerAscii(part));
const phoneHas = (phone: string | null, digits: string): boolean =>
  phone !== null && digits !== '' && phone.replace(/[+ ()-]/g, '').includes(digits);

export const createPlainSearch = (records: readonly ConversationRecord[]) => {
  const queueNames = new Map<string, Set<string>>();
  for (const { queueId, queueName } of records.flatMap((r) => r.destinations)) {
    if (queueId === null || queueName === null) continue;
    queueNames.set(queueId, (queueNames.get(queueId) ?? new Set()).add(queueName));
  }
  const texts = new Map(records.map((record) => [record, textsOf(record).map(tokensOf)]));

  const holdsText = (r: ConversationRecord, field: string, value: string): boolean => {
    switch (field) {
      case 'agent':
        return offersOf(r).some((o) => o.agentId === value || contains(o.name, value) || contains(o.email, value));
      case 'queue':
        return r.destinations.some(({ queueId, queueName }) => {
          const names = [queueName, ...(queueId === null ? [] : (queueNames.get(queueId) ?? []))];
          return queueId === value || names.some((name) => contains(name, value));
        });
      case 'channel':
        return contains(r.channel, value);
      case 'status':
        return contains(r.finalStatus, value) || contains(r.smartStatus, value);
      case 'direction':
        return contains(r.direction, value);
      case 'disposition':
        return r.dispositions.some((disposition) => contains(disposition, value));
      case 'bot':
        return contains(r.botId, value);
      case 'intent':
        return contains(r.lastIntentName, value);
      case 'survey':
        return contains(r.surveyType, value);
      case 'customer': {
        const names = [r.customerFirstName, r.customerLastName];
        const whole = names.includes(null) ? null : names.join(' ');
        return (
          [whole, ...names].some((name) => contains(name, value)) || [r.userId, r.channelSpecificUserId].includes(value)
        );
      }
      case 'phone':
        return [r.customerPhone, r.centerPhone].some((phone) => phoneHas(phone, value.replace(/\D/g, '')));
      case 'email':
        return contains(r.customerEmail, value);
      case 'id':
        return r.key === value || r.sessionId === value;
      default:
        throw new Error(`no field ${field}`);
    }
  };

  const has: Record<string, (r: ConversationRecord) => boolean> = {
    callback: (r) => r.destinations.some((stop) => stop.callbackOpted === true),
    consult: (r) => offersOf(r).some((offer) => offer.consults.length > 0),
    transfer: (r) => offersOf(r).filter((offer) => offer.handled).length > 1,
    voicemail: (r) => r.isVoicemail === true,
    note: (r) => offersOf(r).some((offer) => offer.notes.length > 0),
    feedback: (r) => r.csatFeedback !== null,
    survey: (r) => r.surveyType !== null,
    open: (r) => r.isOpen,
    shadow: (r) => r.isShadow,
    botonly: (r) => r.conversationId === null,
  };

  const fulfils = (r: ConversationRecord, condition: Condition): boolean => {
    if ('atS' in condition)
      return condition.kind === 'from' ? r.startedAtS >= condition.atS : r.startedAtS < condition.atS;
    const holds =
      condition.kind === 'text' ? holdsText(r, condition.field, condition.value) : has[condition.value]?.(r) === true;
    return holds !== condition.isNegated;
  };

  return {
    /** Oldest first, by key where two began in the same second. */
    find: ({ wanted, unwanted, conditions }: PlainQuery): ConversationRecord[] =>
      records
        .filter((r) => wanted.every((term) => holdsTerm(texts.get(r) ?? [], term)))
        .filter((r) => !unwanted.some((term) => holdsTerm(texts.get(r) ?? [], term)))
        .filter((r) => conditions.every((condition) => fulfils(r, condition)))
        .toSorted((a, b) => a.startedAtS - b.startedAtS || (a.key < b.key ? -1 : 1)),

    facets(found: readonly ConversationRecord[]): Record<string, PlainFacet[]> {
      const largest = (names: readonly (string | null)[]): string | null =>
        present([...names]).reduce<string | null>((a, b) => (a === null || b > a ? b : a), null);
      const count = (
        valuesOf: (
          r: ConversationRecord,
        ) => { value: string | null; names: (string | null)[]; fallback: string | null }[],
      ): PlainFacet[] => {
        const counts = new Map<string, { rows: Set<string>; names: (string | null)[]; fallback: string }>();
        for (const r of found)
          for (const { value, names, fallback } of valuesOf(r)) {
            if (value === null) continue;
            const entry = counts.get(value) ?? { rows: new Set(), names: [], fallback: fallback ?? value };
            entry.rows.add(r.key);
            entry.names.push(...names);
            counts.set(value, entry);
          }
        return [...counts]
          .map(([value, { rows, names, fallback }]) => ({ value, label: largest(names) ?? fallback, count: rows.size }))
          .sort(
            (a, b) =>
              b.count - a.count || (a.label === b.label ? (a.value < b.value ? -1 : 1) : a.label < b.label ? -1 : 1),
          )
          .slice(0, 50);
      };
      const word = (of: (r: ConversationRecord) => string | null) =>
        count((r) => [{ value: of(r), names: [], fallback: of(r) }]);
      return {
        agent: count((r) =>
          offersOf(r).map((o) => ({
            value: o.agentId ?? o.email ?? o.name,
            names: [o.name],
            fallback: o.email ?? o.agentId,
          })),
        ),
        queue: count((r) =>
          r.destinations.map(({ queueId, queueName }) => ({
            value: queueId ?? queueName,
            names: [queueName],
            fallback: largest([...(queueNames.get(queueId ?? '') ?? [])]) ?? queueId,
          })),
        ),
        channel: word((r) => r.channel),
        status: word((r) => r.finalStatus),
        direction: word((r) => r.direction),
        survey: word((r) => r.surveyType),
        intent: word((r) => r.lastIntentName),
        disposition: count((r) => r.dispositions.map((value) => ({ value, names: [], fallback: value }))),
      };
    },
  };
};
