// The client over real sockets: proxies, certificates, and servers that misbehave. Every deadline is short; nothing
// leaves the loopback interface but one look-up of a name that cannot exist.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { inspect } from 'node:util';
import { type Dispatcher, request as sendRequest } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../main/hosts/clock.ts';
import { createDispatcher, type DispatcherOptions } from '../../main/hosts/dispatcher.ts';
import { createLog } from '../../main/hosts/log.ts';
import { createTokenSource } from '../../main/kore/auth.ts';
import { type ClientDeadlines, createKoreClient } from '../../main/kore/client.ts';
import { textOfBody } from '../../main/kore/page.ts';
import type { PageRequest, PageResponse } from '../../main/kore/types.ts';
import type { Log } from '../../main/ports.ts';
import { AppError } from '../../preload/contract/errors.ts';
import {
  type Certificate,
  createAuthority,
  createProxy,
  type ProxyPlan,
  startServer,
} from '../support/network-servers.ts';

const page = '{"numResults":0,"data":[]}';
const request: PageRequest = { endpoint: 'v2-calls', fromS: 1758672000, toS: 1758758399, offset: 0, limit: 100 };
const textOf = async (answer: Promise<PageResponse>): Promise<string> => textOfBody((await answer).body);
const canarySecret = 'canary-client-secret-9f8e7d6c5b4a';
const canaryPassword = 'canary-proxy-password';

let folder: string;
let log: Log;
let logPath: string;
let certificate: Certificate;
let otherCertificate: Certificate;
let expiredCertificate: Certificate;
let authorityPath: string;
const errorTexts: string[] = [];
const sentTokens: string[] = [];

let cleanUps: (() => Promise<void> | void)[] = [];

const listen = async (server: Server): Promise<number> => {
  const { port, close } = await startServer(server);
  cleanUps.push(close);
  return port;
};

const answerPage: RequestListener = (incoming, response) => {
  sentTokens.push(String(incoming.headers.auth));
  incoming.resume().on('end', () => response.end(page));
};
const listenHttp = (listener: RequestListener = answerPage) => listen(createHttpServer(listener));
const listenHttps = (tls = certificate) => listen(createHttpsServer(tls, answerPage));

const listenProxy = async (targetPort: number, plan: ProxyPlan = {}) => {
  const { server, tunnels } = createProxy(targetPort, plan);
  return { port: await listen(server), tunnels };
};

const createClient = (
  host: string,
  env: Record<string, string> = {},
  deadlines: Partial<ClientDeadlines> = {},
  options: DispatcherOptions = {},
) => {
  const http: Dispatcher = createDispatcher(env, { connectTimeoutMs: 1_000, proxyTimeoutMs: 1_000, log, ...options });
  cleanUps.push(() => http.destroy());
  return createKoreClient({
    account: { host, accountId: 'made-up', appId: 'st-made-up' },
    filters: { channels: [], queues: [], direction: null },
    tokens: createTokenSource({ kind: 'client-secret', clientId: 'cs-made-up', secret: canarySecret }, systemClock),
    http,
    clock: systemClock,
    log,
    deadlines: { headersMs: 2_000, bodyIdleMs: 2_000, totalMs: 5_000, ...deadlines },
  });
};

/** The error, and how long it took to come. Its every printable part is kept for the canary test at the end. */
const failureOf = async (work: Promise<unknown>): Promise<{ error: AppError; ms: number }> => {
  const startedAtMs = performance.now();
  const error = await work.then(
    () => new Error('no error'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw error;
  errorTexts.push(inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error.toBody()), error.stack ?? '');
  log.warn(error.message, { code: error.code, ...error.details });
  return { error, ms: performance.now() - startedAtMs };
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterword-network-'));
  logPath = join(folder, 'logs', 'network.log');
  log = createLog({ destination: logPath, level: 'debug' });
  const authority = createAuthority(folder);
  authorityPath = authority.path;
  certificate = authority.issue('good', 'IP:127.0.0.1,DNS:kore.example.com');
  otherCertificate = authority.issue('other', 'DNS:other.example.com');
  expiredCertificate = authority.issue('expired', 'IP:127.0.0.1', -1);
}, 180_000);

beforeEach(() => {
  cleanUps = [];
});

afterEach(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('without a proxy', () => {
  test('plain HTTP on loopback', async () => {
    const client = createClient(`http://127.0.0.1:${await listenHttp()}`);
    expect(await textOf(client.fetchPage(request))).toBe(page);
  });

  test('the certificate authorities are not read on this thread, which others wait for', async () => {
    const reads = vi.spyOn(tls, 'getCACertificates');
    const client = createClient(`https://127.0.0.1:${await listenHttps()}`, { SSL_CERT_FILE: authorityPath });
    // Several at once: all of them wait for one reading.
    for (const answer of await Promise.all([1, 2, 3].map(() => textOf(client.fetchPage(request)))))
      expect(answer).toBe(page);
    expect(reads).not.toHaveBeenCalled();
    reads.mockRestore();
  });

  test('what is ended before the authorities are read asks nobody', async () => {
    const http = createDispatcher({});
    const answer = sendRequest(`http://127.0.0.1:${await listenHttp()}`, { dispatcher: http });
    const failed = expect(answer).rejects.toThrow();
    await http.destroy();
    await failed;
    await expect(sendRequest('http://127.0.0.1:9', { dispatcher: http })).rejects.toThrow();
  });

  test('loopback goes past a proxy that would swallow it', async () => {
    const silent = await listen(createTcpServer(() => undefined));
    const env = { HTTPS_PROXY: `http://127.0.0.1:${silent}`, HTTP_PROXY: `http://127.0.0.1:${silent}` };
    for (const host of [`http://127.0.0.1:${await listenHttp()}`, `https://127.0.0.1:${await listenHttps()}`]) {
      const client = createClient(host, { ...env, NO_PROXY: 'intranet.example.com', SSL_CERT_FILE: authorityPath });
      expect(await textOf(client.fetchPage(request))).toBe(page);
    }
  });

  test('connections are kept, and there are never more than eight', async () => {
    let connections = 0;
    const server = createHttpServer((incoming, response) => {
      incoming.resume().on('end', () => setTimeout(() => response.end(page), 20));
    });
    server.on('connection', () => {
      connections += 1;
    });
    const client = createClient(`http://127.0.0.1:${await listen(server)}`);
    for (let count = 0; count < 3; count += 1) {
      await client.fetchPage(request);
      await systemClock.sleep(20);
    }
    expect(connections).toBe(1);
    await Promise.all(Array.from({ length: 24 }, () => client.fetchPage(request)));
    expect(connections).toBe(8);
  });
});

describe('certificates', () => {
  test('an unknown authority is refused, with the remedy', async () => {
    const client = createClient(`https://127.0.0.1:${await listenHttps()}`);
    const { error } = await failureOf(client.fetchPage(request));
    expect(error).toMatchObject({ code: 'network_tls', details: { reason: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' } });
    expect(error.message).toContain('NODE_EXTRA_CA_CERTS or SSL_CERT_FILE');
    expect(sentTokens).not.toContain('undefined');
  });

  test.each(['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE'])('an authority named in %s is trusted', async (variable) => {
    const client = createClient(`https://127.0.0.1:${await listenHttps()}`, { [variable]: authorityPath });
    expect(await textOf(client.fetchPage(request))).toBe(page);
  });

  test('a missing authority file is noted and leaves the others', async () => {
    const env = { NODE_EXTRA_CA_CERTS: join(folder, 'absent.pem'), SSL_CERT_FILE: authorityPath };
    const client = createClient(`https://127.0.0.1:${await listenHttps()}`, env);
    expect(await textOf(client.fetchPage(request))).toBe(page);
    expect(readFileSync(logPath, 'utf8')).toContain('"reason":"ENOENT"');
  });

  test.each([
    ['of another name', () => otherCertificate, 'ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
    ['out of date', () => expiredCertificate, 'CERT_HAS_EXPIRED', 'date and time'],
  ])('a certificate %s is refused', async (_name, pick, reason, words) => {
    const client = createClient(`https://127.0.0.1:${await listenHttps(pick())}`, { SSL_CERT_FILE: authorityPath });
    const { error } = await failureOf(client.fetchPage(request));
    expect(error).toMatchObject({ code: 'network_tls', details: { reason } });
    expect(error.message).toContain(words);
  });

  test('a port that does not speak TLS', async () => {
    const { error } = await failureOf(createClient(`https://127.0.0.1:${await listenHttp()}`).fetchPage(request));
    expect(error.code).toBe('network_tls');
  });
});

describe('through a proxy', () => {
  const basic = `Basic ${Buffer.from(`analyst@example.com:${canaryPassword}`).toString('base64')}`;
  const login = `analyst%40example.com:${canaryPassword}@`;
  const trusting = (proxy: string, name = 'HTTPS_PROXY') => ({ [name]: proxy, SSL_CERT_FILE: authorityPath });
  /** Resolved by the proxy only: a direct connection would fail. */
  const open = async (plan: ProxyPlan = {}) => {
    const targetPort = await listenHttps();
    const proxy = await listenProxy(targetPort, plan);
    return { host: `https://kore.example.com:${targetPort}`, ...proxy };
  };

  test.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'])('%s is used', async (name) => {
    const { host, port, tunnels } = await open();
    const client = createClient(host, trusting(`http://127.0.0.1:${port}`, name));
    expect(await textOf(client.fetchPage(request))).toBe(page);
    expect(tunnels).toEqual([new URL(host).host]);
  });

  test('a proxy named without http:// is used', async () => {
    const { host, port } = await open();
    expect(await textOf(createClient(host, trusting(`127.0.0.1:${port}`)).fetchPage(request))).toBe(page);
  });

  test('a proxy that is spoken to over TLS is used, with the same authorities', async () => {
    const { host, port, tunnels } = await open({ certificate });
    const env = trusting(`https://127.0.0.1:${port}`);
    expect(await textOf(createClient(host, env).fetchPage(request))).toBe(page);
    expect(tunnels).toHaveLength(1);
    const { error } = await failureOf(createClient(host, { HTTPS_PROXY: env.HTTPS_PROXY ?? '' }).fetchPage(request));
    expect(error).toMatchObject({ code: 'network_tls', details: { proxy: `https://127.0.0.1:${port}` } });
    expect(error.message).toContain('proxy');
  });

  test('NO_PROXY is obeyed', async () => {
    const { port, tunnels } = await open();
    const env = { ...trusting(`http://127.0.0.1:${port}`), NO_PROXY: 'intranet.example.com,.invalid' };
    const { error } = await failureOf(
      createClient('https://kore.invalid', env, { totalMs: 20_000 }).fetchPage(request),
    );
    expect(error.code).toBe('network_dns');
    expect(tunnels).toEqual([]);
  }, 25_000);

  test('user name and password are sent', async () => {
    const { host, port } = await open({ requiredAuth: basic });
    expect(await textOf(createClient(host, trusting(`http://${login}127.0.0.1:${port}`)).fetchPage(request))).toBe(
      page,
    );
  });

  test.each([
    ['no sign-in', '', 'Basic realm="proxy"', 'Put user name and password'],
    ['a wrong password', `analyst:${canaryPassword}-wrong@`, 'Basic realm="proxy"', 'Check the user name'],
    ['a wrong password, several schemes', `analyst:${canaryPassword}-wrong@`, 'Negotiate, Basic', 'not supported'],
    ['Windows sign-in', login, 'NTLM', 'not supported here (NTLM)'],
    ['Kerberos', login, 'Negotiate', 'not supported here (Negotiate)'],
  ])('%s: proxy_auth', async (_name, user, scheme, words) => {
    const { host, port } = await open({ requiredAuth: 'Basic of-nobody', headers: [`Proxy-Authenticate: ${scheme}`] });
    const { error } = await failureOf(
      createClient(host, trusting(`http://${user}127.0.0.1:${port}`)).fetchPage(request),
    );
    expect(error).toMatchObject({ code: 'proxy_auth', details: { status: 407, proxy: `http://127.0.0.1:${port}` } });
    expect(error.message).toContain(words);
  });

  test('several schemes on several lines: Basic is found', async () => {
    const headers = ['Proxy-Authenticate: Negotiate', 'Proxy-Authenticate: Basic realm="proxy"'];
    const { host, port } = await open({ requiredAuth: 'Basic of-nobody', headers });
    const { error } = await failureOf(createClient(host, trusting(`http://127.0.0.1:${port}`)).fetchPage(request));
    expect(error.message).toContain('Put user name and password');
  });

  test.each([403, 503])('a proxy that refuses with %s', async (status) => {
    const { host, port } = await open({ status });
    const { error } = await failureOf(createClient(host, trusting(`http://127.0.0.1:${port}`)).fetchPage(request));
    expect(error).toMatchObject({ code: 'proxy_failed', details: { status } });
    expect(error.message).toContain(`status ${status}`);
  });

  test('a proxy that takes the connection and never answers fails within its deadline, eight times over', async () => {
    const port = await listen(createTcpServer(() => undefined));
    const env = trusting(`http://127.0.0.1:${port}`);
    const client = createClient('https://kore.example.com', env, {}, { proxyTimeoutMs: 200 });
    const failures = await Promise.all(Array.from({ length: 8 }, () => failureOf(client.fetchPage(request))));
    for (const { error, ms } of failures) {
      expect(error).toMatchObject({ code: 'proxy_failed', details: { reason: 'UND_ERR_HEADERS_TIMEOUT' } });
      expect(error.message).toContain('does not answer');
      expect(ms).toBeGreaterThan(150);
      expect(ms).toBeLessThan(4_000);
    }
  });

  test('a user who cancels does not wait for a silent proxy', async () => {
    const port = await listen(createTcpServer(() => undefined));
    const client = createClient(
      'https://kore.example.com',
      trusting(`http://127.0.0.1:${port}`),
      {},
      { proxyTimeoutMs: 3_000 },
    );
    const { error, ms } = await failureOf(client.fetchPage(request, AbortSignal.timeout(100)));
    expect(error.code).toBe('cancelled');
    expect(ms).toBeLessThan(1_000);
  });

  test('the deadline of the whole request does not wait for it either', async () => {
    const port = await listen(createTcpServer(() => undefined));
    const env = trusting(`http://127.0.0.1:${port}`);
    const client = createClient('https://kore.example.com', env, { totalMs: 100 }, { proxyTimeoutMs: 3_000 });
    const { error, ms } = await failureOf(client.fetchPage(request));
    expect(error.code).toBe('network_timeout');
    expect(ms).toBeLessThan(1_000);
  });

  test('a proxy that opens the tunnel and then falls silent', async () => {
    const { host, port } = await open({ afterConnect: 'silent' });
    const env = trusting(`http://127.0.0.1:${port}`);
    const { error, ms } = await failureOf(createClient(host, env, {}, { connectTimeoutMs: 200 }).fetchPage(request));
    expect(error).toMatchObject({ code: 'network_timeout', details: { reason: 'UND_ERR_CONNECT_TIMEOUT' } });
    expect(ms).toBeLessThan(4_000);
  });

  test('a proxy that hangs up', async () => {
    const port = await listen(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    const env = trusting(`http://127.0.0.1:${port}`);
    const { error, ms } = await failureOf(createClient('https://kore.example.com', env).fetchPage(request));
    expect(error.code).toBe('proxy_failed');
    expect(ms).toBeLessThan(4_000);
  });

  test('a proxy that is not there', async () => {
    const port = await listen(createTcpServer());
    await cleanUps.pop()?.();
    const env = trusting(`http://127.0.0.1:${port}`);
    const { error } = await failureOf(createClient('https://kore.example.com', env).fetchPage(request));
    expect(error).toMatchObject({ code: 'proxy_failed', details: { reason: 'ECONNREFUSED' } });
  });

  test("an authority behind the proxy that nobody knows is the certificate's fault, not the proxy's", async () => {
    const { host, port } = await open();
    const { error } = await failureOf(
      createClient(host, { HTTPS_PROXY: `http://127.0.0.1:${port}` }).fetchPage(request),
    );
    expect(error.code).toBe('network_tls');
  });

  test.each(['socks5://127.0.0.1:1080', `http://${login}:::`])(
    'a setting that is no HTTP proxy (%#)',
    async (proxy) => {
      const { error } = await failureOf(createClient('https://kore.example.com', trusting(proxy)).fetchPage(request));
      expect(error.code).toBe('proxy_failed');
      expect(error.message).toContain('http://proxy.example.com:8080');
    },
  );
});

describe('hosts that misbehave', () => {
  const misbehave = async (listener: RequestListener, deadlines: Partial<ClientDeadlines> = {}) =>
    failureOf(createClient(`http://127.0.0.1:${await listenHttp(listener)}`, {}, deadlines).fetchPage(request));

  test('a name that does not exist', async () => {
    const { error } = await failureOf(createClient('https://kore.invalid', {}, { totalMs: 20_000 }).fetchPage(request));
    expect(error).toMatchObject({ code: 'network_dns', details: { host: 'kore.invalid' } });
  }, 25_000);

  test('nobody at the door', async () => {
    const port = await listen(createTcpServer());
    await cleanUps.pop()?.();
    const { error } = await failureOf(createClient(`http://127.0.0.1:${port}`).fetchPage(request));
    expect(error).toMatchObject({ code: 'network_unreachable', details: { reason: 'ECONNREFUSED' } });
  });

  test('slow headers', async () => {
    const { error, ms } = await misbehave(() => undefined, { headersMs: 150 });
    expect(error).toMatchObject({ code: 'network_timeout', details: { reason: 'UND_ERR_HEADERS_TIMEOUT' } });
    expect(ms).toBeLessThan(4_000);
  });

  test('headers and then nothing', async () => {
    const { error, ms } = await misbehave((_incoming, response) => response.flushHeaders(), { bodyIdleMs: 150 });
    expect(error).toMatchObject({ code: 'network_timeout', details: { reason: 'UND_ERR_BODY_TIMEOUT' } });
    expect(ms).toBeLessThan(4_000);
  });

  test('one byte now and then, for ever', async () => {
    const drip: RequestListener = (_incoming, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    };
    const { error, ms } = await misbehave(drip, { bodyIdleMs: 150, totalMs: 400 });
    expect(error).toMatchObject({ code: 'network_timeout', details: { reason: 'request deadline' } });
    expect(ms).toBeGreaterThan(350);
    expect(ms).toBeLessThan(4_000);
  });

  test.each([
    ['shorter than its length', { 'content-length': '1000' }],
    ['cut off between chunks', { 'transfer-encoding': 'chunked' }],
  ])('a body %s', async (_name, headers) => {
    const { error } = await misbehave((_incoming, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.write('{"numResults":1,"data":[');
      setTimeout(() => response.socket?.end(), 20);
    });
    expect(error.code).toBe('network_unreachable');
    expect(error.message).toContain('broke off');
  });

  test('a connection reset', async () => {
    const { error } = await misbehave((_incoming, response) => response.socket?.resetAndDestroy());
    expect(error.code).toBe('network_unreachable');
  });

  test('something that is not HTTP', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('SSH-2.0-made-up\r\n')));
    const { error } = await failureOf(createClient(`http://127.0.0.1:${port}`).fetchPage(request));
    expect(error.code).toBe('unexpected_response');
  });

  test('a redirect to another host', async () => {
    let hits = 0;
    const portal = await listenHttp((_incoming, response) => {
      hits += 1;
      response.end(page);
    });
    const location = `http://localhost:${portal}/sign-in?from=kore`;
    const { error } = await misbehave((_incoming, response) => response.writeHead(302, { location }).end());
    expect(error).toMatchObject({ code: 'captive_portal', details: { redirectHost: `localhost:${portal}` } });
    expect(hits).toBe(0);
  });

  test('a web page with status 200', async () => {
    const { error } = await misbehave((_incoming, response) =>
      response.setHeader('content-type', 'text/html').end('<html><title>Guest network</title></html>'),
    );
    expect(error.code).toBe('captive_portal');
  });

  test.each(['before the headers', 'in the middle of the body'])('a user cancels %s', async (moment) => {
    const stop = new AbortController();
    const port = await listenHttp((_incoming, response) => {
      if (moment !== 'before the headers') response.write('{"data":[');
      setTimeout(() => stop.abort(), 50);
    });
    const { error, ms } = await failureOf(createClient(`http://127.0.0.1:${port}`).fetchPage(request, stop.signal));
    expect(error.code).toBe('cancelled');
    expect(ms).toBeLessThan(1_000);
  });

  test('a closed dispatcher sends nothing', async () => {
    const http = createDispatcher({});
    await http.close();
    const account = { host: `http://127.0.0.1:${await listenHttp()}`, accountId: 'a', appId: 'b' };
    const tokens = { token: async () => 'made-up', refresh: () => false };
    const filters = { channels: [], queues: [], direction: null };
    const client = createKoreClient({ account, filters, tokens, http, clock: systemClock, log });
    expect((await failureOf(client.fetchPage(request))).error.code).toBe('cancelled');
  });
});

test('in all of the above, no secret, token or password in any error or log line', () => {
  expect(errorTexts.length).toBeGreaterThan(60);
  expect(sentTokens.length).toBeGreaterThan(10);
  const logged = readFileSync(logPath, 'utf8');
  expect(logged).toContain('page refused');
  const everything = `${errorTexts.join('\n')}\n${logged}`;
  for (const secret of [
    canarySecret,
    canaryPassword,
    ...sentTokens,
    Buffer.from(canaryPassword).toString('base64').slice(4, 20),
  ]) {
    expect(everything).not.toContain(secret);
  }
  expect(everything).not.toMatch(/eyJ|canary/);
});
