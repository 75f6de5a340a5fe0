// The API of the busy bench, in a process of its own so that it takes no time of the host thread: a week of conversations
// after those of the bench's cache. Sends its address to the process that forked it.
import { makeRows } from '../kore-server/generate.ts';
import { startKoreServer } from '../kore-server/server.ts';

const [count, endS] = process.argv.slice(2).map(Number);
const server = await startKoreServer({ rows: makeRows({ seed: 77, count: count ?? 0, days: 7, endS: endS ?? 0 }) });
const { origin, token, accountId, appId } = server;
process.send?.({ origin, token, accountId, appId });
process.once('disconnect', () => process.exit(0));
