// Loopback servers for network tests: a certificate authority made on the spot (by the openssl command), a listener that
// can be torn down whatever it is doing, and a CONNECT proxy. Owns nothing that outlives the test.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

export type Certificate = { key: string; cert: string };
export type Listening = { port: number; close: () => Promise<void> };

/** Makes an authority in `folder`; `issue` signs a certificate for names such as `DNS:kore.example.com,IP:127.0.0.1`. */
export const createAuthority = (folder: string) => {
  // One line of arguments, as in a shell; no value here holds a blank.
  const openssl = (line: string) => execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'pipe' });
  openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-Authority');
  return {
    path: join(folder, 'ca.pem'),
    issue: (name: string, altNames: string, days = 2): Certificate => {
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${altNames}\n`);
      openssl(`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
      openssl(
        `x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out ${name}.pem -days ${days} -extfile ${name}.ext`,
      );
      const read = (ending: string) => readFileSync(join(folder, `${name}.${ending}`), 'utf8');
      return { key: read('key'), cert: read('pem') };
    },
  };
};

/** Listens on a free loopback port; `close` destroys every connection, half-open ones included. */
export const startServer = async (server: Server): Promise<Listening> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => {
        server.close(() => resolve());
      });
    },
  };
};

export type ProxyPlan = {
  /** Answer to every CONNECT. */
  status?: number;
  /** Whole Proxy-Authorization value; any other is answered with 407. */
  requiredAuth?: string;
  /** Header lines of the 407. */
  headers?: string[];
  afterConnect?: 'silent';
  /** Speak TLS to the client. */
  certificate?: Certificate;
};

/** A CONNECT proxy that leads every name to `targetPort` on this machine and notes what it was asked for. */
export const createProxy = (targetPort: number, plan: ProxyPlan) => {
  const tunnels: string[] = [];
  const refuse: RequestListener = (_incoming, response) => response.writeHead(500).end('not a tunnel');
  const server = plan.certificate ? createHttpsServer(plan.certificate, refuse) : createHttpServer(refuse);
  server.on('connect', (incoming, socket: Socket) => {
    tunnels.push(String(incoming.url));
    socket.on('error', () => socket.destroy());
    const isLetIn = plan.requiredAuth === undefined || incoming.headers['proxy-authorization'] === plan.requiredAuth;
    const status = plan.status ?? (isLetIn ? 200 : 407);
    const headers = status === 407 ? (plan.headers ?? []) : [];
    socket.write([`HTTP/1.1 ${status} Made up`, ...headers, '', ''].join('\r\n'));
    if (status !== 200) {
      socket.end();
    } else if (plan.afterConnect !== 'silent') {
      const upstream = connect(targetPort, '127.0.0.1', () => socket.pipe(upstream).pipe(socket));
      upstream.on('error', () => socket.destroy());
      socket.on('close', () => upstream.destroy());
    }
  });
  return { server, tunnels };
};

/** What stands between a client that speaks TLS and a server that does not: the host's own front, or one that inspects. */
export const createFront = (certificate: Certificate, origin: string): Server =>
  createHttpsServer(certificate, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
      );
      fetch(`${origin}${incoming.url}`, { method: 'POST', headers, body: Buffer.concat(chunks) }).then(
        async (answer) => response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer())),
        () => response.destroy(),
      );
    });
  });
