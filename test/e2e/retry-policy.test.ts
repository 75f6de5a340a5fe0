// How long a sync keeps asking before it gives up. Through the command line that would take minutes: here the same parts
// run on a clock that jumps over every wait, against the simulator over real HTTP.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDispatcher } from '../../main/hosts/dispatcher.ts';
import { createTokenSource } from '../../main/kore/auth.ts';
import { createKoreClient } from '../../main/kore/client.ts';
import { textOfBody } from '../../main/kore/page.ts';
import type { Clock, Log } from '../../main/ports.ts';
import { openLibrary } from '../../main/store/library.ts';
import { createRateLimiter } from '../../main/sync/rate-limit.ts';
import { createRequester } from '../../main/sync/request.ts';
import { AppError, exitCodes } from '../../preload/contract/errors.ts';
import type { Fault } from '../kore-server/faults.ts';
import { type KoreServerOptions, startKoreServer } from '../kore-server/server.ts';
import { baseS } from '../support/rows.ts';

const quiet = (): void => undefined;
const silent: Log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const failingWith = (fault: Fault): KoreServerOptions => ({ onRequest: () => fault });

const ask = async (options: KoreServerOptions) => {
  const server = await startKoreServer(options);
  const dataDir = mkdtempSync(join(tmpdir(), 'afterword-test-'));
  const waits: number[] = [];
  let nowMs = Date.now();
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: async (ms) => {
      waits.push(ms);
      nowMs += ms;
    },
  };
  const library = openLibrary(dataDir);
  const { clientId, clientSecret: secret, accountId, appId } = server;
  const tokens = createTokenSource({ kind: 'client-secret', clientId, secret }, clock);
  const http = createDispatcher({});
  const client = createKoreClient({
    account: { host: server.origin, accountId, appId },
    filters: { channels: [], queues: [], direction: null },
    tokens,
    http,
    clock,
    log: silent,
  });
  const limiter = createRateLimiter({ account: 'a', perMinute: 60, ledger: library.requests, clock });
  const requester = createRequester({ client, tokens, limiter, clock, log: silent });
  const page = { endpoint: 'v2-interactions', fromS: baseS, toS: baseS + 3600, offset: 0, limit: 100 } as const;
  const end = await requester
    .fetch(page, async (answer) => textOfBody(answer.body), new AbortController().signal)
    .then(
      (text) => ({ text, code: null }),
      (error: unknown) => ({ text: null, code: error instanceof AppError ? error.code : 'untyped' }),
    );
  library.close();
  await http.close();
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
  return { ...end, requests: server.requests, waits, waitedMs: waits.reduce((sum, ms) => sum + ms, 0) };
};

test('throttled for ever: gives up after twelve waits of at most a minute, as 69', async () => {
  const { code, requests, waits, waitedMs } = await ask(failingWith({ kind: 'throttled' }));
  expect(code).toBe('throttled');
  expect(exitCodes.throttled).toBe(69);
  expect(requests).toHaveLength(13);
  expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
  // A per-minute budget frees up within a minute: it must have tried for several.
  expect(waitedMs).toBeGreaterThan(4 * 60_000);
});

test('throttled with a time named: waits exactly that long', async () => {
  const { text, requests, waits } = await ask({
    onRequest: (n) => (n <= 2 ? { kind: 'throttled', retryAfter: 7 } : undefined),
  });
  expect(waits).toEqual([7000, 7000]);
  expect(requests).toHaveLength(3);
  expect(JSON.parse(text ?? '')).toEqual({ numResults: 0, data: [] });
});

test.each<[string, Fault, string]>([
  ['server faults', { kind: 'server-error', status: 502 }, 'server_error'],
  ['broken connections', { kind: 'reset' }, 'network_unreachable'],
  ['web pages instead of data', { kind: 'html' }, 'captive_portal'],
])('%s for ever: six requests with growing waits', async (_name, fault, expected) => {
  const { code, requests, waits } = await ask(failingWith(fault));
  expect(code).toBe(expected);
  expect(requests).toHaveLength(6);
  expect(waits).toHaveLength(5);
  // Each wait is between half and all of 1, 2, 4, 8, 16 s.
  for (const [index, ms] of waits.entries()) {
    expect(ms).toBeGreaterThanOrEqual(500 * 2 ** index);
    expect(ms).toBeLessThanOrEqual(1000 * 2 ** index);
  }
});

test('a fault that passes is not seen', async () => {
  const { text } = await ask({
    onRequest: (n) => (n === 1 ? { kind: 'reset' } : n === 2 ? { kind: 'server-error' } : undefined),
  });
  expect(JSON.parse(text ?? '')).toEqual({ numResults: 0, data: [] });
});

test('a token that the server calls expired: signs once more, then gives up', async () => {
  const recovered = await ask({ onRequest: (n) => (n === 1 ? { kind: 'expired-token' } : undefined) });
  expect(recovered).toMatchObject({ code: null, waits: [] });
  expect(recovered.requests).toHaveLength(2);
  const refused = await ask(failingWith({ kind: 'expired-token' }));
  expect(refused).toMatchObject({ code: 'auth_rejected', waits: [] });
  expect(refused.requests).toHaveLength(2);
});

test.each<[string, Fault, string]>([
  ['a missing scope', { kind: 'missing-scope' }, 'auth_scope'],
  ['a wrong address', { kind: 'status', status: 404 }, 'wrong_host'],
  ['a request that is refused', { kind: 'status', status: 400 }, 'bad_request'],
])('%s does not pass: one request', async (_name, fault, expected) => {
  const { code, requests } = await ask(failingWith(fault));
  expect(code).toBe(expected);
  expect(requests).toHaveLength(1);
});
