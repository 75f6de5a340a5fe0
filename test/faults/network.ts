// The network between a sync and the server: every kind of proxy and certificate, portals, names that are not found,
// connections that say nothing, sleep in the middle of a page. What cannot pass ends in its own code and leaves nothing
// wrong; then the way is free and the rest comes.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTcpServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { createDispatcher } from '../../main/hosts/dispatcher.ts';
import { type Fault, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { createAuthority, createFront, createProxy, type ProxyPlan, startServer } from '../support/network-servers.ts';
import type { FaultCase, Outcome } from './matrix.ts';
import { noDifference, type World } from './world.ts';

/** How a sync must end: well, or with this code. */
type End =
  | 'done'
  | 'network_dns'
  | 'network_tls'
  | 'network_timeout'
  | 'proxy_auth'
  | 'proxy_failed'
  | 'captive_portal';

type Site = {
  server: KoreServer;
  /** Host name of the workspace that only a proxy can find. */
  hidden: string;
  authorityPath: string;
  /** A port at which this server listens until the case ends. */
  listen(server: Server): Promise<number>;
  proxy(plan?: ProxyPlan): Promise<number>;
  /** From now on the server answers well. */
  free(): void;
};
type Way = { host: string; env?: Record<string, string>; isImpatient?: boolean };

const withSite = async <T>(
  world: World,
  onRequest: (n: number) => Fault | undefined,
  work: (site: Site) => Promise<T>,
): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'afterword-network-'));
  const closes: (() => Promise<void>)[] = [];
  const listen = async (server: Server): Promise<number> => {
    const { port, close } = await startServer(server);
    closes.push(close);
    return port;
  };
  const authority = createAuthority(folder);
  let isFree = false;
  const server = await startKoreServer({ rows: world.rows, onRequest: (n) => (isFree ? undefined : onRequest(n)) });
  try {
    const front = await listen(createFront(authority.issue('kore', 'DNS:kore.example.com'), server.origin));
    return await work({
      server,
      hidden: `https://kore.example.com:${front}`,
      authorityPath: authority.path,
      listen,
      free: () => {
        isFree = true;
      },
      proxy: async (plan = {}) => listen(createProxy(front, plan).server),
    });
  } finally {
    for (const close of closes.reverse()) await close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? 'none';

/** The product's deadlines, but short. */
const withShortDeadlines = (dispatcher: Dispatcher): Dispatcher =>
  dispatcher.compose(
    (dispatch) => (request, handler) => dispatch({ ...request, headersTimeout: 400, bodyTimeout: 400 }, handler),
  );

const networkCase = (
  name: string,
  expected: End,
  findWay: (site: Site) => Promise<Way>,
  options: {
    onRequest?: (n: number) => Fault | undefined;
    during?: (app: TestApp, site: Site) => Promise<void>;
  } = {},
): FaultCase => ({
  group: 'network',
  name,
  run: (world): Promise<Outcome> =>
    withSite(world, options.onRequest ?? (() => undefined), async (site) => {
      const dataDir = world.folder();
      const { host, env = {}, isImpatient = false } = await findWay(site);
      const dispatcher = createDispatcher(env, { connectTimeoutMs: 1500, proxyTimeoutMs: 300 });
      const http = isImpatient ? withShortDeadlines(dispatcher) : dispatcher;
      const app = openTestApp({ dataDir, token: site.server.token, clock: createFastClock(), http });
      let end = 'done';
      try {
        await app.connect({ ...site.server, origin: host });
        const meanwhile = options.during?.(app, site);
        await app.sync(world.range).catch((error: unknown) => {
          end = codeOf(error);
        });
        await meanwhile;
      } finally {
        await app.close();
        await dispatcher.destroy();
      }
      // Then the way is free.
      site.free();
      const healed = openTestApp({ dataDir, token: site.server.token });
      await healed.connect(site.server);
      await healed.sync(world.range);
      await healed.close();
      const difference = await world.compare(dataDir);
      return end === expected
        ? { isSurvived: true, difference }
        : { isSurvived: false, difference: noDifference, note: `ended with ${end}` };
    }),
});

const direct = async (site: Site): Promise<Way> => ({ host: site.server.origin });
const through =
  (plan: ProxyPlan, login = '', isTrusted = true) =>
  async (site: Site): Promise<Way> => ({
    host: site.hidden,
    env: {
      HTTPS_PROXY: `http://${login}127.0.0.1:${await site.proxy(plan)}`,
      ...(isTrusted ? { SSL_CERT_FILE: site.authorityPath } : {}),
    },
  });
const login = 'analyst:made-up@';
const basic = `Basic ${Buffer.from('analyst:made-up').toString('base64')}`;
const asksLogin: ProxyPlan = { requiredAuth: basic, headers: ['Proxy-Authenticate: Basic realm="p"'] };
/** A fault on the n-th request alone. */
const once = (wanted: number, fault: Fault) => (n: number) => (n === wanted ? fault : undefined);
const impatient = async (site: Site): Promise<Way> => ({ host: site.server.origin, isImpatient: true });

export const networkCases: FaultCase[] = [
  networkCase('no proxy', 'done', direct),
  networkCase('a proxy without sign-in', 'done', through({})),
  networkCase('a proxy with sign-in', 'done', through(asksLogin, login)),
  networkCase('a proxy with sign-in, none given', 'proxy_auth', through(asksLogin)),
  networkCase('a proxy with sign-in, a wrong one', 'proxy_auth', through(asksLogin, 'analyst:wrong@')),
  networkCase(
    'a proxy that offers NTLM alone',
    'proxy_auth',
    through({ requiredAuth: 'x', headers: ['Proxy-Authenticate: NTLM'] }),
  ),
  networkCase('a proxy that refuses the host', 'proxy_failed', through({ status: 403 })),
  networkCase('a proxy that takes the connection and is silent', 'proxy_failed', async (site) => ({
    host: site.hidden,
    env: { HTTPS_PROXY: `http://127.0.0.1:${await site.listen(createTcpServer(() => undefined))}` },
  })),
  networkCase('a proxy that opens the tunnel and is silent', 'network_timeout', through({ afterConnect: 'silent' })),
  networkCase('an inspecting proxy, its authority in SSL_CERT_FILE', 'done', through({}, '', true)),
  networkCase('an inspecting proxy, its authority unknown', 'network_tls', through({}, '', false)),
  networkCase('a name that is not found', 'network_dns', async () => ({ host: 'https://kore.invalid' })),
  networkCase('a captive portal from the start', 'captive_portal', direct, { onRequest: () => ({ kind: 'html' }) }),
  networkCase('a captive portal’s redirect from the start', 'captive_portal', direct, {
    onRequest: () => ({ kind: 'redirect', location: 'http://login.example.com/' }),
  }),
  networkCase('a captive portal for a moment', 'done', direct, { onRequest: once(3, { kind: 'html' }) }),
  networkCase('a half-open socket', 'done', impatient, { onRequest: once(3, { kind: 'half-open' }) }),
  networkCase('a server that takes its time', 'done', impatient, {
    onRequest: once(4, { kind: 'slow-headers', ms: 1500 }),
  }),
  networkCase('a socket that is reset', 'done', direct, { onRequest: once(3, { kind: 'reset' }) }),
  networkCase('a page cut off', 'done', direct, { onRequest: once(3, { kind: 'truncated-json' }) }),
  networkCase('sleep in the middle of a page', 'done', direct, {
    onRequest: once(3, { kind: 'slow-headers', ms: 600 }),
    async during(app, site) {
      while (site.server.requests.length < 3) await delay(10);
      app.app.suspend();
      await delay(300);
      app.app.resume();
    },
  }),
  networkCase('asleep three times', 'done', direct, {
    onRequest: (n) => (n % 3 === 0 && n < 10 ? { kind: 'slow-headers', ms: 400 } : undefined),
    async during(app, site) {
      for (const at of [3, 5, 7]) {
        const untilMs = performance.now() + 5000;
        while (site.server.requests.length < at && performance.now() < untilMs) await delay(10);
        app.app.suspend();
        await delay(100);
        app.app.resume();
      }
    },
  }),
];
