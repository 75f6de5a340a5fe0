// Secrets and personal data stay where they belong. Runs the real program through a working day with canaries for a
// client secret, a token and a customer, and afterwards looks for their bytes everywhere: output, log, process list,
// every file. Then has the customer forgotten, and looks again.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join, relative } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../preload/contract/privacy.ts';
import { searchResultSchema } from '../../preload/contract/procedures.ts';
import { makeRows } from '../kore-server/generate.ts';
import { type Fault, type KoreRow, type KoreServer, startKoreServer } from '../kore-server/server.ts';
import { makeTempDir } from '../support/app.ts';
import { type CliOptions, type CliRun, connectWords, runJson, runWell, startCli } from '../support/cli.ts';
import { findProgram } from '../support/ensure-system.ts';
import { findInFiles } from '../support/keyring.ts';
import {
  agentRow,
  answeredAgent,
  baseS,
  botOnlyRow,
  objectIdAt,
  outboundRow,
  queueEntry,
  type RawRow,
  v1AgentRow,
} from '../support/rows.ts';

const secret = 'canarysecret-7d1c5a9e3b';
const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signature = 'canarytokensignature7d1c5a9e3b';
const token = `${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ appId: 'canary' })}.${signature}`;
const phone = '+12025550177';
const email = 'zanzibar.canary@example.com';
const [firstName, lastName] = ['Zanzibarcanary', 'Quillcanary'];
const userId = 'u-canary00-1111-5222-8333-444455556666';
const agent = {
  agentId: 'u-agentcanary-1111-5222-8333-444455556666',
  name: 'Pepperagentcanary Mill',
  email: 'pepperagentcanary@example.com',
};

// Lower case, as the search index keeps words; short enough to be found where it cuts off common beginnings.
const customerNeedles = ['2025550177', '555-0177', 'zanzibar.canary', 'nzibarcanary', 'uillcanary', 'u-canary00'];
const agentNeedles = ['agentcanary'];
const findNeedles = (content: Buffer | string, needles: readonly string[]): string[] => {
  const text = (typeof content === 'string' ? content : content.toString('latin1')).toLowerCase();
  return needles.filter((needle) => text.includes(needle));
};

const note = `Call ${firstName} ${lastName} back at +1 (202) 555-0177 or ${phone}, or write to ${email}.`;
const customerinfo = {
  CustomerPhone: phone,
  CenterPhone: '+12025550100',
  CustomerFirstName: firstName,
  CustomerLastName: lastName,
  CustomerEmail: email,
};
const sessionleveltags = [{ name: 'callerNumber', value: phone }];
const personal = (startedS: number, ordinal: number): RawRow => ({
  conversationId: `c-canaryrow-${ordinal}`,
  sessionId: objectIdAt(startedS, ordinal),
  userId,
  customerinfo,
  metaInfo: { caller: phone, callee: '+12025550100', firstName, lastName, userId },
  sessionleveltags,
  dispositionRemarks: [note],
  destinations: [
    queueEntry(startedS + 10, { respondingAgent: answeredAgent(startedS + 10, agent, { agentNotes: [note] }) }),
  ],
});
const answered: KoreRow = {
  v1: v1AgentRow({ ...personal(baseS, 501), csatFeedback: `${firstName} says thanks` }, baseS),
  v2: agentRow(personal(baseS, 501), baseS),
};
const outbound: KoreRow = {
  v2: outboundRow(
    {
      ...personal(baseS + 60, 502),
      // Outbound rows carry the two numbers swapped.
      customerinfo: { ...customerinfo, CustomerPhone: '+12025550100', CenterPhone: phone },
      metaInfo: { caller: '+12025550100', callee: phone, endUserNumber: phone, userId },
    },
    baseS + 60,
  ),
};
/** A record that cannot be read, with personal data wherever a careless message might quote it. */
const unreadable: KoreRow = {
  v2: {
    ...agentRow(personal(baseS + 120, 503), baseS + 120),
    destinations: [{ destinationType: phone, [`${firstName} ${phone}`]: email, respondingAgent: `${email} ${phone}` }],
  },
};
const others = makeRows({ seed: 7, count: 250, days: 1, endS: baseS + 43_200 });
const period = ['--from', '2025-09-30', '--to', '2025-09-30'];

type Recorded = CliRun & { words: string[]; isPersonal: boolean };

const root = makeTempDir();
const out = join(root, 'out');
const temporary = join(root, 'tmp');
mkdirSync(out);
mkdirSync(temporary);
afterAll(() => rmSync(root, { recursive: true, force: true }));

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const isCache = (path: string): boolean => /^cache\.db(-wal|-shm)?$/.test(basename(path));

/** Everything in a cache.db that bytes alone do not show: compressed pages, put-aside records, words of the search. */
const hiddenTexts = (dataDir: string): string[] => {
  const path = filesIn(dataDir).find((file) => basename(file) === 'cache.db') ?? '';
  const db = new Database(path, { readonly: true });
  try {
    db.exec(`CREATE VIRTUAL TABLE temp.word USING fts5vocab('main', 'conversation_text', 'row')`);
    const bodies = ['raw_page', 'quarantine'].flatMap(
      (table) => db.prepare(`SELECT body FROM ${table}`).pluck().all() as Buffer[],
    );
    const words = db.prepare('SELECT term FROM temp.word').pluck().all() as string[];
    return [...bodies.map((body) => zstdDecompressSync(body).toString('utf8')), words.join('\n')];
  } finally {
    db.close();
  }
};

const seenInProcessList = new Set<string>();
let samples = 0;
/** Looks through the arguments of every process for the secrets. */
const sampleProcesses = (): void => {
  samples += 1;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    let commandLine = '';
    try {
      commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      // It ended meanwhile.
    }
    for (const needle of [secret, signature]) if (commandLine.includes(needle)) seenInProcessList.add(needle);
  }
};

const runs: Recorded[] = [];
/** Runs the program with the fullest log, watches the process list meanwhile, and keeps all it said. */
const record = async (words: string[], options: CliOptions, isPersonal = false): Promise<CliRun> => {
  const watch = process.platform === 'linux' ? setInterval(sampleProcesses, 20) : undefined;
  const run = await startCli([...words, '--log', 'debug'], options).done;
  clearInterval(watch);
  runs.push({ ...run, words, isPersonal });
  return run;
};

describe('a working day', () => {
  const dataDir = join(root, 'data');
  const withSecret = { AFTERWORD_CLIENT_SECRET: secret, TMPDIR: temporary };
  const options = { dataDir, env: withSecret };
  const plain = { dataDir, env: { TMPDIR: temporary } };
  let server: KoreServer;
  let fault: Fault | undefined;

  beforeAll(async () => {
    server = await startKoreServer({
      rows: [...others, answered, outbound, unreadable],
      clientSecret: secret,
      acceptedTokens: [token],
      onRequest: () => fault,
    });
    const both = ['--endpoint', 'v2-interactions', '--endpoint', 'v1-calls'];
    const ended = async (code: number, ...run: Parameters<typeof record>): Promise<void> => {
      expect(await record(...run), run[0].join(' ')).toMatchObject({ code });
    };
    await ended(0, connectWords(server, [...both, '--secret-stdin']), { ...plain, input: `${secret}\n` });
    await ended(0, connectWords(server, [...both, '--token-stdin']), { ...plain, input: `${token}\n` });
    await ended(0, connectWords(server, both), options);
    await ended(0, ['sync', ...period], options);
    await ended(0, ['sync', ...period], { dataDir, env: { AFTERWORD_TOKEN: token, TMPDIR: temporary } });
    await ended(0, ['coverage'], plain);
    await ended(0, ['doctor'], options);
    await ended(0, ['search', firstName, 'phone:2025550177', `email:${email}`, '--json'], plain, true);
    await ended(0, ['show', 'c-canaryrow-501'], plain, true);
    await ended(0, ['show', 'c-canaryrow-501', '--raw'], plain, true);
    await ended(0, ['scorecard', '--period', '2025-09-30'], plain);
    const report = ['report', 'agent-scorecards', '--period', '2025-09-30', '--out'];
    await ended(0, [...report, join(out, 'open')], plain);
    await ended(0, [...report, join(out, 'masked'), '--mask'], plain);
    for (const what of ['conversations', 'segments', 'queue-entries'])
      for (const format of what === 'conversations' ? ['csv', 'ndjson'] : ['csv'])
        for (const mask of [[], ['--mask']]) {
          const file = join(out, mask.length > 0 ? 'masked' : 'open', `${what}.${format}`);
          await ended(0, ['export', what, '--format', format, '--out', file, ...mask], plain);
        }
    // Failures, and servers that quote what they were sent or what they hold.
    const spill = `Refused: token ${token}, secret ${secret}, customer ${firstName} ${lastName} ${phone} ${email}`;
    const failures: [number, Fault][] = [
      [69, { kind: 'status', status: 400, body: JSON.stringify({ errors: [{ msg: spill, code: 400 }] }) }],
      [77, { kind: 'status', status: 401, body: JSON.stringify({ message: spill }) }],
      [69, { kind: 'status', status: 200, body: spill }],
      [69, { kind: 'redirect', location: `https://portal.example.net/?${new URLSearchParams({ spill })}` }],
      [69, { kind: 'truncated-json' }],
    ];
    for (const [code, next] of failures) {
      fault = next;
      await ended(code, connectWords(server, both), options);
    }
    fault = { kind: 'status', status: 400, body: spill };
    await ended(69, ['sync', ...period], options);
    fault = undefined;
    await ended(77, connectWords(server, both), { dataDir, env: { AFTERWORD_CLIENT_SECRET: `${secret}x` } });
    await ended(77, connectWords(server, [...both, '--token-stdin']), { ...plain, input: `${token.slice(0, -9)}! \n` });
    await ended(73, ['export', 'segments', '--format', 'csv', '--out', join(root, 'no', 'x.csv')], plain);
    await ended(2, ['search', `${firstName} "`], plain);
    // A log that breaks its rule, as a fault of ours could: nothing of it may be sent anywhere.
    const spilled = `at send (file:///home/${lastName}/app/main/sync/engine.ts:12:3)`;
    const lines = [
      { time: '2026-11-21T04:00:00.000Z', level: 'error', msg: `failed for ${firstName} ${phone}`, name: email },
      {
        time: '2026-11-21T04:00:01.000Z',
        level: 'warn',
        msg: 'call failed',
        name: 'search.run',
        ms: 12,
        code: 'internal',
      },
      {
        time: '2026-11-21T04:00:02.000Z',
        level: 'error',
        msg: 'failed',
        stack: `TypeError ${lastName}\n    ${spilled}`,
      },
      {
        time: '2026-11-21T04:00:03.000Z',
        level: 'warn',
        msg: 'call failed',
        [firstName]: 1,
        rows: 12025550177,
      },
    ];
    const text = lines.map((line) => JSON.stringify(line)).join('\n');
    writeFileSync(join(dataDir, 'afterword.log'), `${phone} cut off\n${text}\n`, { mode: 0o600 });
    await ended(0, ['doctor', '--bundle', join(out, 'bundle.json')], options);
    await ended(73, ['doctor', '--bundle', join(dataDir, 'library.db')], options);
    await ended(0, ['audit', '--json'], plain);
  }, 300_000);
  afterAll(() => server.close());

  test('the canaries were really there', () => {
    const cache = filesIn(dataDir).find((path) => basename(path) === 'cache.db') ?? '';
    expect(findNeedles(readFileSync(cache), customerNeedles)).toEqual(expect.arrayContaining(['2025550177']));
    expect(findNeedles(hiddenTexts(dataDir).join(), customerNeedles)).toEqual(customerNeedles);
    const exported = readFileSync(join(out, 'open', 'conversations.csv'));
    expect(findNeedles(exported, [...customerNeedles, ...agentNeedles])).toEqual([...customerNeedles, ...agentNeedles]);
    const doctor = runs.find((run) => run.words[0] === 'doctor');
    expect(doctor?.stdout).toMatch(/1 records could not be read/);
    expect(runs.filter((run) => run.stderr.includes('"level":"debug"')).length).toBeGreaterThan(20);
  });

  test('no secret and no token in output, log, process list or any file', () => {
    for (const needle of [secret, signature, token]) {
      for (const run of runs) expect(`${run.stdout}${run.stderr}`, run.words.join(' ')).not.toContain(needle);
      expect(findInFiles(root, needle)).toEqual([]);
      expect(hiddenTexts(dataDir).join()).not.toContain(needle);
    }
    // Nor any token that the program signed itself.
    const jwt = /eyJ[\w-]{10,}\.[\w-]{10,}/;
    for (const run of runs) expect(`${run.stdout}${run.stderr}`).not.toMatch(jwt);
    for (const path of filesIn(root)) expect(readFileSync(path, 'latin1'), path).not.toMatch(jwt);
    expect(process.platform !== 'linux' || samples > 100).toBe(true);
    expect([...seenInProcessList]).toEqual([]);
  });

  test('no personal data in the log, in messages, or in what is not asked for it', () => {
    for (const run of runs) {
      const isTyped = run.words.some((word) => findNeedles(word, customerNeedles).length > 0);
      // A message may repeat what was typed; the log may not.
      const said = isTyped ? run.stderr.replace(/^afterword: .*$/gm, '') : run.stderr;
      expect(findNeedles(said, [...customerNeedles, ...agentNeedles]), run.words.join(' ')).toEqual([]);
      if (!run.isPersonal) expect(findNeedles(run.stdout, customerNeedles), run.words.join(' ')).toEqual([]);
    }
  });

  test('no personal data in any file but cache.db and what was exported in the open', () => {
    const isPlanted = (path: string): boolean => basename(path) === 'afterword.log';
    const rest = filesIn(root).filter(
      (path) => !isCache(path) && !isPlanted(path) && !path.startsWith(join(out, 'open')),
    );
    expect(rest.map((path) => basename(path))).toContain('library.db');
    for (const path of rest)
      expect(findNeedles(readFileSync(path), [...customerNeedles, ...agentNeedles]), path).toEqual([]);
  });

  test('the bundle for a support desk says how it stands and names nobody', () => {
    const text = readFileSync(join(out, 'bundle.json'), 'utf8');
    const mine = [userInfo().username, root, 'Test', server.accountId, server.appId, signature, secret];
    for (const needle of mine.filter((one) => one.length > 3)) expect(text.includes(needle), needle).toBe(false);
    expect(findNeedles(text, [...customerNeedles, ...agentNeedles, 'zanzibar'])).toEqual([]);
    const bundle = JSON.parse(text);
    expect(bundle).toMatchObject({
      program: { version: expect.stringMatching(/^\d+\.\d+/), versions: { node: process.versions.node } },
      system: { platform: process.platform, variablesSet: ['AFTERWORD_CLIENT_SECRET', 'AFTERWORD_DATA_DIR'] },
      library: { file: { version: expect.any(Number), changedMigrations: [], rows: { workspace: 1 } } },
      workspaces: [
        {
          settings: { endpoints: ['v2-interactions', 'v1-calls'], signsInWith: 'client secret', retentionDays: null },
          cache: { file: { journalMode: 'wal', rows: { quarantine: 1 } } },
        },
      ],
    });
    const [workspace] = bundle.workspaces;
    expect(workspace.cache.file.rows.conversation).toBeGreaterThan(100);
    expect(workspace.cache.coverage).toContainEqual(expect.objectContaining({ state: 'complete' }));
    expect(workspace.cache.runs.length).toBeGreaterThan(1);
    expect(workspace.checks.map((check: { name: string }) => check.name)).toContain('sign-in');
    expect(workspace.files.map((file: { name: string }) => file.name)).toContain('cache.db');
    // What the log says in our own words is there, the rest is not.
    expect(bundle.log).toEqual([
      { time: '2026-11-21T04:00:00.000Z', level: 'error', msg: '[left out]', name: '[left out]' },
      {
        time: '2026-11-21T04:00:01.000Z',
        level: 'warn',
        msg: 'call failed',
        name: 'search.run',
        ms: 12,
        code: 'internal',
      },
      {
        time: '2026-11-21T04:00:02.000Z',
        level: 'error',
        msg: 'failed',
        stack: 'TypeError\nat send main/sync/engine.ts:12:3',
      },
      { time: '2026-11-21T04:00:03.000Z', level: 'warn', msg: 'call failed', rows: null },
    ]);
  });

  test('the audit has every export and report, masked or not, and names nobody', () => {
    const run = runs.find(({ words }) => words[0] === 'audit');
    const entries = JSON.parse(run?.stdout ?? '') as AuditEntry[];
    const isMasked = (entry: AuditEntry): unknown => entry.details.isMasked;
    const exports = entries.filter(({ action }) => action === 'export');
    const exported = runs.filter(({ words, code }) => words[0] === 'export' && code === 0);
    expect(exports.length).toBe(exported.length);
    expect(exports.filter(isMasked).length).toBe(exported.filter(({ words }) => words.includes('--mask')).length);
    expect(entries.filter(({ action }) => action === 'report').map(isMasked)).toEqual([true, false]);
    expect(entries[0]).toMatchObject({ action: 'diagnostics', workspace: null });
    expect(entries.map(({ id }) => id)).toEqual(entries.map(({ id }) => id).toSorted((a, b) => b - a));
    expect(findNeedles(run?.stdout ?? '', [...customerNeedles, ...agentNeedles])).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('every file and folder is its owner’s alone', () => {
    const entries = readdirSync(dataDir, { recursive: true, withFileTypes: true });
    expect(entries.length).toBeGreaterThan(4);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      expect((statSync(path).mode & 0o777).toString(8), path).toBe(entry.isFile() ? '600' : '700');
    }
    expect((statSync(dataDir).mode & 0o777).toString(8)).toBe('700');
    for (const path of filesIn(out)) expect((statSync(path).mode & 0o777).toString(8), path).toBe('600');
  });

  test('masked exports and reports name nobody, open ones do', () => {
    const masked = filesIn(join(out, 'masked'));
    expect(masked).toHaveLength(6);
    // Every one is as full as its open twin.
    for (const path of masked.filter((file) => !file.endsWith('.pdf'))) {
      const lines = (file: string): number => readFileSync(file, 'utf8').split('\n').length;
      const open = join(out, 'open', relative(join(out, 'masked'), path).replace(' masked.', '.'));
      expect(lines(path), path).toBe(lines(open));
    }
    const rows = readFileSync(join(out, 'masked', 'conversations.ndjson'), 'utf8').split('\n');
    expect(rows.find((row) => row.includes('c-canaryrow-501'))).toMatch(/"firstName":"Customer [0-9A-F]+"/);
  });

  test.skipIf(findProgram('pdftotext') === null)('the text of the masked PDF names nobody, the open one does', () => {
    const textOf = (folder: string): string => {
      const pdf = filesIn(join(out, folder)).find((path) => path.endsWith('.pdf')) ?? '';
      return execFileSync('pdftotext', [pdf, '-'], { encoding: 'utf8' });
    };
    expect(findNeedles(textOf('open'), agentNeedles)).toEqual(agentNeedles);
    expect(findNeedles(textOf('masked'), [...customerNeedles, ...agentNeedles])).toEqual([]);
  });
});

describe('forget', () => {
  const dataDir = join(root, 'forget');
  const options = { dataDir, env: { AFTERWORD_CLIENT_SECRET: secret } };
  const botStartS = baseS + 180;
  const asBot: KoreRow = {
    v2: botOnlyRow({ sessionId: objectIdAt(botStartS, 504), userId, channelSpecificUserId: email }, botStartS),
  };
  let server: KoreServer;
  let before = 0;
  const total = async (): Promise<number> => searchResultSchema.parse(await runJson(['search'], options)).total;
  const expectGone = (): void => {
    for (const path of filesIn(dataDir)) expect(findNeedles(readFileSync(path), customerNeedles), path).toEqual([]);
    expect(findNeedles(hiddenTexts(dataDir).join('\n'), customerNeedles)).toEqual([]);
  };
  const sync = (): Promise<string> => runWell(['sync', ...period], options);

  beforeAll(async () => {
    server = await startKoreServer({ rows: [...others, answered, outbound, asBot], clientSecret: secret });
    await runWell(connectWords(server, ['--endpoint', 'v2-interactions', '--endpoint', 'v1-calls']), options);
    await sync();
    // What the cache has seen of a customer is more than it shows: a survey comes in late, and a session that was with
    // the bot turns into a conversation, so that older rows lie in pages that others still need.
    server.replaceRow(objectIdAt(baseS, 501), ({ v1 = {}, v2 }) => ({
      v1: { ...v1, csatScore: 5 },
      v2: { ...v2, dispositions: ['Resolved', 'Called back'] },
    }));
    server.replaceRow(objectIdAt(botStartS, 504), {
      v2: agentRow({ ...personal(botStartS, 504), sessionId: objectIdAt(botStartS, 504) }, botStartS),
    });
    await sync();
    before = await total();
  });
  afterAll(() => server.close());

  test('the customer is gone from every byte of the data folder', async () => {
    expect(findNeedles(hiddenTexts(dataDir).join(), customerNeedles)).toEqual(customerNeedles);
    const run = await record(['forget', '--customer', phone, '--yes'], options);
    expect(run).toMatchObject({ code: 0, stdout: 'Forgot 3 conversations and 0 unreadable records.\n' });
    expect(findNeedles(run.stderr, customerNeedles)).toEqual([]);
    expect(await total()).toBe(before - 3);
    expectGone();
  });

  test('and the next sync does not bring them back', async () => {
    await sync();
    expect(await total()).toBe(before - 3);
    expectGone();
  });

  test('nor does a cache that was moved away and filled again', async () => {
    for (const path of filesIn(dataDir)) if (path.includes('cache.db')) rmSync(path);
    await sync();
    expect(await total()).toBe(before - 3);
    expectGone();
  });

  test('an unreadable record that mentions the customer goes too, and stays away', async () => {
    server.addRow(unreadable);
    await sync();
    expect(findNeedles(hiddenTexts(dataDir).join(), ['2025550177'])).toEqual(['2025550177']);
    const run = await record(['forget', '--customer', phone, '--yes'], options);
    expect(run).toMatchObject({ code: 0, stdout: 'Forgot 0 conversations and 1 unreadable records.\n' });
    expectGone();
    await sync();
    expectGone();
  });
});
