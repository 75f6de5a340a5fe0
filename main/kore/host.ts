// The rule for the host a workspace talks to: what may receive the token. Imports the contract only.
import { AppError } from '../../preload/contract/errors.ts';

const refuse = (sentence: string): never => {
  // The input is never quoted: it may hold a password.
  throw new AppError('invalid_input', sentence);
};

/** True for names and addresses that cannot leave this computer: localhost, 127.0.0.0/8, ::1. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);

/**
 * Turns what a user typed or pasted (`platform.kore.ai`, or any address of the Kore.ai site) into an origin such as
 * `https://platform.kore.ai`. Path, query and trailing slash are dropped. Plain http is for loopback only, because the
 * token travels in a header. Throws AppError invalid_input.
 */
export const validateHost = (host: string): string => {
  const typed = host.trim();
  if (typed === '')
    refuse('The host is empty. Enter the address of your Kore.ai site, such as https://platform.kore.ai.');
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(typed) ? typed : `https://${typed}`);
  // The URL parser has lower-cased and decoded the name, so that only these characters can be left in a good one.
  if (url === null || !/^(\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?)$/.test(url.hostname)) {
    return refuse(
      'The host is not an address. Enter a name such as platform.kore.ai, or its address with https:// in front.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    refuse('The host holds a user name or password. Enter the address alone, without anything before an @.');
  }
  if (url.protocol === 'http:') {
    if (!isLoopback(url.hostname)) {
      refuse('The host starts with http://, which would send the sign-in unprotected. Use https:// instead.');
    }
  } else if (url.protocol !== 'https:') {
    refuse('The host must start with https://. Enter an address such as https://platform.kore.ai.');
  }
  return url.origin;
};
