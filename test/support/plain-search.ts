// The search once more, as slow loops over records in memory: what the index is compared with. Written from docs/search.md
// alone. Only the definitions of the metrics (outcome of an entry, transfer) are the product's: that a search finds what a
// scorecard counts is the point of them.
import { deriveFacts } from '../../main/metrics/facts.ts';
import { classifyEntry } from '../../main/metrics/outcomes.ts';
import type { ConversationRecord, Offer } from '../../main/model.ts';

export type Leaf =
  | { kind: 'text'; words: string; isPrefix?: boolean }
  | { kind: 'field'; field: string; value: string; isExact?: boolean }
  | { kind: 'number'; field: string; operator: '<' | '<=' | '>' | '>=' | '='; value: number }
  | { kind: 'tag'; name: string; value: string | null }
  | { kind: 'has' | 'is' | 'handled'; value: string }
  | { kind: 'after' | 'before'; atS: number };
export type Tree = Leaf | { kind: 'and' | 'or'; parts: Tree[] } | { kind: 'not'; part: Tree };

export type PlainFacet = { value: string; label: string; count: number };

const folded = new Map<string, string>();
/** Remembered: the same names and words are folded for every question. */
const withoutAccents = (text: string): string => {
  const known = folded.get(text);
  if (known !== undefined) return known;
  const made = foldSlowly(text);
  if (text.length < 80) folded.set(text, made);
  return made;
};
const foldSlowly = (text: string): string =>
  [...text.normalize('NFKD')]
    .filter((letter) => letter === '\u3099' || letter === '\u309a' || !/\p{M}/u.test(letter))
    .join('')
    .normalize('NFC')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/ς/g, 'σ');
const isSpaceless = (letter: string): boolean =>
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー]/u.test(letter);

/** Words as the search knows them; a letter of a script without spaces is a word. */
export const wordsOf = (text: string): string[] => {
  const words: string[] = [];
  let word = '';
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
  };
  for (const letter of withoutAccents(text)) {
    if (!/[\p{L}\p{N}]/u.test(letter)) end();
    else if (isSpaceless(letter)) {
      end();
      words.push(letter);
    } else word += letter;
  }
  end();
  return words;
};

const offersOf = (record: ConversationRecord): Offer[] => record.destinations.flatMap((stop) => stop.offers);
const present = (values: (string | null)[]): string[] => values.filter((value) => value !== null);

/** The texts that the search looks through; a phrase lies within one of them. */
export const textsOf = (r: ConversationRecord): string[] => [
  offersOf(r)
    .flatMap((offer) => offer.notes)
    .join('\n'),
  r.dispositionRemarks.filter((remark) => remark !== '-').join('\n'),
  r.csatFeedback ?? '',
  present([r.customerFirstName, r.customerLastName, r.customerPhone, r.customerEmail]).join('\n'),
  present([...r.sessionTags, ...r.userTags].flatMap((tag) => [tag.name, tag.value])).join('\n'),
  present([r.conversationId, r.sessionId, r.lastIntentName, r.campaign?.campaignName ?? null]).join('\n'),
];

const digitsOf = (text: string | null): string =>
  (text ?? '').replace(/\(0\)/g, '').replace(/\D/g, '').replace(/^00/, '');
const lettersOf = (text: string | null): string => withoutAccents(text ?? '').replace(/[^\p{L}\p{N}]/gu, '');

const sum = (values: (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
};
const unlessNegative = (value: number | null): number | null => (value !== null && value < 0 ? null : value);

/** Handle, hold, wrap-up and wait of a conversation in seconds, from its offers. */
const durationsOf = (r: ConversationRecord): Record<string, number | null> => {
  const handled = offersOf(r).filter((offer) => offer.handled);
  const isClosed = !r.isOpen && !r.isShadow && handled.every((offer) => offer.endedAtS !== null);
  const segments = isClosed ? handled : [];
  const wrapUp = (o: Offer): number | null =>
    unlessNegative(o.acwS ?? (o.acwEndedAtS !== null && o.endedAtS !== null ? o.acwEndedAtS - o.endedAtS : null));
  const talk = (o: Offer): number | null =>
    unlessNegative(
      o.interactionS ?? (o.acceptedAtS !== null && o.endedAtS !== null ? o.endedAtS - o.acceptedAtS : null),
    );
  const handle = (o: Offer): number | null => {
    const talked = talk(o);
    return talked === null ? null : talked + (wrapUp(o) ?? 0);
  };
  return {
    aht: sum(segments.map(handle)),
    hold: sum(segments.map((o) => unlessNegative(o.holdS))),
    acw: sum(segments.map(wrapUp)),
    wait: sum(r.destinations.flatMap(({ type }, at) => (type === 'QueueEntry' ? [classifyEntry(r, at).waitS] : []))),
    csat: r.csatScore,
    nps: r.npsScore,
    liked: r.likeDislikeScore,
  };
};
const outcomesOf = (r: ConversationRecord): string[] =>
  r.destinations.flatMap(({ type }, at) => (type === 'QueueEntry' ? [classifyEntry(r, at).outcome] : []));

type Named = { id: string | null; texts: (string | null)[] };

export const createPlainSearch = (records: readonly ConversationRecord[]) => {
  const namesOf = (pairs: [string | null, string | null][]): Map<string, Set<string>> => {
    const names = new Map<string, Set<string>>();
    for (const [id, name] of pairs)
      if (id !== null && name !== null) names.set(id, (names.get(id) ?? new Set()).add(name));
    return names;
  };
  const agentValue = (o: Offer): string | null => o.agentId ?? o.email ?? o.name;
  const allOffers = records.flatMap(offersOf);
  const agentTexts = namesOf(
    allOffers.flatMap(
      (o) =>
        [
          [agentValue(o), o.name],
          [agentValue(o), o.email],
        ] as [string | null, string | null][],
    ),
  );
  const agentNames = namesOf(allOffers.map((o) => [agentValue(o), o.name]));
  const agentFallbacks = namesOf(allOffers.map((o) => [agentValue(o), o.email ?? o.agentId]));
  const stops = records.flatMap((r) => r.destinations);
  const queueNames = namesOf(stops.map((stop) => [stop.queueId ?? stop.queueName, stop.queueName]));
  const words = new Map(records.map((record) => [record, textsOf(record).map(wordsOf)]));
  const durations = new Map(records.map((record) => [record, durationsOf(record)]));

  const namedAgents = (offers: Offer[]): Named[] =>
    offers.map((o) => ({ id: agentValue(o), texts: [...(agentTexts.get(agentValue(o) ?? '') ?? [])] }));
  const named: Record<string, (r: ConversationRecord) => Named[]> = {
    agent: (r) => namedAgents(offersOf(r)),
    handled: (r) => namedAgents(offersOf(r).filter((o) => o.handled)),
    queue: (r) =>
      r.destinations.map(({ queueId, queueName }) => {
        const id = queueId ?? queueName;
        return { id, texts: [...(queueNames.get(id ?? '') ?? [])] };
      }),
  };
  const plainWords: Record<string, (r: ConversationRecord) => (string | null)[]> = {
    channel: (r) => [r.channel],
    status: (r) => [r.finalStatus, r.smartStatus],
    outcome: outcomesOf,
    disposition: (r) => r.dispositions,
    intent: (r) => [r.lastIntentName],
    direction: (r) => [r.direction],
    bot: (r) => [r.botId],
    skill: (r) => r.skills.map((skill) => skill.name ?? skill.id),
    survey: (r) => [r.surveyType],
  };

  const holdsField = (r: ConversationRecord, { field, value, isExact }: Extract<Leaf, { kind: 'field' }>): boolean => {
    const wanted = withoutAccents(value).trim();
    const isIn = (text: string | null): boolean => text !== null && withoutAccents(text).includes(wanted);
    const is = (text: string | null): boolean => text !== null && withoutAccents(text) === wanted;
    const groups = named[field];
    if (groups) return groups(r).some(({ id, texts }) => is(id) || texts.some(isExact ? is : isIn));
    const of = plainWords[field];
    if (of) return of(r).some(isExact || field === 'outcome' ? is : isIn);
    switch (field) {
      case 'customer':
        return (
          isIn(present([r.customerFirstName, r.customerLastName]).join(' ')) ||
          is(r.userId) ||
          is(r.channelSpecificUserId)
        );
      case 'email':
        return isIn(r.customerEmail);
      case 'phone': {
        const digits = digitsOf(value);
        const home = /^0\d{6,}/.test(digits) ? [digits, digits.slice(1)] : [digits];
        return [r.customerPhone, r.centerPhone].some((phone) => home.some((one) => digitsOf(phone).includes(one)));
      }
      case 'id':
        return lettersOf(r.key) === lettersOf(value) || lettersOf(r.sessionId) === lettersOf(value);
      default:
        throw new Error(`no field ${field}`);
    }
  };

  const flags: Record<string, (r: ConversationRecord) => boolean> = {
    callback: (r) => r.destinations.some((stop) => stop.callbackOpted === true),
    consult: (r) => offersOf(r).some((offer) => offer.consults.length > 0),
    transfer: (r) => deriveFacts(r).segments.some((segment) => segment.isTransferredOut),
    voicemail: (r) => r.isVoicemail === true,
    note: (r) => offersOf(r).some((offer) => offer.notes.length > 0),
    feedback: (r) => r.csatFeedback !== null,
    survey: (r) => r.surveyType !== null,
    open: (r) => r.isOpen,
    shadow: (r) => r.isShadow,
    botonly: (r) => r.conversationId === null,
    yes: (r) => offersOf(r).some((offer) => offer.handled),
    no: (r) => !offersOf(r).some((offer) => offer.handled),
  };

  const holdsText = (r: ConversationRecord, leaf: Extract<Leaf, { kind: 'text' }>): boolean => {
    const wanted = wordsOf(leaf.words);
    const [first = ''] = wanted;
    const last = wanted.length - 1;
    const isPrefix = leaf.isPrefix === true;
    for (const tokens of words.get(r) ?? [])
      for (let start = 0; start + last < tokens.length; start += 1) {
        if (tokens[start] !== first && !(isPrefix && last === 0)) continue;
        let at = 0;
        while (at < last && tokens[start + at] === wanted[at]) at += 1;
        if (at < last) continue;
        const token = tokens[start + last] as string;
        if (isPrefix ? token.startsWith(wanted[last] as string) : token === wanted[last]) return true;
      }
    return false;
  };

  const holdsLeaf = (r: ConversationRecord, leaf: Leaf): boolean => {
    switch (leaf.kind) {
      case 'text':
        return holdsText(r, leaf);
      case 'field':
        return holdsField(r, leaf);
      case 'number': {
        const value = durations.get(r)?.[leaf.field] ?? null;
        if (value === null) return false;
        const { operator, value: asked } = leaf;
        if (operator === '=') return value === asked;
        if (operator === '<') return value < asked;
        if (operator === '<=') return value <= asked;
        return operator === '>' ? value > asked : value >= asked;
      }
      case 'tag':
        return [...r.sessionTags, ...r.userTags].some(
          (tag) =>
            withoutAccents(tag.name).trim() === withoutAccents(leaf.name).trim() &&
            (leaf.value === null || withoutAccents(tag.value ?? '').trim() === withoutAccents(leaf.value).trim()),
        );
      case 'after':
        return r.startedAtS >= leaf.atS;
      case 'before':
        return r.startedAtS < leaf.atS;
      default:
        return flags[leaf.value]?.(r) === true;
    }
  };

  // The same leaf stands in many trees.
  const ofLeaf = new Map<string, Uint8Array>();
  const evaluate = (tree: Tree): Uint8Array => {
    if ('parts' in tree) {
      const parts = tree.parts.map(evaluate);
      const result = new Uint8Array(records.length);
      for (let at = 0; at < records.length; at += 1) {
        let holds = tree.kind === 'and' ? 1 : 0;
        for (const part of parts)
          holds = tree.kind === 'and' ? holds & (part[at] as number) : holds | (part[at] as number);
        result[at] = holds;
      }
      return result;
    }
    if ('part' in tree) return evaluate(tree.part).map((is) => 1 - is);
    const key = JSON.stringify(tree);
    const known = ofLeaf.get(key) ?? Uint8Array.from(records, (r) => Number(holdsLeaf(r, tree)));
    ofLeaf.set(key, known);
    return known;
  };

  const largest = (names: Iterable<string>): string | null => [...names].sort().at(-1) ?? null;
  const once = (values: (string | null)[]): string[] => [...new Set(present(values))];
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin' });
  const facetValues: Record<string, (r: ConversationRecord) => string[]> = {
    agent: (r) => once(offersOf(r).map(agentValue)),
    queue: (r) => once(r.destinations.map((stop) => stop.queueId ?? stop.queueName)),
    channel: (r) => once([r.channel]),
    status: (r) => once([r.finalStatus]),
    direction: (r) => once([r.direction]),
    disposition: (r) => once(r.dispositions),
    survey: (r) => once([r.surveyType]),
    intent: (r) => once([r.lastIntentName]),
    outcome: (r) => once(outcomesOf(r)),
    bot: (r) => once([r.botId]),
    day: (r) => [day.format(r.startedAtS * 1000)],
  };
  const labelOf = (facet: string, value: string): string => {
    if (facet === 'agent')
      return largest(agentNames.get(value) ?? []) ?? largest(agentFallbacks.get(value) ?? []) ?? value;
    return facet === 'queue' ? (largest(queueNames.get(value) ?? []) ?? value) : value;
  };
  const valuesOfRecord = new Map(
    records.map((r) => [r, Object.entries(facetValues).map(([facet, of]): [string, string[]] => [facet, of(r)])]),
  );

  const firstLabel = (r: ConversationRecord, facet: string): string | null =>
    (facetValues[facet]?.(r) ?? []).map((value) => labelOf(facet, value)).sort()[0] ?? null;

  return {
    /** For each record whether it is found. */
    find: evaluate,

    /** A record's value in a column that can be sorted by; null when it has none. */
    sortValue: (at: number, column: string): number | string | null => {
      const r = records[at] as ConversationRecord;
      if (column === 'started') return r.startedAtS;
      const own = durations.get(r);
      return own && column in own ? (own[column] ?? null) : firstLabel(r, column);
    },

    facets(found: readonly number[]): Record<string, PlainFacet[]> {
      const counts = new Map(Object.keys(facetValues).map((facet) => [facet, new Map<string, number>()]));
      for (const at of found)
        for (const [facet, values] of valuesOfRecord.get(records[at] as ConversationRecord) ?? [])
          for (const value of values) {
            const own = counts.get(facet);
            own?.set(value, (own.get(value) ?? 0) + 1);
          }
      const order = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
      return Object.fromEntries(
        [...counts].map(([facet, own]) => {
          const all = [...own].map(([value, count]) => ({ value, label: labelOf(facet, value), count }));
          if (facet === 'day') return [facet, all.sort((a, b) => order(a.value, b.value))];
          return [
            facet,
            all.sort((a, b) => b.count - a.count || order(a.label, b.label) || order(a.value, b.value)).slice(0, 50),
          ];
        }),
      );
    },
  };
};
