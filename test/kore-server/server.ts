// A simulator of the Call Details API over an explicit list of rows, for tests: every reading of the contradictory
// documentation as an option, every fault by a hook, and an exact account of the requests. Real HTTP on 127.0.0.1.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SignJWT } from 'jose';
import {
  type CallRequest,
  formatRefusal,
  isValidToken,
  MinuteWindow,
  maxLimit,
  readBodyText,
  readCallRequest,
  readPath,
  shiftNaiveTimes,
} from '../../main/sample/protocol.ts';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import { type Fault, type RetryAfter, sendFault, spoilPage } from './faults.ts';
import { cutPage, type KoreRow, type Order, type RawRow, RowList, selectGroups } from './rows.ts';

export type { Fault, RetryAfter } from './faults.ts';
export type { KoreRow, Order, RawRow } from './rows.ts';

export type KoreServerOptions = {
  rows?: Iterable<KoreRow>;
  /** Left out: 'pages'. */
  offsetMeaning?: 'pages' | 'rows';
  /** Largest offset served; null for any. Left out: 10. */
  maxOffset?: number | null;
  /** What happens beyond it. Left out: 'refuse', with a 400 body. */
  beyondMaxOffset?: 'refuse' | 'clamp';
  /** Left out: 'page'. */
  numResultsMeaning?: 'page' | 'total';
  /** Bot-only and agent rows are paged apart, and a page is one page of each. Left out: false. */
  perSetLimit?: boolean;
  /** Left out: 'bot-first', as documented samples show it. With perSetLimit it orders each set. */
  order?: Order;
  /** A larger limit is clamped. Left out: 100. */
  limitMax?: number;
  /** Whether a row that starts at endDate belongs to the window. Left out: true. */
  endInclusive?: boolean;
  /** Beyond this many arrivals in 60 seconds requests are refused with 429. Left out or null: no limit. */
  requestsPerMinute?: number | null;
  /** Sent with the limiter's own 429. */
  retryAfter?: RetryAfter;
  clientId?: string;
  clientSecret?: string;
  /** Tokens taken as they are, beside those signed with the secret. */
  acceptedTokens?: Iterable<string>;
  /** False: every token is good, but the scope is missing (403). Left out: true. */
  hasScope?: boolean;
  /** UTC epoch milliseconds, for the arrival times and the expiry of tokens. Left out: Date.now. */
  nowMs?: () => number;
  /** Called for every request that arrives within the rate, before access is checked. `n` counts from 1. */
  onRequest?: (n: number, request: KoreRequest) => Fault | undefined;
};

/** One request as it arrived. Holds no token. */
export type KoreRequest = {
  n: number;
  atMs: number;
  /** Null when the address is none of the three endpoints. */
  endpoint: Endpoint | null;
  path: string;
  /** As sent; null when absent. */
  offset: number | null;
  limit: number | null;
  /** The parsed body, or its text when it is not JSON. */
  body: unknown;
  /** `auth` is replaced by a mark. */
  headers: Record<string, string>;
  /** 0 until answered, and for a broken connection. */
  status: number;
  /** Rows in the answer, before any fault. */
  rows: number;
};

export type KoreServer = {
  origin: string;
  accountId: string;
  appId: string;
  clientId: string;
  clientSecret: string;
  /** A token without expiry that the server takes. */
  token: string;
  /** In the order of arrival. */
  requests: readonly KoreRequest[];
  /** Requests that came when 60 seconds held the full budget already. */
  readonly violations: number;
  /** Most arrivals that any 60 seconds have seen. */
  readonly busiestMinute: number;
  /** The raw rows an endpoint can give, all groups included, in the order of start. */
  rows(endpoint: Endpoint): RawRow[];
  addRow(row: KoreRow): void;
  replaceRow(sessionId: string, change: KoreRow | ((row: KoreRow) => KoreRow)): void;
  /** Adds one of these rows after each page that is answered from now on, so that the pages after it shift. */
  changeBetweenPages(...rows: KoreRow[]): void;
  /** From now on every token seen so far is refused as expired. */
  expireTokens(): void;
  /** Rejects with the first failure of the simulator itself, so that a test cannot pass over it. */
  close(): Promise<void>;
};

const accountId = '5f0c0ffee0ddba11ca11ab1e';
const appId = 'st-00000000-0000-5000-8000-000000000001';
const defaultClientId = 'cs-00000000-0000-5000-8000-000000000002';
const defaultClientSecret = 'simulated-client-secret-of-no-value';

const readNumber = (text: string | null): number | null => (text === null ? null : Number(text));

const parseOrKeep = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the log keeps what came.
    return text;
  }
};

const hideToken = (message: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [
      name,
      name === 'auth' || name === 'authorization' ? '(token)' : String(value),
    ]),
  );

/** Starts the simulator on a free port of 127.0.0.1. */
export const startKoreServer = async (options: KoreServerOptions = {}): Promise<KoreServer> => {
  const {
    offsetMeaning = 'pages',
    maxOffset = 10,
    beyondMaxOffset = 'refuse',
    numResultsMeaning = 'page',
    perSetLimit = false,
    order = 'bot-first',
    limitMax = maxLimit,
    endInclusive = true,
    requestsPerMinute = null,
    clientId = defaultClientId,
    clientSecret = defaultClientSecret,
    hasScope = true,
    nowMs = Date.now,
  } = options;
  const list = new RowList(options.rows ?? []);
  const minute = new MinuteWindow();
  const requests: KoreRequest[] = [];
  const pendingRows: KoreRow[] = [];
  const seenTokens = new Set<string>();
  const expiredTokens = new Set<string>();
  const acceptedTokens = new Set(options.acceptedTokens);
  const closing = new AbortController();
  let violations = 0;

  const checkAccess = async (message: IncomingMessage, path: string): Promise<Fault | null> => {
    const { auth } = message.headers;
    if (typeof auth !== 'string' || readPath(path)?.accountId !== accountId) return { kind: 'wrong-credential' };
    seenTokens.add(auth);
    if (expiredTokens.has(auth)) return { kind: 'expired-token' };
    if (!acceptedTokens.has(auth) && !(await isValidToken(auth, clientId, clientSecret, nowMs()))) {
      return { kind: 'wrong-credential' };
    }
    return hasScope ? null : { kind: 'missing-scope' };
  };

  const makePage = (call: CallRequest): { numResults: number; data: RawRow[] } => {
    const rows = list.window(call, endInclusive ? call.toS : call.toS - 1, order);
    const data = cutPage(rows, call, offsetMeaning, perSetLimit).map((row) =>
      shiftNaiveTimes(selectGroups(row, call.selectedFields), call.timeZoneOffsetMin),
    );
    return { numResults: numResultsMeaning === 'total' ? rows.all.length : data.length, data };
  };

  const answer = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const atMs = nowMs();
    const arrived = minute.arrive(atMs);
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const request: KoreRequest = {
      n: requests.length + 1,
      atMs,
      endpoint: readPath(url.pathname)?.endpoint ?? null,
      path: url.pathname,
      offset: readNumber(url.searchParams.get('offset')),
      limit: readNumber(url.searchParams.get('limit')),
      body: null,
      headers: hideToken(message),
      status: 0,
      rows: 0,
    };
    requests.push(request);
    const bodyText = await readBodyText(message);
    request.body = parseOrKeep(bodyText);

    const fail = (fault: Fault): boolean => {
      const status = sendFault(response, fault);
      if (status === null) return false;
      request.status = status;
      return true;
    };
    const refuse = (status: number, text: string): void => {
      request.status = status;
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(text);
    };

    if (requestsPerMinute !== null && arrived > requestsPerMinute) {
      violations += 1;
      fail({ kind: 'throttled', ...(options.retryAfter === undefined ? {} : { retryAfter: options.retryAfter }) });
      return;
    }
    const fault = options.onRequest?.(request.n, request);
    if (fault?.kind === 'slow-headers') await delay(fault.ms, undefined, { signal: closing.signal });
    if (fault && fail(fault)) return;
    if (message.method !== 'POST') {
      refuse(405, formatRefusal({ status: 405, message: 'Use POST.', code: 405 }));
      return;
    }
    const denied = await checkAccess(message, url.pathname);
    if (denied && fail(denied)) return;
    const read = readCallRequest(url, bodyText, { limitMax, maxOffset, beyondMaxOffset });
    if ('refusal' in read) {
      refuse(read.refusal.status, formatRefusal(read.refusal));
      return;
    }
    const page = makePage(read.request);
    request.status = 200;
    request.rows = page.data.length;
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
    response.end(spoilPage(page, fault));
    const next = pendingRows.shift();
    if (next) list.add(next);
  };

  const failures: unknown[] = [];
  const server = createServer((message, response) => {
    answer(message, response).catch((error: unknown) => {
      // A client that went away, or a slow answer cut short by close(), is no failure of the simulator.
      if (!message.complete || closing.signal.aborted) return;
      failures.push(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const token = await new SignJWT({ appId: clientId })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(clientSecret));

  return {
    origin: `http://127.0.0.1:${port}`,
    accountId,
    appId,
    clientId,
    clientSecret,
    token,
    requests,
    get violations() {
      return violations;
    },
    get busiestMinute() {
      return minute.busiest;
    },
    rows: (endpoint) => list.list(endpoint),
    addRow: (row) => list.add(row),
    replaceRow: (sessionId, change) => list.replace(sessionId, change),
    changeBetweenPages: (...rows) => {
      pendingRows.push(...rows);
    },
    expireTokens: () => {
      for (const seen of seenTokens) expiredTokens.add(seen);
    },
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      if (failures.length > 0) throw failures[0];
    },
  };
};
