// What can go wrong with one answer of the simulator, and how it is put on the wire. Imports node:http.
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { formatRefusal, type Refusal, rateExceeded, wrongCredential } from '../../main/sample/protocol.ts';

/** Seconds, or a moment that is sent as an HTTP date. */
export type RetryAfter = number | Date;

export type Fault =
  | { kind: 'throttled'; retryAfter?: RetryAfter }
  | { kind: 'server-error'; status?: 500 | 502 | 503 | 504; retryAfter?: RetryAfter }
  | { kind: 'expired-token' }
  | { kind: 'wrong-credential'; status?: number }
  | { kind: 'missing-scope' }
  | { kind: 'html' }
  | { kind: 'redirect'; location: string }
  | { kind: 'truncated-json' }
  | { kind: 'invalid-json' }
  /** Line breaks inside strings are sent as they are. A page without any gets one in its first agent note. */
  | { kind: 'raw-newlines' }
  | { kind: 'slow-headers'; ms: number }
  /** Headers, then nothing until the server closes. */
  | { kind: 'half-open' }
  | { kind: 'reset' }
  | { kind: 'encrypted' }
  | { kind: 'empty' }
  /** A record that cannot be read, in the middle of the page. */
  | { kind: 'bad-record'; record?: unknown }
  /** Any other status and body. */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> };

const json = { 'content-type': 'application/json; charset=utf-8' };

const formatRetryAfter = (retryAfter: RetryAfter | undefined): Record<string, string> =>
  retryAfter === undefined
    ? {}
    : { 'retry-after': typeof retryAfter === 'number' ? String(retryAfter) : retryAfter.toUTCString() };

const sendRefusal = (response: ServerResponse, refusal: Refusal, retryAfter?: RetryAfter): number => {
  response.writeHead(refusal.status, { ...json, ...formatRetryAfter(retryAfter) });
  response.end(formatRefusal(refusal));
  return refusal.status;
};

const loginPage =
  '<!doctype html><html><head><title>Sign in to the network</title></head><body><h1>Guest access</h1></body></html>';

/**
 * Sends an answer that needs no page. Gives the status, 0 for a broken connection, or null when the fault only changes
 * a page: see spoilPage.
 */
export const sendFault = (response: ServerResponse, fault: Fault): number | null => {
  switch (fault.kind) {
    case 'throttled':
      return sendRefusal(response, rateExceeded, fault.retryAfter);
    case 'server-error': {
      const status = fault.status ?? 503;
      return sendRefusal(response, { status, message: 'Internal error', code: status }, fault.retryAfter);
    }
    case 'expired-token':
      return sendRefusal(response, { status: 401, message: 'jwt expired', code: 401 });
    case 'wrong-credential':
      return sendRefusal(response, { ...wrongCredential, status: fault.status ?? wrongCredential.status });
    case 'missing-scope':
      return sendRefusal(response, {
        status: 403,
        message: 'API scope SmartAssist Analytics is not granted',
        code: 403,
      });
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(loginPage);
      return 200;
    case 'redirect':
      response.writeHead(302, { location: fault.location });
      response.end();
      return 302;
    case 'half-open':
      response.writeHead(200, json);
      response.flushHeaders();
      return 200;
    case 'reset':
      response.socket?.resetAndDestroy();
      return 0;
    case 'encrypted':
      response.writeHead(200, json);
      response.end(
        JSON.stringify({
          encryptedKey: randomBytes(256).toString('base64'),
          payload: randomBytes(600).toString('base64'),
        }),
      );
      return 200;
    case 'empty':
      response.writeHead(200, json);
      response.end();
      return 200;
    case 'status':
      response.writeHead(fault.status, { ...json, ...fault.headers });
      response.end(fault.body ?? '');
      return fault.status;
    default:
      return null;
  }
};

const unreadableRecord = { sessionId: 42, channel: ['Voice'], sessionStartTime: 'yesterday', destinations: 'none' };

/** Changes the text of a page as the fault says; other faults leave it as it is. */
export const spoilPage = (page: { numResults: number; data: unknown[] }, fault: Fault | undefined): string => {
  if (fault?.kind === 'bad-record') {
    const data = page.data.toSpliced(Math.floor(page.data.length / 2), 0, fault.record ?? unreadableRecord);
    return JSON.stringify({ ...page, data });
  }
  const text = JSON.stringify(page);
  switch (fault?.kind) {
    case 'truncated-json':
      return text.slice(0, Math.floor(text.length * 0.6));
    case 'invalid-json':
      return text.replace('"numResults":', '"numResults" ');
    case 'raw-newlines': {
      // An escaped backslash before an n is no line break, so pairs are read together.
      const raw = text.replace(/\\(.)/g, (pair, letter: string) => (letter === 'n' ? '\n' : pair));
      return raw === text ? text.replace(/("agentNotes":\["[^" ]* )/, '$1\n') : raw;
    }
    default:
      return text;
  }
};
