// A second calculator of every scorecard metric, in plain loops over decoded conversations, written from the metric
// definitions with none of the product's metrics code, so that a comparison can fail. Slow on purpose: it keeps lists.
import type { ConversationRecord, Offer } from '../../main/model.ts';

export type PlainOptions = {
  by: 'agent' | 'team' | 'queue' | 'bot' | 'channel' | 'direction' | 'disposition' | 'intent';
  /** Days as instants, the last one excluded. */
  stays?: { team: string; agent: string; fromS: number; toS: number }[];
  fromS: number;
  toS: number;
  polarity: 'unset' | 'higher-is-better' | 'lower-is-better';
  preset: 'afterword' | 'kore' | 'genesys' | 'talkdesk';
  horizonS: number;
  zone: string;
  countShadows?: boolean;
  countMicro?: boolean;
  keepReassignments?: boolean;
  /** Seconds: service level and short abandon of calls, then of written channels. */
  limits?: [number, number, number, number];
  repeatDays?: number;
  /** Stretches in which contacts may be missing. */
  holes?: { fromS: number; toS: number }[];
  /** Open from hour to hour on these weekdays, Monday is 1, but not on these dates. */
  hours?: { zone: string; days: number[]; from: number; to: number; closed: string[] };
};
export type PlainValue = { value: number | null; n: number };
type Lists = Map<string, number[]>;
type Work = { who: string; day: string; from: number; accept: number; end: number; workEnd: number; written: boolean };

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const percentile = (values: number[], p: number): number | null => {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (sorted.length - 1) * p;
  const base = Math.floor(rank);
  const at = (index: number): number => sorted[Math.min(index, sorted.length - 1)] as number;
  return at(base) * (1 - (rank - base)) + at(base + 1) * (rank - base);
};
const isVoice = (r: ConversationRecord): boolean =>
  ['voice', 'korevg', 'audiocodes', 'campaign'].includes((r.channel ?? '').trim().toLowerCase());
const samePerson = (a: Offer, b: Offer): boolean =>
  a.agentId !== null && b.agentId !== null ? a.agentId === b.agentId : a.name !== null && a.name === b.name;

const isClosed = (r: ConversationRecord): boolean => {
  if (r.isOpen) return false;
  for (const d of r.destinations) for (const o of d.offers) if (o.handled && o.endedAtS === null) return false;
  return true;
};
/** The entry a stop belongs to: itself, or the unanswered entry right before a run of unaccepted agents' stops. */
const ownerOf = (r: ConversationRecord, index: number): number | null => {
  const stops = r.destinations;
  if (stops[index]?.type === 'QueueEntry') return index;
  if (stops[index]?.type !== 'AgentSegment') return null;
  for (let k = index - 1; k >= 0; k -= 1) {
    const stop = stops[k];
    if (!stop || stop.offers.some((o) => o.handled)) return null;
    if (stop.type === 'QueueEntry') return k;
    if (stop.type !== 'AgentSegment') return null;
  }
  return null;
};
const answerOf = (r: ConversationRecord, index: number, keepReassignments: boolean): Offer | null => {
  for (let k = index; k < r.destinations.length; k += 1) {
    const stop = r.destinations[k];
    if (!stop || (k > index && (keepReassignments || stop.type !== 'AgentSegment'))) return null;
    const taken = stop.offers.find((o) => o.handled);
    if (taken) return taken;
  }
  return null;
};
const customerOf = (r: ConversationRecord): string | null => {
  let digits = '';
  for (const sign of r.customerPhone ?? '') if (!' \t-.()/\u00a0'.includes(sign)) digits += sign;
  if (digits.startsWith('00')) digits = `+${digits.slice(2)}`;
  const rest = digits.slice(1);
  if (digits[0] === '+' && rest[0] !== '0' && rest.length >= 7 && rest.length <= 15 && !/[^0-9]/.test(rest))
    return digits;
  if (r.customerEmail?.includes('@')) return r.customerEmail.trim().toLowerCase();
  if (!isVoice(r) && r.channelSpecificUserId?.trim()) return `id ${r.channelSpecificUserId.trim()}`;
  return null;
};
const isBotOnly = (r: ConversationRecord): boolean => r.conversationId === null && r.destinations.length === 0;
const isMicro = (r: ConversationRecord): boolean => {
  const length = (r.endedAtS ?? Number.NaN) - r.startedAtS;
  return isBotOnly(r) && length >= 0 && length < 10;
};
const nextReceiver = (r: ConversationRecord, index: number): Offer | null | undefined => {
  const next = r.destinations[index + 1];
  if (!next) return undefined;
  return next.type === 'QueueEntry' ? answerOf(r, index + 1, false) : (next.offers[0] ?? null);
};

export const calculatePlainly = (
  records: readonly ConversationRecord[],
  o: PlainOptions,
): { rows: Map<string, Record<string, PlainValue>>; total: Record<string, PlainValue> } => {
  const groups = new Map<string, { lists: Lists; work: Work[] }>();
  const groupOf = (key: string | null): { lists: Lists; work: Work[] } => {
    const found = groups.get(key ?? '(none)') ?? { lists: new Map(), work: [] };
    groups.set(key ?? '(none)', found);
    return found;
  };
  const totals: Lists = new Map();
  const putInto = (lists: Lists, name: string, value: number): void => {
    const values = lists.get(name) ?? [];
    values.push(value);
    lists.set(name, values);
  };
  const put = (keys: (string | null)[], name: string, value: number | boolean): void => {
    for (const key of keys) putInto(groupOf(key).lists, name, Number(value));
    putInto(totals, name, Number(value));
  };
  const isStaff = o.by === 'agent' || o.by === 'team';
  const within = (s: number | null): s is number => s !== null && s >= o.fromS && s < o.toS;
  let conversations = 0;

  const usable = records.filter((r) => o.countShadows || !r.isShadow);
  const closed = usable.filter(isClosed);
  const contacts = new Map<string, ConversationRecord[]>();
  for (const r of usable) {
    const who = customerOf(r);
    if (who === null || r.direction?.toLowerCase() === 'outbound' || (isMicro(r) && !o.countMicro)) continue;
    contacts.set(who, [...(contacts.get(who) ?? []), r]);
  }
  const holdChannels = new Set<string>();
  for (const r of closed)
    for (const d of r.destinations)
      for (const offer of d.offers)
        if (offer.handled && offer.holdS !== null && isVoice(r)) holdChannels.add(r.channel ?? '');
  const surveyScore = (r: ConversationRecord): { score: number | null } | null => {
    const raw =
      r.surveyType === 'csat'
        ? r.csatScore
        : r.surveyType === 'nps'
          ? r.npsScore
          : r.surveyType === 'likeDislike'
            ? r.likeDislikeScore
            : null;
    if (raw === null) return null;
    const [least, most] = r.surveyType === 'csat' ? [1, 5] : r.surveyType === 'nps' ? [0, 10] : [0, 1];
    return { score: raw >= least && raw <= most && raw % 1 === 0 ? raw : null };
  };
  const surveyedPlaces = new Set<string>();
  for (const r of closed) if (surveyScore(r)?.score != null) surveyedPlaces.add(`${r.channel}\n${r.botId}`);

  for (const r of closed) {
    const voice = isVoice(r);
    const [callS, callShortS, writtenS, writtenShortS] = o.limits ?? [20, 5, 60, 0];
    const limitS = voice ? callS : writtenS;
    const shortS = voice ? callShortS : writtenShortS;
    const stops = r.destinations;
    const lastEntryIndex = stops.map((d) => d.type).lastIndexOf('QueueEntry');
    const handlingKeys = new Set<string>();
    /** The rows of something an agent did or a queue saw at a moment. */
    const keysAt = (agent: string | null, queue: string | null, atS: number): (string | null)[] => {
      if (o.by === 'agent') return [agent];
      if (o.by === 'queue') return [queue];
      if (o.by === 'bot') return [r.botId];
      if (o.by === 'channel') return [r.channel?.trim() || null];
      if (o.by === 'intent') return [r.lastIntentName?.trim() || null];
      if (o.by === 'team') {
        const stay = o.stays?.find((one) => one.agent === agent && atS >= one.fromS && atS < one.toS);
        return [stay ? stay.team : null];
      }
      if (o.by === 'direction') {
        if (r.direction === null)
          return [stops.some((d) => d.type === 'QueueEntry' && d.enteredAtS !== null) ? 'Inbound' : null];
        const word = r.direction.trim();
        const lower = word.toLowerCase();
        return [lower === 'inbound' ? 'Inbound' : lower === 'outbound' ? 'Outbound' : word];
      }
      const codes: string[] = [];
      r.dispositions.forEach((raw, i) => {
        const code = raw.trim();
        const isSystem = code.toUpperCase() === 'DROP-OFF' && r.dispositionRemarks[i]?.trim() === '-';
        const name = isSystem ? '(system)' : code;
        if (name !== '' && !codes.includes(name)) codes.push(name);
      });
      return codes.length === 0 ? [null] : codes;
    };
    const segments: { agent: string | null; queue: string | null; end: number; movedOn: boolean }[] = [];
    const movedOn = new Set<Offer>();
    const latestAssigned: Record<number, number> = {};
    stops.forEach((d, i) => {
      const owner = ownerOf(r, i);
      for (const offer of d.offers)
        if (owner !== null && offer.assignedAtS !== null)
          latestAssigned[owner] = Math.max(latestAssigned[owner] ?? Number.NEGATIVE_INFINITY, offer.assignedAtS);
    });
    const outcomeOf = (i: number, keep: boolean): string => {
      const d = stops[i];
      if (d?.callbackOpted) return 'callback';
      if (answerOf(r, i, keep)) return 'answered';
      if (r.isVoicemail && i === lastEntryIndex) return 'voicemail';
      if (i !== lastEntryIndex) return 'flow-out';
      const words = `${r.disconnectingEvent ?? ''}`.toLowerCase().includes('user');
      const left =
        words ||
        (r.smartStatus ?? '').toLowerCase().includes('abandon') ||
        r.finalStatus?.toLowerCase() === 'user abandoned';
      return left ? 'abandoned' : 'terminated';
    };

    for (const [i, d] of stops.entries()) {
      const owner = ownerOf(r, i);
      const entry = owner === null ? undefined : stops[owner];
      const queue = d.queueId ?? entry?.queueId ?? null;
      const direction = r.direction?.toLowerCase() ?? (entry?.enteredAtS != null ? 'inbound' : null);
      for (const offer of d.offers) {
        const offered = keysAt(offer.agentId, queue, offer.assignedAtS ?? 0);
        // Offers.
        if (within(offer.assignedAtS)) {
          for (const one of offered) groupOf(one);
          const event = (offer.nonResponseEvent ?? '').trim().toLowerCase();
          const rangAtEnd =
            owner !== null &&
            outcomeOf(owner, false) === 'abandoned' &&
            latestAssigned[owner] === offer.assignedAtS &&
            r.endedAtS !== null &&
            r.endedAtS - offer.assignedAtS >= 0 &&
            r.endedAtS - offer.assignedAtS <= 30;
          const isOut = !offer.handled && (event.includes('reassign') || (event === '' && rangAtEnd));
          if (direction === 'inbound' && !isOut) {
            put(offered, 'acceptRate', offer.handled);
            put(offered, 'rejectRate', !offer.handled && event.includes('reject'));
            put(offered, 'ronaRate', !offer.handled && (event.includes('ignor') || event.includes('time')));
          }
        }
        // Segments.
        if (!offer.handled || offer.endedAtS === null) continue;
        const end = offer.endedAtS;
        const key = keysAt(offer.agentId, queue, end);
        const receiver = nextReceiver(r, i);
        const moved = receiver !== undefined && (receiver === null || !samePerson(offer, receiver));
        if (moved) movedOn.add(offer);
        const isFirst = segments.length === 0;
        segments.push({ agent: offer.agentId, queue, end, movedOn: moved });
        for (const consult of offer.consults)
          if (isStaff && consult.agentId !== null && within(consult.acceptedAtS))
            put(keysAt(consult.agentId, queue, consult.acceptedAtS), 'consultsGiven', 1);
        if (!within(end)) continue;
        for (const one of key) handlingKeys.add(one ?? '(none)');
        put(key, 'handled', 1);
        const rawI = offer.interactionS ?? (offer.acceptedAtS === null ? null : end - offer.acceptedAtS);
        const I = rawI !== null && rawI >= 0 ? rawI : null;
        const rawA = offer.acwS ?? (offer.acwEndedAtS === null ? null : offer.acwEndedAtS - end);
        const A = rawA !== null && rawA >= 0 ? rawA : null;
        const isHoldOdd = offer.holdS !== null && offer.holdS < 0;
        const H = isHoldOdd ? 0 : (offer.holdS ?? 0);
        const isHoldKnown = !isHoldOdd && (!voice || holdChannels.has(r.channel ?? ''));
        if (I !== null) {
          put(key, 'aht', I + (A ?? 0));
          put(key, 'acwPart', A ?? 0);
          if (isHoldKnown) {
            put(key, 'talkMean', Math.max(0, I - H));
            put(key, 'holdPart', H);
            put(key, 'holdWhole', I + (A ?? 0));
          }
        }
        if (voice && isHoldKnown) {
          put(key, 'holdRate', H > 0);
          put(key, 'holdPerCallMean', H);
          if (H > 0) put(key, 'holdMean', H);
        }
        put(key, 'acwKnownRate', A !== null);
        if (A !== null) put(key, 'acwRate', A > 0);
        if (A !== null && A > 0) put(key, 'acwAboveZeroMean', A);
        if (o.preset === 'kore') put(key, 'acwMean', A ?? 0);
        else if (A !== null && (o.preset !== 'genesys' || A > 0)) put(key, 'acwMean', A);
        if (offer.acceptedAtS !== null && offer.assignedAtS !== null && offer.acceptedAtS >= offer.assignedAtS)
          put(key, 'ringMedian', offer.acceptedAtS - offer.assignedAtS);
        if (!voice) {
          if (offer.firstResponseS !== null && offer.firstResponseS >= 0)
            put(key, 'firstResponse', offer.firstResponseS);
          put(key, 'noReplyRate', offer.firstResponseS === null && offer.firstResponseAtS === null);
          const since = entry?.enteredAtS ?? r.startedAtS;
          if (isFirst && offer.firstResponseAtS !== null && offer.firstResponseAtS >= since)
            put(key, 'customerFirstResponse', offer.firstResponseAtS - since);
        } else {
          put(key, 'consultRate', offer.consults.length > 0);
          put(key, 'conferenceRate', offer.joined.length > 0 || offer.consults.some((c) => c.isMerged));
          const lengths: number[] = [];
          for (const c of offer.consults)
            if (c.acceptedAtS !== null && c.endedAtS !== null && c.endedAtS >= c.acceptedAtS)
              lengths.push(c.endedAtS - c.acceptedAtS);
          if (lengths.length > 0) put(key, 'consultMean', sum(lengths));
        }
        put(key, 'transferRate', moved);
        if (moved) {
          const isAsked = offer.consults.some((c) => {
            if (c.isMerged) return true;
            if (!receiver) return false;
            return c.agentId !== null && receiver.agentId !== null
              ? c.agentId === receiver.agentId
              : c.name !== null && c.name === receiver.name;
          });
          put(key, 'warmShare', isAsked);
        }
        if (offer.acceptedAtS !== null && end >= offer.acceptedAtS) {
          for (const one of key)
            groupOf(one).work.push({
              who: offer.agentId ?? '',
              day: new Date(end * 1000).toLocaleDateString('sv-SE', { timeZone: o.zone }),
              from: Math.min(offer.assignedAtS ?? offer.acceptedAtS, offer.acceptedAtS),
              accept: offer.acceptedAtS,
              end,
              workEnd: Math.max(end, offer.acwEndedAtS ?? end + (A ?? 0)),
              written: !voice,
            });
        }
      }
    }
    for (const key of handlingKeys) putInto(groupOf(key).lists, 'conversations', 1);
    if (handlingKeys.size > 0) conversations += 1;

    // Queue entries.
    stops.forEach((d, i) => {
      const isInbound = r.direction === null || r.direction.toLowerCase() === 'inbound';
      if (d.type !== 'QueueEntry' || isStaff || !within(d.enteredAtS) || !isInbound) return;
      const key = keysAt(null, d.queueId, d.enteredAtS);
      const outcome = outcomeOf(i, o.keepReassignments === true);
      const answer = answerOf(r, i, o.keepReassignments === true);
      const isAnswered = outcome === 'answered';
      const raw = isAnswered
        ? (answer?.acceptedAtS ?? Number.NaN) - d.enteredAtS
        : (r.endedAtS ?? Number.NaN) - d.enteredAtS;
      const wait = raw >= 0 ? raw : null;
      const isShort = outcome === 'abandoned' && wait !== null && wait < shortS;
      put(key, 'offered', 1);
      put(key, 'answerRate', isAnswered);
      if (isAnswered) put(key, 'answered', 1);
      if (isAnswered && wait !== null) put(key, 'asa', wait);
      if (isShort) put(key, 'shortAbandons', 1);
      if (outcome === 'abandoned' && !isShort) put(key, 'abandoned', 1);
      if (outcome === 'abandoned' && wait !== null) put(key, 'abandonTime', wait);
      put(key, 'lostRate', outcome === 'abandoned' || outcome === 'terminated');
      const inTime = isAnswered && wait !== null && wait <= limitS;
      const isWithAgent =
        isAnswered && i === lastEntryIndex && (r.smartStatus ?? '').toLowerCase().includes('abandoned with agent');
      if (isWithAgent) put(key, 'abandonedWithAgent', 1);
      if (o.preset === 'afterword') {
        if (!isShort && outcome !== 'callback' && outcome !== 'flow-out' && outcome !== 'voicemail')
          put(key, 'serviceLevel', inTime);
        if (!isShort && outcome !== 'callback') put(key, 'abandonRate', outcome === 'abandoned');
      } else if (o.preset === 'kore') {
        put(key, 'serviceLevel', inTime);
        put(key, 'abandonRate', outcome === 'abandoned' || isWithAgent);
      } else if (o.preset === 'genesys') {
        if (isAnswered || outcome === 'abandoned') put(key, 'serviceLevel', inTime);
        put(key, 'abandonRate', outcome === 'abandoned');
      } else if (!isShort) {
        put(key, 'serviceLevel', inTime);
        put(key, 'abandonRate', outcome === 'abandoned');
      }
      if (voice && d.callbackOpted !== null) put(key, 'callbackRate', d.callbackOpted);
      if (d.callbackOpted) {
        const optedMs = d.callbackOptedAtMs ?? d.enteredAtS * 1000;
        if (optedMs / 1000 + 86_400 < o.horizonS) put(key, 'callbackCompletion', d.callbackAcceptedAtMs !== null);
        const took = (d.callbackAcceptedAtMs ?? Number.NaN) - (d.callbackOptedAtMs ?? Number.NaN);
        if (took >= 0) put(key, 'callbackTime', took / 1000);
      }
      const isMoved = isAnswered && answer !== null && movedOn.has(answer);
      if (isAnswered || o.preset === 'kore') put(key, 'queueTransferRate', isMoved);
      if (o.hours) {
        const local = new Date(d.enteredAtS * 1000).toLocaleString('sv-SE', { timeZone: o.hours.zone });
        const weekday = new Date(`${local.slice(0, 10)}T12:00:00Z`).getUTCDay() || 7;
        const hour = Number(local.slice(11, 13));
        const isOpen =
          o.hours.days.includes(weekday) &&
          !o.hours.closed.includes(local.slice(0, 10)) &&
          hour >= o.hours.from &&
          hour < o.hours.to;
        put(key, 'afterHoursShare', !isOpen);
      }
      let refused = 0;
      stops.forEach((other, k) => {
        if (ownerOf(r, k) === i) for (const offer of other.offers) if (!offer.handled) refused += 1;
      });
      put(key, 'reOffers', refused);
    });

    // The survey and the conversation as a whole.
    const last = segments.at(-1);
    const lastEntry = stops[lastEntryIndex];
    const queueKey = last?.queue ?? lastEntry?.queueId ?? null;
    const keyAt = (atS: number): (string | null)[] => keysAt(last?.agent ?? null, queueKey, atS);
    let key = keyAt(r.startedAtS);
    const belongs = !isStaff || last !== undefined;
    const survey = surveyScore(r);
    if (survey && belongs && within(r.startedAtS)) {
      for (const one of key) groupOf(one);
      const { score } = survey;
      if (score !== null && r.surveyType === 'csat') {
        const best = o.polarity === 'lower-is-better' ? [1, 2] : [4, 5];
        const worst = o.polarity === 'lower-is-better' ? [4, 5] : [1, 2];
        put(key, 'csatTop2', best.includes(score));
        put(key, 'csatBottom2', worst.includes(score));
        put(key, 'csatMean', score);
        for (let s = 1; s <= 5; s += 1) put(key, `csatShare${s}`, score === s);
      }
      if (score !== null && r.surveyType === 'nps') {
        const isDetractor = score <= (o.preset === 'kore' ? 5 : 6);
        put(key, 'npsPromoterShare', score > 8);
        put(key, 'npsDetractorShare', isDetractor);
        put(key, 'nps', score > 8 ? 100 : isDetractor ? -100 : 0);
      }
      if (score !== null && r.surveyType === 'likeDislike') put(key, 'likeRate', score);
    }
    if (!belongs) continue;
    let conversationEnd = r.endedAtS ?? r.startedAtS;
    if (segments.length > 0) conversationEnd = Math.max(...segments.map((s) => s.end));
    const entered = stops.filter((d) => d.type === 'QueueEntry' && d.enteredAtS !== null);
    const isInbound = r.direction === null ? entered.length > 0 : r.direction.toLowerCase() === 'inbound';
    const who = customerOf(r);
    const later = (afterS: number, untilS: number): ConversationRecord[] =>
      (who === null ? [] : (contacts.get(who) ?? [])).filter(
        (c) => c.key !== r.key && c.startedAtS - conversationEnd > afterS && c.startedAtS - conversationEnd <= untilS,
      );
    key = keyAt(conversationEnd);
    const canTell = (aheadS: number): boolean => {
      if (conversationEnd + aheadS >= o.horizonS) return false;
      for (const hole of o.holes ?? [])
        if (hole.fromS < conversationEnd + aheadS && hole.toS > conversationEnd) return false;
      return true;
    };
    if (within(conversationEnd) && last) {
      const hasCode = r.dispositions.some(
        (code, i) => !(code.trim().toUpperCase() === 'DROP-OFF' && r.dispositionRemarks[i]?.trim() === '-'),
      );
      put(key, 'wrapUpCoverage', hasCode);
      if (isInbound) {
        put(key, 'identifiedRate', who !== null);
        const windowS = (o.repeatDays ?? 7) * 86_400;
        if (who !== null && canTell(windowS)) {
          const repeats = later(120, windowS);
          put(key, 'repeatRate', repeats.length > 0);
          put(key, 'noRepeatRate', repeats.length === 0);
          put(key, 'reconnectRate', later(0, 120).length > 0);
          const queues = new Set(
            stops.flatMap((d) => (d.type === 'QueueEntry' && d.queueId !== null ? [d.queueId] : [])),
          );
          const isAlike = repeats.some(
            (c) =>
              (c.lastIntentName !== null && c.lastIntentName === r.lastIntentName) ||
              c.destinations.some((d) => d.type === 'QueueEntry' && d.queueId !== null && queues.has(d.queueId)),
          );
          put(key, 'noRepeatStrictRate', !isAlike && !segments.some((s) => s.movedOn));
        }
      }
    }
    const lastEntered = entered.at(-1)?.enteredAtS ?? null;
    if (isInbound && within(lastEntered)) put(keyAt(lastEntered), 'voicemailShare', r.isVoicemail === true);
    key = keyAt(r.startedAtS);
    if (!within(r.startedAtS)) continue;
    if (surveyedPlaces.has(`${r.channel}\n${r.botId}`))
      put(key, 'surveyCoverage', survey !== null && survey.score !== null);
    if (r.conversationId !== null && stops.length === 0 && r.finalStatus?.toUpperCase() === 'USER ABANDONED')
      put(key, 'preQueueAbandons', 1);
    const only = isBotOnly(r);
    if (r.direction?.toLowerCase() === 'outbound' || (!only && r.automationBotIds.length === 0)) continue;
    const tooShort = isMicro(r);
    put(key, 'botSessions', 1);
    put(key, 'containment', only);
    if (!tooShort) put(key, 'containmentLessMicro', only);
    if (tooShort) put(key, 'microSessions', 1);
    put(key, 'escalationRate', r.conversationId !== null);
    if (r.conversationId !== null) put(key, 'escalationServedRate', last !== undefined);
    const lengthS = (r.endedAtS ?? Number.NaN) - r.startedAtS;
    if (only && lengthS >= 0 && (!tooShort || o.countMicro)) put(key, 'botLengthMedian', lengthS);
    for (const [name, days] of [
      ['adjustedContainment', 1],
      ['adjustedContainment7d', 7],
    ] as const) {
      if (who === null || !canTell(days * 86_400)) continue;
      put(key, name, only && (!tooShort || o.countMicro === true) && later(0, days * 86_400).length === 0);
    }
  }

  for (const { lists, work } of groups.values()) {
    for (const who of new Set(work.map((w) => w.who))) {
      const own: Lists = new Map();
      putWork({ lists: own, work: work.filter((w) => w.who === who) });
      for (const [name, values] of own) {
        for (const value of values) {
          putInto(lists, name, value);
          putInto(totals, name, value);
        }
      }
    }
  }
  totals.set('conversations', Array(conversations).fill(1));
  const rows = new Map<string, Record<string, PlainValue>>();
  for (const [key, { lists }] of groups) rows.set(key, toValues(lists, o.by));
  return { rows, total: toValues(totals, o.by) };
};

/** Busy time by marking every second of every day. */
const putWork = ({ lists, work }: { lists: Lists; work: Work[] }): void => {
  const put = (name: string, value: number): void => {
    lists.set(name, [...(lists.get(name) ?? []), value]);
  };
  if (work.length === 0) return;
  for (const day of new Set(work.map((w) => w.day))) {
    const today = work.filter((w) => w.day === day);
    const busy = new Set<number>();
    const alongside = new Map<number, number>();
    for (const w of today) {
      for (let s = w.accept; s < w.workEnd; s += 1) busy.add(s);
      if (w.written) for (let s = w.accept; s < w.end - 1; s += 1) alongside.set(s, (alongside.get(s) ?? 0) + 1);
    }
    put('busyS', busy.size);
    put('spanS', Math.max(...today.map((w) => w.workEnd)) - Math.min(...today.map((w) => w.from)));
    const written = today.filter((w) => w.written).sort((a, b) => a.accept - b.accept || a.end - b.end);
    if (written.length === 0) continue;
    let most = 1;
    for (const count of alongside.values()) most = Math.max(most, count);
    put('peak', most);
    put('writtenS', sum(written.map((w) => w.end - w.accept)));
    let covered = 0;
    let until = Number.NEGATIVE_INFINITY;
    for (const w of written) {
      const isNew = until - w.accept < 2;
      covered += isNew ? w.end - w.accept : Math.max(0, w.end - until);
      until = isNew ? w.end : Math.max(until, w.end);
    }
    put('writtenUnionS', covered);
  }
  lists.set('busySegments', Array(work.length).fill(1));
  put('activeHours', new Set(work.map((w) => Math.floor(w.end / 3600))).size);
};

const agentOnly = 'consultsGiven busyTime concurrency concurrencyPeak workloadAht handlingDensity throughput'.split(
  ' ',
);
const botOnly =
  'botSessions containment containmentLessMicro adjustedContainment adjustedContainment7d escalationRate escalationServedRate botLengthMedian microSessions preQueueAbandons'.split(
    ' ',
  );
const queueAndBot =
  'offered answered answerRate asaMean asaMedian asaP90 serviceLevel shortAbandons abandoned abandonRate lostRate abandonTimeMedian abandonTimeP90 abandonedWithAgent callbackRate callbackCompletion callbackTimeMedian callbackTimeP90 voicemailShare afterHoursShare queueTransferRate reOffersPerAnswered'.split(
    ' ',
  );
const counts = new Set(
  'handled conversations consultsGiven offered answered shortAbandons abandoned abandonedWithAgent botSessions microSessions preQueueAbandons'.split(
    ' ',
  ),
);
const averages =
  'talkMean holdRate holdMean acwMean acceptRate ronaRate rejectRate transferRate consultRate csatTop2 csatMean nps likeRate acwAboveZeroMean acwRate acwKnownRate holdPerCallMean noReplyRate warmShare consultMean conferenceRate wrapUpCoverage answerRate serviceLevel abandonRate lostRate callbackRate callbackCompletion voicemailShare queueTransferRate repeatRate noRepeatRate noRepeatStrictRate reconnectRate identifiedRate csatBottom2 csatShare1 csatShare2 csatShare3 csatShare4 csatShare5 npsPromoterShare npsDetractorShare surveyCoverage afterHoursShare containment containmentLessMicro adjustedContainment adjustedContainment7d escalationRate escalationServedRate'.split(
    ' ',
  );

const toValues = (lists: Lists, by: PlainOptions['by']): Record<string, PlainValue> => {
  const of = (name: string): number[] => lists.get(name) ?? [];
  const values: Record<string, PlainValue> = {};
  const quantile = (name: string, list: string, p: number): void => {
    values[name] = { value: percentile(of(list), p), n: of(list).length };
  };
  const ratio = (name: string, over: number, under: number, n: number): void => {
    values[name] = { value: under === 0 ? null : over / under, n };
  };
  for (const name of counts) values[name] = { value: of(name).length, n: of(name).length };
  for (const name of averages) ratio(name, sum(of(name)), of(name).length, of(name).length);
  ratio('ahtMean', sum(of('aht')), of('aht').length, of('aht').length);
  quantile('ahtMedian', 'aht', 0.5);
  quantile('ahtP90', 'aht', 0.9);
  quantile('ringMedian', 'ringMedian', 0.5);
  quantile('firstResponseMedian', 'firstResponse', 0.5);
  quantile('firstResponseP90', 'firstResponse', 0.9);
  quantile('customerFirstResponseMedian', 'customerFirstResponse', 0.5);
  quantile('customerFirstResponseP90', 'customerFirstResponse', 0.9);
  ratio('asaMean', sum(of('asa')), of('asa').length, of('asa').length);
  quantile('asaMedian', 'asa', 0.5);
  quantile('asaP90', 'asa', 0.9);
  quantile('abandonTimeMedian', 'abandonTime', 0.5);
  quantile('abandonTimeP90', 'abandonTime', 0.9);
  quantile('callbackTimeMedian', 'callbackTime', 0.5);
  quantile('callbackTimeP90', 'callbackTime', 0.9);
  quantile('botLengthMedian', 'botLengthMedian', 0.5);
  ratio('acwRatio', sum(of('acwPart')), sum(of('aht')), of('aht').length);
  ratio('holdRatio', sum(of('holdPart')), sum(of('holdWhole')), of('holdWhole').length);
  ratio('reOffersPerAnswered', sum(of('reOffers')), of('answered').length, of('answered').length);
  const shifts = of('busySegments').length;
  values.busyTime = { value: sum(of('busyS')), n: shifts };
  ratio('concurrency', sum(of('writtenS')), sum(of('writtenUnionS')), of('writtenS').length === 0 ? 0 : shifts);
  values.concurrencyPeak = {
    value: of('peak').length === 0 ? null : Math.max(...of('peak')),
    n: of('peak').length === 0 ? 0 : shifts,
  };
  ratio('workloadAht', sum(of('busyS')), shifts, shifts);
  ratio('handlingDensity', sum(of('busyS')), sum(of('spanS')), shifts);
  ratio('throughput', shifts, sum(of('activeHours')), shifts);
  values.occupancy = { value: null, n: 0 };
  const isStaff = by === 'agent' || by === 'team';
  const foreign = [
    ...(isStaff ? queueAndBot : agentOnly),
    ...(by === 'bot' || by === 'channel' || by === 'intent' ? [] : botOnly),
    ...(by === 'disposition' ? ['wrapUpCoverage'] : []),
  ];
  for (const name of foreign) values[name] = { value: null, n: 0 };
  return values;
};
