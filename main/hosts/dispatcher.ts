// The network as Node sees it: pools, deadlines, proxies from the environment, certificate authorities. Owns every
// failure of the proxy hop; what happens behind it is told apart in main/kore. Imports undici, ports and contract.
import tls from 'node:tls';
import { type Dispatcher, EnvHttpProxyAgent, errors, Pool } from 'undici';
import { AppError } from '../../preload/contract/errors.ts';
import type { Log } from '../ports.ts';
import { readAuthorities } from './authorities.ts';
import { EndingDispatcher } from './ending-dispatcher.ts';

export type DispatcherOptions = {
  /** TCP and TLS handshake, of each hop; default 10 s. */
  connectTimeoutMs?: number;
  /** From the CONNECT request to the proxy's answer; default 15 s. */
  proxyTimeoutMs?: number;
  log?: Log;
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The sync engine keeps up to eight requests under way. */
const connectionsPerOrigin = 8;
/** Idle connections are dropped before most gateways do, so that a request rarely meets one that is half closed. */
const keepAliveMs = 15_000;
const keepAliveMaxMs = 60_000;

const readProxy = (env: Environment): URL | null => {
  // Lower case wins, as in curl; a variable that is set but empty switches the proxy off.
  const value = env.https_proxy ?? env.HTTPS_PROXY ?? env.http_proxy ?? env.HTTP_PROXY ?? '';
  if (value.trim() === '') return null;
  const url = URL.parse(value.includes('://') ? value.trim() : `http://${value.trim()}`);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    // Not quoted: it may hold a password.
    throw new AppError(
      'proxy_failed',
      'The proxy in HTTPS_PROXY (or HTTP_PROXY) cannot be used: it must look like http://proxy.example.com:8080. ' +
        'SOCKS proxies are not supported. Correct the variable, or remove it to connect directly.',
    );
  }
  return url;
};

const refuseTunnel = (proxy: URL, status: number, headers: Record<string, string | string[] | undefined>): AppError => {
  const details = { proxy: proxy.origin, status };
  if (status !== 407) {
    const meaning = status >= 500 ? 'It may not be able to reach that host. ' : '';
    return new AppError(
      'proxy_failed',
      `The proxy ${proxy.host} refused to open a connection to the Kore.ai host (status ${status}). ${meaning}` +
        'Ask the network team to allow this host on port 443.',
      { details },
    );
  }
  const schemes = [headers['proxy-authenticate'] ?? []].flat().map((value) => value.trim().split(/[\s,]/)[0] ?? '');
  const isBasic = schemes.some((scheme) => /^basic$/i.test(scheme));
  const offered = schemes.filter((scheme) => /^[\w-]{1,20}$/.test(scheme)).join(', ');
  if (schemes.length > 0 && !isBasic) {
    return new AppError(
      'proxy_auth',
      `The proxy ${proxy.host} asks for a sign-in of a kind that is not supported here (${offered}); only a user name and ` +
        'password (Basic) work. Ask the network team for a proxy or an exception that needs no NTLM or Kerberos sign-in.',
      { details: { ...details, schemes: offered } },
    );
  }
  const advice =
    proxy.username === ''
      ? 'Put user name and password into HTTPS_PROXY: http://user:password@proxy.example.com:8080.'
      : 'Check the user name and password in HTTPS_PROXY; special characters must be percent-encoded.';
  return new AppError('proxy_auth', `The proxy ${proxy.host} did not accept the sign-in. ${advice}`, {
    details: { ...details, schemes: offered },
  });
};

const explainHop = (proxy: URL, error: unknown): AppError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const details = { proxy: proxy.origin, reason: code };
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new AppError(
      'proxy_failed',
      `The proxy ${proxy.host} does not answer. Check HTTPS_PROXY and that this computer is on the company network or VPN.`,
      { details },
    );
  }
  if (/CERT|_TLS_|_SSL_|SIGNATURE|ISSUER/.test(code)) {
    return new AppError(
      'network_tls',
      `The certificate of the proxy ${proxy.host} is not trusted (${code}). Name the file of your company's certificate ` +
        'authority in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE, or install it in the certificate store of this computer.',
      { details },
    );
  }
  return new AppError(
    'proxy_failed',
    `The proxy ${proxy.host} cannot be reached (${code}). Check its address in HTTPS_PROXY, and that this computer is on ` +
      'the company network or VPN.',
    { details },
  );
};

/**
 * The connections to the proxy itself. Two things are wrong without it: a proxy that takes the connection and never
 * answers CONNECT holds a request for 300 s whatever deadlines the request has (undici issue 3944), because only the
 * pool's own headersTimeout counts here; and a failure of this hop looks like one of the host behind it.
 */
class ProxyHop extends Pool {
  readonly #proxy: URL;

  constructor(proxy: URL, options: Pool.Options) {
    super(proxy.origin, options);
    this.#proxy = proxy;
  }

  async #openTunnel(options: Parameters<Pool['connect']>[0]): Promise<Dispatcher.ConnectData> {
    try {
      const answer = await super.connect(options);
      if (answer.statusCode === 200) return answer;
      answer.socket.on('error', () => undefined).destroy();
      throw refuseTunnel(this.#proxy, answer.statusCode, answer.headers);
    } catch (error) {
      const isClosing = error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError;
      throw error instanceof AppError || isClosing ? error : explainHop(this.#proxy, error);
    }
  }

  override connect(options: Parameters<Pool['connect']>[0]): Promise<Dispatcher.ConnectData>;
  override connect(
    options: Parameters<Pool['connect']>[0],
    callback: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): void;
  override connect(
    options: Parameters<Pool['connect']>[0],
    callback?: (error: Error | null, data: Dispatcher.ConnectData) => void,
  ): Promise<Dispatcher.ConnectData> | undefined {
    const tunnel = this.#openTunnel(options);
    if (callback === undefined) return tunnel;
    tunnel.then(
      (data) => callback(null, data),
      (error: Error) => callback(error, null as unknown as Dispatcher.ConnectData),
    );
    return undefined;
  }
}

const buildAgent = async (env: Environment, options: DispatcherOptions): Promise<Dispatcher> => {
  const proxy = readProxy(env);
  const connectTimeout = options.connectTimeoutMs ?? 10_000;
  // One context for every connection: parsing the authorities anew takes about 10 ms each time. A list given here
  // replaces Node's own, which is why readAuthorities begins with it. HTTP/1.1 only: its deadlines are the tested ones.
  const secureContext = tls.createSecureContext({ ca: await readAuthorities(env, options.log) });
  const tlsOptions = { secureContext, timeout: connectTimeout, allowH2: false };
  return new EnvHttpProxyAgent({
    httpsProxy: proxy?.href ?? '',
    // Plain http is for loopback addresses only, and those never go through a proxy.
    httpProxy: '',
    noProxy: ['localhost', '127.0.0.1', '[::1]', env.no_proxy ?? env.NO_PROXY ?? ''].join(','),
    connections: connectionsPerOrigin,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMaxMs,
    allowH2: false,
    connectTimeout,
    connect: tlsOptions,
    requestTls: tlsOptions,
    proxyTls: tlsOptions,
    clientFactory: (origin, poolOptions) =>
      new ProxyHop(origin, { ...poolOptions, headersTimeout: options.proxyTimeoutMs ?? 15_000 }),
  });
};

/**
 * Builds the agent at the first request, which waits for it: an offline command should not pay for reading the system's
 * certificate store, and a bad proxy setting should fail a request, not the program.
 */
class EnvironmentDispatcher extends EndingDispatcher {
  readonly #build: () => Promise<Dispatcher>;
  #agent: Dispatcher | null = null;
  #building: Promise<Dispatcher> | null = null;
  #isEnded = false;

  constructor(build: () => Promise<Dispatcher>) {
    super();
    this.#build = build;
  }

  async #prepare(): Promise<Dispatcher> {
    try {
      this.#agent = await this.#build();
      return this.#agent;
    } finally {
      // After a failure the next request tries again.
      this.#building = null;
    }
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#isEnded) throw new errors.ClientClosedError();
    if (this.#agent !== null) return this.#agent.dispatch(options, handler);
    this.#building ??= this.#prepare();
    this.#building.then(
      (agent) => agent.dispatch(options, handler),
      // As undici does itself where there is no connection yet that could be controlled.
      (error: Error) => handler.onResponseError?.(null as unknown as Dispatcher.DispatchController, error),
    );
    return true;
  }

  /** Ends the agent, and what still waits for it to be built. */
  protected override async end(end: (agent: Dispatcher) => Promise<void>): Promise<void> {
    this.#isEnded = true;
    const agent = this.#agent ?? (await this.#building?.catch(() => null));
    if (agent) await end(agent);
  }
}

/**
 * A dispatcher for requests to one or more https hosts (http for loopback). Reads HTTPS_PROXY, HTTP_PROXY, NO_PROXY in
 * either case, NODE_EXTRA_CA_CERTS and SSL_CERT_FILE from `env`; trusts Node's, the system's and those extra authorities.
 * Deadlines for headers and body are the request's own (main/kore/client.ts). Requests fail with AppError proxy_auth,
 * proxy_failed or network_tls for the proxy hop, else with the errors of undici and Node.
 */
export const createDispatcher = (env: Environment, options: DispatcherOptions = {}): Dispatcher =>
  new EnvironmentDispatcher(() => buildAgent(env, options));
