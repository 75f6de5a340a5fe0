// The doctor against real faults: each is named at its own stage, those before it are well, those after it not reached; and
// no answer holds a password.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../main/app.ts';
import { createDispatcher } from '../../main/hosts/dispatcher.ts';
import type { DoctorCheck } from '../../preload/contract/procedures.ts';
import { type Fault, startKoreServer } from '../kore-server/server.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { noKeychain } from '../support/key-store.ts';
import {
  type Certificate,
  createAuthority,
  createFront,
  createProxy,
  startServer,
} from '../support/network-servers.ts';

const stages = ['proxy', 'name', 'connection', 'certificate', 'answer', 'sign-in', 'scope', 'rate'];
const password = 'canary-proxy-password';
let folder: string;
let authorityPath: string;
let certificate: Certificate;
const cleanUps: (() => Promise<void> | void)[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'afterword-doctor-'));
  const authority = createAuthority(folder);
  authorityPath = authority.path;
  certificate = authority.issue('kore', 'DNS:kore.example.com,IP:127.0.0.1');
}, 120_000);
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listen = async (server: Server): Promise<number> => {
  const { port, close } = await startServer(server);
  cleanUps.push(close);
  return port;
};
/** A port at which nobody listens. */
const closedPort = async (): Promise<number> => {
  const { port, close } = await startServer(createTcpServer());
  await close();
  return port;
};

const examine = async (host: string, env: Record<string, string>, token: string): Promise<DoctorCheck[]> => {
  const dataDir = mkdtempSync(join(folder, 'data-'));
  const quiet = (): void => undefined;
  const app = createApp({
    dataDir,
    secrets: noKeychain,
    env: { AFTERWORD_TOKEN: token, ...env },
    http: () => createDispatcher(env, { connectTimeoutMs: 1000, proxyTimeoutMs: 500 }),
    clock: createFastClock(),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  try {
    const connected = await app.call('workspaces.connect', {
      ...{
        name: 'Test',
        host,
        accountId: '5f0c0ffee0ddba11ca11ab1e',
        appId: 'st-00000000-0000-5000-8000-000000000001',
      },
      ...{ credential: { kind: 'existing' }, store: false, check: false },
    });
    expect(connected.ok).toBe(true);
    const found = await app.call('doctor.run', {});
    if (!found.ok) throw new Error(found.error.message);
    return found.data.checks;
  } finally {
    await app.close();
  }
};

/** The way is well up to this stage, which failed with these words. */
const expectFailedAt = (checks: DoctorCheck[], stage: string, words: RegExp): void => {
  const way = stages.map((name) => checks.find((check) => check.name === name));
  const at = stages.indexOf(stage);
  expect(way.map((check) => check?.state)).toEqual(
    stages.map((_, index) => (index < at ? 'ok' : index === at ? 'failed' : 'skipped')),
  );
  expect(way[at]?.message).toMatch(words);
  expect(JSON.stringify(checks)).not.toMatch(/canary|eyJ/);
};

const withServer = async (options: Parameters<typeof startKoreServer>[0]) => {
  const server = await startKoreServer(options);
  cleanUps.push(server.close);
  return server;
};

test('a name that does not exist', async () => {
  expectFailedAt(
    await examine('https://kore.invalid', {}, 'made-up'),
    'name',
    /^This is the name service \(DNS\)\. .*cannot be found/,
  );
}, 60_000);

test('nobody at the address', async () => {
  const host = `http://127.0.0.1:${await closedPort()}`;
  expectFailedAt(await examine(host, {}, 'made-up'), 'connection', /network or a firewall\. No connection to/);
});

test('a proxy that is not there, one that wants a password, one that is silent, one that may not', async () => {
  const host = 'https://kore.example.com';
  const through = async (server: Server, user = '') =>
    examine(host, { HTTPS_PROXY: `http://${user}127.0.0.1:${await listen(server)}` }, 'made-up');
  const gone = await examine(host, { HTTPS_PROXY: `http://127.0.0.1:${await closedPort()}` }, 'made-up');
  expectFailedAt(gone, 'proxy', /^This is the proxy\. .*cannot be reached/);
  const wants = { requiredAuth: 'Basic of-nobody', headers: ['Proxy-Authenticate: Basic realm="p"'] };
  expectFailedAt(await through(createProxy(1, wants).server), 'proxy', /Put user name and password/);
  expectFailedAt(await through(createProxy(1, wants).server, `analyst:${password}@`), 'proxy', /Check the user name/);
  expectFailedAt(await through(createTcpServer(() => undefined)), 'proxy', /does not answer/);
  expectFailedAt(await through(createProxy(1, { status: 403 }).server), 'proxy', /refused to open a connection/);
});

test('a certificate of an unknown authority: behind a proxy, and with its authority known it is well', async () => {
  const kore = await withServer({});
  const tls = await listen(createFront(certificate, kore.origin));
  const proxy = await listen(createProxy(tls, {}).server);
  const env = { HTTPS_PROXY: `http://analyst:${password}@127.0.0.1:${proxy}` };
  const host = `https://kore.example.com:${tls}`;
  expectFailedAt(await examine(host, env, kore.token), 'certificate', /^This is the encryption \(TLS\)\. .*authority/);
  const well = await examine(host, { ...env, SSL_CERT_FILE: authorityPath }, kore.token);
  expect(stages.map((name) => well.find((check) => check.name === name)?.state)).toEqual(stages.map(() => 'ok'));
  expect(well.find((check) => check.name === 'proxy')?.message).toBe(
    `The proxy 127.0.0.1:${proxy} let the request through.`,
  );
  expect(JSON.stringify(well)).not.toContain(password);
});

test.each<[string, Fault, string, RegExp]>([
  ['a captive portal', { kind: 'html' }, 'answer', /what answered at the address\. .*guest network/],
  ['a portal’s redirect', { kind: 'redirect', location: 'http://login.example.com/' }, 'answer', /sent on to login/],
  ['a server with a fault of its own', { kind: 'server-error', status: 500 }, 'answer', /Kore\.ai has a problem/],
  ['a wrong secret', { kind: 'wrong-credential' }, 'sign-in', /^This is the credential\. .*refused the sign-in/],
  ['an expired token', { kind: 'expired-token' }, 'sign-in', /no longer valid/],
  ['a missing scope', { kind: 'missing-scope' }, 'scope', /^This is a right that the credential lacks/],
  ['too many requests', { kind: 'throttled' }, 'rate', /^This is the limit of requests\. .*60 a minute/],
])('%s', async (_name, fault, stage, words) => {
  const server = await withServer({ onRequest: () => fault });
  expectFailedAt(await examine(server.origin, {}, server.token), stage, words);
});

test('nothing is wrong', async () => {
  const server = await withServer({});
  const checks = await examine(server.origin, {}, server.token);
  expect(stages.map((name) => checks.find((check) => check.name === name)?.state)).toEqual(stages.map(() => 'ok'));
});
