// The sample contact centre: any of its sessions can be made on its own from (seed, index), in the order of their start,
// so that a million of them cost no memory. Deterministic: the same options give the same sessions on every machine.
// Owns what session comes at which place; agent-session.ts and session.ts say what it holds, render.ts how it is shown.
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { AppError } from '../../preload/contract/errors.ts';
import { makeAgentSession } from './agent-session.ts';
import { queueNames } from './intents.ts';
import { fictionalPhone } from './names.ts';
import { hash32, Random, toFraction } from './random.ts';
import { isListed, type RenderOptions, renderRow, type WireRow } from './render.ts';
import { type BotKind, makeBotSession, type SampleSession, type SessionContext } from './session.ts';
import { type Agent, createStaff, type Queue } from './staff.ts';
import { createTimeline } from './timeline.ts';

export type SampleCentreOptions = {
  seed: number;
  /** Sessions start at fromS <= start < toS, UTC epoch seconds. */
  fromS: number;
  toS: number;
  /** Exact number of sessions, bot-only ones included. */
  conversations: number;
  /** Left out: about one agent for 30 agent conversations a day, from 12 to 200. */
  agents?: number;
  /** Left out: 6. */
  queues?: number;
  /** The centre's present, UTC epoch second; later facts are not in its rows. Left out: toS. */
  nowS?: number;
};

export type SampleCentre = {
  seed: number;
  fromS: number;
  toS: number;
  nowS: number;
  /** Number of sessions; indexes run from 0 to total - 1 in the order of start. */
  total: number;
  accountId: string;
  appId: string;
  agents: readonly Agent[];
  queues: readonly Queue[];
  sessionAt(index: number): SampleSession;
  /** UTC epoch second of the start, without making the session. */
  startAt(index: number): number;
  /** Whether the session never reached an agent, without making it. */
  isBotOnlyAt(index: number): boolean;
  /** Index of the first session that starts at `epochS` or later; `total` when there is none. */
  indexAtOrAfter(epochS: number): number;
  /** Sessions that start at fromS <= start <= toS: both ends belong to it, as in a request to the API. */
  countBetween(fromS: number, toS: number): number;
  /** The same sessions in the order of their start, one at a time. */
  sessionsBetween(fromS: number, toS: number): IterableIterator<SampleSession>;
  /** The row as the API shows it. `asOfS` left out: nowS; `selectedFields` left out: none. */
  renderRow(session: SampleSession, endpoint: Endpoint, options?: Partial<RenderOptions>): WireRow;
  /** Whether the API lists the session. `asOfS` left out: nowS. */
  isListed(session: SampleSession, asOfS?: number): boolean;
};

/** A shadow starts this many seconds after the call that it belongs to. */
const shadowDelayS = { least: 10, most: 30 };
/** How far back a shadow looks for its call. */
const shadowReach = 24;

/** Makes a centre. Throws AppError invalid_input when the options make no sense. */
export const createSampleCentre = (options: SampleCentreOptions): SampleCentre => {
  const { seed, fromS, toS, conversations: total, nowS = toS } = options;
  const isWhole = [seed, fromS, toS, total, nowS].every(Number.isSafeInteger);
  if (!isWhole || fromS < 0 || toS <= fromS || total < 0 || total > 0xffffff) {
    throw new AppError(
      'invalid_input',
      'A sample centre needs whole numbers, an end after its start, and at most 16,777,215 conversations.',
    );
  }
  const daysLong = Math.max(1, (toS - fromS) / 86400);
  const queueCount = Math.max(1, options.queues ?? queueNames.length);
  const agentCount = options.agents ?? Math.min(200, Math.max(12, Math.ceil((total * 0.6) / daysLong / 30)));
  const staff = createStaff(seed, Math.max(1, agentCount), queueCount);
  const ids = new Random(seed, 0, 0x1d5);
  const context: SessionContext = {
    seed,
    staff,
    customers: Math.max(50, Math.round(total * 0.4)),
    skillIds: Array.from({ length: 8 }, () => ids.hex(24)),
    centerPhones: [fictionalPhone(900), fictionalPhone(901), fictionalPhone(902)],
    campaigns: ['Renewal Reminder', 'Service Notice', 'Payment Reminder'].map((name) => ({
      name,
      id: `cd-${ids.guid()}`,
      dialingListId: `cdl-${ids.guid()}`,
      contactList: `${name} contacts`,
    })),
  };
  const appId = `st-${ids.guid()}`;
  const timeline = createTimeline(seed, fromS, toS, total);

  const planAt = (index: number): BotKind | 'agent' => {
    const draw = toFraction(hash32(seed, index, 0x217d));
    if (draw >= 0.4) return 'agent';
    if (draw < 0.025) return 'shadow';
    if (draw < 0.085) return 'bot-hangup';
    return draw < 0.095 ? 'bot-dropped' : 'bot';
  };
  const isVoiceAt = (index: number): boolean => toFraction(hash32(seed, index, 0x401ce)) < 0.55;
  const isCallAt = (index: number): boolean => planAt(index) === 'agent' && isVoiceAt(index);

  /** The call that a shadow belongs to, and the second at which the shadow starts; null when there is none. */
  const findParent = (index: number): { parentIndex: number; startS: number } | null => {
    const startS = timeline.startAt(index);
    for (let back = 1; back <= shadowReach && back <= index; back += 1) {
      const delayS = startS - timeline.startAt(index - back);
      if (delayS > shadowDelayS.most) break;
      if (delayS >= shadowDelayS.least && isCallAt(index - back)) return { parentIndex: index - back, startS };
    }
    // In a quiet hour the shadow moves back to just after the call before it; the order of starts stays as it was.
    if (index === 0 || !isCallAt(index - 1)) return null;
    const delayS = shadowDelayS.least + (hash32(seed, index, 0xde1) % (shadowDelayS.most - shadowDelayS.least + 1));
    const movedS = timeline.startAt(index - 1) + delayS;
    return movedS < startS ? { parentIndex: index - 1, startS: movedS } : null;
  };

  const startAt = (index: number): number => {
    if (index < 0 || index >= total) throw new RangeError(`No session ${index}: there are ${total}.`);
    const parent = planAt(index) === 'shadow' ? findParent(index) : null;
    return parent ? parent.startS : timeline.startAt(index);
  };

  const sessionAt = (index: number): SampleSession => {
    if (index < 0 || index >= total) throw new RangeError(`No session ${index}: there are ${total}.`);
    const plan = planAt(index);
    if (plan === 'agent') return makeAgentSession(context, index, timeline.startAt(index), isVoiceAt(index));
    if (plan !== 'shadow') return makeBotSession(context, index, timeline.startAt(index), plan, null);
    const parent = findParent(index);
    if (!parent) return makeBotSession(context, index, timeline.startAt(index), 'bot', null);
    return makeBotSession(context, index, parent.startS, 'shadow', parent.parentIndex);
  };

  const indexAtOrAfter = (epochS: number): number => {
    let low = 0;
    let high = total;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (startAt(middle) < epochS) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  function* sessionsBetween(beginS: number, endS: number): Generator<SampleSession, undefined> {
    const end = indexAtOrAfter(endS + 1);
    for (let index = indexAtOrAfter(beginS); index < end; index += 1) yield sessionAt(index);
  }

  return {
    seed,
    fromS,
    toS,
    nowS,
    total,
    accountId: staff.accountId,
    appId,
    agents: staff.agents,
    queues: staff.queues,
    sessionAt,
    startAt,
    isBotOnlyAt: (index) => planAt(index) !== 'agent',
    indexAtOrAfter,
    countBetween: (beginS, endS) => Math.max(0, indexAtOrAfter(endS + 1) - indexAtOrAfter(beginS)),
    sessionsBetween,
    renderRow: (session, endpoint, given = {}) =>
      renderRow(session, endpoint, { asOfS: given.asOfS ?? nowS, selectedFields: given.selectedFields ?? [] }),
    isListed: (session, asOfS = nowS) => isListed(session, asOfS),
  };
};
