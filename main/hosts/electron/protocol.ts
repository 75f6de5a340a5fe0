// app://bundle/: the built page, and nothing else. Imports hosts and Node.
import { randomBytes } from 'node:crypto';
import { contentSecurityPolicy, noncePlaceholder, type Page, safeHeaders } from '../page.ts';
import { isOwnUrl } from './sender.ts';

/** Answers a request to the scheme. The page's own requests go over IPC: its policy lets it connect nowhere. */
export const servePage = (page: Page, request: { url: string; method: string }): Response => {
  const nothing = new Response('Nothing here.', { status: 404, headers: safeHeaders });
  if (request.method !== 'GET' || !isOwnUrl(request.url)) return nothing;
  const file = page.find(new URL(request.url).pathname);
  if (file === null) return nothing;
  const headers: Record<string, string> = { ...safeHeaders, 'content-type': file.mediaType };
  if (!file.isPage) return new Response(Buffer.from(file.body), { headers });
  const nonce = randomBytes(16).toString('base64');
  headers['content-security-policy'] = contentSecurityPolicy(nonce, "'none'");
  return new Response(Buffer.from(file.body).toString('utf8').replaceAll(noncePlaceholder, nonce), { headers });
};
