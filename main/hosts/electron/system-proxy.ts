// The system's proxy settings (manual, PAC, WPAD) through Electron's resolver, for the same dispatcher that every host
// uses. An environment variable goes before them, as on the command line. Imports undici and hosts.
import type { Dispatcher } from 'undici';
import { EndingDispatcher } from '../ending-dispatcher.ts';

/** Settings may change while the app runs: a laptop that leaves the office. */
const keptMs = 30_000;

/**
 * The first proxy of a PAC answer (“PROXY a:8080; DIRECT”) as an address; null for a direct connection. SOCKS is skipped:
 * it is not supported, and what follows it may be.
 */
export const parseProxyAnswer = (answer: string): string | null => {
  for (const entry of answer.split(';')) {
    const [kind = '', authority = ''] = entry.trim().split(/\s+/);
    if (kind.toUpperCase() === 'DIRECT') return null;
    const protocol = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' }[kind.toUpperCase()];
    const url = protocol === undefined ? null : URL.parse(`${protocol}://${authority}`);
    if (url !== null && url.hostname !== '') return url.origin;
  }
  return null;
};

type Environment = Readonly<Record<string, string | undefined>>;
const proxyVariables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];

/** Asks for the proxy of each origin and hands its requests to a dispatcher made for that proxy. */
export class SystemProxyDispatcher extends EndingDispatcher {
  readonly #resolve: (url: string) => Promise<string>;
  readonly #build: (env: Environment) => Dispatcher;
  readonly #env: Environment;
  readonly #nowMs: () => number;
  readonly #agents = new Map<string, Dispatcher>();
  readonly #answers = new Map<string, { proxy: Promise<string | null>; untilMs: number }>();
  #isEnded = false;

  constructor(options: {
    /** Electron's session.resolveProxy. */
    resolve: (url: string) => Promise<string>;
    build: (env: Environment) => Dispatcher;
    env: Environment;
    nowMs: () => number;
  }) {
    super();
    this.#resolve = options.resolve;
    this.#build = options.build;
    this.#env = options.env;
    this.#nowMs = options.nowMs;
  }

  #proxyOf(origin: string): Promise<string | null> {
    const known = this.#answers.get(origin);
    if (known && known.untilMs > this.#nowMs()) return known.proxy;
    const proxy = this.#resolve(origin).then(parseProxyAnswer);
    this.#answers.set(origin, { proxy, untilMs: this.#nowMs() + keptMs });
    // A resolver that failed is asked again by the next request.
    proxy.catch(() => this.#answers.delete(origin));
    return proxy;
  }

  #agentOf(proxy: string | null): Dispatcher {
    const key = proxy ?? '';
    const agent =
      this.#agents.get(key) ?? this.#build(proxy === null ? this.#env : { ...this.#env, https_proxy: proxy });
    this.#agents.set(key, agent);
    return agent;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const origin = String(options.origin ?? '');
    const isSet = proxyVariables.some((name) => this.#env[name] !== undefined);
    if (isSet || !origin.startsWith('https:')) return this.#agentOf(null).dispatch(options, handler);
    this.#proxyOf(origin)
      // No answer is no reason to fail: a direct connection says what is wrong.
      .catch(() => null)
      .then((proxy) => {
        if (this.#isEnded) throw new Error('the dispatcher has ended');
        this.#agentOf(proxy).dispatch(options, handler);
      })
      .catch((error: Error) => handler.onResponseError?.(null as never, error));
    return true;
  }

  protected override async end(how: (agent: Dispatcher) => Promise<void>): Promise<void> {
    this.#isEnded = true;
    await Promise.all([...this.#agents.values()].map(how));
  }
}
