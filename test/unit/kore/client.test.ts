import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ClientOptions, createKoreClient } from '../../../main/kore/client.ts';
import { textOfBody } from '../../../main/kore/page.ts';
import type { PageRequest } from '../../../main/kore/types.ts';
import type { Clock, Log, LogFields } from '../../../main/ports.ts';
import { AppError } from '../../../preload/contract/errors.ts';

const canaryToken = 'eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImNhbmFyeSJ9.canary-signature';
const emptyPage = '{"numResults":0,"data":[]}';
const request: PageRequest = {
  endpoint: 'v2-interactions',
  fromS: Date.UTC(2025, 8, 24, 7, 20, 15) / 1000,
  toS: Date.UTC(2025, 8, 30, 23, 59, 59) / 1000,
  offset: 3,
  limit: 100,
};

let server: Server;
let host: string;
let agent: Agent;
let listener: RequestListener;
let logged: { message: string; fields: LogFields | undefined }[];
let seen: { method: string; url: string; headers: IncomingHttpHeaders; body: string }[];

const write = (message: string, fields?: LogFields) => void logged.push({ message, fields });
const log: Log = { debug: write, info: write, warn: write, error: write };
const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: () => Promise.reject(new Error('the client never sleeps')),
};

const createClient = (overrides: Partial<ClientOptions> = {}) =>
  createKoreClient({
    account: { host, accountId: 'acc/made up', appId: 'st-made-up' },
    filters: { channels: [], queues: [], direction: null },
    tokens: { token: async () => canaryToken, refresh: () => false },
    http: agent,
    clock,
    log,
    ...overrides,
  });

const errorOf = async (work: Promise<unknown>): Promise<AppError> => {
  const error = await work.then(
    () => new Error('no error'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  return error;
};

beforeEach(async () => {
  logged = [];
  seen = [];
  listener = (_request, response) => response.end(emptyPage);
  server = createServer((incoming, response) => {
    let body = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    incoming.on('end', () => {
      seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body });
      listener(incoming, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  agent = new Agent();
});

afterEach(async () => {
  await agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  // Whatever a test did: no token in any line.
  expect(JSON.stringify(logged)).not.toContain('canary');
});

describe('what is sent', () => {
  test.each([
    ['v1-calls', 'calldetails'],
    ['v2-calls', 'v2/calldetails'],
    ['v2-interactions', 'v2/interactionDetails'],
  ] as const)('%s goes to %s', async (endpoint, path) => {
    await createClient().fetchPage({ ...request, endpoint });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: `/agentassist/api/public/analytics/account/acc%2Fmade%20up/${path}?offset=3&limit=100`,
    });
  });

  test('headers and body without filters', async () => {
    await createClient().fetchPage(request);
    expect(seen[0]?.headers).toMatchObject({
      accept: 'application/json',
      auth: canaryToken,
      accountid: 'acc/made up',
      iid: 'st-made-up',
      'content-type': 'application/json;charset=UTF-8',
    });
    expect(seen[0]?.headers).not.toHaveProperty('authorization');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      startDate: '2025-09-24 07:20:15',
      endDate: '2025-09-30 23:59:59',
      timeZoneOffset: 0,
      selectedFields: ['skills', 'customerinfo', 'userleveltags', 'sessionleveltags', 'campaigninfo'],
    });
  });

  test('filters when the workspace sets them', async () => {
    const filters = { channels: ['rtm', 'voice'], queues: ['qu-made-up'], direction: 'Outbound' as const };
    await createClient({ filters }).fetchPage(request);
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject(filters);
  });

  test('a host that must not get a token is refused before anything is sent', () => {
    const account = { host: 'http://platform.example.com', accountId: 'a', appId: 'b' };
    expect(() => createClient({ account })).toThrow(AppError);
  });
});

describe('what comes back', () => {
  test('text as sent, split characters included, and both times', async () => {
    const text = `\n {"numResults":1,"data":[{"agentNotes":"Grüße 🙂 \u2028"}]}`;
    let headersAtMs = 0;
    listener = (_request, response) => {
      const bytes = Buffer.from(text);
      const middle = bytes.indexOf(Buffer.from('🙂')) + 2;
      headersAtMs = performance.now();
      response.write(bytes.subarray(0, middle));
      setTimeout(() => response.end(bytes.subarray(middle)), 150);
    };
    const beforeMs = Date.now();
    const answer = await createClient().fetchPage(request);
    const doneAtMs = performance.now();
    expect(textOfBody(answer.body)).toBe(text);
    expect(answer.requestedAtMs).toBeGreaterThanOrEqual(beforeMs);
    expect(answer.requestedAtMs).toBeLessThanOrEqual(Date.now());
    expect(answer.answeredAtMonotonicMs).toBeGreaterThanOrEqual(headersAtMs);
    // The body took 150 ms more; the time is that of the headers.
    expect(answer.answeredAtMonotonicMs).toBeLessThan(doneAtMs - 100);
    expect(logged).toEqual([{ message: 'page fetched', fields: expect.objectContaining({ offset: 3, limit: 100 }) }]);
  });

  test('a byte order mark is taken off', async () => {
    listener = (_request, response) => response.end(`\uFEFF${emptyPage}`);
    expect(textOfBody((await createClient().fetchPage(request)).body)).toBe(emptyPage);
  });

  test('one request for each call, also when it fails', async () => {
    listener = (_request, response) => response.writeHead(500).end();
    expect((await errorOf(createClient().fetchPage(request))).code).toBe('server_error');
    expect(seen).toHaveLength(1);
  });

  test('a redirect is not followed', async () => {
    listener = (_request, response) => response.writeHead(307, { location: `${host}/elsewhere` }).end();
    expect((await errorOf(createClient().fetchPage(request))).code).toBe('wrong_host');
    expect(seen).toHaveLength(1);
  });

  test('a body above the cap is refused while it arrives', async () => {
    let isCut = false;
    listener = (_request, response) => {
      response.on('close', () => {
        isCut = !response.writableFinished;
      });
      response.write('{"data":[');
      const timer = setInterval(() => response.write('0,'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(timer));
    };
    const error = await errorOf(createClient({ maxResponseBytes: 100_000 }).fetchPage(request));
    expect(error.code).toBe('unexpected_response');
    await expect.poll(() => isCut).toBe(true);
  });

  test('a body of exactly the cap is accepted', async () => {
    expect(textOfBody((await createClient({ maxResponseBytes: emptyPage.length }).fetchPage(request)).body)).toBe(
      emptyPage,
    );
    const error = await errorOf(createClient({ maxResponseBytes: emptyPage.length - 1 }).fetchPage(request));
    expect(error.code).toBe('unexpected_response');
  });

  test('the status of a refusal counts even when its body breaks off', async () => {
    listener = (_request, response) => {
      response.writeHead(401, { 'content-length': 1000 }).write('{"errors":[');
      setTimeout(() => response.destroy(), 20);
    };
    expect((await errorOf(createClient().fetchPage(request))).code).toBe('auth_rejected');
  });

  test('a long refusal is read in part only', async () => {
    listener = (_request, response) => {
      response.writeHead(503, { 'retry-after': '9' });
      const timer = setInterval(() => response.write('x'.repeat(50_000)), 1);
      response.on('close', () => clearInterval(timer));
    };
    const error = await errorOf(createClient().fetchPage(request));
    expect(error).toMatchObject({ code: 'server_error', details: { status: 503, retryAfterMs: 9_000 } });
  });

  test('an error with status 200 is an error', async () => {
    listener = (_request, response) => response.end('{"errors":[{"msg":"Invalid SDK credentials","code":4002}]}');
    expect((await errorOf(createClient().fetchPage(request))).code).toBe('auth_rejected');
  });

  test('a server that repeats the token is not quoted', async () => {
    listener = (incoming, response) => response.writeHead(400).end(`bad token ${incoming.headers.auth} for Jane`);
    const error = await errorOf(createClient().fetchPage(request));
    expect(`${JSON.stringify(error.toBody())}${error.stack}${error.cause}`).not.toMatch(/canary|eyJ/);
    expect(error.details?.serverMessage).toContain('[token]');
  });

  test('an error of the token source passes', async () => {
    const refusal = new AppError('auth_missing', 'A sentence.');
    const tokens = { token: () => Promise.reject(refusal), refresh: () => false };
    expect(await errorOf(createClient({ tokens }).fetchPage(request))).toBe(refusal);
    expect(seen).toHaveLength(0);
  });

  test('ids that do not fit a header are refused in words', async () => {
    const account = { host, accountId: 'a', appId: 'st-\n' };
    expect((await errorOf(createClient({ account }).fetchPage(request))).code).toBe('invalid_input');
  });
});

describe('cancelling', () => {
  test('before it starts: nothing is sent', async () => {
    const error = await errorOf(createClient().fetchPage(request, AbortSignal.abort()));
    expect(error.code).toBe('cancelled');
    expect(seen).toHaveLength(0);
  });

  test.each([
    ['waiting for headers', false],
    ['in the middle of the body', true],
  ])('%s: at once, and the connection is dropped', async (_name, hasHeaders) => {
    const stop = new AbortController();
    let abortedAtMs = 0;
    let isDropped = false;
    listener = (_request, response) => {
      response.on('close', () => {
        isDropped = true;
      });
      if (hasHeaders) response.write('{"data":[');
      setTimeout(() => {
        abortedAtMs = performance.now();
        stop.abort();
      }, 50);
    };
    const error = await errorOf(createClient().fetchPage(request, stop.signal));
    expect(error.code).toBe('cancelled');
    expect(performance.now() - abortedAtMs).toBeLessThan(100);
    await expect.poll(() => isDropped).toBe(true);
  });

  test('leaves no listener on a signal that lives long', async () => {
    const stop = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = stop.signal;
    stop.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(stop.signal, args);
    };
    stop.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(stop.signal, args);
    };
    const client = createClient();
    for (let count = 0; count < 3; count += 1) await client.fetchPage(request, stop.signal);
    expect(listeners).toBe(0);
  });
});

describe('a server that quotes the token', () => {
  // Opaque, and so short that it could be a code: nothing of its form says what it is.
  const opaque = 'opaqueTokenOfNoKnownForm';
  const tokens = { token: async () => opaque, refresh: () => false };

  test.each<[string, RequestListener]>([
    [
      'as the code',
      (_, response) => response.writeHead(400).end(JSON.stringify({ errors: [{ msg: 'x', code: opaque }] })),
    ],
    ['in its message', (_, response) => response.writeHead(500).end(JSON.stringify({ message: `not ${opaque}` }))],
    [
      'in plain text',
      (_, response) => response.writeHead(400, { 'content-type': 'text/plain' }).end(`auth: ${opaque}`),
    ],
    ['in a 200', (_, response) => response.end(JSON.stringify({ error: { message: `no ${opaque}`, code: opaque } }))],
    [
      'in the address it sends on to',
      (_, response) => response.writeHead(302, { location: `https://${opaque}.example.com/${opaque}` }).end(),
    ],
  ])('does not get it into the error: %s', async (_where, answer) => {
    listener = answer;
    const error = await errorOf(createClient({ tokens }).fetchPage(request));
    expect(JSON.stringify([error.message, error.details, logged]).toLowerCase()).not.toContain(opaque.toLowerCase());
  });
});
