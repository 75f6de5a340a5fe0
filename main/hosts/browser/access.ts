// Who may talk to the browser host. Owns the keys and the checks on a request's headers. Imports Node only.
//
// Any program and any web page on this computer can reach a loopback port. So: the Host header must be ours (a foreign
// name that resolves to 127.0.0.1 is refused), a request that changes or reads anything carries a session token in a
// header of ours (which a foreign page cannot send without a preflight, and none is ever answered), and its Origin is
// ours. The token is not a cookie: cookies know no port, so that every other server on 127.0.0.1 would be sent it. The
// address that opens a window holds a key that works once, so that one kept in a history or a screenshot opens nothing.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const sessionHeader = 'x-afterword-session';

/** More windows than anybody opens in one run. */
const maxSessions = 64;
const maxUnusedKeys = 64;

export type Access = {
  /** Makes a key for one window. */
  issueKey(): string;
  /** The session token for a key, which is spent; null when the key was never issued or is spent. */
  redeem(key: string): string | null;
  /** Null when the headers are those of our own page; else why not, for the log. */
  refusal(headers: IncomingHttpHeaders): 'host' | 'origin' | 'fetch-site' | null;
  hasSession(headers: IncomingHttpHeaders): boolean;
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const randomKey = (): string => randomBytes(32).toString('base64url');

/** Takes the oldest out when there is one too many. */
const addBounded = (list: Buffer[], key: string, most: number): void => {
  list.push(digest(key));
  if (list.length > most) list.shift();
};
const indexOf = (list: readonly Buffer[], key: string): number => {
  const wanted = digest(key);
  return list.findIndex((known) => timingSafeEqual(known, wanted));
};

/** `authority`: host and port, as the Host header must say it. */
export const createAccess = (authority: () => string): Access => {
  const unusedKeys: Buffer[] = [];
  const sessions: Buffer[] = [];
  return {
    issueKey() {
      const key = randomKey();
      addBounded(unusedKeys, key, maxUnusedKeys);
      return key;
    },
    redeem(key) {
      const index = indexOf(unusedKeys, key);
      if (index < 0) return null;
      unusedKeys.splice(index, 1);
      const session = randomKey();
      addBounded(sessions, session, maxSessions);
      return session;
    },
    refusal(headers) {
      if (headers.host !== authority()) return 'host';
      if (headers.origin !== undefined && headers.origin !== `http://${authority()}`) return 'origin';
      const site = headers['sec-fetch-site'];
      // Following a link or an address typed in is `none`; a redirect from our own file is `cross-site`, but it only ever
      // asks for the page, which holds no data.
      if (site !== undefined && site !== 'same-origin' && headers['sec-fetch-mode'] !== 'navigate') return 'fetch-site';
      return null;
    },
    hasSession(headers) {
      const token = headers[sessionHeader];
      return typeof token === 'string' && indexOf(sessions, token) >= 0;
    },
  };
};
