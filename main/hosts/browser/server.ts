// The loopback server of the browser host: the built page, POST /session, POST /call/<procedure>, GET /events. Nothing
// else is answered. Owns the HTTP side; access.ts says who may ask, ../gateway.ts what. Imports Node, hosts, the contract.
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../../ports.ts';
import { type Envelope, type Gateway, isProcedureName, maxInputBytes, refuse } from '../gateway.ts';
import { contentSecurityPolicy, noncePlaceholder, type Page, safeHeaders } from '../page.ts';
import { createAccess } from './access.ts';
import { createEventStream } from './event-stream.ts';

/** Answers every GET for the page, in development. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

export type BrowserServerOptions = {
  gateway: Gateway;
  log: Log;
  page: Page | PageHandler;
  /** 0 or left out: any free port. */
  port?: number;
};

export type BrowserServer = {
  /** Such as http://127.0.0.1:49152 */
  origin: string;
  /** An address that opens one window. */
  issueAddress(): string;
  /** For the development server's own connection to the page. */
  httpServer: Server;
  close(): Promise<void>;
};

class TooLarge extends Error {}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxInputBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
};
const answerText = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
};

const notJson = Symbol('not JSON');
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return notJson;
  }
};

const isJson = (request: IncomingMessage): boolean =>
  /^application\/json(;|$)/i.test(request.headers['content-type'] ?? '');

const notSignedIn = refuse(
  'invalid_input',
  'This window is not connected to Afterword any more. Open a new one from the terminal where Afterword runs.',
);

/** Rejects when the port is taken. */
export const startBrowserServer = async (options: BrowserServerOptions): Promise<BrowserServer> => {
  const { gateway, log, page } = options;
  let authority = '';
  const access = createAccess(() => authority);
  const stream = createEventStream(randomBytes(6).toString('hex'));
  const endEvents = gateway.onEvent(stream.send);

  const servePage = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    if (typeof page === 'function') {
      page(request, response);
      return;
    }
    const file = page.find(path);
    if (file === null) {
      answerText(response, 404, 'Nothing here.');
      return;
    }
    if (!file.isPage) {
      response.writeHead(200, { 'content-type': file.mediaType });
      response.end(request.method === 'HEAD' ? undefined : file.body);
      return;
    }
    const nonce = randomBytes(16).toString('base64');
    response.writeHead(200, {
      'content-type': file.mediaType,
      'content-security-policy': contentSecurityPolicy(nonce, "'self'"),
    });
    response.end(Buffer.from(file.body).toString('utf8').replaceAll(noncePlaceholder, nonce));
  };

  const redeem = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const key: unknown = parseJson(await readBody(request));
    const session = typeof key === 'string' ? access.redeem(key) : null;
    if (session !== null) return answer(response, 200, { session });
    log.warn('window refused', { reason: 'key' });
    answer(response, 403, notSignedIn);
  };

  const call = async (request: IncomingMessage, response: ServerResponse, name: string): Promise<void> => {
    if (!isProcedureName(name)) return answer(response, 404, refuse('invalid_input', 'There is no such procedure.'));
    const text = await readBody(request);
    const input = text === '' ? undefined : parseJson(text);
    if (input === notJson) return answer(response, 400, refuse('invalid_input', 'The input is not JSON.'));
    // A failure of the program is an answer like any other: 200 and a coded envelope.
    answer(response, 200, (await gateway.call(name, input)) satisfies Envelope);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    for (const [name, value] of Object.entries(safeHeaders)) response.setHeader(name, value);
    const refusal = access.refusal(request.headers);
    if (refusal !== null) {
      log.warn('request refused', { reason: refusal });
      return answerText(response, 403, 'Forbidden.');
    }
    const url = URL.parse(request.url ?? '', `http://${authority}`);
    if (url === null || url.host !== authority) return answerText(response, 400, 'Bad request.');
    const { method } = request;
    const path = url.pathname;
    const isCall = path.startsWith('/call/');
    if (path !== '/session' && path !== '/events' && !isCall) {
      if (method === 'GET' || method === 'HEAD') return servePage(request, response, path);
      return answerText(response, 405, 'Method not allowed.');
    }
    const isRead = path === '/events';
    if (method !== (isRead ? 'GET' : 'POST')) return answerText(response, 405, 'Method not allowed.');
    if (!isRead && !isJson(request)) return answerText(response, 415, 'Send application/json.');
    if (path === '/session') return redeem(request, response);
    if (!access.hasSession(request.headers)) return answer(response, 401, notSignedIn);
    if (isCall) return call(request, response, path.slice('/call/'.length));
    const lastId = request.headers['last-event-id'];
    stream.open(response, typeof lastId === 'string' ? lastId : null);
  };

  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      const isTooLarge = error instanceof TooLarge;
      if (!isTooLarge) log.warn('request failed', { error: error instanceof Error ? error.name : typeof error });
      if (response.headersSent) return response.destroy();
      // The rest of the body is not waited for.
      response.setHeader('connection', 'close');
      if (isTooLarge) answer(response, 413, refuse('invalid_input', 'The input is too large.'));
      else answer(response, 500, refuse('internal', 'Afterword could not answer. Try again.'));
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    origin: `http://${authority}`,
    httpServer: server,
    issueAddress: () => `http://${authority}/#${access.issueKey()}`,
    close: () =>
      new Promise((resolve) => {
        endEvents();
        stream.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
