// The system's proxy through the resolver's answers, over real sockets.
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { request } from 'undici';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDispatcher } from '../../../../main/hosts/dispatcher.ts';
import { parseProxyAnswer, SystemProxyDispatcher } from '../../../../main/hosts/electron/system-proxy.ts';
import { type Certificate, createAuthority, createProxy, startServer } from '../../../support/network-servers.ts';
import { makeTempFolder } from '../../../support/temp-dir.ts';

const folder = makeTempFolder();
let certificate: Certificate;
let authorityPath = '';
const cleanUps: (() => Promise<unknown>)[] = [];
beforeAll(() => {
  const authority = createAuthority(folder.path);
  authorityPath = authority.path;
  certificate = authority.issue('kore', 'DNS:kore.example.com,DNS:other.example.com,IP:127.0.0.1');
});
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => folder.remove());

const setUp = async (answers: string[], env: Record<string, string> = {}) => {
  const server = await startServer(createHttpsServer(certificate, (_request, response) => response.end('{}')));
  const { server: proxyServer, tunnels } = createProxy(server.port, {});
  const proxy = await startServer(proxyServer);
  const asked: string[] = [];
  let nowMs = 0;
  const dispatcher = new SystemProxyDispatcher({
    resolve: async (url) => {
      asked.push(url);
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? 'DIRECT';
      if (answer === 'fail') throw new Error('no resolver');
      return answer.replace('PORT', String(proxy.port));
    },
    build: (proxyEnv) => createDispatcher(proxyEnv),
    env: { SSL_CERT_FILE: authorityPath, ...env },
    nowMs: () => nowMs,
  });
  cleanUps.push(server.close, proxy.close, () => dispatcher.destroy());
  const get = (origin: string) => request(`${origin}/`, { dispatcher }).then(({ body }) => body.text());
  return {
    dispatcher,
    get,
    asked,
    tunnels,
    serverPort: server.port,
    proxyPort: proxy.port,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
};

test.each<[string, string | null]>([
  ['DIRECT', null],
  ['', null],
  ['PROXY proxy.example.com:8080', 'http://proxy.example.com:8080'],
  ['PROXY proxy.example.com:8080; DIRECT', 'http://proxy.example.com:8080'],
  ['HTTPS secure.example.com:443;PROXY b:1', 'https://secure.example.com'],
  ['SOCKS5 socks.example.com:1080; PROXY b.example.com:3128', 'http://b.example.com:3128'],
  ['SOCKS socks.example.com:1080', null],
  ['DIRECT; PROXY b:1', null],
  ['PROXY', null],
  ['PROXY [::1]:8080', 'http://[::1]:8080'],
  ['nonsense', null],
])('the answer “%s” means %s', (answer, proxy) => {
  expect(parseProxyAnswer(answer)).toBe(proxy);
});

test('a request goes through the proxy that the system names, and the answer is kept for half a minute', async () => {
  const { get, asked, tunnels, pass } = await setUp(['PROXY 127.0.0.1:PORT; DIRECT']);
  expect(await get('https://kore.example.com')).toBe('{}');
  expect(await get('https://kore.example.com')).toBe('{}');
  expect(new Set(tunnels)).toEqual(new Set(['kore.example.com:443']));
  expect(asked).toEqual(['https://kore.example.com']);
  await get('https://other.example.com');
  pass(31_000);
  await get('https://kore.example.com');
  expect(asked).toEqual(['https://kore.example.com', 'https://other.example.com', 'https://kore.example.com']);
});

test('a variable of the environment goes before the system', async () => {
  const first = await setUp(['DIRECT']);
  const { get, asked } = await setUp(['DIRECT'], { HTTPS_PROXY: `http://127.0.0.1:${first.proxyPort}` });
  expect(await get('https://kore.example.com')).toBe('{}');
  expect(asked).toEqual([]);
  expect(first.tunnels).toEqual(['kore.example.com:443']);
});

test('loopback over http asks nobody', async () => {
  const { get, asked } = await setUp(['PROXY 127.0.0.1:PORT']);
  const plain = await startServer(createHttpServer((_request, response) => response.end('plain')));
  cleanUps.push(plain.close);
  expect(await get(`http://127.0.0.1:${plain.port}`)).toBe('plain');
  expect(asked).toEqual([]);
});

test('a resolver that fails is asked again, and the connection is tried without', async () => {
  const { get, asked, serverPort } = await setUp(['fail', 'DIRECT']);
  const origin = `https://127.0.0.1:${serverPort}`;
  expect(await get(origin)).toBe('{}');
  expect(await get(origin)).toBe('{}');
  expect(asked).toEqual([origin, origin]);
});

test('a proxy that refuses fails the request with its code', async () => {
  const { get } = await setUp(['PROXY 127.0.0.1:1']);
  await expect(get('https://kore.example.com')).rejects.toMatchObject({ code: 'proxy_failed' });
});

test('after its end nothing is sent', async () => {
  const { get, dispatcher, tunnels } = await setUp(['PROXY 127.0.0.1:PORT']);
  await dispatcher.close();
  await expect(get('https://kore.example.com')).rejects.toThrow();
  expect(tunnels).toEqual([]);
});
