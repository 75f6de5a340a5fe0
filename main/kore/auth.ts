// Makes the JWT for the `auth` header: signs one from a client secret, or checks and hands on a pasted one. Imports
// jose and the contract. No token or secret ever enters an error.
import { randomUUID } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { AppError } from '../../preload/contract/errors.ts';
import type { Clock, Credential } from '../ports.ts';
import type { TokenSource } from './types.ts';

const lifetimeS = 15 * 60;
/** A token is replaced this long before it ends, so that none expires on its way. */
const renewBeforeS = 60;

export type TokenDescription = {
  /** The `appId` claim: the client id of the JWT app. Null when the token has none. */
  appId: string | null;
  /** UTC epoch seconds of the `exp` claim; null when the token never expires. */
  expiresAtS: number | null;
};

const notAToken = () =>
  new AppError(
    'auth_rejected',
    'What was pasted is not a token. A Kore.ai JWT is one line of three parts with dots between them; copy it whole, ' +
      'without quotation marks.',
  );

/**
 * The token inside what a user pasted: line breaks, blanks and a leading "Bearer" are removed. Only what cannot stand in
 * a header is refused (AppError auth_rejected): encrypted tokens have five parts, and a gateway may issue opaque ones, so
 * the server is the judge of the rest.
 */
export const normalizeToken = (pasted: string): string => {
  const token = pasted
    .trim()
    .replace(/^bearer\s+/i, '')
    .replace(/\s+/g, '');
  if (!/^[\x21-\x7e]+$/.test(token) || /["']/.test(token)) throw notAToken();
  return token;
};

/** What a token says about itself. Decoded, not verified: only the server has the key. Nothing when it is not a JWT. */
export const describeToken = (token: string): TokenDescription => {
  try {
    decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    return {
      appId: typeof claims.appId === 'string' ? claims.appId : null,
      expiresAtS: typeof claims.exp === 'number' ? claims.exp : null,
    };
  } catch {
    // Encrypted or opaque: it may be good all the same.
    return { appId: null, expiresAtS: null };
  }
};

const createPastedSource = (pasted: string, clock: Clock): TokenSource => ({
  async token() {
    const token = normalizeToken(pasted);
    const { expiresAtS } = describeToken(token);
    if (expiresAtS !== null && expiresAtS * 1000 <= clock.nowMs()) {
      throw new AppError(
        'auth_rejected',
        'The pasted token has expired. Paste a new one, or sign in with Client ID and Client Secret so that Afterword ' +
          'can renew it by itself. If the token is new, check the clock of this computer.',
        { details: { expiredAt: new Date(expiresAtS * 1000).toISOString() } },
      );
    }
    return token;
  },
  refresh: () => false,
});

const createSigningSource = (clientId: string, secret: string, clock: Clock): TokenSource => {
  let current: { token: Promise<string>; issuedAtS: number } | null = null;

  // Claims: `appId` is the one the API reads; `jti` is asked for when the JWT app enforces it.
  const sign = (issuedAtS: number): Promise<string> =>
    new SignJWT({ appId: clientId })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject('afterword')
      .setJti(randomUUID())
      .setIssuedAt(issuedAtS)
      .setExpirationTime(issuedAtS + lifetimeS)
      .sign(new TextEncoder().encode(secret));

  return {
    async token() {
      if (clientId === '' || secret === '') {
        throw new AppError(
          'auth_missing',
          'The Client ID or the Client Secret is empty. Connect this workspace again.',
        );
      }
      const nowS = Math.floor(clock.nowMs() / 1000);
      // A clock set back would make a token from the future look fresh for ever.
      const isFresh =
        current !== null && nowS >= current.issuedAtS && nowS < current.issuedAtS + lifetimeS - renewBeforeS;
      if (current === null || !isFresh) current = { token: sign(nowS), issuedAtS: nowS };
      return current.token;
    },
    refresh() {
      current = null;
      return true;
    },
  };
};

/**
 * A source of tokens for one workspace. From a client secret: HS256 tokens valid for 15 minutes, shared by all requests
 * and replaced 60 s before they end. From a pasted token: that token, or AppError auth_rejected when it cannot be one or
 * says that it has expired. `refresh()` is true when the next `token()` will be a new one.
 */
export const createTokenSource = (credential: Credential, clock: Clock): TokenSource =>
  credential.kind === 'token'
    ? createPastedSource(credential.token, clock)
    : createSigningSource(credential.clientId.trim(), credential.secret.trim(), clock);
