// Turns an error thrown on the way to the API (name service, connection, TLS, deadlines, a broken answer) into a coded
// error with a sentence that says what to do. Pure. Imports the contract only; knows undici by its error codes.
import { AppError, type ErrorCode } from '../../preload/contract/errors.ts';

type Explanation = { code: ErrorCode; sentence: (host: string) => string };

const corporateAuthority =
  'If your company inspects encrypted traffic, its certificate authority must be known here: install it in the certificate ' +
  'store of this computer, or name its file in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE.';

const dns: Explanation = {
  code: 'network_dns',
  sentence: (host) =>
    `The name ${host} cannot be found. Check that this computer is online (and on the VPN, if your company uses one), then ` +
    'the spelling of the host in this workspace.',
};
const unreachable: Explanation = {
  code: 'network_unreachable',
  sentence: (host) =>
    `No connection to ${host}. Check that this computer is online and that a firewall or VPN does not block this host; if ` +
    'your company uses a proxy, set HTTPS_PROXY.',
};
const broken: Explanation = {
  code: 'network_unreachable',
  sentence: (host) =>
    `The connection to ${host} broke off before the answer was complete. Try again; if it happens often, a proxy, VPN or ` +
    'firewall may be cutting connections.',
};
const timeout = (what: string): Explanation => ({
  code: 'network_timeout',
  sentence: (host) =>
    `${host} ${what}. Try again; if it happens often, check the network and VPN of this computer, or whether Kore.ai ` +
    'reports a disturbance.',
});
const unknownAuthority: Explanation = {
  code: 'network_tls',
  sentence: (host) =>
    `The certificate shown for ${host} comes from an authority this computer does not know. ${corporateAuthority}`,
};
const outOfDate: Explanation = {
  code: 'network_tls',
  sentence: (host) =>
    `The certificate shown for ${host} is not valid today. Check date and time of this computer; if they are right, tell the ` +
    'owner of the host. Afterword never connects without a valid certificate.',
};
const otherName: Explanation = {
  code: 'network_tls',
  sentence: (host) =>
    `The certificate shown for ${host} belongs to another name. Check the host of this workspace; on a guest network sign in ` +
    'with a browser first.',
};
const noHandshake: Explanation = {
  code: 'network_tls',
  sentence: (host) =>
    `No secure connection to ${host} could be agreed on. Check the host and its port; a firewall or proxy that inspects ` +
    'encrypted traffic may also be in the way.',
};
const notHttp: Explanation = {
  code: 'unexpected_response',
  sentence: (host) =>
    `${host} did not answer in HTTP. Check the host and its port; a proxy or gateway may also be changing answers.`,
};
const proxy: Explanation = {
  code: 'proxy_failed',
  sentence: () =>
    'The proxy could not open a connection. Check HTTPS_PROXY and that the proxy allows the Kore.ai host.',
};

// Codes of Node (errno, OpenSSL verification) and of undici (UND_ERR_*).
const byCode: Record<string, Explanation> = {
  ENOTFOUND: dns,
  EAI_AGAIN: dns,
  EAI_NODATA: dns,
  EAI_NONAME: dns,
  EAI_FAIL: dns,
  ECONNREFUSED: unreachable,
  EHOSTUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENETUNREACH: unreachable,
  ENETDOWN: unreachable,
  EADDRNOTAVAIL: unreachable,
  EACCES: unreachable,
  EPERM: unreachable,
  ECONNRESET: broken,
  ECONNABORTED: broken,
  EPIPE: broken,
  UND_ERR_SOCKET: broken,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: broken,
  UND_ERR_CONNECT_TIMEOUT: timeout('could not be reached in time'),
  ETIMEDOUT: timeout('could not be reached in time'),
  UND_ERR_HEADERS_TIMEOUT: timeout('took the request but did not answer in time'),
  UND_ERR_BODY_TIMEOUT: timeout('stopped in the middle of its answer'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  DEPTH_ZERO_SELF_SIGNED_CERT: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  INVALID_CA: unknownAuthority,
  CERT_HAS_EXPIRED: outOfDate,
  CERT_NOT_YET_VALID: outOfDate,
  ERR_TLS_CERT_ALTNAME_INVALID: otherName,
  HOSTNAME_MISMATCH: otherName,
  EPROTO: noHandshake,
  UND_ERR_HEADERS_OVERFLOW: notHttp,
  UND_ERR_ABORTED: proxy,
  UND_ERR_PRX_TLS: proxy,
  UND_ERR_PRX_CONN: proxy,
  UND_ERR_INVALID_ARG: {
    code: 'invalid_input',
    sentence: () => 'The account ID or app ID of this workspace holds characters that cannot be sent. Correct them.',
  },
  UND_ERR_CLOSED: { code: 'cancelled', sentence: () => 'The program was closing.' },
  UND_ERR_DESTROYED: { code: 'cancelled', sentence: () => 'The program was closing.' },
};

const byPrefix: [string, Explanation][] = [
  ['HPE_', notHttp],
  ['ERR_SSL_', noHandshake],
  ['ERR_TLS_', noHandshake],
  ['CERT_', noHandshake],
];

/** The code of an error, of one it collects (several addresses of one name tried in vain), or of its cause. */
const readCode = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null;
  if (code !== null) return code;
  // undici's own parser gives its errors a name and no code.
  if (error.name === 'HTTPParserError') return 'HPE_INVALID';
  const inner: unknown[] = error instanceof AggregateError ? error.errors : [];
  return inner.map(readCode).find((found) => found !== null) ?? (error.cause ? readCode(error.cause) : null);
};

/**
 * The error for a request that got no complete answer. An AppError (of the proxy hop, of the token source) passes as it
 * is. Codes: network_dns, network_unreachable, network_timeout, network_tls, proxy_failed, unexpected_response,
 * invalid_input, cancelled; internal for what is no network error at all. `details`: host, reason (the platform's code).
 * The original is not attached as cause: its texts and properties are not ours to vouch for.
 */
export const failureFromNetwork = (error: unknown, host: string): AppError => {
  if (error instanceof AppError) return error;
  const name = new URL(host).host;
  const reason = readCode(error);
  const details = { host: name, reason: reason ?? 'unknown' };
  if (reason === null) {
    const kind = error instanceof Error ? error.name : typeof error;
    return new AppError('internal', `The request to ${name} failed for a reason inside this program (${kind}).`, {
      details,
    });
  }
  const explanation = byCode[reason] ?? byPrefix.find(([prefix]) => reason.startsWith(prefix))?.[1] ?? unreachable;
  return new AppError(explanation.code, explanation.sentence(name), { details });
};

/** The whole-request deadline has passed. */
export const requestTimeoutError = (host: string): AppError => {
  const name = new URL(host).host;
  return new AppError('network_timeout', timeout('did not finish its answer in time').sentence(name), {
    details: { host: name, reason: 'request deadline' },
  });
};
