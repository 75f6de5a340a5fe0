// Turns an answer of the Call Details API that is not a page of rows into a coded error with a sentence that says what to
// do. Pure. Imports the contract and server-message.ts. Kore.ai documents no error body for this API, so statuses and
// texts are recognised by what its other public APIs and its community answers show (research on the API, section 2).
import { AppError, type ErrorBody, type ErrorCode } from '../../preload/contract/errors.ts';
import {
  carriesCipherText,
  readErrorInOkBody,
  readServerMessage,
  type ServerMessage,
  sanitizeServerText,
} from './server-message.ts';

export type FailedAnswer = {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** The first part of the body is enough. */
  bodyText: string;
};

export type FailureContext = {
  /** Origin that was asked, such as https://platform.kore.ai. */
  host: string;
  /** UTC epoch milliseconds, to turn a Retry-After date into a wait. */
  nowMs: number;
};

type Details = NonNullable<ErrorBody['details']>;

/** No answer is trusted to keep a sync waiting for longer. */
const longestRetryAfterMs = 10 * 60_000;

const firstHeader = (headers: FailedAnswer['headers'], name: string): string => [headers[name] ?? []].flat()[0] ?? '';

/**
 * The wait that Retry-After names, in milliseconds from 0 to 600,000; null when it is absent or unreadable. Both forms of
 * RFC 9110 section 10.2.3. A date is compared with the server's own Date header where there is one, so that a wrong clock
 * here does not matter.
 */
export const readRetryAfterMs = (headers: FailedAnswer['headers'], nowMs: number): number | null => {
  const value = firstHeader(headers, 'retry-after').trim();
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(Math.ceil(Number(value) * 1000), longestRetryAfterMs);
  // Date.parse also takes forms that are no HTTP date ("-5"), hence the name of the month.
  const untilMs = /[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(untilMs)) return null;
  const serverNowMs = Date.parse(firstHeader(headers, 'date'));
  const waitMs = untilMs - (Number.isNaN(serverNowMs) ? nowMs : serverNowMs);
  return Math.min(Math.max(waitMs, 0), longestRetryAfterMs);
};

const says = {
  throttled: /rate[\s_-]?limit/i,
  scope: /\bscopes?\b|permission|\bpublish|not allowed to access|insufficient (access|rights|privilege)/i,
  denied: /\bforbidden\b|access (is |was )?denied/i,
  credential:
    /\bjwt\b|\bcredentials?\b|(un|not )authori[sz]ed|\b(not |un)authenticated|authentication (failed|required|error)|\b(invalid|missing|expired|malformed)\W+(\w+\W+){0,2}(token|signature)\b|\b(token|signature)\W+(\w+\W+){0,2}(invalid|missing|expired|malformed)\b/i,
  expired: /expired|not (yet )?(active|valid before)|\bnbf\b|\biat\b/i,
  range:
    /\b(7|seven)[\s-]*days?\b|\brange\b.{0,60}(more than|exceed|too (long|large|big|wide)|greater than|longer than|maximum)|(exceed|maximum|longer than).{0,60}\b(date|days'?|time) range\b/is,
};

const sentences = {
  credential:
    'Kore.ai refused the sign-in. Check, in this order: Client ID and Client Secret (or the pasted token) are of the same ' +
    'JWT app; the account ID and app ID of this workspace are those the JWT app was made in; the API scope "SmartAssist ' +
    'Analytics" is ticked for the JWT app and saved; the app was published after that.',
  expired:
    'Kore.ai says the token is no longer valid. Paste a new token, or sign in with Client ID and Client Secret; if you do ' +
    'already, set the clock of this computer right.',
  scope:
    'Kore.ai does not let this sign-in read analytics. In App Settings > Dev Tools > API Scope tick the scope "SmartAssist ' +
    'Analytics" for the JWT app, save, and publish the app. If that is done, check that account ID and app ID belong to it.',
  range:
    'Kore.ai refused the date range as too long: one request may cover seven days at most. Sync a shorter range with --from ' +
    'and --to, and report this if Afterword chose the range itself.',
};

/** The JWT app encrypts its answers: a 2xx that carries cipher text instead of rows. */
export const payloadEncryptedError = (): AppError =>
  new AppError(
    'payload_encrypted',
    'The JWT app has "Enforce Request and Response Payload Encryption" switched on, so its answers cannot be read. Make a ' +
      'JWT app without it (App Settings > Dev Tools > Web/Mobile SDK), give it the API scope, publish, and sign in with it.',
  );

const hostName = (context: FailureContext): string => new URL(context.host).host;

const describe = (status: number, message: ServerMessage, context: FailureContext): Details => {
  const details: Details = { status, host: hostName(context) };
  const quoted = message.isHtml ? '' : sanitizeServerText(message.text);
  if (quoted !== '') details.serverMessage = quoted;
  if (message.code !== null && /^\w{1,40}$/.test(message.code)) details.serverCode = message.code;
  return details;
};

/** Causes that the text decides whatever the status, 200 included. Null when it decides none. */
const recogniseText = (status: number, message: ServerMessage): { code: ErrorCode; sentence: string } | null => {
  const { text } = message;
  if (says.throttled.test(text)) {
    const sentence =
      'Kore.ai limits requests to 60 a minute for each account, and the limit is reached. Wait a minute, ';
    return { code: 'throttled', sentence: `${sentence}and lower the request rate if other programs use this account.` };
  }
  if (message.isHtml) return null;
  // A failing server's own complaint ("permission denied" on a file) is not about the sign-in.
  const isServerFault = status >= 500;
  const isAboutScope = says.scope.test(text) || (status !== 401 && says.denied.test(text));
  if (!isServerFault && isAboutScope) return { code: 'auth_scope', sentence: sentences.scope };
  const isAboutToken = status === 401 || (!isServerFault && says.credential.test(text));
  if (
    message.codes.includes('4002') ||
    isAboutToken ||
    /\bjwt (expired|malformed)|invalid sdk credential/i.test(text)
  ) {
    return { code: 'auth_rejected', sentence: says.expired.test(text) ? sentences.expired : sentences.credential };
  }
  if (says.range.test(text)) return { code: 'range_too_long', sentence: sentences.range };
  return null;
};

const explainRedirect = (answer: FailedAnswer, details: Details, context: FailureContext): AppError => {
  const host = hostName(context);
  const parsed = URL.parse(firstHeader(answer.headers, 'location'), context.host);
  const target = parsed?.host ? parsed : null;
  const site = (name: string) => (/^[\d.]+$|:/.test(name) ? name : name.split('.').slice(-2).join('.'));
  // Another page of the same site means that the API is not here; a stranger in between sends to a site of its own.
  if (target === null || site(target.hostname) === site(new URL(context.host).hostname)) {
    return new AppError(
      'wrong_host',
      `${host} sends API requests on to another page, so it is probably not the API host. Check the host of this workspace; ` +
        'it is the address in the browser when you are signed in to Kore.ai.',
      { details: target === null ? details : { ...details, redirectHost: target.host } },
    );
  }
  return new AppError(
    'captive_portal',
    `The request to ${host} was sent on to ${target.host}. Usually that is the sign-in page of a guest network or company ` +
      'gateway: open any web page in a browser, sign in there, and try again. Otherwise check the host of this workspace.',
    { details: { ...details, redirectHost: target.host } },
  );
};

const explainHtml = (status: number, html: string, details: Details, context: FailureContext): AppError => {
  const host = hostName(context);
  // Kore.ai's own web app answers unknown addresses with its start page; its title tells it from a stranger's page.
  if (status < 300 && /<title[^>]*>[^<]*\bkore/i.test(html)) {
    return new AppError(
      'wrong_host',
      `${host} answered with a page of the Kore.ai web app instead of data. Check the host of this workspace.`,
      { details },
    );
  }
  return new AppError(
    'captive_portal',
    `A web page came back instead of data from ${host}. Usually it is the sign-in or block page of a guest network or ` +
      'company gateway: open any web page in a browser, sign in there, or ask the network team to allow this host. If ' +
      'other programs are online, check the host of this workspace.',
    { details },
  );
};

const explainStatus = (answer: FailedAnswer, details: Details, context: FailureContext): AppError => {
  const { status } = answer;
  const host = hostName(context);
  if (status === 404 || status === 405) {
    return new AppError(
      'wrong_host',
      `${host} has no Call Details API at this address (status ${status}). Check the host, then the account ID; the host is ` +
        'the address in the browser when you are signed in to Kore.ai.',
      { details },
    );
  }
  if (status >= 500 || status === 408) {
    return new AppError(
      'server_error',
      `Kore.ai has a problem at the moment (status ${status}). Try again later; if it lasts, give the details to Kore.ai support.`,
      { details },
    );
  }
  return new AppError(
    'bad_request',
    `Kore.ai refused the request (status ${status}). Check account ID, app ID and the channel, queue and direction filters of ` +
      'this workspace; the details say what the server named.',
    { details },
  );
};

/**
 * The error for an answer whose status is not 2xx. Codes: throttled (429, or any body that names a rate limit),
 * auth_rejected, auth_scope, range_too_long, captive_portal, wrong_host, proxy_auth, server_error, bad_request.
 * `details`: status, host, serverMessage and serverCode (made safe), retryAfterMs (throttled and server_error, when the
 * server named a time), redirectHost.
 */
export const failureFromAnswer = (answer: FailedAnswer, context: FailureContext): AppError => {
  const { status } = answer;
  const message = readServerMessage(firstHeader(answer.headers, 'content-type'), answer.bodyText);
  const details = describe(status, message, context);
  if (status === 407) {
    return new AppError('proxy_auth', 'The proxy asks for a sign-in. Put user name and password into HTTPS_PROXY.', {
      details,
    });
  }
  if (status >= 300 && status < 400) return explainRedirect(answer, details, context);
  const retryAfterMs = readRetryAfterMs(answer.headers, context.nowMs);
  if (retryAfterMs !== null && (status === 429 || status >= 500 || says.throttled.test(message.text))) {
    details.retryAfterMs = retryAfterMs;
  }
  const known = recogniseText(status, status === 429 ? { ...message, text: 'rate limit' } : message);
  if (known !== null) return new AppError(known.code, known.sentence, { details });
  // 511: Network Authentication Required, RFC 6585. A web page with 403 is a gateway's; the API itself answers in JSON.
  if (status === 511 || (status === 403 && message.isHtml)) {
    return explainHtml(status, answer.bodyText, details, context);
  }
  if (status === 401) return new AppError('auth_rejected', sentences.credential, { details });
  if (status === 403) return new AppError('auth_scope', sentences.scope, { details });
  return explainStatus(answer, details, context);
};

/**
 * The error for a 2xx answer that is a web page, is empty, or is no JSON: captive_portal, wrong_host, payload_encrypted,
 * unexpected_response.
 */
export const failureFromNonJson = (answer: FailedAnswer, context: FailureContext): AppError => {
  const { status, bodyText } = answer;
  const message = readServerMessage(firstHeader(answer.headers, 'content-type'), bodyText);
  // Raw text of a 2xx may be the beginning of a record, so that nothing of it is quoted.
  const details: Details = { status, host: hostName(context), isEmpty: bodyText.trim() === '' };
  if (message.isHtml) return explainHtml(status, bodyText, details, context);
  if (carriesCipherText(message.text.trim())) return payloadEncryptedError();
  return new AppError(
    'unexpected_response',
    `${hostName(context)} answered with something that is not data. Check the host of this workspace; if it is right, a proxy ` +
      'or gateway may be changing answers on their way.',
    { details },
  );
};

/** The error that a 2xx answer carries instead of rows; null when it carries none: see readErrorInOkBody. */
export const failureFromOkBody = (status: number, bodyText: string, context: FailureContext): AppError | null => {
  const said = readErrorInOkBody(bodyText);
  if (said === null) return null;
  const details = describe(status, said.message, context);
  const known = recogniseText(status, said.message);
  if (known !== null) return new AppError(known.code, known.sentence, { details });
  if (!said.isCertain) return null;
  return new AppError(
    'unexpected_response',
    'Kore.ai answered with a message instead of conversations. Check the settings of this workspace; the details say what ' +
      'the server named.',
    { details },
  );
};
