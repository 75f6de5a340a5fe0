// Which part of a connection an error speaks of: so that the form can say what is right and what is not, instead of only
// that it failed. The program tries host, sign-in, scope and app in one request; what comes before the failing part worked.
import type { ErrorCode } from '../../preload/contract/errors.ts';

export const connectionParts = ['host', 'sign-in', 'scope', 'app'] as const;
export type ConnectionPart = (typeof connectionParts)[number];
export const partLabels: Record<ConnectionPart, string> = {
  host: 'Host: reached, and it is a Kore.ai site',
  'sign-in': 'Sign-in: the token or client secret is accepted',
  scope: 'Scope: the JWT app may read call details',
  app: 'App: account id and app id belong together',
};

/** The part that failed; null when the error is about none of them. */
export const partOf = (code: ErrorCode): ConnectionPart | null => {
  switch (code) {
    case 'network_dns':
    case 'network_unreachable':
    case 'network_timeout':
    case 'network_tls':
    case 'proxy_auth':
    case 'proxy_failed':
    case 'captive_portal':
    case 'wrong_host':
      return 'host';
    case 'auth_missing':
    case 'auth_rejected':
    case 'payload_encrypted':
      return 'sign-in';
    case 'auth_scope':
      return 'scope';
    case 'bad_request':
      return 'app';
    default:
      return null;
  }
};

export type PartState = 'ok' | 'failed' | 'unknown';

/** Parts before the failing one worked, those after it were not reached. */
export const statesAfter = (failed: ConnectionPart | null): Record<ConnectionPart, PartState> => {
  const at = failed === null ? -1 : connectionParts.indexOf(failed);
  const stateAt = (index: number): PartState =>
    at < 0 ? 'unknown' : index < at ? 'ok' : index === at ? 'failed' : 'unknown';
  return { host: stateAt(0), 'sign-in': stateAt(1), scope: stateAt(2), app: stateAt(3) };
};
