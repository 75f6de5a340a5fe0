// What one request says: address, query, headers and body. Pure; imports types only. Facts: the Call Details pages of
// Kore.ai's API reference, in all their versions.
import type { Endpoint } from '../../preload/contract/conversation.ts';
import type { KoreAccount, PageRequest, RequestFilters } from './types.ts';

const endpointPaths: Record<Endpoint, string> = {
  'v1-calls': 'calldetails',
  'v2-calls': 'v2/calldetails',
  'v2-interactions': 'v2/interactionDetails',
};

/** Every group a row can be asked to carry; left out, the rows come without them. */
const selectedFields = ['skills', 'customerinfo', 'userleveltags', 'sessionleveltags', 'campaigninfo'];

/** `yyyy-MM-dd HH:mm:ss` in UTC, the form the API documents. */
const formatUtc = (atS: number): string => new Date(atS * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** The full address of one page. `account.host` is an origin without a trailing slash. */
export const buildUrl = (account: KoreAccount, request: PageRequest): string => {
  const accountId = encodeURIComponent(account.accountId);
  const path = `/agentassist/api/public/analytics/account/${accountId}/${endpointPaths[request.endpoint]}`;
  return `${account.host}${path}?offset=${request.offset}&limit=${request.limit}`;
};

/** `auth` carries the raw JWT, without "Bearer". Compression is refused: the answer is read as it arrives. */
export const buildHeaders = (account: KoreAccount, token: string): Record<string, string> => ({
  accept: 'application/json',
  'accept-encoding': 'identity',
  auth: token,
  accountId: account.accountId,
  iId: account.appId,
  'content-type': 'application/json;charset=UTF-8',
});

/** JSON text. `timeZoneOffset: 0` makes the bounds and every naive time of the answer UTC. */
export const buildBody = (request: PageRequest, filters: RequestFilters): string =>
  JSON.stringify({
    startDate: formatUtc(request.fromS),
    endDate: formatUtc(request.toS),
    timeZoneOffset: 0,
    ...(filters.channels.length > 0 ? { channels: filters.channels } : {}),
    ...(filters.queues.length > 0 ? { queues: filters.queues } : {}),
    ...(filters.direction === null ? {} : { direction: filters.direction }),
    selectedFields,
  });
