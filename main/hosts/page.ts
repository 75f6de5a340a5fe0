// The built page as both windows serve it: which files there are, their types, and the policy that lets the page load
// nothing else. Imports Node only.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix, relative, sep } from 'node:path';

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

/** Stands in the built page where each answer puts a nonce of its own; see vite.config.ts. */
export const noncePlaceholder = 'AFTERWORD_CSP_NONCE';

/**
 * The policy. `connect`: where the page may send requests; none at all in Electron. The nonce is for the style elements
 * that the component library makes; a style attribute in text from a customer stays without effect.
 */
export const contentSecurityPolicy = (nonce: string, connect: "'self'" | "'none'"): string =>
  [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "frame-src 'none'",
    "object-src 'none'",
    "worker-src 'none'",
  ].join('; ');

export type PageFile = { body: Uint8Array; mediaType: string; isPage: boolean };

export type Page = {
  /** The file behind the path of an address, already decoded; null when the page has none. `/` is the page itself. */
  find(path: string): PageFile | null;
};

/**
 * Reads the names of all files below `folder` once: a request is looked up in that list and never becomes a path, so
 * there is nothing to traverse. Throws when there is no index.html.
 */
export const openPage = (folder: string): Page => {
  const paths = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || mediaTypes[extname(entry.name)] === undefined) continue;
    const path = join(entry.parentPath, entry.name);
    paths.set(`/${relative(folder, path).split(sep).join(posix.sep)}`, path);
  }
  if (!paths.has('/index.html')) throw new Error(`no index.html in ${folder}`);
  return {
    find(path) {
      const name = path === '/' ? '/index.html' : path;
      const file = paths.get(name);
      if (file === undefined) return null;
      return {
        body: readFileSync(file),
        mediaType: mediaTypes[extname(file)] ?? 'application/octet-stream',
        isPage: name === '/index.html',
      };
    },
  };
};

/** Headers of every answer, whatever it carries. */
export const safeHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), clipboard-read=()',
  'cache-control': 'no-store',
};
