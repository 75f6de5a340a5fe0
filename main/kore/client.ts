// The API client: one call, one HTTP request, one page as it came or one AppError. No retries and no rate limit: both are the
// sync engine's. Imports undici; everything about words of failure is in failure.ts and network-failure.ts.
import { type Dispatcher, request as sendRequest } from 'undici';
import { AppError, cancelledError } from '../../preload/contract/errors.ts';
import type { Clock, Log } from '../ports.ts';
import { failureFromAnswer, failureFromNonJson, failureFromOkBody } from './failure.ts';
import { validateHost } from './host.ts';
import { failureFromNetwork, requestTimeoutError } from './network-failure.ts';
import { textOfBody } from './page.ts';
import { buildBody, buildHeaders, buildUrl } from './request-body.ts';
import type { KoreAccount, KoreClient, PageRequest, PageResponse, RequestFilters, TokenSource } from './types.ts';

export type ClientDeadlines = {
  /** From the request sent to the answer's headers. */
  headersMs: number;
  /** Longest pause between two parts of the body. */
  bodyIdleMs: number;
  /** The whole request, waiting for a free connection included. */
  totalMs: number;
};

export type ClientOptions = {
  account: KoreAccount;
  filters: RequestFilters;
  tokens: TokenSource;
  /** Deadlines for connecting are the dispatcher's. */
  http: Dispatcher;
  clock: Clock;
  log: Log;
  deadlines?: Partial<ClientDeadlines>;
  maxResponseBytes?: number;
};

/** Gateways usually give up after 60 s; whoever asks should not give up before them. */
const defaultDeadlines: ClientDeadlines = { headersMs: 90_000, bodyIdleMs: 30_000, totalMs: 180_000 };

const mebibyte = 1024 * 1024;
/** The richest sample rows are a few tens of KiB, so that 100 of them stay far below; more than this is no page. */
const defaultMaxResponseBytes = 64 * mebibyte;
/** Enough of a refusal to recognise it. */
const maxRefusalBytes = 64 * 1024;

/** No message of a server that failureFromOkBody reads is longer. */
const longestMessageBytes = 64 * 1024;
/** Enough of a page to see how it begins. */
const headBytes = 256;
const beginsLikeJson = (text: string): boolean => /^[\s\uFEFF]*[{[]/.test(text);

type Body = Dispatcher.ResponseData['body'];

/** At most `maxBytes`, in memory of their own; null when there are more, and then the connection is dropped. */
const readBytes = async (body: Body, maxBytes: number): Promise<Uint8Array | null> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
};

/** What a refusal says, as far as it arrives: its status counts even when its body breaks off. */
const readRefusal = async (body: Body): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxRefusalBytes) break;
    }
  } catch (error) {
    // Cut off by our own deadline or by the user: then the status is not the news.
    if (error instanceof Error && error.name === 'AbortError') throw error;
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
};

/**
 * A client for one workspace. `fetchPage` sends exactly one POST and answers the body of a 2xx that begins like JSON; all
 * else is an AppError: see failureFromAnswer and failureFromNetwork for the codes, plus unexpected_response for a body above
 * 64 MiB, cancelled when `signal` aborts, and what the token source throws. Redirects are never followed. Throws AppError
 * invalid_input at once for a host that validateHost refuses, so that no token leaves unprotected.
 */
export const createKoreClient = (options: ClientOptions): KoreClient => {
  const { filters, tokens, http, clock, log } = options;
  const account = { ...options.account, host: validateHost(options.account.host) };
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const maxBytes = options.maxResponseBytes ?? defaultMaxResponseBytes;

  const readPage = async (response: Dispatcher.ResponseData, token: string): Promise<Uint8Array> => {
    const { statusCode: status, headers: received, body } = response;
    const hide = (text: string): string => text.replaceAll(token, '[token]');
    const context = { host: account.host, nowMs: clock.nowMs() };
    // Some servers quote the request they refuse, and a token need not look like one.
    const headers = Object.fromEntries(
      Object.entries(received).map(([name, value]) => [name, [value ?? []].flat().map(hide)]),
    );
    if (status < 200 || status > 299) {
      throw failureFromAnswer({ status, headers, bodyText: hide(await readRefusal(body)) }, context);
    }
    const page = await readBytes(body, maxBytes);
    if (page === null) {
      throw new AppError(
        'unexpected_response',
        `The answer is larger than ${Math.round(maxBytes / mebibyte)} MiB, which no page of conversations is. Check the host of this workspace.`,
        { details: { status, host: new URL(account.host).host } },
      );
    }
    // A page of conversations is made into text where it is parsed: this thread has other things to do.
    if (page.length <= longestMessageBytes || !beginsLikeJson(textOfBody(page.subarray(0, headBytes)))) {
      const text = hide(textOfBody(page));
      if (!beginsLikeJson(text)) throw failureFromNonJson({ status, headers, bodyText: text }, context);
      const failure = failureFromOkBody(status, text, context);
      if (failure !== null) throw failure;
    }
    return page;
  };

  const send = async (page: PageRequest, signal: AbortSignal): Promise<PageResponse> => {
    const token = await tokens.token();
    const requestedAtMs = clock.nowMs();
    const response = await sendRequest(buildUrl(account, page), {
      dispatcher: http,
      method: 'POST',
      headers: buildHeaders(account, token),
      body: buildBody(page, filters),
      headersTimeout: deadlines.headersMs,
      bodyTimeout: deadlines.bodyIdleMs,
      signal,
    });
    const answeredAtMonotonicMs = clock.monotonicMs();
    return { body: await readPage(response, token), requestedAtMs, answeredAtMonotonicMs };
  };

  return {
    async fetchPage(page, signal) {
      const startedAtMs = clock.monotonicMs();
      const fields = { endpoint: page.endpoint, offset: page.offset, limit: page.limit };
      const stop = new AbortController();
      // undici notices an abort only once it is connected; the caller should not have to wait for that.
      const stopped = Promise.withResolvers<never>();
      stop.signal.addEventListener('abort', () => stopped.reject(stop.signal.reason), { once: true });
      const cancel = () => stop.abort();
      signal?.addEventListener('abort', cancel, { once: true });
      let isOverdue = false;
      const timer = setTimeout(() => {
        isOverdue = true;
        stop.abort();
      }, deadlines.totalMs);
      try {
        if (signal?.aborted) throw cancelledError();
        const answer = await Promise.race([send(page, stop.signal), stopped.promise]);
        const ms = Math.round(clock.monotonicMs() - startedAtMs);
        log.debug('page fetched', { ...fields, ms, bytes: answer.body.length });
        return answer;
      } catch (error) {
        const failure = signal?.aborted
          ? cancelledError()
          : isOverdue
            ? requestTimeoutError(account.host)
            : failureFromNetwork(error, account.host);
        const ms = Math.round(clock.monotonicMs() - startedAtMs);
        log.debug('page refused', { ...fields, ms, code: failure.code, status: failure.details?.status });
        throw failure;
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener('abort', cancel);
      }
    },
  };
};
