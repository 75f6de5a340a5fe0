// The shapes that the API client and its callers share. Owns types only.
import type { Endpoint } from '../../preload/contract/conversation.ts';

/** One request for one page of a window. Bounds are UTC epoch seconds, both asked for as inclusive. */
export type PageRequest = {
  endpoint: Endpoint;
  fromS: number;
  toS: number;
  /** As sent in the query string: its unit (pages or rows) is the caller's business. */
  offset: number;
  /** At most 100. */
  limit: number;
};

export type PageResponse = {
  /** The body of a 2xx answer as it came, in memory of its own: see textOfBody and parsePage. */
  body: Uint8Array;
  /** Clock.nowMs() just before the request left. */
  requestedAtMs: number;
  /** Clock.monotonicMs() when the answer's headers had arrived: the server has counted the request by then. */
  answeredAtMonotonicMs: number;
};

/** Filters of a workspace that every request carries. Empty lists mean no filter. */
export type RequestFilters = {
  channels: string[];
  queues: string[];
  direction: 'Inbound' | 'Outbound' | 'Both' | null;
};

/** Where and as whom to ask. */
export type KoreAccount = {
  /** Origin such as https://platform.kore.ai; http only for a loopback address. */
  host: string;
  accountId: string;
  /** App (stream) id, sent as `iId`. */
  appId: string;
};

/** Gives the JWT for the `auth` header. `refresh` forgets the current one; false when a new one cannot be made. */
export type TokenSource = {
  token(): Promise<string>;
  refresh(): boolean;
};

export type KoreClient = {
  /**
   * Sends exactly one request. Throws AppError: see failure.ts for each code. Throttled and server errors carry
   * `details.retryAfterMs` when the server named a time.
   */
  fetchPage(request: PageRequest, signal?: AbortSignal): Promise<PageResponse>;
};
