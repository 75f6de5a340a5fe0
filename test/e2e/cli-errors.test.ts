// Every class of failure as a user of the command line meets it: the exit code, an empty standard output, and a sentence
// that says what to do. The real program runs as a child process against the simulator.

import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { searchResultSchema } from '../../preload/contract/procedures.ts';
import type { Fault } from '../kore-server/faults.ts';
import { type KoreRequest, type KoreServer, type KoreServerOptions, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from '../support/app.ts';
import {
  type CliRun,
  connectCli,
  connectWords,
  credentialOf,
  expectFailure,
  runCli,
  runJson,
  runWell,
  startCli,
} from '../support/cli.ts';
import { agentRow, baseS, objectIdAt } from '../support/rows.ts';

const root = makeTempDir();
const cleanups: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const clean of cleanups) await clean();
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
const newDataDir = (): string => {
  folders += 1;
  return join(root, `data-${folders}`);
};
const startServer = async (options: KoreServerOptions = {}): Promise<KoreServer> => {
  const server = await startKoreServer(options);
  cleanups.push(() => server.close());
  return server;
};
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => {
    const startedS = baseS + index * 60;
    return {
      v2: agentRow({ conversationId: `c-${index}`, sessionId: objectIdAt(startedS, index + 1) }, startedS),
    };
  });
const theDay = ['--from', '2025-09-30', '--to', '2025-09-30'];

/** What `connect` says, with its one small request, to a server that behaves like this. */
const connectTo = async (options: KoreServerOptions, secret?: string): Promise<CliRun> => {
  const server = await startServer(options);
  const env = { AFTERWORD_CLIENT_SECRET: secret ?? server.clientSecret };
  const run = await runCli(connectWords(server), { dataDir: newDataDir(), env });
  expect(server.requests).toHaveLength(1);
  return run;
};
const failingWith = (fault: Fault): KoreServerOptions => ({ onRequest: () => fault });
const refusing = (status: number, msg: string, code = status): KoreServerOptions =>
  failingWith({ kind: 'status', status, body: JSON.stringify({ errors: [{ msg, code }] }) });

describe('sign-in', () => {
  test('a wrong secret: 401 with code 4002', async () => {
    const run = await connectTo({}, 'a-secret-of-another-app');
    expectFailure(run, 77, /refused the sign-in\. Check.*Client ID and Client Secret.*account ID and app ID/);
  });

  test('code 4002 under another status', async () => {
    expectFailure(await connectTo(failingWith({ kind: 'wrong-credential', status: 400 })), 77, /refused the sign-in/);
  });

  test('a token that has expired at the server', async () => {
    expectFailure(await connectTo(failingWith({ kind: 'expired-token' })), 77, /no longer valid\. Paste a new token/);
  });

  test('a missing scope: 403', async () => {
    expectFailure(await connectTo({ hasScope: false }), 77, /API Scope tick the scope "SmartAssist Analytics"/);
  });

  test('an app that was not published', async () => {
    expectFailure(await connectTo(refusing(403, 'The app is not published')), 77, /save, and publish the app/);
  });

  test('payload encryption switched on', async () => {
    const run = await connectTo(failingWith({ kind: 'encrypted' }));
    expectFailure(run, 77, /Payload Encryption.*JWT app without it|JWT app without.*Payload Encryption/);
  });

  test('what was pasted is no token', async () => {
    const server = await startServer();
    const options = { dataDir: newDataDir(), input: '"not a token"\n' };
    const run = await runCli(connectWords(server, ['--token-stdin']), options);
    expectFailure(run, 77, /not a token.*copy it whole/);
    expect(run.stderr).not.toContain('"not a token');
    expect(server.requests).toHaveLength(0);
  });

  test('no credential anywhere: connect and sync name the ways to give one', async () => {
    const server = await startServer();
    const options = { dataDir: newDataDir() };
    const ways = /AFTERWORD_TOKEN.*AFTERWORD_CLIENT_SECRET.*CREDENTIALS_DIRECTORY/;
    expectFailure(await runCli(connectWords(server), options), 77, ways);
    await connectCli(server, options);
    expectFailure(await runCli(['sync', ...theDay], options), 77, ways);
    expect(server.requests).toHaveLength(0);
  });

  test('a client secret without a client id', async () => {
    const server = await startServer();
    const at = connectWords(server).indexOf('--client-id');
    const words = connectWords(server).toSpliced(at, 2);
    const options = { dataDir: newDataDir(), env: credentialOf(server) };
    expectFailure(await runCli(words, options), 77, /no client id\. Connect it again with --client-id/);
  });
});

describe('the way to the server', () => {
  test('a wrong host: 404 with a web page', async () => {
    const body = '<!doctype html><title>Not found</title>';
    const fault: Fault = { kind: 'status', status: 404, body, headers: { 'content-type': 'text/html' } };
    expectFailure(await connectTo(failingWith(fault)), 69, /no Call Details API at this address.*Check the host/);
  });

  test('a host name that does not exist', async () => {
    const server = { origin: 'https://kore.invalid', accountId: 'a', appId: 'st-1', clientId: 'cs-1' };
    const env = { AFTERWORD_CLIENT_SECRET: 'made-up' };
    const run = await runCli(connectWords(server), { dataDir: newDataDir(), env });
    expectFailure(run, 69, /kore\.invalid cannot be found.*online.*spelling of the host/);
  });

  test('a captive portal that answers 200 with its own page', async () => {
    expectFailure(await connectTo(failingWith({ kind: 'html' })), 69, /sign in.*browser|browser.*sign in/i);
  });

  test('a captive portal that sends the request elsewhere', async () => {
    const fault: Fault = { kind: 'redirect', location: 'https://portal.example.net/login' };
    expectFailure(await connectTo(failingWith(fault)), 69, /portal\.example\.net.*open any web page in a browser/);
  });

  test('a server that is down', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const gone = { origin: `http://127.0.0.1:${port}`, accountId: 'a', appId: 'st-1', clientId: 'cs-1' };
    const env = { AFTERWORD_CLIENT_SECRET: 'made-up' };
    const run = await runCli(connectWords(gone), { dataDir: newDataDir(), env });
    expectFailure(run, 69, new RegExp(`No connection to 127\\.0\\.0\\.1:${port}.*online.*firewall or VPN`));
  });

  test('a connection that breaks off', async () => {
    expectFailure(await connectTo(failingWith({ kind: 'reset' })), 69, /broke off.*Try again/);
  });

  test('a server with a fault of its own', async () => {
    const run = await connectTo(failingWith({ kind: 'server-error', status: 503 }));
    expectFailure(run, 69, /has a problem at the moment \(status 503\)\. Try again later/);
  });

  test('an answer cut off in the middle', async () => {
    const rows = rowsOf(3);
    const run = await connectTo({ rows, ...failingWith({ kind: 'truncated-json' }) });
    expectFailure(run, 69, /cut off or not valid JSON\. Try again/);
  });

  test('a range that is too long', async () => {
    const run = await connectTo(refusing(400, "The days' range can't be more than seven days."));
    expectFailure(run, 69, /seven days at most.*--from and --to/);
  });

  test('a budget that is spent', async () => {
    expectFailure(await connectTo(failingWith({ kind: 'throttled' })), 69, /60 a minute.*Wait a minute/);
  });

  test('plain http to another machine', async () => {
    const server = { origin: 'http://kore.example.com', accountId: 'a', appId: 'st-1', clientId: 'cs-1' };
    const run = await runCli(connectWords(server), { dataDir: newDataDir(), env: { AFTERWORD_TOKEN: 'x' } });
    expectFailure(run, 2, /unprotected\. Use https/);
  });
});

describe('what was typed', () => {
  const options = { dataDir: newDataDir() };
  beforeAll(async () => {
    await connectCli(await startServer(), options);
  });

  test.each([
    ['no such workspace', ['sync', 'Nowhere'], /no workspace called “Nowhere”\. There are: Test\./],
    ['no such workspace for a search', ['search', 'x', '--workspace', 'Nowhere'], /There are: Test\./],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'.*\n.*afterword help/],
    ['an unknown option', ['coverage', '--frobnicate'], /unknown option '--frobnicate'.*\n.*afterword help/],
    ['an unknown option of a search', ['search', 'x', '--limt', '3'], /no option “--limt”.*afterword help search/],
    ['an option without its value', ['sync', '--from'], /'--from <time>' argument missing/],
    ['a missing option', ['scorecard'], /required option '--period <period>'/],
    ['a limit that is no number', ['search', 'x', '--limit', 'many'], /“many” is not a whole number/],
    ['a limit beyond reason', ['search', 'x', '--limit', '1000000'], /Limit must be at most 1000\./],
    ['a bad period', ['scorecard', '--period', '2025-13'], /"2025-13" is not a period.*Write a day \(2025-09-30\)/],
    ['a period backwards', ['scorecard', '--period', '2025-09-30..2025-09-01'], /ends before it starts/],
    ['a bad zone', ['scorecard', '--period', '2025-09', '--zone', 'Mars/Base'], /IANA name such as Europe\/Berlin/],
    ['a bad time', ['sync', '--from', 'soon'], /"soon" is not a date or time\. Write 2025-09-30/],
    ['a year that was mistyped', ['sync', '--from', '0202-11-10', '--to', '0202-11-11'], /before 2013.*Check the year/],
    ['an end without a beginning', ['sync', '--to', '2025-01-01'], /--from/],
    ['a search for nothing', ['search', '😀'], /no letter or digit here to look for/],
    [
      'an export of nothing',
      ['export', 'conversations', '--query', '%', '--format', 'csv', '--out', '-'],
      /no letter or digit/,
    ],
    ['a range in the future', ['sync', '--from', '2099-01-01'], /lies in the future\. Check --from and --to/],
    ['a field that is misspelt', ['search', 'refund', 'agnet:ada'], /at character 8:.*Did you mean “agent:”/],
    ['an open quotation mark', ['search', 'refund "my bill'], /at character 8: this quotation mark is never closed/],
    ['a field without a value', ['search', 'agent:""'], /at character 1: “agent:” wants a value/],
    ['a date that is none in a search', ['search', 'refund after:2025-13-01'], /2025-13-01.*is not a period/],
    ['only unwanted words', ['search', '-refund'], /only unwanted words/],
    ['a report that does not exist', ['report', 'horoscope', '--period', '2025-09'], /There are: agent-scorecards/],
    ['a team that is not there', ['team', 'remove', 'Nowhere'], /no team “Nowhere”.*There is none yet/],
    ['a metric that is none', ['figure', 'luck', '--period', '2025-09'], /no metric “luck”/],
    ['hours that are none', ['settings', 'set', '--opening-hours', 'noon'], /Write “mon-fri 09:00-17:00/],
    [
      'a target that means nothing',
      ['target', 'set', 'serviceLevel', '0.8', '--by', 'agent'],
      /means nothing by agent/,
    ],
    ['an unknown conversation', ['show', 'c-unknown'], /no conversation “c-unknown” in the cache/],
    ['nothing to forget', ['forget', '--yes'], /either --customer KEY or --older-than 400d/],
    ['two things to forget', ['forget', '--customer', 'abc', '--older-than', '400d', '--yes'], /either --customer KEY/],
    [
      'a customer nobody is',
      ['forget', '--customer', 'phone:abc', '--yes'],
      /no conversation has that key.*no field name before it/,
    ],
    [
      'a target beyond all shares',
      ['target', 'set', 'acceptRate', '90', '--by', 'agent'],
      /between 0 and 1: write 0\.9 for 90 %/,
    ],
    ['a weight beyond all shares', ['settings', 'set', '--weight', 'acceptRate=1:0:95'], /between 0 and 1/],
    [
      'a name with an escape',
      ['report', 'define', 'a\u001b[31mb', 'surveys', '--period', 'last-week'],
      /no line breaks or control characters/,
    ],
    [
      'an escape in what was typed',
      ['report', 'a\u001b[31mb', '--period', 'last-week', '--out', '.'],
      /no report “a \[31mb”/,
    ],
    ['an age that is none', ['forget', '--older-than', 'long', '--yes'], /Write 400d/],
    ['consent that nobody can give', ['forget', '--older-than', '400d'], /add --yes/],
    [
      'a format that does not exist',
      ['export', 'segments', '--format', 'docx', '--out', '-'],
      /There are: csv, ndjson/,
    ],
  ])('%s', async (_name, words, sentence) => {
    expectFailure(await runCli(words, options), 2, sentence);
  });

  test('which of several workspaces', async () => {
    const several = { dataDir: newDataDir() };
    const server = await startServer();
    await connectCli(server, several);
    await runWell(connectWords(server, ['--unchecked']).with(1, 'Second'), several);
    expectFailure(await runCli(['coverage'], several), 2, /Name one of: Test, Second\./);
  });

  test('no workspace yet', async () => {
    const run = await runCli(['search', 'refund'], { dataDir: newDataDir() });
    expectFailure(run, 2, /no workspace yet\. Connect one with “afterword connect”, or try “afterword sample”/);
  });

  test('an empty pipe where a secret should be', async () => {
    const run = await runCli(connectWords(await startServer(), ['--secret-stdin']), { dataDir: newDataDir() });
    expectFailure(run, 2, /pipe the secret or token into this command/);
  });

  test('a name that is taken by another account', async () => {
    const other = { ...(await startServer()), accountId: 'another' };
    const run = await runCli(connectWords(other, ['--unchecked']), options);
    expectFailure(run, 2, /their conversations must not mix\. Choose another name/);
  });

  test('a name with a terminal’s control characters, an account id with a path', async () => {
    const server = await startServer();
    const named = connectWords(server, ['--unchecked']).with(1, 'a\nb\u001b[31mred');
    expectFailure(await runCli(named, options), 2, /no line breaks or control characters/);
    const words = connectWords({ ...server, accountId: '../..' }, ['--unchecked']).with(1, 'Other');
    expectFailure(await runCli(words, options), 2, /the account id consists of letters/);
  });
});

describe('files', () => {
  const options = { dataDir: newDataDir() };
  const file = join(root, 'a-file');
  const pipe = join(root, 'a-pipe');
  beforeAll(async () => {
    writeFileSync(file, 'not a folder');
    execFileSync('mkfifo', [pipe]);
    const server = await startServer({ rows: rowsOf(3) });
    await connectCli(server, options);
    await runWell(['sync', ...theDay], { ...options, env: credentialOf(server) });
  });

  test('an output folder that cannot be made', async () => {
    const words = ['report', 'agent-scorecards', '--period', '2025-09', '--out', join(file, 'reports')];
    expectFailure(await runCli(words, options), 73, /a-file is not a folder\. Choose another one/);
  });

  test.skipIf(process.platform !== 'linux')('a folder where the system makes none', async () => {
    const words = ['report', 'agent-scorecards', '--period', '2025-09', '--out', '/proc/reports'];
    expectFailure(await runCli(words, options), 73, /\/proc/);
  });

  test('a device instead of a file, which must stay what it is', async () => {
    const run = await runCli(['export', 'conversations', '--format', 'csv', '--out', pipe], options);
    expectFailure(run, 73, /is no ordinary file.*give “-”/);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test('a link to a file: the file is written, the link stays', async () => {
    const real = join(root, 'real.csv');
    const link = join(root, 'link.csv');
    writeFileSync(real, '');
    symlinkSync(real, link);
    await runWell(['export', 'conversations', '--format', 'csv', '--out', link], options);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8').split('\n').length).toBeGreaterThan(3);
  });

  test.each(['library.db', 'workspaces/rows.csv'])('Afterword’s own %s is not written over', async (name) => {
    const target = join(options.dataDir, name);
    const run = await runCli(['export', 'conversations', '--format', 'csv', '--out', target], options);
    expectFailure(run, 73, /Afterword keeps its data in .*Choose another place/);
    await runWell(['coverage'], options);
  });

  test('an output folder that does not exist', async () => {
    const target = join(root, 'nowhere', 'rows.csv');
    const run = await runCli(['export', 'conversations', '--format', 'csv', '--out', target], options);
    expectFailure(run, 73, /nowhere does not exist\. Create it or choose another one/);
  });

  test('a data folder that cannot be made', async () => {
    const run = await runCli(['coverage'], { dataDir: join(file, 'data') });
    expectFailure(run, 73, /data folder|not a folder/);
  });

  test('a folder where the output file should be', async () => {
    const run = await runCli(['export', 'conversations', '--format', 'csv', '--out', root], options);
    expectFailure(run, 73, /is a folder\. Choose another file name/);
  });

  test.each([
    ['WAL', 'wal'],
    ['rollback journal', 'delete'],
  ])('library.db from the future (%s) is refused and not touched', async (_name, mode) => {
    const dataDir = newDataDir();
    mkdirSync(dataDir, { mode: 0o700 });
    const path = join(dataDir, 'library.db');
    const db = new Database(path);
    db.pragma(`journal_mode = ${mode}`);
    db.exec('CREATE TABLE of_the_future (id INTEGER PRIMARY KEY)');
    db.pragma('user_version = 999');
    db.close();
    const before = readFileSync(path);
    const run = await runCli(['coverage'], { dataDir });
    expectFailure(
      run,
      70,
      /library\.db was written by a newer Afterword.*Install the newer version; nothing was changed/,
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('cache.db from the future is refused and not touched', async () => {
    const future = { dataDir: newDataDir() };
    const server = await startServer({ rows: rowsOf(1) });
    const { id } = (await runJson(connectWords(server, ['--unchecked']), future)) as { id: string };
    const path = join(future.dataDir, 'workspaces', id, 'cache.db');
    await runWell(['sync', ...theDay], { ...future, env: credentialOf(server) });
    const db = new Database(path);
    db.pragma('user_version = 999');
    db.close();
    const before = readFileSync(path);
    const sentence = /cache\.db\) was written by a newer Afterword.*Install the newer version/;
    expectFailure(await runCli(['search', 'bill'], future), 70, sentence);
    expectFailure(await runCli(['sync', ...theDay], { ...future, env: credentialOf(server) }), 70, sentence);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('a cache.db that is none', async () => {
    const damaged = { dataDir: newDataDir() };
    const server = await startServer();
    const { id } = (await runJson(connectWords(server, ['--unchecked']), damaged)) as { id: string };
    mkdirSync(join(damaged.dataDir, 'workspaces', id), { recursive: true });
    writeFileSync(
      join(damaged.dataDir, 'workspaces', id, 'cache.db'),
      'no database, but long enough to be one'.repeat(99),
    );
    const run = await runCli(['search', 'bill'], damaged);
    expect(run.stderr).toMatch(/was damaged\. It was put aside and rebuilt with 0 conversations.*Sync now/);
    expect(run.code).toBe(0);
    expect(readdirSync(join(damaged.dataDir, 'workspaces', id, 'damaged'))).toHaveLength(1);
  });
});

describe('a sync', () => {
  test('while another one runs: 75; the first one ends on SIGTERM: 130', async () => {
    const held = Promise.withResolvers<void>();
    const server = await startServer({
      rows: rowsOf(3),
      onRequest: () => {
        held.resolve();
        return { kind: 'slow-headers', ms: 25_000 };
      },
    });
    const options = { dataDir: newDataDir(), env: credentialOf(server) };
    await connectCli(server, options);
    const first = startCli(['sync', ...theDay], options);
    await held.promise;
    const second = await runCli(['sync', ...theDay], options);
    expectFailure(second, 75, /Another sync of this workspace is running\. Wait for it to end/);
    first.child.kill('SIGTERM');
    expectFailure(await first.done, 130, /[Cc]ancelled/);
  });

  test('with more than 1 % unreadable records: 65, and the good rows are kept', async () => {
    const bad = (n: number) => ({
      v2: {
        ...agentRow({}, baseS),
        conversationId: `bad-${n}`,
        sessionId: objectIdAt(baseS, 900 + n),
        destinations: 'x',
      },
    });
    const server = await startServer({ rows: [...rowsOf(50), bad(1), bad(2)] });
    const options = { dataDir: newDataDir(), env: credentialOf(server) };
    await connectCli(server, options);
    const run = await runCli(['sync', ...theDay], options);
    expectFailure(
      run,
      65,
      /2 of 52 records could not be read, more than 1 %.*what could be read is kept.*afterword doctor/,
    );
    expect(searchResultSchema.parse(await runJson(['search'], options)).total).toBe(50);
    const doctor = await runCli(['doctor'], options);
    expect(doctor.stdout).toMatch(/warning.*2 records could not be read.*destinations/);
  });

  test('of which a window fails: the rest is kept, the summary says so, 69', async () => {
    const isBad = (request: KoreRequest): boolean => JSON.stringify(request.body).includes('"startDate":"2025-09-30');
    const server = await startServer({
      rows: rowsOf(3),
      onRequest: (_n, request) =>
        isBad(request) ? { kind: 'status', status: 400, body: '{"errors":[{"msg":"No.","code":400}]}' } : undefined,
    });
    const options = { dataDir: newDataDir(), env: credentialOf(server) };
    await connectCli(server, options);
    const run = await runCli(['sync', '--from', '2025-09-29', '--to', '2025-09-30', '--json'], options);
    expect(run.code).toBe(69);
    expect(run.stderr).toMatch(/1 stretches could not be fetched; the next sync tries them again/);
    expect(JSON.parse(run.stdout)).toMatchObject({ windows: { failed: 1 } });
  });

  test('against a server that refuses the sign-in stops at once', async () => {
    const server = await startServer({ rows: rowsOf(3) });
    const options = { dataDir: newDataDir(), env: { AFTERWORD_CLIENT_SECRET: 'a-secret-of-another-app' } };
    await connectCli(server, options);
    expectFailure(await runCli(['sync', ...theDay], options), 77, /refused the sign-in/);
    // Once more with a new token, and no more.
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });
});
