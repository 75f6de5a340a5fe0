// The browser host on a data folder of the bench, as a process of its own, at the instant when the made-up data end. Prints
// the address of a window as one line; ends when its standard input does.
import { join } from 'node:path';
import { startBrowserHost } from '../../main/hosts/browser/host.ts';
import { systemClock } from '../../main/hosts/clock.ts';
import { noKeychain } from '../support/key-store.ts';
import { requestedMs } from './data.ts';

const [dataDir = ''] = process.argv.slice(2);
const aheadMs = requestedMs - Date.now();
const complain = (message: string, fields: object = {}): void => {
  process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
};
const host = await startBrowserHost({
  dataDir,
  log: { debug: () => undefined, info: () => undefined, warn: complain, error: complain },
  page: join(import.meta.dirname, '../../dist/renderer'),
  env: {},
  secrets: noKeychain,
  clock: { ...systemClock, nowMs: () => Date.now() + aheadMs },
});
process.stdout.write(`${host.issueAddress()}\n`);
process.stdin.resume();
process.stdin.once('end', () => void host.close());
