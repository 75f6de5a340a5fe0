// What one request says about every stage of the way to the data: proxy, name, connection, certificate, answer, sign-in,
// scope, rate. The stage that failed is named in the words of its error; those before it are well, those after it were not
// reached. So a support desk knows whom to ask.
import type { AppError, ErrorCode } from '../../preload/contract/errors.ts';
import type { DoctorCheck } from '../../preload/contract/procedures.ts';

const stages = ['proxy', 'name', 'connection', 'certificate', 'answer', 'sign-in', 'scope', 'rate'] as const;
type Stage = (typeof stages)[number];

const stageOfCode: Partial<Record<ErrorCode, Stage>> = {
  network_dns: 'name',
  proxy_auth: 'proxy',
  proxy_failed: 'proxy',
  network_unreachable: 'connection',
  network_timeout: 'connection',
  network_tls: 'certificate',
  captive_portal: 'answer',
  wrong_host: 'answer',
  unexpected_response: 'answer',
  server_error: 'answer',
  bad_request: 'answer',
  payload_encrypted: 'answer',
  range_too_long: 'answer',
  auth_missing: 'sign-in',
  auth_rejected: 'sign-in',
  auth_scope: 'scope',
  throttled: 'rate',
};

/** Who can help, in the support desk's own terms. */
const owner: Record<Stage, string> = {
  name: 'This is the name service (DNS)',
  proxy: 'This is the proxy',
  connection: 'This is the network or a firewall',
  certificate: 'This is the encryption (TLS)',
  answer: 'This is what answered at the address',
  'sign-in': 'This is the credential',
  scope: 'This is a right that the credential lacks',
  rate: 'This is the limit of requests',
};

export type WayFacts = {
  host: string;
  /** Address of the proxy that the environment names for this host, without its password; null without one. */
  proxy: string | null;
  /** How long the answer took. */
  ms: number | null;
  perMinute: number;
};

/** The proxy for `host` as the environment names it: the address alone. */
export const proxyOf = (host: string, env: Readonly<Record<string, string | undefined>>): string | null => {
  const { hostname, protocol } = new URL(host);
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  const value = env.https_proxy ?? env.HTTPS_PROXY ?? env.http_proxy ?? env.HTTP_PROXY ?? '';
  if (value.trim() === '' || isLoopback || protocol !== 'https:') return null;
  const url = URL.parse(value.includes('://') ? value.trim() : `http://${value.trim()}`);
  return url === null ? 'in HTTPS_PROXY' : url.host;
};

const describeWell = (stage: Stage, facts: WayFacts): string => {
  const { host, proxy, ms, perMinute } = facts;
  const name = new URL(host).host;
  switch (stage) {
    case 'name':
      return proxy === null ? `The name ${name} was found.` : `The proxy looks the name ${name} up.`;
    case 'proxy':
      return proxy === null
        ? 'None is set in HTTPS_PROXY; one that the system sets was passed.'
        : `The proxy ${proxy} let the request through.`;
    case 'connection':
      return `A connection to ${name} was made.`;
    case 'certificate':
      return host.startsWith('https:')
        ? `The certificate of ${name} is trusted by this computer.`
        : 'Not encrypted: the host is this computer.';
    case 'answer':
      return ms === null
        ? `${name} answers as the Call Details API does.`
        : `${name} answers as the Call Details API does, in ${ms} ms.`;
    case 'sign-in':
      return 'The credential was accepted.';
    case 'scope':
      return 'The credential may read conversations.';
    case 'rate':
      return `The request was not refused; the budget is ${perMinute} a minute.`;
  }
};

/** The checks for a request that ended with `failure`, or well. Throws a failure that is of no stage: it is the program's own. */
export const describeWay = (failure: AppError | null, facts: WayFacts): DoctorCheck[] => {
  // The proxy's own certificate.
  const isProxys = failure?.code === 'network_tls' && failure.details?.proxy !== undefined;
  const failedStage = failure === null ? null : isProxys ? 'proxy' : stageOfCode[failure.code];
  if (failure !== null && failedStage === undefined) throw failure;
  const failedAt = failedStage ? stages.indexOf(failedStage) : stages.length;
  return stages.map((name, index): DoctorCheck => {
    if (index < failedAt) return { name, state: 'ok', message: describeWell(name, facts) };
    if (index > failedAt) return { name, state: 'skipped', message: `Not reached: see “${failedStage}”.` };
    return { name, state: 'failed', message: `${owner[name]}. ${failure?.message ?? ''}` };
  });
};
