// A loopback server that speaks the Call Details API over a sample centre, with the limits that the API documents. Owns
// paging and access; protocol.ts reads requests, generator.ts makes the rows. Imports node:http.
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from '../../preload/contract/conversation.ts';
import type { SampleCentre } from './generator.ts';
import {
  type CallRequest,
  formatRefusal,
  hasFilters,
  isValidToken,
  MinuteWindow,
  matchesFilters,
  maxLimit,
  type Refusal,
  rateExceeded,
  readBodyText,
  readCallRequest,
  shiftNaiveTimes,
  wrongCredential,
} from './protocol.ts';
import type { SampleSession } from './session.ts';

export type SampleServerOptions = {
  /** 0 or left out: any free port. */
  port?: number;
  /** Left out: 600. The API's own limit is 60. */
  requestsPerMinute?: number;
  /** Left out: random. */
  clientId?: string;
  clientSecret?: string;
  /** The centre's present, UTC epoch seconds. Left out: the centre's nowS. */
  asOfS?: () => number;
};

/** One answered request. Holds no customer data and no token. */
export type SampleRequest = {
  status: number;
  endpoint: Endpoint | null;
  offset: number | null;
  limit: number | null;
  rows: number;
};

export type SampleServer = {
  /** Such as http://127.0.0.1:49152 */
  origin: string;
  accountId: string;
  appId: string;
  clientId: string;
  clientSecret: string;
  /** In the order of arrival. */
  requests(): readonly SampleRequest[];
  close(): Promise<void>;
};

/** Bot-only sessions last at most this long, so older ones are listed for certain. */
const longestBotSessionS = 3600;

type Window = { key: string; bots: number[]; agents: number[] };

const listIndexes = (centre: SampleCentre, request: CallRequest, asOfS: number): Omit<Window, 'key'> => {
  const bots: number[] = [];
  const agents: number[] = [];
  const isFiltered = hasFilters(request);
  const end = centre.indexAtOrAfter(Math.min(request.toS, asOfS) + 1);
  for (let index = centre.indexAtOrAfter(request.fromS); index < end; index += 1) {
    const isBotOnly = centre.isBotOnlyAt(index);
    const needsLook = isFiltered || (isBotOnly && centre.startAt(index) > asOfS - longestBotSessionS);
    if (needsLook) {
      const session = centre.sessionAt(index);
      if (!centre.isListed(session, asOfS) || !matchesFilters(factsOf(session), request)) continue;
    }
    (isBotOnly ? bots : agents).push(index);
  }
  return { bots, agents: agents.reverse() };
};

const factsOf = (session: SampleSession) => ({
  channel: session.channel,
  queueIds: session.stops.flatMap((stop) => (stop.kind === 'QueueEntry' ? [stop.queue.id] : [])),
  direction: session.kind === 'agent' ? session.direction : null,
  isBotOnly: session.kind !== 'agent',
});

/**
 * Starts the server on 127.0.0.1. Rows come as the API sends them: bot-only ones first, oldest first, then agent
 * conversations, newest first; `offset` counts pages, from 0 to 10. Rejects when the port is taken.
 */
export const startSampleServer = async (
  centre: SampleCentre,
  options: SampleServerOptions = {},
): Promise<SampleServer> => {
  const clientId = options.clientId ?? `cs-${randomUUID()}`;
  const clientSecret = options.clientSecret ?? randomBytes(32).toString('base64url');
  const requestsPerMinute = options.requestsPerMinute ?? 600;
  const asOf = options.asOfS ?? (() => centre.nowS);
  const minute = new MinuteWindow();
  const log: SampleRequest[] = [];
  let window: Window = { key: '', bots: [], agents: [] };

  const readWindow = (request: CallRequest, asOfS: number): Window => {
    const { fromS, toS, channels, queues, direction, leavesBotsOut } = request;
    const key = JSON.stringify([fromS, toS, channels, queues, direction, leavesBotsOut, asOfS]);
    // The pages of a window are asked for one after the other: one list in memory is enough.
    if (window.key !== key) window = { key, ...listIndexes(centre, request, asOfS) };
    return window;
  };

  const renderPage = (request: CallRequest): { text: string; rows: number } => {
    const asOfS = asOf();
    const { bots, agents } = readWindow(request, asOfS);
    const data: unknown[] = [];
    const last = Math.min((request.offset + 1) * request.limit, bots.length + agents.length);
    for (let position = request.offset * request.limit; position < last; position += 1) {
      const index = bots[position] ?? agents[position - bots.length];
      if (index === undefined) break;
      const { endpoint, selectedFields, timeZoneOffsetMin } = request;
      const row = centre.renderRow(centre.sessionAt(index), endpoint, { asOfS, selectedFields });
      data.push(shiftNaiveTimes(row, timeZoneOffsetMin));
    }
    return { text: JSON.stringify({ numResults: data.length, data }), rows: data.length };
  };

  const answer = async (message: IncomingMessage): Promise<SampleRequest & { text: string }> => {
    const refuse = (refusal: Refusal) => ({
      status: refusal.status,
      endpoint: null,
      offset: null,
      limit: null,
      rows: 0,
      text: formatRefusal(refusal),
    });
    if (message.method !== 'POST') return refuse({ status: 405, message: 'Use POST.', code: 405 });
    if (minute.arrive(performance.now()) > requestsPerMinute) return refuse(rateExceeded);
    const body = await readBodyText(message);
    const { auth } = message.headers;
    const isKnown = typeof auth === 'string' && (await isValidToken(auth, clientId, clientSecret, Date.now()));
    if (!isKnown) return refuse(wrongCredential);
    const read = readCallRequest(new URL(message.url ?? '/', 'http://127.0.0.1'), body, {
      limitMax: maxLimit,
      maxOffset: 10,
      beyondMaxOffset: 'refuse',
    });
    if ('refusal' in read) return refuse(read.refusal);
    if (read.request.accountId !== centre.accountId) return refuse(wrongCredential);
    const { endpoint, offset, limit } = read.request;
    return { status: 200, endpoint, offset, limit, ...renderPage(read.request) };
  };

  const respond = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    let answered: SampleRequest & { text: string };
    try {
      answered = await answer(message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      const text = formatRefusal({ status: 500, message: `The sample server failed: ${reason}`, code: 500 });
      answered = { status: 500, endpoint: null, offset: null, limit: null, rows: 0, text };
    }
    const { text, ...entry } = answered;
    log.push(entry);
    response.writeHead(entry.status, { 'content-type': 'application/json; charset=utf-8' });
    response.end(text);
  };

  const server = createServer((message, response) => void respond(message, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    accountId: centre.accountId,
    appId: centre.appId,
    clientId,
    clientSecret,
    requests: () => log,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
};
