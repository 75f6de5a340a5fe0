import { describe, expect, test } from 'vitest';
import {
  type FailedAnswer,
  failureFromAnswer,
  failureFromNonJson,
  failureFromOkBody,
  payloadEncryptedError,
  readRetryAfterMs,
} from '../../../main/kore/failure.ts';
import { failureFromNetwork, requestTimeoutError } from '../../../main/kore/network-failure.ts';
import { readServerMessage, sanitizeServerText } from '../../../main/kore/server-message.ts';
import { AppError, exitCodes } from '../../../preload/contract/errors.ts';

const host = 'https://platform.kore.ai';
const nowMs = Date.UTC(2025, 8, 30, 12, 0, 0);
const context = { host, nowMs };

const json = (status: number, body: unknown, headers: FailedAnswer['headers'] = {}): FailedAnswer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  bodyText: typeof body === 'string' ? body : JSON.stringify(body),
});
const html = (status: number, bodyText: string, headers: FailedAnswer['headers'] = {}): FailedAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8', ...headers },
  bodyText,
});
const page = '<!DOCTYPE html><html><head><title>Welcome</title></head><body>Sign in</body></html>';

describe('the code and the sentence for an answer', () => {
  const perMinute = "You've exceeded the per-minute rate limit. Please wait for sometime before retrying.";
  const tooLong = "The days' range can't be more than seven days";
  test.each<[string, FailedAnswer, string, string]>([
    [
      'wrong secret',
      json(400, { errors: [{ msg: 'Invalid SDK credentials', code: 4002 }] }),
      'auth_rejected',
      'Client Secret',
    ],
    ['4002 as a text', json(500, { error: { code: '4002', message: 'Failed' } }), 'auth_rejected', 'Client Secret'],
    ['4002 at the top', json(412, { msg: 'Failed', code: 4002 }), 'auth_rejected', 'Client Secret'],
    ['401 without a body', json(401, ''), 'auth_rejected', 'Client Secret'],
    ['401 with a page', html(401, page), 'auth_rejected', 'Client Secret'],
    ['expired', json(401, { error: 'jwt expired' }), 'auth_rejected', 'clock of this computer'],
    ['expired as a 500', json(500, { message: 'jwt expired' }), 'auth_rejected', 'clock of this computer'],
    ['malformed token', json(400, { message: 'Invalid auth token' }), 'auth_rejected', 'Client Secret'],
    ['401 that denies', json(401, { message: 'Access denied' }), 'auth_rejected', 'Client Secret'],
    ['403', json(403, { error: 'Forbidden' }), 'auth_scope', 'publish the app'],
    ['403 without a body', json(403, ''), 'auth_scope', 'SmartAssist Analytics'],
    ['missing scope', json(400, { errors: [{ msg: 'API scope not enabled' }] }), 'auth_scope', 'API Scope'],
    ['missing scope as a 401', json(401, { message: 'Permission denied' }), 'auth_scope', 'API Scope'],
    ['not published', json(401, { error: 'x', message: 'App is not published' }), 'auth_scope', 'publish the app'],
    ['range', json(400, { errors: [{ msg: tooLong, code: 400 }] }), 'range_too_long', 'seven days'],
    ['range, other words', json(422, { message: 'Date range exceeds the maximum' }), 'range_too_long', 'seven days'],
    ['range as a 500', json(500, { msg: tooLong }), 'range_too_long', 'seven days'],
    ['429', json(429, ''), 'throttled', 'Wait a minute'],
    ['429 with a page', html(429, page), 'throttled', 'Wait a minute'],
    ['limit as a 400', json(400, { errors: [{ msg: perMinute }] }), 'throttled', 'Wait a minute'],
    ['limit as a 403', json(403, { error: { message: perMinute } }), 'throttled', 'Wait a minute'],
    ['limit as a 500', json(500, perMinute), 'throttled', 'Wait a minute'],
    [
      'limit as a page',
      html(403, '<html><body>You are being rate limited</body></html>'),
      'throttled',
      'Wait a minute',
    ],
    ['404', json(404, { message: 'Not Found' }), 'wrong_host', 'Check the host'],
    [
      '404 page',
      html(404, '<!DOCTYPE html><title>Error</title><pre>Cannot POST /x</pre>'),
      'wrong_host',
      'Check the host',
    ],
    ['405', json(405, ''), 'wrong_host', 'Check the host'],
    ['500', json(500, { message: 'Permission denied: /var/data' }), 'server_error', 'Try again later'],
    ['502 page', html(502, '<html><title>502 Bad Gateway</title></html>'), 'server_error', 'Try again later'],
    ['408', json(408, ''), 'server_error', 'Try again later'],
    [
      'offset refused',
      json(400, { errors: [{ msg: 'offset must be 10 or less', code: 4001 }] }),
      'bad_request',
      'status 400',
    ],
    ['413', json(413, ''), 'bad_request', 'status 413'],
    ['407', json(407, ''), 'proxy_auth', 'HTTPS_PROXY'],
    ['511', html(511, page), 'captive_portal', 'guest network'],
    ['403 page of a gateway', html(403, page), 'captive_portal', 'company gateway'],
    [
      'redirect elsewhere',
      html(302, '', { location: 'http://login.example.com/?u=1' }),
      'captive_portal',
      'login.example.com',
    ],
    ['redirect to a page', html(302, '', { location: '/login' }), 'wrong_host', 'not the API host'],
    [
      'redirect within the site',
      html(301, '', { location: 'https://eu-platform.kore.ai/' }),
      'wrong_host',
      'not the API host',
    ],
    ['redirect to nowhere', html(302, '', { location: 'javascript:alert(1)' }), 'wrong_host', 'not the API host'],
  ])('%s', (_name, answer, code, words) => {
    const error = failureFromAnswer(answer, context);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.details).toMatchObject({ status: answer.status, host: 'platform.kore.ai' });
  });

  test('the most likely causes of a refused sign-in are named in order', () => {
    const { message } = failureFromAnswer(json(401, ''), context);
    const places = ['Client Secret', 'account ID', 'ticked', 'published'].map((word) => message.indexOf(word));
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
  });

  test.each<[string, FailedAnswer, string]>([
    ['a page', html(200, page), 'captive_portal'],
    [
      'a page under another type',
      { ...html(200, page), headers: { 'content-type': 'application/json' } },
      'captive_portal',
    ],
    ['the start page of the web app', html(200, '<html><title>Kore.ai XO Platform</title></html>'), 'wrong_host'],
    [
      'a page that mentions the host',
      html(200, '<html><title>Portal</title>https://platform.kore.ai</html>'),
      'captive_portal',
    ],
    ['nothing', json(200, ''), 'unexpected_response'],
    ['words', { status: 200, headers: {}, bodyText: 'Jane Doe, 555-0100' }, 'unexpected_response'],
  ])('2xx with %s', (_name, answer, code) => {
    const error = failureFromNonJson(answer, context);
    expect(error.code).toBe(code);
    expect(JSON.stringify(error.toBody())).not.toMatch(/Jane|0100/);
  });

  const cipherText = Buffer.from('x'.repeat(300)).toString('base64');

  test.each<[unknown, string | null]>([
    [{ errors: [{ msg: 'Invalid SDK credentials', code: 4002 }] }, 'auth_rejected'],
    [{ errors: [{ msg: 'no', code: '4002' }] }, 'auth_rejected'],
    [{ errors: { msg: 'Invalid SDK credentials' } }, 'auth_rejected'],
    [{ code: 4002 }, 'auth_rejected'],
    [{ error: 'Unauthorized' }, 'auth_rejected'],
    [{ error: ['Not authorised'] }, 'auth_rejected'],
    [{ error: { code: 'X1', message: 'The JWT is not valid' } }, 'auth_rejected'],
    [{ error: { code: 'INVALID_TOKEN', message: 'Token has expired' } }, 'auth_rejected'],
    [{ message: 'invalid access token' }, 'auth_rejected'],
    [{ message: 'The signature of the token is invalid' }, 'auth_rejected'],
    [{ data: [], message: 'Unauthorized' }, 'auth_rejected'],
    [{ data: [], errors: [{ msg: 'Invalid SDK credentials', code: 4002 }] }, 'auth_rejected'],
    [{ numResults: 0, code: 4002 }, 'auth_rejected'],
    [{ success: false, error: { code: 'FORBIDDEN', message: 'Missing scope' } }, 'auth_scope'],
    [{ msg: 'Access denied' }, 'auth_scope'],
    [{ error: "You've exceeded the per-minute rate limit." }, 'throttled'],
    [{ errors: [{ msg: 'RATE LIMIT exceeded', code: 429 }] }, 'throttled'],
    [{ data: [], message: "You've exceeded the hourly rate limit." }, 'throttled'],
    [{ message: 'range must not exceed 7 days' }, 'range_too_long'],
    [{ message: 'Something else' }, 'unexpected_response'],
    [{ data: [], error: 'broken' }, 'unexpected_response'],
    [{ data: [], errors: [{ msg: 'Bad filter', code: 7 }] }, 'unexpected_response'],
    [{ message: 'jwt malformed', token: cipherText }, 'auth_rejected'],
    [{ message: 'Success', data: cipherText }, null],
    [{ numResults: 0, data: [] }, null],
    [{ errors: [], data: [], message: 'ok' }, null],
    [{ errors: [], error: null, data: [], message: 'No records found' }, null],
    [{ numResults: 0, message: 'No records found' }, null],
    [{ numResults: 0 }, null],
    [{ payload: 'kIjx09==', key: 'aa' }, null],
    [{ message: 'invalid token', data: [{ sessionId: 'a' }] }, null],
    [[{ message: 'a row' }], null],
  ])('2xx that says %j', (body, code) => {
    expect(failureFromOkBody(200, JSON.stringify(body), context)?.code ?? null).toBe(code);
  });

  test('2xx with a raw line break inside its complaint is still read', () => {
    const text = '{"data":[],"errors":[{"msg":"Invalid SDK credentials\n(see the guide)","code":4002}]}';
    expect(failureFromOkBody(200, text, context)?.code).toBe('auth_rejected');
  });

  test.each([JSON.stringify(cipherText), cipherText, ` ${cipherText}\n`])(
    '2xx of nothing but cipher text is payload encryption (%#)',
    (bodyText) => {
      expect(failureFromNonJson({ status: 200, headers: {}, bodyText }, context)).toMatchObject(
        payloadEncryptedError(),
      );
    },
  );

  test('payload encryption has its own sentence and exit code', () => {
    expect(payloadEncryptedError().message).toContain('Enforce Request and Response Payload Encryption');
    expect(exitCodes[payloadEncryptedError().code]).toBe(77);
  });
});

describe('readServerMessage', () => {
  test.each<[string, string, string[]]>([
    ['{"errors":[{"msg":"a","code":1},{"msg":"b","code":2}]}', 'a; b', ['1', '2']],
    ['{"errors":[{"message":"a"}]}', 'a', []],
    ['{"errors":["a"]}', 'a', []],
    ['{"error":{"message":"a","code":"X"}}', 'a', ['X']],
    ['{"error":"a"}', 'a', []],
    ['{"message":"a"}', 'a', []],
    ['{"msg":"a","code":4002}', 'a', ['4002']],
    ['{"statusCode":400,"error":"Bad Request","message":"a"}', 'Bad Request; a', []],
    ['"a"', 'a', []],
    ['a', 'a', []],
    ['', '', []],
    ['null', '', []],
    ['[]', '', []],
    ['{"error":null,"errors":7,"message":{"a":1}}', '', []],
  ])('%s', (body, text, codes) => {
    const message = readServerMessage('application/json', body);
    expect(message).toMatchObject({ text, codes, code: codes[0] ?? null, isHtml: false });
  });

  test('JSON sent as text/html is read as JSON', () => {
    expect(readServerMessage('text/html', '{"message":"a"}')).toMatchObject({ text: 'a', isHtml: false });
  });
});

describe('Retry-After', () => {
  test.each<[FailedAnswer['headers'], number | null]>([
    [{}, null],
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': ['30', '60'] }, 30_000],
    [{ 'retry-after': '86400' }, 600_000],
    [{ 'retry-after': 'Tue, 30 Sep 2025 12:00:45 GMT' }, 45_000],
    [{ 'retry-after': 'Tue, 30 Sep 2025 11:00:00 GMT' }, 0],
    [{ 'retry-after': 'Wed, 01 Oct 2025 12:00:00 GMT' }, 600_000],
    [{ 'retry-after': 'Tue, 30 Sep 2025 15:00:20 GMT', date: 'Tue, 30 Sep 2025 15:00:00 GMT' }, 20_000],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '' }, null],
  ])('%j waits %s ms', (headers, expected) => {
    expect(readRetryAfterMs(headers, nowMs)).toBe(expected);
  });

  test('is carried by throttled and server errors only', () => {
    const headers = { 'retry-after': '7' };
    expect(failureFromAnswer(json(429, '', headers), context).details?.retryAfterMs).toBe(7_000);
    expect(failureFromAnswer(json(503, '', headers), context).details?.retryAfterMs).toBe(7_000);
    expect(failureFromAnswer(json(400, { message: 'Rate limit' }, headers), context).details?.retryAfterMs).toBe(7_000);
    expect(failureFromAnswer(json(400, '', headers), context).details).not.toHaveProperty('retryAfterMs');
    expect(failureFromAnswer(json(429, ''), context).details).not.toHaveProperty('retryAfterMs');
  });
});

describe('what may be quoted of a server', () => {
  test.each<[string, string]>([
    ["The days' range can't be more than seven days", "The days' range can't be more than seven days"],
    ["invalid value for 'limit'", "invalid value for 'limit'"],
    ["no customer 'Jane Doe' in account", 'no customer [value] in account'],
    ['no customer "Jane O\'Neil", sorry', 'no customer [value], sorry'],
    ['user jane.doe@example.com unknown', 'user [e-mail] unknown'],
    ['call +1 (202) 555-0143 failed', 'call [number] failed'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJhcHBJZCI6ImNzLTEifQ.c2lnbmF0dXJl refused', 'token [token] refused'],
    ['secret Vn3kK0pQ9xZ+abcdefghi/1234= refused', 'secret [id] refused'],
    ['see https://example.com/?token=abc now', 'see [address] now'],
    ['a\u0000b\u001b[31mc\u202ed\n\n e', 'a b [31mc d e'],
    ['<b>Error</b> 12', 'Error 12'],
  ])('%j becomes %j', (text, expected) => {
    expect(sanitizeServerText(text)).toBe(expected);
  });

  test('is at most 200 characters and quick on hostile input', () => {
    const startedAtMs = performance.now();
    for (const text of ['a'.repeat(1e6), '1'.repeat(1e6), "'".repeat(1e6), 'a@'.repeat(1e6), '('.repeat(1e6)]) {
      expect(sanitizeServerText(text).length).toBeLessThanOrEqual(200);
      failureFromAnswer(json(400, text), context);
      failureFromAnswer(json(400, { message: text }), context);
    }
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
  });

  test('pages are never quoted, and sentences quote nothing', () => {
    const canary = 'canary-person Jane Doe jane@example.com 202-555-0143';
    for (const status of [301, 400, 401, 403, 404, 407, 429, 500, 503, 511]) {
      expect(failureFromAnswer(html(status, `<html>${canary}</html>`), context).details).not.toHaveProperty(
        'serverMessage',
      );
      expect(failureFromAnswer(json(status, { message: canary }), context).message).not.toMatch(/canary|Jane|0143/);
    }
  });
});

describe('errors on the way', () => {
  const coded = (code: string): Error => Object.assign(new Error(`secret text of ${code}`), { code });
  test.each<[unknown, string, string]>([
    [coded('ENOTFOUND'), 'network_dns', 'spelling of the host'],
    [coded('EAI_AGAIN'), 'network_dns', 'online'],
    [coded('ECONNREFUSED'), 'network_unreachable', 'firewall'],
    [coded('ENETUNREACH'), 'network_unreachable', 'online'],
    [coded('ECONNRESET'), 'network_unreachable', 'broke off'],
    [coded('UND_ERR_SOCKET'), 'network_unreachable', 'broke off'],
    [coded('UND_ERR_CONNECT_TIMEOUT'), 'network_timeout', 'in time'],
    [coded('UND_ERR_HEADERS_TIMEOUT'), 'network_timeout', 'did not answer in time'],
    [coded('UND_ERR_BODY_TIMEOUT'), 'network_timeout', 'in the middle'],
    [coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'network_tls', 'NODE_EXTRA_CA_CERTS or SSL_CERT_FILE'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), 'network_tls', 'certificate store of this computer'],
    [coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'network_tls', 'NODE_EXTRA_CA_CERTS'],
    [coded('CERT_HAS_EXPIRED'), 'network_tls', 'date and time'],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'network_tls', 'another name'],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'network_tls', 'port'],
    [coded('HPE_INVALID_CONSTANT'), 'unexpected_response', 'did not answer in HTTP'],
    [coded('UND_ERR_PRX_CONN'), 'proxy_failed', 'HTTPS_PROXY'],
    [coded('UND_ERR_DESTROYED'), 'cancelled', 'closing'],
    [coded('ESOMETHINGNEW'), 'network_unreachable', 'No connection'],
    [new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'network_unreachable', 'firewall'],
    [new Error('outer', { cause: coded('ENOTFOUND') }), 'network_dns', 'online'],
    [new TypeError('secret text'), 'internal', 'TypeError'],
    ['secret text', 'internal', 'string'],
  ])('%s is %s', (thrown, code, words) => {
    const error = failureFromNetwork(thrown, host);
    expect(error.code).toBe(code);
    expect(error.message).toContain(words);
    expect(error.cause).toBeUndefined();
    expect(JSON.stringify(error.toBody())).not.toContain('secret text');
  });

  test('a coded error passes as it is', () => {
    const error = new AppError('proxy_auth', 'A sentence.');
    expect(failureFromNetwork(error, host)).toBe(error);
  });

  test('the deadline of the whole request names the host', () => {
    expect(requestTimeoutError(host)).toMatchObject({ code: 'network_timeout', details: { host: 'platform.kore.ai' } });
  });
});
