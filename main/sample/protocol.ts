// The server side of the Call Details API: reading a request, its limits, its error bodies and its clock. Shared by the
// sample centre's server and the test simulator. Imports jose and the contract's endpoint names.
import type { IncomingMessage } from 'node:http';
import { jwtVerify } from 'jose';
import type { Endpoint } from '../../preload/contract/conversation.ts';

export const maxLimit = 100;
const maxRangeS = 7 * 86400;

/** A refused request. `code` and `message` go into the body `{"errors":[{"msg","code"}]}`. */
export type Refusal = { status: number; message: string; code: number };

export const wrongCredential: Refusal = { status: 401, message: 'Invalid SDK credentials', code: 4002 };
export const rateExceeded: Refusal = {
  status: 429,
  message: "You've exceeded the per-minute rate limit. Please wait for sometime before retrying.",
  code: 429,
};

export const formatRefusal = ({ message, code }: Refusal): string =>
  JSON.stringify({ errors: [{ msg: message, code }] });

const badRequest = (message: string): Refusal => ({ status: 400, message, code: 400 });

export type RowFilters = {
  channels: string[];
  queues: string[];
  direction: 'Inbound' | 'Outbound' | null;
  /** From `isAutomation: false`, which leaves bot-only rows out. */
  leavesBotsOut: boolean;
};

export type CallRequest = RowFilters & {
  endpoint: Endpoint;
  accountId: string;
  offset: number;
  /** Clamped to the most that is served. */
  limit: number;
  /** UTC epoch seconds, both ends included. */
  fromS: number;
  toS: number;
  /** Minutes to add to the naive times of the answer to get UTC. */
  timeZoneOffsetMin: number;
  selectedFields: string[];
};

const pathPattern =
  /^\/agentassist\/api\/public\/analytics\/account\/([^/]+)\/(v2\/)?(calldetails|interactiondetails)\/?$/i;

/** Endpoint and account of an address, whatever its case; null when it is none of the three. */
export const readPath = (pathname: string): { endpoint: Endpoint; accountId: string } | null => {
  const match = pathPattern.exec(pathname);
  if (!match?.[1] || !match[3]) return null;
  const isInteractions = match[3].toLowerCase() === 'interactiondetails';
  if (!match[2]) return isInteractions ? null : { endpoint: 'v1-calls', accountId: decodeURIComponent(match[1]) };
  return { endpoint: isInteractions ? 'v2-interactions' : 'v2-calls', accountId: decodeURIComponent(match[1]) };
};

/**
 * A bound as UTC epoch seconds; NaN when it is not a date. Takes "yyyy-mm-dd" (its first or last second),
 * "yyyy-mm-dd hh:mm:ss" and ISO with or without "Z"; without, it is local to the offset.
 */
const readBound = (text: string, offsetMin: number, isEnd: boolean): number => {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z)?)?$/.exec(text.trim());
  if (!match) return Number.NaN;
  const time = match[2] ?? (isEnd ? '23:59:59' : '00:00:00');
  const localS = Date.parse(`${match[1]}T${time}Z`) / 1000;
  return match[3] ? localS : localS + offsetMin * 60;
};

const readCount = (text: string | null, absent: number): number =>
  text === null || text === '' ? absent : /^\d+$/.test(text) ? Number(text) : Number.NaN;

const readTexts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

export type ReadOptions = {
  limitMax: number;
  /** Largest offset served; null when any is. */
  maxOffset: number | null;
  beyondMaxOffset: 'refuse' | 'clamp';
};

/** Reads the query and the body of a POST to one of the endpoints. */
export const readCallRequest = (
  url: URL,
  bodyText: string,
  options: ReadOptions,
): { request: CallRequest } | { refusal: Refusal } => {
  const path = readPath(url.pathname);
  if (!path) return { refusal: { status: 404, message: 'Not found', code: 404 } };
  let body: Record<string, unknown>;
  try {
    const parsed: unknown = JSON.parse(bodyText);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SyntaxError('not an object');
    body = parsed as Record<string, unknown>;
  } catch {
    return { refusal: badRequest('The request body is not a JSON object.') };
  }
  const { startDate, endDate, timeZoneOffset, direction } = body;
  if (typeof startDate !== 'string' || typeof endDate !== 'string' || typeof timeZoneOffset !== 'number') {
    return { refusal: badRequest('startDate, endDate and timeZoneOffset are required.') };
  }
  const fromS = readBound(startDate, timeZoneOffset, false);
  const toS = readBound(endDate, timeZoneOffset, true);
  if (Number.isNaN(fromS) || Number.isNaN(toS)) return { refusal: badRequest('startDate or endDate is not a date.') };
  if (toS < fromS) return { refusal: badRequest('endDate is before startDate.') };
  if (toS - fromS > maxRangeS) return { refusal: badRequest("The days' range can't be more than seven days.") };

  const limit = readCount(url.searchParams.get('limit'), maxLimit);
  let offset = readCount(url.searchParams.get('offset'), 0);
  if (Number.isNaN(limit) || limit < 1 || Number.isNaN(offset)) {
    return { refusal: badRequest('limit and offset must be whole numbers.') };
  }
  if (options.maxOffset !== null && offset > options.maxOffset) {
    if (options.beyondMaxOffset === 'refuse') {
      return { refusal: badRequest(`The maximum value of offset is ${options.maxOffset}.`) };
    }
    offset = options.maxOffset;
  }
  return {
    request: {
      ...path,
      offset,
      limit: Math.min(limit, options.limitMax),
      fromS,
      toS,
      timeZoneOffsetMin: timeZoneOffset,
      selectedFields: readTexts(body.selectedFields),
      channels: readTexts(body.channels),
      queues: readTexts(body.queues),
      direction: direction === 'Inbound' || direction === 'Outbound' ? direction : null,
      leavesBotsOut: body.isAutomation === false,
    },
  };
};

export const hasFilters = (filters: RowFilters): boolean =>
  filters.channels.length > 0 || filters.queues.length > 0 || filters.direction !== null || filters.leavesBotsOut;

/** What the filters look at. `direction` is null on bot-only rows of v2, which have none. */
export type RowFacts = { channel: string; queueIds: string[]; direction: string | null; isBotOnly: boolean };

/** The filter takes internal ids, the rows carry display names. */
const channelId = (name: string): string => {
  const plain = name.trim().toLowerCase();
  if (plain === 'web/mobile client' || plain === 'web / mobile client') return 'rtm';
  return plain === 'korevg' || plain === 'audiocodes' ? 'voice' : plain;
};

export const matchesFilters = (facts: RowFacts, filters: RowFilters): boolean => {
  const { channels, queues, direction } = filters;
  if (filters.leavesBotsOut && facts.isBotOnly) return false;
  if (channels.length > 0 && !channels.some((name) => channelId(name) === channelId(facts.channel))) return false;
  if (queues.length > 0 && !facts.queueIds.some((id) => queues.includes(id))) return false;
  return direction === null || facts.direction === direction;
};

const naivePattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

/** A copy of a row in which naive times, given in UTC, are local to the offset. Times that end in Z stay as they are. */
export const shiftNaiveTimes = <T>(value: T, offsetMin: number): T => {
  const shift = (item: unknown): unknown => {
    if (typeof item === 'string' && naivePattern.test(item)) {
      return new Date(Date.parse(`${item}Z`) - offsetMin * 60000).toISOString().slice(0, 19);
    }
    if (Array.isArray(item)) return item.map(shift);
    if (typeof item !== 'object' || item === null) return item;
    return Object.fromEntries(Object.entries(item).map(([name, child]) => [name, shift(child)]));
  };
  return offsetMin === 0 ? value : (shift(value) as T);
};

/** Whether an HS256 token is signed with the secret, names the client in `appId`, and has not expired. */
export const isValidToken = async (
  token: string,
  clientId: string,
  clientSecret: string,
  nowMs: number,
): Promise<boolean> => {
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(clientSecret), {
      algorithms: ['HS256'],
      currentDate: new Date(nowMs),
    });
    return payload.appId === clientId;
  } catch {
    // Every failure means the same to the caller: the platform answers all of them alike.
    return false;
  }
};

/** Counts arrivals in a sliding window of 60 seconds. Refused ones count too. */
export class MinuteWindow {
  /** Those of the last 60 seconds, oldest first. */
  readonly arrivals: number[] = [];
  /** Most arrivals that any 60 seconds have seen. */
  busiest = 0;

  /** Notes an arrival and gives the number in the 60 seconds that end now, itself included. Times never go back. */
  arrive(nowMs: number): number {
    this.arrivals.push(nowMs);
    const first = this.arrivals.findIndex((atMs) => atMs > nowMs - 60_000);
    this.arrivals.splice(0, first);
    this.busiest = Math.max(this.busiest, this.arrivals.length);
    return this.arrivals.length;
  }
}

/** The body as text. Throws RangeError beyond 1 MiB. */
export const readBodyText = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > 1048576) throw new RangeError('The request body is too long.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};
